/** All vectors and checks of the engines of HTTP/1, each with what is printed of it: equal in Node and on XS. */
import { checkChunked, checkFraming, checkHead, type Vector } from "./h1-check.js";
import { CHUNKED_VECTORS } from "./h1-chunked.js";
import { FRAMING_VECTORS } from "./h1-framing.js";
import { HEAD_VECTORS } from "./h1-head.js";
import type { Check } from "./request-check.js";

function checks<Input>(
	engine: string,
	vectors: readonly Vector<Input>[],
	run: (vector: Vector<Input>) => string,
): Check[] {
	return vectors.map((vector) => ({ title: `${engine}: ${vector.name}`, run: () => run(vector) }));
}

export const H1_CHECKS: readonly Check[] = [
	...checks("head", HEAD_VECTORS, checkHead),
	...checks("framing", FRAMING_VECTORS, checkFraming),
	...checks("chunked", CHUNKED_VECTORS, checkChunked),
];
