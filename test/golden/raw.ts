/** Raw connections: `method: "RAW"`. */
import * as lws from "lws-xs";
import type { Peer } from "../double/peer.js";
import { at, got, of, received, type Scenario, sized } from "./scenario.js";
import type { Handler, RequestOptions, Session, Stage } from "./stage.js";

const BIND = "RAW_SKT_BIND_PROTOCOL";
export const CONNECTED = "RAW_CONNECTED";
export const WRITEABLE = "RAW_WRITEABLE";
export const DROP = "RAW_SKT_DROP_PROTOCOL";
export const RAW_BOUND = [BIND, "WSI_CREATE"];
export const BEGUN = [...RAW_BOUND, CONNECTED];
export const CLOSED = [DROP, "RAW_CLOSE", "WSI_DESTROY"];

export function rx(text: string): string {
	return `RAW_RX ${text.length} ${text}`;
}

export function closed(error: string): string[] {
	return [DROP, `RAW_CLOSE 0 ${error}`, "WSI_DESTROY"];
}

export function rawFailed(error: string): string[] {
	return [`CLIENT_CONNECTION_ERROR 0 ${error}`, DROP, "WSI_DESTROY"];
}

export function raw(stage: Stage, options: RequestOptions = {}): Session {
	return stage.request({ method: "RAW", path: undefined, host: undefined, port: 7, ...options });
}

/** What a server does with what has come, on a connection that it accepts. */
type Meet = (peer: Peer, text: string) => void;

export function serve(stage: Stage, meet: Meet = () => {}): void {
	stage.connect = (peer) => {
		peer.accept();
		if (peer.port !== 7) return;
		peer.onReceive = () => {
			const { text } = peer;
			peer.take();
			meet(peer, text);
		};
	};
}

/** Says what came, in capitals, and ends after a full stop. */
export const answers: Meet = (peer, text) => {
	peer.deliver(text.toUpperCase());
	if (!text.endsWith(".")) return;
	peer.finish();
	peer.onReceive = undefined;
};

function one(title: string, meet: Meet, trace: readonly string[], options: RequestOptions = {}): Scenario {
	return {
		title,
		trace,
		run(stage) {
			serve(stage, meet);
			raw(stage, options);
			stage.advance();
		},
	};
}

/** The server says `segments` when the connection stands, whatever is done then. */
function told(
	title: string,
	segments: readonly string[],
	trace: readonly string[],
	options: RequestOptions = {},
	more: (stage: Stage, session: Session) => void = () => {},
): Scenario {
	return {
		title,
		trace,
		run(stage) {
			serve(stage);
			const session = raw(stage, options);
			stage.advance();
			stage.network.peer.deliver(...segments);
			stage.advance();
			more(stage, session);
			stage.advance();
		},
	};
}

/** A connection in which every reason but an error's comes, once. */
export const WHOLE = [...BEGUN, WRITEABLE, rx("BODY."), ...CLOSED];

const holds: Handler = ({ stage, session }) => stage.say(`flow gives ${stage.flow(session, 0)}`);

/** Holds up what comes for so long after each RAW_RX. */
function pausing(milliseconds: number): Handler {
	return ({ stage, session }) => {
		stage.flow(session, 0);
		stage.clock.Timer.set(() => stage.flow(session, 1), milliseconds);
	};
}

function sayReceived(stage: Stage): void {
	stage.say(`the server got ${stage.network.peer.text}`);
}

