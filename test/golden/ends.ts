/** How the application ends things, in every reason; parents and children; protocols. */
import {
	BEGUN,
	BOUND,
	CHUNKED,
	CLOSED,
	COMPLETED,
	chunk,
	closed,
	failed,
	got,
	HEAD,
	LAST_CHUNK,
	of,
	RECEIVE,
	read,
	received,
	type Scenario,
	sized,
	WRITEABLE,
} from "./scenario.js";
import type { Handler, Handlers, Stage } from "./stage.js";

/** A request in which every reason but an error's comes, once. */
const WHOLE = [...BEGUN, WRITEABLE, ...HEAD, RECEIVE, read("ok"), COMPLETED, ...CLOSED];
const REASONS = WHOLE.map((line) => line.split(" ")[0] as string);
const ESTABLISHED = REASONS.indexOf("ESTABLISHED_CLIENT_HTTP");
const END = REASONS.indexOf(COMPLETED);

/** "maybe" once bytes have gone out, "yes" once the head has come. */
function delivered(index: number): string {
	if (index >= REASONS.indexOf("CLIENT_FILTER_PRE_ESTABLISH")) return "yes";
	return index > REASONS.indexOf("CLIENT_APPEND_HANDSHAKE_HEADER") ? "maybe" : "no";
}

/** In `reason` the application does what ends its wsi with `code`; it returns nonzero when `isRefusal`. */
function inReason(how: string, reason: string, code: string, act: Handler, isRefusal: boolean): Scenario {
	const index = REASONS.indexOf(reason);
	const error = `${code} ${delivered(index)}`;
	// what has ended cannot be ended again
	let trace = WHOLE;
	if (index < ESTABLISHED || (index === ESTABLISHED && isRefusal)) {
		trace = [...WHOLE.slice(0, index + 1), ...failed(error)];
	} else if (index < END) trace = [...WHOLE.slice(0, index + 1), ...closed(error)];
	else if (index === END && code === "app:callback-threw") trace = [...WHOLE.slice(0, index + 1), ...closed(error)];
	return {
		title: `The application ${how} in ${reason}.`,
		run: (stage) => whole(stage, { [reason]: act }),
		trace,
	};
}

/** What the application does in the other reasons stays as it is. */
function whole(stage: Stage, on: Handlers): void {
	stage.serve([CHUNKED + chunk("ok") + LAST_CHUNK]);
	stage.request({ method: "POST", body: ["body"], on });
	stage.advance();
}

/** The same when there is no connection, in the reasons that come then. */
function inFailure(how: string, reason: string, act: Handler): Scenario {
	return {
		title: `The application ${how} in ${reason} after a failure.`,
		run(stage) {
			stage.connect = (peer) => peer.refuse();
			stage.request({ on: { [reason]: act } });
			stage.advance();
		},
		trace: [...BOUND, ...failed("tcp:refused no")],
	};
}

const threw: Handler = () => {
	throw new Error("thrown");
};
const closes: Handler = ({ stage, session }) => stage.close(session);
const destroys: Handler = ({ stage }) => stage.destroy();

const WAYS: readonly { how: string; code: string; act: Handler; isRefusal: boolean }[] = [
	{ how: "returns 1", code: "app:callback-refused", act: () => 1, isRefusal: true },
	{ how: "returns -1", code: "app:callback-refused", act: () => -1, isRefusal: true },
	{ how: "throws", code: "app:callback-threw", act: threw, isRefusal: true },
	{ how: "calls close", code: "app:closed", act: closes, isRefusal: false },
	{ how: "calls contextDestroy", code: "app:context-destroyed", act: destroys, isRefusal: false },
];

/** A parent and its child, whose requests are on their way. */
const FAMILY = [
	...BOUND,
	...of("b", ...BOUND),
	"CLIENT_APPEND_HANDSHAKE_HEADER",
	...of("b", "CLIENT_APPEND_HANDSHAKE_HEADER"),
];

const PARENT_DIES: Scenario = {
	title: "Children end before their parent, the youngest first; each tells the parent that it is closing.",
	stage: { connections: 4 },
	run(stage) {
		const parent = stage.request();
		stage.request({ parentWsi: parent.wsi });
		stage.request({ parentWsi: parent.wsi });
		stage.advance();
		stage.close(parent);
		stage.advance();
	},
	trace: [
		...BOUND,
		...of("b", ...BOUND),
		...of("c", ...BOUND),
		"CLIENT_APPEND_HANDSHAKE_HEADER",
		...of("b", "CLIENT_APPEND_HANDSHAKE_HEADER"),
		...of("c", "CLIENT_APPEND_HANDSHAKE_HEADER"),
		...of("c", "CLIENT_CONNECTION_ERROR 0 app:closed maybe", "CLIENT_HTTP_DROP_PROTOCOL"),
		"CHILD_CLOSING 0 c",
		...of("c", "WSI_DESTROY"),
		...of("b", "CLIENT_CONNECTION_ERROR 0 app:closed maybe", "CLIENT_HTTP_DROP_PROTOCOL"),
		"CHILD_CLOSING 0 b",
		...of("b", "WSI_DESTROY"),
		...failed("app:closed maybe"),
	],
};

