/** All golden traces. */
import { bodies } from "./bodies.js";
import { connections } from "./connections.js";
import { ends } from "./ends.js";
import { failures } from "./failures.js";
import { requests } from "./requests.js";
import type { Scenario } from "./scenario.js";

/** The device tells of an end twice or at once, and of a reset as of an end: but for that, applications notice nothing. */
const onDevice = [...bodies, ...requests, ...connections]
	.filter(({ title }) => !/\breset\b/i.test(title))
	.map((scenario) => ({
		...scenario,
		title: `On the device: ${scenario.title}`,
		stage: { ...scenario.stage, device: true },
	}));

export const scenarios: readonly Scenario[] = [
	...bodies,
	...requests,
	...connections,
	...failures,
	...ends,
	...onDevice,
];
