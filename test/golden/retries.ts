/** Retries by retryAndIdlePolicy. */
import * as lws from "lws-xs";
import { Faults } from "../double/faults.js";
import type { Peer } from "../double/peer.js";
import { ANSWERED, OK, type Options, scenario, WRITEABLE } from "./redirect.js";
import { at, BEGUN, BOUND, CLOSED, COMPLETED, failed, HEAD, head, received, type Scenario, sized } from "./scenario.js";
import { FIN, RESET, type Script } from "./stage.js";

/** Without jitter, so that it comes the same each time. */
export function policy(...retryMsTable: number[]): lws.RetryPolicy {
	return { retryMsTable, jitterPercent: 0 };
}

export function refusing(status: number | string, ...fields: string[]): string {
	return `${head(status, "Content-Length: 4", ...fields)}busy`;
}

const BUSY = refusing(503);
const GET = "> GET / | Host: h";
const THERE = "at 192.0.2.1:80";

/** The first attempts end as `scripts` say, the last one is answered. */
function retried(title: string, scripts: (string | Script)[], time: number, lines: string[], options: Options = {}) {
	const { retryAndIdlePolicy = policy(100), ...rest } = options;
	return scenario(
		title,
		[...scripts, OK],
		[...BEGUN, ...at(time, ...ANSWERED, ...lines.map((line) => line.replace(/ @\d+$/, "")))],
		{ time, retryAndIdlePolicy, ...rest },
	);
}

function delivered(title: string, answer: string, options: Options = {}): Scenario {
	return scenario(title, [answer], [...BEGUN, ...HEAD, ...received("busy"), COMPLETED, ...CLOSED, GET, THERE], {
		retryAndIdlePolicy: policy(100),
		...options,
	});
}

const POST: Options = {
	method: "POST",
	fields: [["Content-Length", "3"]],
	body: ["abc"],
};
const POSTED = "> POST / | Host: h | Content-Length: 3 | abc";
/** The body again after `rewind`. */
const again: Options = {
	rewind() {},
	on: {
		CLIENT_HTTP_WRITEABLE({ stage, session }) {
			stage.write(session, "abc", true);
		},
	},
};

/** Sockets connect as `each` says, one after another; those after the last one are accepted. */
function connecting(
	title: string,
	each: ((peer: Peer) => void)[],
	trace: readonly string[],
	options: Options = {},
): Scenario {
	const { time = 0, ...request } = options;
	return {
		title,
		trace,
		run(stage) {
			const left = [...each];
			stage.connect = (peer) => (left.shift() ?? ((late: Peer) => late.accept()))(peer);
			stage.serve([OK]);
			stage.request({ retryAndIdlePolicy: policy(100), ...request });
			stage.advance(time);
			stage.say(`${stage.network.peers.length} sockets, ${stage.requests.length} requests`);
		},
	};
}

/** Fails the next write once it is armed. */
class Deaf extends Faults {
	isArmed = false;
	override count(kind: string): void {
		super.count(kind);
		if (!this.isArmed || kind !== "write") return;
		this.isArmed = false;
		throw new Error("the connection is gone");
	}
}
const deaf = new Deaf();

const refuse = (peer: Peer) => peer.refuse();
const silent = () => {};

