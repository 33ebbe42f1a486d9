/**
 * Plays the golden traces, or those whose titles contain the argument, and prints them: the logs of XS and Node must be
 * equal, line by line.
 */
import { perform } from "../golden/scenario.js";
import { scenarios } from "../golden/scenarios.js";
import { argument, equal, test } from "./harness.js";

const wanted = argument(0) ?? "";

for (const scenario of scenarios) {
	if (!scenario.title.includes(wanted)) continue;
	test(scenario.title, () => {
		const trace = perform(scenario);
		for (const line of trace) console.log(`    ${line}`);
		equal(trace.join("\n"), scenario.trace.join("\n"), "the trace");
	});
}
