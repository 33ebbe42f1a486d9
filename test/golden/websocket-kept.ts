/** Handshakes that are tried again, and connections that are kept. */
import * as lws from "lws-xs";
import { at, got, head, of, received, type Scenario, sized } from "./scenario.js";
import { FIN, type RequestOptions, type Script, type Stage } from "./stage.js";
import {
	ANSWERED,
	type Meet,
	OPEN,
	PEER_CLOSED,
	serveWebSocket,
	WE_CLOSED,
	WS_BEGUN,
	WS_CLOSED,
	websocket,
	wsClosed,
	wsFailed,
} from "./websocket.js";

function read(text: string): string {
	return `RECEIVE_CLIENT_HTTP_READ ${text.length} ${text}`;
}

/** Retries of the handshake, by a table of waits. */
function retried(title: string, scripts: readonly Script[], trace: readonly string[], policy = {}): Scenario {
	return {
		title,
		trace,
		run(stage) {
			stage.serve(...scripts);
			serveWebSocket(stage, (server) => {
				server.open();
				server.close(1000);
			});
			websocket(stage, { retryAndIdlePolicy: { retryMsTable: [100, 200], jitterPercent: 0, ...policy } });
			stage.advance(100_000);
			sayKeys(stage);
		},
	};
}

function sayKeys(stage: Stage): void {
	const keys = new Set(stage.requests.map((request) => /^sec-websocket-key: (.*)\r$/im.exec(request)?.[1]));
	stage.say(`${stage.requests.length} requests, ${keys.size} keys`);
}

const BUSY = head(503, "Retry-After: 3", "Content-Length: 4");
const retries: Scenario[] = [
	retried(
		"503 is tried again after the time that it says, with another key.",
		[[`${BUSY}busy`]],
		[...WS_BEGUN, ...at(3000, ...OPEN.slice(3), ...PEER_CLOSED), "2 requests, 2 keys @100000"],
	),
	retried(
		"503 whose body does not come is tried again, too.",
		[[BUSY]],
		[...WS_BEGUN, ...at(4000, ...OPEN.slice(3), ...PEER_CLOSED), "2 requests, 2 keys @100000"],
	),
	retried(
		"A connection that ends before the answer is tried again.",
		[[FIN], ["HTTP/1.1 1", FIN]],
		[...WS_BEGUN, ...at(300, ...OPEN.slice(3), ...PEER_CLOSED), "3 requests, 3 keys @100000"],
	),
	retried(
		"503 is told when nothing is left of the table.",
		[[`${head(503, "Content-Length: 0")}`], [sized("no")]],
		[
			...WS_BEGUN,
			...at(100, "ESTABLISHED_CLIENT_HTTP", read("no"), ...wsFailed("ws:refused yes")),
			"2 requests, 2 keys @100000",
		],
	),
	retried(
		"404 is not tried again.",
		[[head(404, "Content-Length: 0")]],
		[...ANSWERED, ...wsFailed("ws:refused yes"), "1 requests, 1 keys @100000"],
	),
	retried(
		"A handshake that is wrong is not tried again.",
		[[head(101, "Upgrade: websocket", "Connection: upgrade")]],
		[...ANSWERED, ...wsFailed("ws:bad-accept yes"), "1 requests, 1 keys @100000"],
	),
	{
		title: "A connection on which a handshake was refused takes the next handshake, and no request.",
		run(stage) {
			serveWebSocket(stage, (server) => server.refuse(head(401, "Content-Length: 0")));
			stage.serve([sized("ok")]);
			serveWebSocket(stage, (server) => {
				server.open();
				server.close(1000);
			});
			websocket(stage);
			stage.advance();
			stage.request();
			stage.advance();
			websocket(stage);
			stage.advance();
			stage.say(`${stage.network.peers.length} connections`);
		},
		trace: [
			...ANSWERED,
			...wsFailed("ws:unauthorized yes"),
			...of("b", ...got(received("ok"))),
			...of("c", ...OPEN, PEER_CLOSED[0] as string),
			"> CLOSE 1000",
			...of("c", ...WS_CLOSED),
			"2 connections",
		],
	},
	{
		title: "What has been open is not tried again, not even after a reset.",
		run(stage) {
			serveWebSocket(stage, (server) => {
				server.open();
				stage.later(4, () => server.peer.reset());
			});
			websocket(stage, { retryAndIdlePolicy: { retryMsTable: [100] } });
			stage.advance(10_000);
			stage.say(`${stage.network.peers.length} connections`);
		},
		trace: [
			...OPEN,
			...wsFailed("").slice(1, 2),
			"CLIENT_CLOSED 0 tcp:reset yes",
			"WSI_DESTROY",
			"1 connections @10000",
		],
	},
];

/** A connection that is kept; each attempt is met by the next function, or not at all. */
function kept(
	title: string,
	meets: readonly Meet[],
	trace: readonly string[],
	body: (stage: Stage, kept: lws.KeptConnection<never>) => void,
	policy: lws.RetryPolicy = { retryMsTable: [100, 200, 400], jitterPercent: 0 },
	options: RequestOptions = {},
): Scenario {
	return {
		title,
		trace,
		run(stage) {
			serveWebSocket(stage, ...meets);
			const kept = stage.keep({ method: undefined, retryAndIdlePolicy: policy, ...options });
			body(stage, kept);
		},
	};
}