export const ends: Scenario[] = [
	...WAYS.flatMap(({ how, code, act, isRefusal }) => [
		...REASONS.map((reason) => inReason(how, reason, code, act, isRefusal)),
		inFailure(how, "CLIENT_CONNECTION_ERROR", act),
		inFailure(how, "CLIENT_HTTP_DROP_PROTOCOL", act),
		inFailure(how, "WSI_DESTROY", act),
	]),
	{
		title: "close outside a callback ends a request before it has begun.",
		run(stage) {
			stage.close(stage.request());
			stage.say("called");
			stage.advance();
		},
		trace: ["called", "CLIENT_CONNECTION_ERROR 0 app:closed no", "WSI_DESTROY"],
	},
	{
		title: "close outside a callback ends a request while its content waits.",
		run(stage) {
			stage.serve([sized("hello")]);
			const session = stage.request({ on: { [RECEIVE]: () => 0 } });
			stage.advance();
			stage.close(session);
			stage.close(session);
			stage.say("called");
			stage.advance();
			stage.close(session);
			stage.advance();
		},
		trace: [...BEGUN, ...HEAD, RECEIVE, "called", ...closed("app:closed yes")],
	},
	{
		title: "contextDestroy outside a callback ends all requests, those in the queue too, then the protocols.",
		stage: { connections: 1, protocolLines: true },
		run(stage) {
			stage.request();
			stage.request();
			stage.advance();
			stage.request();
			stage.destroy();
			stage.destroy();
			stage.say("called");
			stage.advance();
		},
		trace: [
			"PROTOCOL_INIT",
			...BOUND,
			...of("b", ...BOUND),
			"CLIENT_APPEND_HANDSHAKE_HEADER",
			"called",
			...failed("app:context-destroyed maybe"),
			...of("b", ...failed("app:context-destroyed no")),
			// it has not begun
			...of("c", "CLIENT_CONNECTION_ERROR 0 app:context-destroyed no", "WSI_DESTROY"),
			"PROTOCOL_DESTROY",
		],
	},
	{
		title: "A protocol is initialised with its first request, before it, and destroyed after the last.",
		stage: { protocolLines: true },
		run(stage) {
			stage.serve([sized("one")], [sized("two")]);
			stage.request();
			stage.advance();
			stage.request();
			stage.advance();
		},
		trace: ["PROTOCOL_INIT", ...got(received("one")), ...of("b", ...got(received("two"))), "PROTOCOL_DESTROY"],
	},
	{
		title: "A protocol that was never used is told nothing.",
		stage: { protocolLines: true },
		run(stage) {
			stage.advance();
		},
		trace: [],
	},
	{
		title: "A protocol may throw in PROTOCOL_INIT and PROTOCOL_DESTROY; its requests run.",
		stage: { protocolLines: true, on: { PROTOCOL_INIT: threw, PROTOCOL_DESTROY: threw } },
		run(stage) {
			stage.serve([sized("one")]);
			stage.request();
			stage.advance();
		},
		trace: ["PROTOCOL_INIT", ...got(received("one")), "PROTOCOL_DESTROY"],
	},
	PARENT_DIES,
	{
		title: "A child that ends leaves its parent, which goes on.",
		run(stage) {
			stage.serve([], [sized("two")]);
			const parent = stage.request({ on: { CHILD_CLOSING: ({ stage }) => stage.say("told") } });
			stage.request({ parentWsi: parent.wsi });
			stage.advance();
			stage.say(`${parent.wsi.children.length} children`);
			stage.network.peers[0]?.deliver(sized("one"));
			stage.advance();
		},
		trace: [
			...BOUND,
			...of("b", ...BOUND),
			"CLIENT_APPEND_HANDSHAKE_HEADER",
			...of("b", "CLIENT_APPEND_HANDSHAKE_HEADER", ...HEAD, ...received("two"), COMPLETED, ...CLOSED.slice(0, 2)),
			"CHILD_CLOSING 0 b",
			"told",
			...of("b", "WSI_DESTROY"),
			"0 children",
			...HEAD,
			...received("one"),
			COMPLETED,
			...CLOSED,
		],
	},
	{
		title: "A parent that completes takes its children with it, before it closes.",
		run(stage) {
			stage.serve((peer) => peer.deliver(`${sized("hello").slice(0, -2)}`), []);
			const parent = stage.request();
			stage.request({ parentWsi: parent.wsi });
			stage.advance();
			stage.network.peers[0]?.deliver("lo");
			stage.advance();
		},
		trace: [
			...FAMILY,
			...HEAD,
			...received("hel"),
			...received("lo"),
			COMPLETED,
			...of("b", "CLIENT_CONNECTION_ERROR 0 app:closed maybe", "CLIENT_HTTP_DROP_PROTOCOL"),
			"CHILD_CLOSING 0 b",
			...of("b", "WSI_DESTROY"),
			...CLOSED,
		],
	},
	{
		title: "contextDestroy ends children before their parent, too.",
		run(stage) {
			const parent = stage.request();
			stage.request({ parentWsi: parent.wsi });
			stage.advance();
			stage.destroy();
			stage.advance();
		},
		trace: [
			...FAMILY,
			...of("b", "CLIENT_CONNECTION_ERROR 0 app:context-destroyed maybe", "CLIENT_HTTP_DROP_PROTOCOL"),
			"CHILD_CLOSING 0 b",
			...of("b", "WSI_DESTROY"),
			...failed("app:context-destroyed maybe"),
		],
	},
	inChildClosing("throws", threw, "app:callback-threw"),
	inChildClosing("refuses", () => 1, "app:callback-refused"),
];

function inChildClosing(how: string, act: Handler, code: string): Scenario {
	return {
		title: `A parent that ${how} in CHILD_CLOSING ends, too.`,
		run(stage) {
			const parent = stage.request({ on: { CHILD_CLOSING: act } });
			const child = stage.request({ parentWsi: parent.wsi });
			stage.advance();
			stage.close(child);
			stage.advance();
		},
		trace: [
			...FAMILY,
			...of("b", "CLIENT_CONNECTION_ERROR 0 app:closed maybe", "CLIENT_HTTP_DROP_PROTOCOL"),
			"CHILD_CLOSING 0 b",
			...of("b", "WSI_DESTROY"),
			...failed(`${code} maybe`),
		],
	};
}
