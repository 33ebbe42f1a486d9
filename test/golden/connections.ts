/** Connections that serve several requests, and those that cannot. */
import {
	at,
	BEGUN,
	BOUND,
	CHUNKED,
	CLOSED,
	COMPLETED,
	chunk,
	FIN,
	failed,
	got,
	HEAD,
	head,
	LAST_CHUNK,
	of,
	received,
	type Scenario,
	sized,
	WRITEABLE,
} from "./scenario.js";
import { RESET, type Stage } from "./stage.js";

const APPEND = "CLIENT_APPEND_HANDSHAKE_HEADER";
const answered = (text: string) => [...HEAD, ...received(text), COMPLETED, ...CLOSED];
/** Two requests one after the other, and how many connections they took. */
function two(
	title: string,
	first: string,
	connections: number,
	options: { gap?: number; fin?: boolean } = {},
): Scenario {
	const { gap = 0, fin = false } = options;
	return {
		title,
		run(stage) {
			stage.serve(fin ? [first, FIN] : [first], [sized("two")]);
			stage.request();
			stage.advance(gap);
			stage.request({ path: "/two" });
			stage.advance();
			stage.say(`${stage.network.peers.length} connections`);
		},
		trace: [...got(received("one")), ...at(gap, ...of("b", ...got(received("two"))), `${connections} connections`)].map(
			(line) => line.replace(/ @0$/, ""),
		),
	};
}

function sayConnections(stage: Stage): void {
	stage.say(`${stage.network.peers.length} connections`);
}

/** The second request goes out on a connection that the server gives up without an answer. */
function stale(title: string, how: typeof FIN | typeof RESET, method: string, trace: readonly string[]): Scenario {
	return {
		title,
		run(stage) {
			stage.serve([sized("one")], [how], [sized("two")]);
			stage.request();
			stage.advance();
			stage.request({ method });
			stage.advance();
			sayConnections(stage);
		},
		trace: [...got(received("one")), ...of("b", ...trace), `${trace[3] === HEAD[0] ? 2 : 1} connections`],
	};
}

