/**
 * The engines of WebSocket with what the host has: their vectors, and a fuzz. Every line of the output says what came of it, so
 * that the outputs of two hosts can be compared. Arguments: the seed of the fuzz, and the number of its cases (default 2000).
 */
import { WS_CHECKS } from "../vectors/ws-checks.js";
import { FrameFuzz } from "../vectors/ws-fuzz.js";
import { argument, test } from "./harness.js";

/** Milliseconds: an emulated machine takes long. */
const PATIENCE = 300_000;

const seed = Number(argument(0) ?? 20111206) | 0;
const cases = Number(argument(1) ?? 2000);

for (const { title, run } of WS_CHECKS) test(title, () => console.log(`# ${run()}`), PATIENCE);

test("Frames end alike, wherever they are cut.", () => console.log(`# ${new FrameFuzz(seed).run(cases)}`), PATIENCE);
