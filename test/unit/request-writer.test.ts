/** The writers of request heads, chunks and forms, in Node. */
import { strictEqual } from "node:assert";
import { encoded, FORM_CHECKS } from "../vectors/form.js";
import { Random } from "../vectors/random.js";
import { REQUEST_CHECKS } from "../vectors/request-check.js";

describe("The writer of requests", () => {
	for (const { title, run } of REQUEST_CHECKS) it(title, run);
});

describe("The writer of forms", () => {
	for (const { title, run } of FORM_CHECKS) it(title, run);

	it("A thousand forms of any characters are what URLSearchParams makes of them.", () => {
		const random = new Random(1866);
		const text = () => Array.from({ length: random.random(60) }, () => character(random)).join("");
		for (let i = 0; i < 1000; i++) {
			const pairs = Array.from({ length: random.random(4) }, () => [text(), text()]);
			const expected = `${Reflect.construct(URLSearchParams, [pairs])}`;
			strictEqual(encoded(pairs.flat(), 3 + random.random(64), 0), expected);
		}
	});
});

function character(random: Random): string {
	const limit = [0x80, 0x800, 0x1_0000, 0x11_0000][random.random(4)] as number;
	return String.fromCodePoint(random.random(limit));
}
