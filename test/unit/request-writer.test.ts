/** The writer of request heads and chunks, in Node. */
import { REQUEST_CHECKS } from "../vectors/request-check.js";

describe("The writer of requests", () => {
	for (const { title, run } of REQUEST_CHECKS) it(title, run);
});
