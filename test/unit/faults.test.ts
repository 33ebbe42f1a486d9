/** The host fails: each operation of it once, in every scenario. `test/host/faults.ts` does the same on XS. */
import assert from "node:assert/strict";
import { faultScenarios, runWithFaults } from "../golden/faulty.js";

describe("The client, when one operation of its host fails", () => {
	for (const scenario of faultScenarios) {
		for (const device of [false, true]) {
			it(`ends every request once and leaves nothing open: ${scenario.title}${device ? ", on the device" : ""}.`, () => {
				const runs = runWithFaults(scenario, device);
				assert.ok(runs > 10, `${runs} operations`);
			});
		}
	}
});
