/** How raw connections end, and how they cannot be made. */
import type { Peer } from "../double/peer.js";
import {
	answers,
	BEGUN,
	CLOSED,
	CONNECTED,
	closed,
	DROP,
	RAW_BOUND,
	raw,
	rawFailed,
	rx,
	serve,
	WHOLE,
	WRITEABLE,
} from "./raw.js";
import { at, of, type Scenario } from "./scenario.js";
import type { Handler, RequestOptions, StageOptions } from "./stage.js";

const REASONS = WHOLE.map((line) => line.split(" ")[0] as string);

function one(title: string, trace: readonly string[], options: RequestOptions): Scenario {
	return {
		title,
		trace,
		run(stage) {
			serve(stage, answers);
			raw(stage, options);
			stage.advance();
		},
	};
}
/** In `reason` the application does what ends its wsi with `code`. */
function inReason(how: string, reason: string, code: string, act: Handler, isRefusal: boolean): Scenario {
	const index = REASONS.indexOf(reason);
	const connected = REASONS.indexOf(CONNECTED);
	const error = `${code} ${reason === "RAW_RX" ? "maybe" : "no"}`;
	let trace = WHOLE;
	if (index < connected || (index === connected && isRefusal)) {
		trace = [...WHOLE.slice(0, index + 1), ...rawFailed(error)];
	} else if (index < REASONS.indexOf(DROP)) trace = [...WHOLE.slice(0, index + 1), ...closed(error)];
	return one(`The application ${how} in ${reason}.`, trace, { body: ["body."], on: { [reason]: act } });
}

const WAYS: readonly { how: string; code: string; act: Handler; isRefusal: boolean }[] = [
	{ how: "returns 1", code: "app:callback-refused", act: () => 1, isRefusal: true },
	{
		how: "throws",
		code: "app:callback-threw",
		act: () => {
			throw new Error("thrown");
		},
		isRefusal: true,
	},
	{ how: "calls close", code: "app:closed", act: ({ stage, session }) => stage.close(session), isRefusal: false },
	{
		how: "calls contextDestroy",
		code: "app:context-destroyed",
		act: ({ stage }) => stage.destroy(),
		isRefusal: false,
	},
];

function failure(
	title: string,
	connect: (peer: Peer) => void,
	trace: readonly string[],
	options: RequestOptions = {},
	stage?: StageOptions,
): Scenario {
	return {
		title,
		trace,
		stage,
		run(stage) {
			stage.connect = connect;
			raw(stage, options);
			stage.advance(86_400_000);
		},
	};
}

/** What TLS and the device tell otherwise. */
export const rawEnds: readonly Scenario[] = [
	...WAYS.flatMap(({ how, code, act, isRefusal }) =>
		REASONS.map((reason) => inReason(how, reason, code, act, isRefusal)),
	),
	failure("A refused raw connection.", (peer) => peer.refuse(), [...RAW_BOUND, ...rawFailed("tcp:refused no")]),
	failure("An unreachable address of a raw connection.", (peer) => peer.fail("unreachable"), [
		...RAW_BOUND,
		...rawFailed("tcp:unreachable no"),
	]),
	failure(
		"A raw connection to a name without an address.",
		() => {},
		[...RAW_BOUND, ...rawFailed("dns:not-found no")],
		{ address: "nowhere.example" },
	),
	failure("A raw connection that never stands.", () => {}, [
		...RAW_BOUND,
		...at(20_000, ...rawFailed("timeout:connect no")),
	]),
	failure(
		"A server that speaks first, and has ended at once.",
		(peer) => {
			peer.deliver("hello");
			peer.finish("bye");
			peer.accept();
		},
		[...BEGUN, rx("hello"), rx("bye"), ...CLOSED],
	),
	failure("No silence of a raw connection is too long.", (peer) => peer.accept(), [
		...BEGUN,
		...at(86_400_000, ...closed("app:context-destroyed no")),
	]),
	failure(
		"Silence is too long when a deadline is given, though there is room to write.",
		(peer) => peer.accept(),
		[...BEGUN, ...at(500, ...closed("timeout:idle no"))],
		{ deadlines: { idle: 400 } },
	),
	failure(
		"The total deadline of a raw connection.",
		(peer) => {
			peer.accept();
			peer.deliver("hello");
		},
		[...BEGUN, rx("hello"), ...at(500, ...closed("timeout:total no"))],
		{ deadlines: { total: 500 } },
	),
	{
		title: "A reset of a raw connection is an error, after what came before it.",
		run(stage) {
			serve(stage, (peer) => {
				peer.deliver("one");
				stage.later(2, () => peer.reset());
			});
			raw(stage, { body: ["x"] });
			stage.advance();
		},
		trace: [...BEGUN, WRITEABLE, rx("one"), ...closed("tcp:reset maybe")],
	},
	{
		title: "A reset is told while what comes is held up, once that has been read.",
		run(stage) {
			serve(stage);
			const session = raw(stage, { on: { RAW_CONNECTED: ({ stage, session }) => void stage.flow(session, 0) } });
			stage.advance();
			stage.network.peer.deliver("one");
			stage.advance();
			stage.network.peer.reset();
			stage.advance();
			stage.flow(session, 1);
			stage.advance();
		},
		trace: [...BEGUN, rx("one"), ...closed("tcp:reset no")],
	},
	{
		title: "A reset before RAW_CONNECTED could be told.",
		run(stage) {
			stage.connect = (peer) => {
				peer.accept();
				stage.later(1, () => peer.reset());
			};
			raw(stage);
			stage.advance();
		},
		trace: [...BEGUN, ...closed("tcp:reset no")],
	},
	{
		title: "A raw child ends before its parent.",
		run(stage) {
			serve(stage);
			const parent = raw(stage);
			raw(stage, { parentWsi: parent.wsi });
			stage.advance();
			stage.network.peers[0]?.finish();
			stage.advance();
		},
		trace: [
			...RAW_BOUND,
			...of("b", ...RAW_BOUND),
			CONNECTED,
			...of("b", CONNECTED, DROP, "RAW_CLOSE 0 app:closed no"),
			"CHILD_CLOSING 0 b",
			...of("b", "WSI_DESTROY"),
			...CLOSED,
		],
	},
];
