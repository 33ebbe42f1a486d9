/** Lets each operation of the host fail once, and prints how many there were: XS and Node must agree. */
import { faultScenarios, runWithFaults } from "../golden/faulty.js";
import { test } from "./harness.js";

for (const scenario of faultScenarios) {
	for (const device of [false, true]) {
		test(`Faults: ${scenario.title}, ${device ? "device" : "desktop"}.`, () => {
			console.log(`    ${runWithFaults(scenario, device)} operations`);
		});
	}
}
