/** Plays the re-entrancy matrix, and prints a checksum of each trace: XS and Node must agree. */
import { matrix, play } from "../golden/reentrancy.js";
import { ascii } from "./client.js";
import { test } from "./harness.js";
import { checksum } from "./sequence.js";

for (const entry of matrix) {
	test(entry.title, () => {
		const trace = play(entry).join("\n");
		console.log(`    ${checksum(0, ascii(trace), trace.length) >>> 0}`);
	});
}
