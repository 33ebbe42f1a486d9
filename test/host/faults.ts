/** Lets each operation of the host fail once, and prints how many there were: XS and Node must agree. */
import { faultScenarios, GROUNDS, runWithFaults } from "../golden/faulty.js";
import { wsFaultScenarios } from "../golden/faulty-ws.js";
import { test } from "./harness.js";

for (const scenario of [...faultScenarios, ...wsFaultScenarios]) {
	for (const ground of GROUNDS) {
		test(`Faults: ${scenario.title}, ${ground}.`, () => {
			console.log(`    ${runWithFaults(scenario, ground)} operations`);
		});
	}
}
