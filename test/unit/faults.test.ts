/** The host fails: each operation of it once, in every scenario. `test/host/faults.ts` does the same on XS. */
import assert from "node:assert/strict";
import { faultScenarios, GROUNDS, runWithFaults } from "../golden/faulty.js";
import { wsFaultScenarios } from "../golden/faulty-ws.js";

describe("The client, when one operation of its host fails", () => {
	for (const scenario of [...faultScenarios, ...wsFaultScenarios]) {
		for (const ground of GROUNDS) {
			it(`ends every request once and leaves nothing open: ${scenario.title}, ${ground}.`, () => {
				const runs = runWithFaults(scenario, ground);
				assert.ok(runs > 10, `${runs} operations`);
			});
		}
	}
});
