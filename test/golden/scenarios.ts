/** All golden traces. */
import { Theatre } from "../double/tls.js";
import { bodies } from "./bodies.js";
import { connections } from "./connections.js";
import { dialing } from "./dialing.js";
import { early } from "./early.js";
import { ends } from "./ends.js";
import { expectations, redirectedExpectations } from "./expectations.js";
import { failures } from "./failures.js";
import { pipelineEnds } from "./pipeline-ends.js";
import { pipelining } from "./pipelining.js";
import { proxies } from "./proxies.js";
import { raws } from "./raw.js";
import { rawEnds } from "./raw-ends.js";
import { redirectEnds, secureRedirects } from "./redirect-ends.js";
import { redirects } from "./redirects.js";
import { requests } from "./requests.js";
import { resumes } from "./resumes.js";
import { pipelinedRetries, retries, toldRetries } from "./retries.js";
import type { Scenario } from "./scenario.js";
import { secure } from "./secure.js";
import { wsCloses } from "./websocket-closes.js";
import { wsEnds } from "./websocket-ends.js";
import { wsExtensions } from "./websocket-extensions.js";
import { wsKept } from "./websocket-kept.js";
import { wsMessages } from "./websocket-messages.js";
import { wsRefusals } from "./websocket-refusals.js";
import { wsProxies, wsTimes } from "./websocket-time.js";
import { wsWrites } from "./websocket-writes.js";

/** The device tells of an end twice or at once, and of a reset as of an end: but for that, applications notice nothing. */
const onDevice = [
	...bodies,
	...requests,
	...expectations,
	...early,
	...connections,
	...pipelining,
	...pipelineEnds,
	...redirects,
	...raws,
	...wsMessages,
	...wsRefusals,
	...wsCloses,
	...wsEnds,
	...wsWrites,
	...wsTimes,
	...wsKept,
	...wsExtensions,
	...retries,
	...resumes,
]
	.filter(({ title }) => !/\breset\b/i.test(title))
	.map((scenario) => ({
		...scenario,
		title: `On the device: ${scenario.title}`,
		stage: { ...scenario.stage, device: true },
	}));

/** And TLS changes nothing of it. */
const overTLS = [
	...bodies,
	...requests,
	...expectations,
	...early,
	...connections,
	...pipelining,
	...pipelineEnds,
	...raws,
	...wsMessages,
	...wsRefusals,
	...wsCloses,
	...wsEnds,
	...wsWrites,
	...wsTimes,
	...wsKept,
	...wsExtensions,
].map((scenario) => ({
	...scenario,
	title: `Over TLS: ${scenario.title}`,
	stage: { ...scenario.stage, tls: new Theatre() },
}));

export const scenarios: readonly Scenario[] = [
	...bodies,
	...requests,
	...expectations,
	...early,
	...redirectedExpectations,
	...connections,
	...pipelining,
	...pipelineEnds,
	...failures,
	...dialing,
	...ends,
	...redirects,
	...redirectEnds,
	...raws,
	...wsMessages,
	...wsRefusals,
	...wsCloses,
	...wsEnds,
	...wsWrites,
	...wsTimes,
	...wsKept,
	...wsExtensions,
	...rawEnds,
	...retries,
	...toldRetries,
	...pipelinedRetries,
	...resumes,
	...onDevice,
	...overTLS,
	...secure,
	...secureRedirects,
	...proxies,
	...wsProxies,
];
