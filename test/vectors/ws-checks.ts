/** All vectors and checks of the engines of WebSocket, each with what is printed of it: equal in Node and on XS. */
import type { Check } from "./request-check.js";
import { checkFrames } from "./ws-check.js";
import { FRAME_VECTORS } from "./ws-frames.js";
import { WRITE_CHECKS } from "./ws-write.js";

export const WS_CHECKS: readonly Check[] = [
	...FRAME_VECTORS.map((vector) => ({ title: `frames: ${vector.name}`, run: () => checkFrames(vector) })),
	...WRITE_CHECKS,
];
