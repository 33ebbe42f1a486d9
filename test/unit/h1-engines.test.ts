/** The vectors of the engines of HTTP/1 and their fuzz, in Node. */
import { DATE_CHECKS } from "../vectors/date.js";
import { H1_CHECKS } from "../vectors/h1-checks.js";
import { ResponseFuzz } from "../vectors/h1-fuzz.js";
import { URI_CHECKS } from "../vectors/uri.js";

describe("The engines of HTTP/1", () => {
	for (const { title, run } of [...H1_CHECKS, ...URI_CHECKS, ...DATE_CHECKS]) it(title, run);

	for (const seed of [1, 20150515, 7230, 9112]) {
		it(`Mutated responses end, wherever they are cut (seed ${seed}).`, () => {
			new ResponseFuzz(seed).run(3000);
		});
	}
});