export const retries: Scenario[] = [
	...[408, 429, 502, 503, 504].map((status) =>
		retried(`${status} is retried on the same connection, and not delivered.`, [refusing(status)], 100, [
			GET,
			GET,
			THERE,
		]),
	),
	...[400, 404, 500, 501, 505].map((status) =>
		delivered(`${status} is delivered, whatever the policy.`, refusing(status)),
	),
	delivered("503 is delivered without a policy.", BUSY, { retryAndIdlePolicy: undefined as never }),
	delivered("503 is delivered when no retry is left.", BUSY, {
		retryAndIdlePolicy: { retryMsTable: [100], concealCount: 0 },
	}),
	scenario(
		"The table is gone through once, and the last response is delivered.",
		[BUSY, BUSY, BUSY],
		[...BEGUN, ...at(300, ...HEAD, ...received("busy"), COMPLETED, ...CLOSED, GET, GET, GET, THERE)],
		{ retryAndIdlePolicy: policy(100, 200), time: 300 },
	),
	retried(
		"concealCount makes more retries than the table has, by its last entry.",
		[BUSY, BUSY, BUSY, BUSY],
		100 + 3 * 50,
		[GET, GET, GET, GET, GET, THERE],
		{
			retryAndIdlePolicy: { ...policy(100, 50), concealCount: 4 },
		},
	),
	retried("Retry-After in seconds is waited for.", [refusing(503, "Retry-After: 2")], 2000, [GET, GET, THERE]),
	retried("Retry-After never shortens the wait.", [refusing(429, "Retry-After: 0")], 100, [GET, GET, THERE]),
	...["-1", "1e9", "soon", "", "0x10", "1.5", "10 s"].map((value) =>
		retried(`Retry-After: ${value} is none.`, [refusing(503, `Retry-After: ${value}`)], 100, [GET, GET, THERE]),
	),
	...["3601", "1000000000", "9".repeat(40)].map((value) =>
		delivered(
			`503 with Retry-After: ${value} is delivered: nobody waits so long.`,
			refusing(503, `Retry-After: ${value}`),
		),
	),
	delivered("503 is delivered when the wait would outlast the total deadline.", refusing(503, "Retry-After: 2"), {
		deadlines: { total: 2000 },
	}),
	retried(
		"A response of 503 whose body is too long costs its connection.",
		// not as one string: on XS each index into it counts from its beginning
		[(peer) => peer.deliver(head(503, "Content-Length: 20000"), new Uint8Array(17_000))],
		100,
		[GET, GET, `${THERE} 192.0.2.1:80`],
	),
	retried("An empty reply is retried.", [[FIN]], 100, [GET, GET, `${THERE} 192.0.2.1:80`]),
	retried("A head that breaks off is retried.", [["HTTP/1.1 200 OK\r\nX: y", FIN]], 100, [
		GET,
		GET,
		`${THERE} 192.0.2.1:80`,
	]),
	retried("Silence is retried.", [() => {}], 1100, [GET, GET, `${THERE} 192.0.2.1:80`], {
		deadlines: { firstByte: 1000 },
	}),
	scenario(
		"A malformed response is not retried.",
		["HTTP/1.1 xyz\r\n\r\n"],
		[...BEGUN, ...failed("h1:bad-status-line maybe"), GET, THERE],
		{ retryAndIdlePolicy: policy(100) },
	),
	scenario(
		"A body that breaks off is not retried, for some of it was delivered.",
		[["HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nok", FIN]],
		[
			...BEGUN,
			...HEAD,
			...received("ok"),
			"CLIENT_HTTP_DROP_PROTOCOL",
			"CLOSED_CLIENT_HTTP 0 h1:truncated-body yes",
			"WSI_DESTROY",
			GET,
			THERE,
		],
		{ retryAndIdlePolicy: policy(100) },
	),
	scenario(
		"503 of a POST is delivered.",
		[BUSY],
		[...BEGUN, WRITEABLE, ...HEAD, ...received("busy"), COMPLETED, ...CLOSED, POSTED, THERE],
		{ retryAndIdlePolicy: policy(100), ...POST, ...again },
	),
	scenario(
		"A POST without an answer is not sent twice.",
		[[FIN]],
		[...BEGUN, WRITEABLE, ...failed("h1:empty-reply maybe"), POSTED, THERE],
		{ retryAndIdlePolicy: policy(100), ...POST, ...again },
	),
	scenario(
		"A PUT whose body cannot be had again is not sent twice.",
		[[FIN]],
		[...BEGUN, WRITEABLE, ...failed("h1:empty-reply maybe"), POSTED.replace("POST", "PUT"), THERE],
		{ retryAndIdlePolicy: policy(100), ...POST, method: "PUT" },
	),
	scenario(
		"A replayable POST is retried, its body from the beginning.",
		[BUSY, [FIN], OK],
		[
			...BEGUN,
			WRITEABLE,
			// the second time a kept connection was dead, which is no retry of the policy
			...at(100, WRITEABLE, WRITEABLE, ...ANSWERED, POSTED, POSTED, POSTED, `${THERE} 192.0.2.1:80`),
		],
		{ retryAndIdlePolicy: policy(100), time: 100, replayable: true, ...POST, ...again },
	),
	scenario(
		"A replayable POST without a body is retried.",
		[BUSY, OK],
		[
			...BEGUN,
			...at(
				100,
				...ANSWERED,
				"> POST / | Host: h | Content-Length: 0",
				"> POST / | Host: h | Content-Length: 0",
				THERE,
			),
		],
		{ retryAndIdlePolicy: policy(100), time: 100, replayable: true, method: "POST" },
	),
	connecting(
		"A refused connection is retried, and the head is made once.",
		[refuse, refuse],
		[...BOUND, ...at(200, "CLIENT_APPEND_HANDSHAKE_HEADER", ...ANSWERED, "3 sockets, 1 requests")],
		{ time: 200, retryAndIdlePolicy: { ...policy(100), concealCount: 2 } },
	),
	connecting(
		"A POST whose connection is refused is retried, too: nothing of it has left.",
		[refuse],
		[...BOUND, ...at(100, "CLIENT_APPEND_HANDSHAKE_HEADER", WRITEABLE, ...ANSWERED, "2 sockets, 1 requests")],
		{ time: 100, ...POST },
	),
	connecting(
		"A connection that is not answered in time is retried.",
		[silent],
		[...BOUND, ...at(1100, "CLIENT_APPEND_HANDSHAKE_HEADER", ...ANSWERED, "2 sockets, 1 requests")],
		{ time: 1100, deadlines: { connect: 1000 } },
	),
	{
		title: "A name that is not found is asked for again.",
		trace: [...BOUND, ...at(100, "CLIENT_APPEND_HANDSHAKE_HEADER", ...ANSWERED)],
		run(stage) {
			stage.serve([OK]);
			stage.request({ address: "late.test", retryAndIdlePolicy: policy(100) });
			stage.advance(50);
			stage.names.answer("late.test", "192.0.2.1");
			stage.advance(50);
		},
	},
	{
		title: "The total deadline ends the wait by a reset clock of retries.",
		trace: [...BEGUN, ...at(250, ...failed("timeout:total maybe"))],
		run(stage) {
			stage.serve([BUSY], [BUSY], () => {});
			stage.request({ retryAndIdlePolicy: { ...policy(100), concealCount: 9 }, deadlines: { total: 250 } });
			stage.advance(400);
		},
	},
	{
		title: "A wsi that waits for its retry can be closed, and nothing is sent any more.",
		trace: [...BEGUN, ...at(50, ...failed("app:closed maybe")), "1 requests @500"],
		run(stage) {
			stage.serve([BUSY]);
			const session = stage.request({ retryAndIdlePolicy: policy(100) });
			stage.advance(50);
			stage.close(session);
			stage.advance(450);
			stage.say(`${stage.requests.length} requests`);
		},
	},
	{
		title: "A context can be destroyed while a wsi waits for its retry.",
		trace: [...BEGUN, ...at(50, ...failed("app:context-destroyed maybe"))],
		run(stage) {
			stage.serve([BUSY]);
			stage.request({ retryAndIdlePolicy: policy(100) });
			stage.advance(50);
			stage.destroy();
			stage.advance(100);
		},
	},
	{
		title: "A request that waits for its retry leaves its connection to others.",
		stage: { connections: 1 },
		trace: [
			...BEGUN,
			...at(10, ...[...BEGUN, ...ANSWERED].map((line) => `b ${line}`)),
			...at(100, ...ANSWERED, "1 sockets"),
		],
		run(stage) {
			stage.serve([BUSY], [OK], [OK]);
			stage.request({ retryAndIdlePolicy: policy(100) });
			stage.advance(10);
			stage.request();
			stage.advance(90);
			stage.say(`${stage.network.peers.length} sockets`);
		},
	},
	scenario(
		"Retry-After is kept though keepHeaders does not name it.",
		[refusing(503, "X: y", "Retry-After: 1"), OK],
		[...BEGUN, ...at(1000, ...ANSWERED, GET, GET, THERE)],
		{ keepHeaders: ["x"], time: 1000, retryAndIdlePolicy: policy(100) },
	),
	scenario(
		"What comes behind a redirect is retried there.",
		[head(302, "Location: /n", "Content-Length: 0"), BUSY, OK],
		[
			...BEGUN,
			"CLIENT_HTTP_REDIRECT 302 http://h/n",
			...at(100, ...ANSWERED, GET, "> GET /n | Host: h", "> GET /n | Host: h", THERE),
		],
		{ time: 100, retryAndIdlePolicy: policy(100) },
	),
	{
		title: "A kept connection that died is replaced at once, which is no retry of the policy.",
		trace: [
			...BEGUN,
			...ANSWERED,
			...[...BEGUN].map((line) => `b ${line}`),
			...at(100, ...ANSWERED.map((line) => `b ${line}`), "4 requests"),
		],
		run(stage) {
			stage.serve([OK], [RESET], [BUSY], [sized("ok")]);
			stage.request();
			stage.advance();
			stage.request({ retryAndIdlePolicy: policy(100) });
			stage.advance(100);
			stage.say(`${stage.requests.length} requests`);
		},
	},
];

