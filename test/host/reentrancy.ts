/** Plays the re-entrancy matrix, and prints a checksum of each trace: XS and Node must agree. */
import { matrix, play } from "../golden/reentrancy.js";
import { playWebSocket, wsMatrix } from "../golden/reentrancy-ws.js";
import { ascii } from "./client.js";
import { test } from "./harness.js";
import { checksum } from "./sequence.js";

for (const [entries, run] of [
	[matrix, play],
	[wsMatrix, playWebSocket],
] as const) {
	for (const entry of entries) {
		test(entry.title, () => {
			const trace = run(entry).join("\n");
			console.log(`    ${checksum(0, ascii(trace), trace.length) >>> 0}`);
		});
	}
}
