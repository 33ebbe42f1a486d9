/**
 * Plays the golden traces, or those whose titles contain the first argument, and prints them: the logs of XS and Node must
 * be equal, line by line. With two numbers more, k and n, it plays the k-th of n parts.
 */
import { perform } from "../golden/scenario.js";
import { scenarios } from "../golden/scenarios.js";
import { argument, equal, test } from "./harness.js";

const wanted = argument(0) ?? "";
const part = Number(argument(1) ?? 0);
const parts = Number(argument(2) ?? 1);

for (const [index, scenario] of scenarios.entries()) {
	if (index % parts !== part || !scenario.title.includes(wanted)) continue;
	test(scenario.title, () => {
		const trace = perform(scenario);
		for (const line of trace) console.log(`    ${line}`);
		equal(trace.join("\n"), scenario.trace.join("\n"), "the trace");
	});
}