/** A device does not say why a connection failed, nor that a write has come to nothing. */
export const toldRetries: Scenario[] = [
	connecting(
		"When no retry is left the last failure is told.",
		[refuse, refuse],
		[...BOUND, ...at(100, ...failed("tcp:refused no"), "2 sockets, 0 requests")],
		{ time: 100 },
	),
	connecting(
		"What would outlast the total deadline is told at once.",
		[refuse],
		[...BOUND, ...failed("tcp:refused no"), "1 sockets, 0 requests @100"],
		{ time: 100, deadlines: { total: 100 } },
	),
	{
		title: "A POST on a kept connection that takes no byte goes to another one.",
		stage: { faults: deaf },
		trace: [
			...BEGUN,
			...ANSWERED,
			...[...BEGUN, WRITEABLE, ...ANSWERED].map((line) => `b ${line}`),
			"2 sockets, 2 requests",
		],
		run(stage) {
			stage.serve([OK], [OK]);
			stage.request();
			stage.advance();
			deaf.isArmed = true;
			stage.request({ ...POST });
			stage.advance();
			stage.say(`${stage.network.peers.length} sockets, ${stage.requests.length} requests`);
		},
	},
];

const PIPELINED: Options = { sslConnection: lws.LCCSCF_PIPELINE };

/** What was sent ahead is answered for itself. */
export const pipelinedRetries: Scenario[] = [
	{
		title: "A pipelined request is retried, and the one behind it is answered meanwhile.",
		trace: [
			...BEGUN,
			...ANSWERED,
			...BOUND.map((line) => `b ${line}`),
			...BOUND.map((line) => `c ${line}`),
			"b CLIENT_APPEND_HANDSHAKE_HEADER",
			"c CLIENT_APPEND_HANDSHAKE_HEADER",
			...ANSWERED.map((line) => `c ${line}`),
			...at(100, ...ANSWERED.map((line) => `b ${line}`)),
			"3 requests, 1 sockets @100",
		],
		run(stage) {
			// two requests may come in one segment, which the stage takes for one
			stage.serve([OK], [], [OK]);
			stage.request(PIPELINED);
			stage.advance();
			stage.request({ ...PIPELINED, retryAndIdlePolicy: policy(100) });
			stage.request(PIPELINED);
			stage.advance();
			stage.network.peers[0]?.deliver(BUSY + OK);
			stage.advance(100);
			stage.say(`${stage.requests.length} requests, ${stage.network.peers.length} sockets`);
		},
	},
];