export const raws: readonly Scenario[] = [
	one("A raw connection: what is written goes out, what comes is told.", answers, WHOLE, { body: ["body."] }),
	one("Each write has its WRITEABLE.", answers, [...BEGUN, WRITEABLE, rx("ONE"), WRITEABLE, rx("TWO."), ...CLOSED], {
		on: {
			RAW_CONNECTED: ({ stage, session }) => stage.wantWritable(session),
			RAW_RX({ stage, session }) {
				if (session.content === "ONE") stage.wantWritable(session);
			},
			RAW_WRITEABLE({ stage, session }) {
				stage.write(session, session.content === "" ? "one" : "two.");
			},
		},
	}),
	one("It can be written in RAW_CONNECTED, and in RAW_RX.", answers, [...BEGUN, rx("ONE"), rx("TWO."), ...CLOSED], {
		on: {
			RAW_CONNECTED({ stage, session }) {
				stage.write(session, "one");
			},
			RAW_RX({ stage, session }) {
				if (session.content === "ONE") stage.write(session, "two.");
			},
		},
	}),
	one("A WRITEABLE that was asked for at once comes after RAW_CONNECTED.", answers, WHOLE, {
		body: ["body."],
		on: {
			[BIND]: ({ stage, session }) => stage.wantWritable(session),
			WSI_CREATE: ({ stage, session }) => stage.wantWritable(session),
			RAW_CONNECTED: () => 0,
		},
	}),
	told("Segments are told as they come.", ["one", "two"], [...BEGUN, rx("one"), rx("two"), ...CLOSED], {}, (stage) =>
		stage.network.peer.finish(),
	),
	told(
		"What is longer than the receive buffer comes in pieces.",
		["x".repeat(600)],
		[...BEGUN, rx("x".repeat(256)), rx("x".repeat(256)), rx("x".repeat(88)), ...CLOSED],
		{},
		(stage) => stage.network.peer.finish(),
	),
	told(
		"An end in order comes after the last byte.",
		["one"],
		[...BEGUN, rx("one"), rx("two"), ...CLOSED],
		{},
		(stage) => stage.network.peer.finish("two"),
	),
	told("An end before any byte is no error.", [], [...BEGUN, ...CLOSED], {}, (stage) => stage.network.peer.finish()),
	told(
		"What comes is held up in the middle of a burst, and so is the end.",
		["x".repeat(600)],
		[...BEGUN, rx("x".repeat(256)), ...at(10, rx("x".repeat(256))), ...at(20, rx("x".repeat(88)), ...CLOSED)],
		{ on: { RAW_RX: pausing(10) } },
		(stage) => {
			stage.network.peer.finish();
			stage.advance(50);
		},
	),
	told(
		"What is held up from the beginning waits, however long; the deadline for silence stands still.",
		["one"],
		[...BEGUN, "flow gives 0", ...at(10_000, "flow gives 0", rx("one"))].concat(
			at(10_125, ...closed("timeout:idle no")),
		),
		{ deadlines: { idle: 100 }, on: { RAW_CONNECTED: holds } },
		(stage, session) => {
			stage.advance(10_000);
			stage.say(`flow gives ${stage.flow(session, 1)}`);
			stage.advance(200);
		},
	),
	told(
		"It may be held up and let go again in one callback.",
		["one", "two"],
		[...BEGUN, rx("one"), rx("two"), ...CLOSED],
		{
			on: {
				RAW_RX({ stage, session }) {
					stage.flow(session, 0);
					stage.flow(session, 1);
				},
			},
		},
		(stage) => stage.network.peer.finish(),
	),
	told(
		"It can be written while what comes is held up.",
		["one"],
		[...BEGUN, "flow gives 0", "write gives 3", "the server got abc", rx("one"), ...CLOSED],
		{ on: { RAW_CONNECTED: holds } },
		(stage, session) => {
			stage.network.peer.onReceive = undefined;
			stage.say(`write gives ${stage.write(session, "abc")}`);
			stage.advance();
			sayReceived(stage);
			stage.flow(session, 1);
			stage.network.peer.finish();
		},
	),
	told(
		"An end with nothing before it is told while what comes is held up.",
		[],
		[...BEGUN, "flow gives 0", ...CLOSED],
		{ on: { RAW_CONNECTED: holds } },
		(stage) => stage.network.peer.finish(),
	),
	told(
		"close outside a callback ends it, with what came unread.",
		["one"],
		[...BEGUN, "flow gives 0", "called", ...closed("app:closed no")],
		{ on: { RAW_CONNECTED: holds } },
		(stage, session) => {
			stage.close(session);
			stage.say("called");
			stage.advance();
		},
	),
	{
		title: "rxFlowControl is without effect before RAW_CONNECTED, after the end, and for HTTP.",
		run(stage) {
			const session = raw(stage);
			stage.say(`flow gives ${stage.flow(session, 0)}`);
			serve(stage, answers);
			stage.advance();
			stage.write(session, ".");
			stage.advance();
			stage.say(`flow gives ${stage.flow(session, 1)}`);
			stage.serve([sized("one")]);
			const get = stage.request({ on: { RECEIVE_CLIENT_HTTP: () => 0 } });
			stage.advance();
			stage.log.length = 0;
			stage.say(`flow gives ${stage.flow(get, 0)}`);
			stage.read(get);
			stage.advance();
		},
		trace: ["flow gives -1", ...of("b", received("one")[1] as string, "COMPLETED_CLIENT_HTTP"), ...ofHttpEnd("b")],
	},
	{
		title: "A raw connection serves once, and has none of HTTP's; HTTP has none of its.",
		stage: { connections: 3 },
		run(stage) {
			serve(stage, answers);
			stage.serve([sized("one")], [sized("two")]);
			stage.request({ port: 80 });
			stage.advance();
			raw(stage, { body: ["two."] });
			stage.advance();
			raw(stage, { port: 80, body: ["six."] });
			stage.connect = (peer) => peer.accept();
			stage.advance();
			stage.say(`${stage.network.peers.length} connections, ${stage.network.open} open`);
			stage.network.peers[2]?.finish();
			stage.advance();
			stage.request({ port: 80 });
			stage.advance();
			stage.say(`${stage.network.peers.length} connections, ${stage.network.open} open`);
		},
		trace: [
			...got(received("one")),
			...of("b", ...BEGUN, WRITEABLE, rx("TWO."), ...CLOSED),
			...of("c", ...BEGUN, WRITEABLE),
			"3 connections, 2 open",
			...of("c", ...CLOSED),
			...of("d", ...got(received("two"))),
			"3 connections, 1 open",
		],
	},
	{
		title: "Raw connections have each their own, at once, also with LCCSCF_PIPELINE.",
		run(stage) {
			serve(stage, answers);
			for (let i = 0; i < 2; i++) raw(stage, { sslConnection: lws.LCCSCF_PIPELINE });
			stage.advance();
			stage.say(`${stage.network.peers.length} connections`);
			for (const peer of stage.network.peers) peer.finish();
			stage.advance();
		},
		trace: [
			...RAW_BOUND,
			...of("b", ...RAW_BOUND),
			CONNECTED,
			...of("b", CONNECTED),
			"2 connections",
			...CLOSED,
			...of("b", ...CLOSED),
		],
	},
	told(
		"A write that finds no room is refused whole, and there is another WRITEABLE.",
		[],
		[...BEGUN, WRITEABLE, "write gives 100", "write gives 0", WRITEABLE, "write gives 50", ...CLOSED],
		{
			body: ["x".repeat(100), "x".repeat(5700), "x".repeat(50)],
			on: {
				RAW_WRITEABLE({ stage, session }) {
					// the second one follows at once
					do stage.say(`write gives ${stage.write(session, session.body.shift() as string)}`);
					while (session.body.length === 2);
					if (session.body.length > 0) stage.wantWritable(session);
				},
			},
		},
		(stage) => {
			stage.advance();
			stage.network.peer.finish();
		},
	),
	told(
		"What is of HTTP has no effect, or throws.",
		["one"],
		[
			...BEGUN,
			rx("one"),
			"read gives 0",
			"status 0, version , no fields",
			"RangeError",
			"Error",
			"write gives 0",
			...CLOSED,
		],
		{},
		(stage, session) => {
			stage.say(`read gives ${stage.read(session)}`);
			stage.bodyPending(session, false);
			const { wsi } = session;
			const names = lws.headerNames(wsi).length + Number(lws.headerValue(wsi, "x") !== undefined);
			const version = lws.httpClientHttpVersion(wsi);
			stage.say(`status ${lws.httpClientHttpResponse(wsi)}, version ${version}, ${names === 0 ? "no" : names} fields`);
			for (const call of [() => stage.write(session, "x", true), () => stage.addField(session, "X", "y")]) {
				try {
					call();
				} catch (error) {
					stage.say((error as Error).name);
				}
			}
			stage.say(`write gives ${stage.write(session, "")}`);
			stage.network.peer.finish();
		},
	),
	{
		title: "More segments than one turn takes are all told.",
		stage: { receiveBuffer: 64 },
		run(stage) {
			serve(stage);
			const session = raw(stage);
			stage.advance();
			stage.network.peer.deliver("x".repeat(64 * 20));
			stage.advance();
			stage.say(`${session.content.length} bytes`);
			stage.network.peer.finish();
			stage.advance();
		},
		trace: [...BEGUN, ...Array(20).fill(rx("x".repeat(64))), "1280 bytes", ...CLOSED],
	},
];

function ofHttpEnd(name: string): string[] {
	return of(name, "CLIENT_HTTP_DROP_PROTOCOL", "CLOSED_CLIENT_HTTP", "WSI_DESTROY");
}