export const connections: Scenario[] = [
	two("Two requests use one connection when the server keeps it.", sized("one"), 1),
	two(
		"Connection: close makes the second request open another connection.",
		`${head(200, "Connection: close", "Content-Length: 3")}one`,
		2,
	),
	two("An HTTP/1.0 connection is closed.", "HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\none", 2),
	two(
		"An HTTP/1.0 connection is kept when the server says so.",
		"HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 3\r\n\r\none",
		1,
	),
	two("A connection on which bytes came after the end is closed.", `${sized("one")}rubbish`, 2),
	two("A chunked response leaves its connection to the next.", CHUNKED + chunk("one") + LAST_CHUNK, 1),
	two("A connection that the server closes while idle is not used.", sized("one"), 2, { fin: true }),
	two("A connection that has been idle for less than five seconds is used.", sized("one"), 1, { gap: 4999 }),
	two("A connection that has been idle for five seconds is closed.", sized("one"), 2, { gap: 5000 }),
	{
		title: "A second request at the same time has a connection of its own, a third waits for one.",
		run(stage) {
			stage.serve([sized("one")], [sized("two")], [sized("six")]);
			for (let i = 0; i < 3; i++) stage.request();
			stage.advance();
			sayConnections(stage);
		},
		trace: [
			...BOUND,
			...of("b", ...BOUND),
			...of("c", ...BOUND),
			APPEND,
			...of("b", APPEND),
			...answered("one"),
			...of("c", APPEND),
			...of("b", ...answered("two")),
			...of("c", ...answered("six")),
			"2 connections",
		],
	},
	{
		title: "LCCSCF_PIPELINE is accepted, and requests share a connection.",
		stage: { connections: 1 },
		run(stage) {
			stage.serve([sized("one")], [sized("two")]);
			for (let i = 0; i < 2; i++) stage.request({ sslConnection: 1 << 16 });
			stage.advance();
			sayConnections(stage);
		},
		trace: [
			...BOUND,
			...of("b", ...BOUND),
			APPEND,
			...answered("one"),
			...of("b", APPEND, ...answered("two")),
			"1 connections",
		],
	},
	stale(
		"A GET on a kept connection that turns out to be closed is sent again, once.",
		FIN,
		"GET",
		got(received("two")),
	),
	stale(
		"A GET on a kept connection that turns out to be reset is sent again, once.",
		RESET,
		"GET",
		got(received("two")),
	),
	stale("A POST on a kept connection that turns out to be closed is an error.", FIN, "POST", [
		...BEGUN,
		...failed("h1:empty-reply maybe"),
	]),
	stale("A POST on a kept connection that turns out to be reset is an error.", RESET, "POST", [
		...BEGUN,
		...failed("tcp:reset maybe"),
	]),
	{
		title: "A GET is not sent a third time.",
		run(stage) {
			stage.serve([sized("one")], [FIN], [FIN], [sized("two")]);
			stage.request();
			stage.advance();
			stage.request();
			stage.advance();
			sayConnections(stage);
		},
		trace: [...got(received("one")), ...of("b", ...BEGUN, ...failed("h1:empty-reply maybe")), "2 connections"],
	},
	{
		title: "A GET that finds a kept connection closed is sent again on a fresh one, though another is kept.",
		run(stage) {
			stage.serve([sized("one")], [sized("two")], [FIN], [sized("six")]);
			stage.request();
			stage.request();
			stage.advance();
			stage.log.length = 0;
			stage.request();
			stage.advance();
			sayConnections(stage);
		},
		trace: [...of("c", ...got(received("six"))), "3 connections"],
	},
	{
		title: "A GET whose response had begun before a reset is not sent again.",
		run(stage) {
			stage.serve([sized("one")], ["HTTP/1.1 ", RESET], [sized("two")]);
			stage.request();
			stage.advance();
			stage.request();
			stage.advance();
		},
		trace: [...got(received("one")), ...of("b", ...BEGUN, ...failed("tcp:reset maybe"))],
	},
	{
		title: "A PUT whose body has begun is not sent again on another connection.",
		run(stage) {
			stage.serve([sized("one")], [FIN]);
			stage.request();
			stage.advance();
			stage.request({ method: "PUT", body: ["x"] });
			stage.advance();
			sayConnections(stage);
		},
		trace: [
			...got(received("one")),
			...of("b", ...BEGUN, WRITEABLE, ...failed("h1:empty-reply maybe")),
			"1 connections",
		],
	},
	{
		title: "A connection on which something comes unasked is not used.",
		run(stage) {
			stage.serve([sized("one")], [sized("two")]);
			stage.request();
			stage.advance();
			stage.network.peer.deliver(sized("unasked"));
			stage.advance();
			stage.say(`${stage.network.open} open`);
			stage.request();
			stage.advance();
			sayConnections(stage);
		},
		trace: [...got(received("one")), "0 open", ...of("b", ...got(received("two"))), "2 connections"],
	},
	{
		title: "An idle connection gives way to one to another destination when there is room for one only.",
		stage: { connections: 1 },
		run(stage) {
			stage.serve([sized("one")], [sized("two")]);
			stage.request();
			stage.advance();
			stage.request({ port: 81 });
			stage.advance();
			sayConnections(stage);
			stage.say(`${stage.network.open} open`);
		},
		trace: [...got(received("one")), ...of("b", ...got(received("two"))), "2 connections", "1 open"],
	},
	{
		title: "With keepWarm 0 every request has a connection of its own.",
		stage: { keepWarm: 0 },
		run(stage) {
			stage.serve([sized("one")], [sized("two")]);
			stage.request();
			stage.advance();
			stage.request();
			stage.advance();
			sayConnections(stage);
		},
		trace: [...got(received("one")), ...of("b", ...got(received("two"))), "2 connections"],
	},
];
