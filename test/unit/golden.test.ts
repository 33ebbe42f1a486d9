/** The callbacks of every path, line by line; `test/host/golden.ts` plays the same on XS. */
import assert from "node:assert/strict";
import { perform } from "../golden/scenario.js";
import { scenarios } from "../golden/scenarios.js";

describe("The golden traces", () => {
	for (const scenario of scenarios) {
		it(scenario.title, () => {
			assert.deepEqual(perform(scenario), [...scenario.trace]);
		});
	}
});