const fails: Meet = (server) => server.refuse(head(503, "Connection: close", "Content-Length: 0"));
const stands: Meet = (server) => server.open();
const ends: Meet = (server) => {
	server.open();
	server.peer.finish();
};
const FAILED = [...ANSWERED, ...wsFailed("ws:refused yes")];
const ENDED = [...OPEN, ...wsClosed("ws:abnormal-closure yes")];

function closeAtLast(stage: Stage, kept: lws.KeptConnection<never>): void {
	kept.stop();
	stage.witness.call("close", () => lws.close(kept.wsi));
	stage.advance();
}

const keeping: Scenario[] = [
	kept(
		"A kept connection comes back after each of the waits, and then after the last one again.",
		[fails, fails, fails, fails, stands],
		[
			...FAILED,
			...at(100, ...FAILED),
			...at(300, ...FAILED),
			...at(700, ...FAILED),
			...at(1100, ...OPEN),
			"4 attempts @2000",
			...at(2000, ...WE_CLOSED),
			"11000 @11000",
		],
		(stage, kept) => {
			stage.advance(2000);
			stage.say(`${kept.attempts} attempts`);
			closeAtLast(stage, kept);
			stage.advance(9000);
			stage.say(`${stage.clock.now}`);
		},
	),
	kept(
		"One that stood for longer than the wait before begins with the first wait again; one that did not goes on.",
		[fails, fails, ends, stands, stands],
		[
			...FAILED,
			...at(100, ...FAILED),
			...at(300, ...ENDED),
			...at(700, ...OPEN),
			...at(2000, ...wsClosed("ws:abnormal-closure yes")),
			...at(2100, ...OPEN, "1 attempts"),
			...at(2100, ...WE_CLOSED),
		],
		(stage, kept) => {
			stage.advance(2000);
			stage.network.peer.finish();
			stage.advance(100);
			stage.say(`${kept.attempts} attempts`);
			closeAtLast(stage, kept);
		},
	),
	kept(
		"A refusal whose body keeps one waiting is no connection that stood.",
		[(server) => server.send(head(503)), (server) => server.send(head(503)), stands],
		[
			...ANSWERED,
			...at(1000, ...wsFailed("ws:refused yes")),
			...at(1100, ...ANSWERED),
			...at(2100, ...wsFailed("ws:refused yes")),
			...at(2300, ...OPEN),
			...at(3000, ...WE_CLOSED),
		],
		(stage, kept) => {
			stage.advance(3000);
			closeAtLast(stage, kept);
		},
	),
	kept(
		"It comes back when the server has closed in order, and when the application has, until it is stopped.",
		[
			(server) => {
				server.open();
				server.close(1000);
			},
			stands,
			stands,
		],
		[
			...OPEN,
			...PEER_CLOSED,
			...at(100, ...OPEN),
			...at(250, ...WE_CLOSED),
			...at(350, ...OPEN),
			...at(1000, ...WE_CLOSED),
		],
		(stage, kept) => {
			stage.advance(250);
			stage.witness.call("close", () => lws.close(kept.wsi));
			stage.advance(750);
			closeAtLast(stage, kept);
			stage.advance(1000);
		},
	),
	kept(
		"stop while it waits: no other connection is made.",
		[fails, stands],
		[...FAILED, "0 timers @50", "1 connections @10050"],
		(stage, kept) => {
			stage.advance(50);
			kept.stop();
			kept.stop();
			stage.say(`${stage.clock.timers} timers`);
			stage.advance(10_000);
			stage.say(`${stage.network.peers.length} connections`);
		},
	),
	kept(
		"stop while it connects leaves the present connection.",
		[stands, stands],
		[...OPEN, ...at(1000, ...WE_CLOSED)],
		(stage, kept) => {
			kept.stop();
			stage.advance(1000);
			stage.witness.call("close", () => lws.close(kept.wsi));
			stage.advance(1000);
		},
	),
	kept("contextDestroy while it waits ends it.", [fails, stands], [...FAILED, "1 connections @1050"], (stage) => {
		stage.advance(50);
		stage.destroy();
		stage.advance(1000);
		stage.say(`${stage.network.peers.length} connections`);
	}),
	kept(
		"contextDestroy while it stands ends it.",
		[stands, stands],
		[...OPEN, "> CLOSE 1001 @50", ...at(50, ...wsClosed("app:context-destroyed yes"))],
		(stage) => {
			stage.advance(50);
			stage.destroy();
			stage.advance(1000);
		},
	),
	kept(
		"A connection that cannot be made is tried again.",
		[stands],
		[
			...WS_BEGUN.slice(0, 2),
			...at(50, ...wsFailed("timeout:connect no")),
			...at(150, ...OPEN),
			...at(1000, ...WE_CLOSED),
		],
		(stage, kept) => {
			const { connect } = stage;
			stage.connect = (_peer) => {
				stage.connect = connect;
			};
			stage.advance(1000);
			closeAtLast(stage, kept);
		},
		undefined,
		{ deadlines: { connect: 50 } },
	),
	kept(
		"Without a table the waits are 1, 2, 4, 8, 15, and 30 seconds again and again.",
		Array(8).fill(fails),
		["0 1000 3000 7000 15000 30000 60000 90000 connections @100000"],
		(stage, kept) => {
			const times: number[] = [];
			const { connect } = stage;
			stage.connect = (peer) => {
				times.push(stage.clock.now);
				connect(peer);
			};
			stage.advance(100_000);
			kept.stop();
			stage.log.length = 0;
			stage.say(`${times.join(" ")} connections`);
		},
		{ jitterPercent: 0 },
	),
];

export const wsKept: readonly Scenario[] = [...retries, ...keeping];
