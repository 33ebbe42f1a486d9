/** Handshakes that do not succeed. */
import * as lws from "lws-xs";
import { switching } from "../double/websocket.js";
import { at, head, type Scenario, sized } from "./scenario.js";
import { FIN, type Handler, RESET, type Script } from "./stage.js";
import {
	ANSWERED,
	type Meet,
	type More,
	OPEN,
	PEER_CLOSED,
	WS_BEGUN,
	WS_BOUND,
	websocket,
	ws,
	wsFailed,
} from "./websocket.js";

/** The handshake is answered by what is no 101. */
function refused(title: string, script: Script, trace: readonly string[], more: More = {}): Scenario {
	const { stage: stageOptions, later, ...options } = more;
	return {
		title,
		trace,
		...(stageOptions && { stage: stageOptions }),
		run(stage) {
			stage.serve(script);
			websocket(stage, options);
			stage.advance(30_000);
			stage.say(`${stage.network.open} open`);
		},
	};
}

function read(text: string): string {
	return `RECEIVE_CLIENT_HTTP_READ ${text.length} ${text}`;
}

const NONE = "0 open @30000";
const MOVED = head("302 Found", "Location: /new", "Content-Length: 0");

const refusals: Scenario[] = [
	refused(
		"A refusal is told with its body, unasked.",
		[`${head(404, "Content-Length: 7")}nothing`],
		[...ANSWERED, read("nothing"), ...wsFailed("ws:refused yes"), NONE],
	),
	refused(
		"A refusal without a body.",
		[head(404, "Content-Length: 0")],
		[...ANSWERED, ...wsFailed("ws:refused yes"), NONE],
	),
	refused(
		"A refusal in chunks, and to the end of the connection.",
		[head(403, "Transfer-Encoding: chunked"), "2\r\nno\r\n5\r\nthank\r\n", "0\r\n\r\n"],
		[...ANSWERED, read("no"), read("thank"), ...wsFailed("ws:refused yes"), NONE],
	),
	refused(
		"A refusal whose body is ended by the connection.",
		[head(403), "no", FIN],
		[...ANSWERED, read("no"), ...wsFailed("ws:refused yes"), NONE],
	),
	refused(
		"A refusal that is cut off is a refusal.",
		[head(403, "Content-Length: 10"), "no", FIN],
		[...ANSWERED, read("no"), ...wsFailed("ws:refused yes"), NONE],
	),
	refused(
		"A refusal that ends in a reset is a refusal.",
		[head(403, "Content-Length: 10"), "no", RESET],
		[...ANSWERED, read("no"), ...wsFailed("ws:refused yes"), NONE],
	),
	refused(
		"A refusal whose body is malformed is a refusal.",
		[head(403, "Transfer-Encoding: chunked"), "xyz"],
		[...ANSWERED, ...wsFailed("ws:refused yes"), NONE],
	),
	refused(
		"A body of a refusal that never ends is waited for one second.",
		[head(404), "one", "two"],
		[...ANSWERED, read("one"), read("two"), ...at(1000, ...wsFailed("ws:refused yes")), NONE],
	),
	refused(
		"Of a long body of a refusal 4096 bytes are told.",
		[head(404, "Content-Length: 9000"), ...Array(20).fill("x".repeat(256))],
		[...ANSWERED, ...Array(16).fill(read("x".repeat(256))), ...wsFailed("ws:refused yes"), NONE],
	),
	refused(
		"What the body of a refusal does not want is not told: the application refuses it.",
		[head(404, "Content-Length: 6"), "one", "two"],
		[...ANSWERED, read("one"), ...wsFailed("app:callback-refused yes"), NONE],
		{
			on: { RECEIVE_CLIENT_HTTP_READ: () => -1 },
		},
	),
	refused("200 is no WebSocket.", [sized("ok")], [...ANSWERED, read("ok"), ...wsFailed("ws:refused yes"), NONE]),
	refused("204 has no body.", [head(204)], [...ANSWERED, ...wsFailed("ws:refused yes"), NONE]),
	refused(
		"401 has an error of its own, and the challenge can be read.",
		[head(401, 'WWW-Authenticate: Basic realm="x"', "Content-Length: 0")],
		[...ANSWERED, '401 Basic realm="x"', ...wsFailed("ws:unauthorized yes"), NONE],
		{
			on: { ESTABLISHED_CLIENT_HTTP: sayField("www-authenticate") },
		},
	),
	refused(
		"The fields of a refusal can be read until CLIENT_CONNECTION_ERROR has returned.",
		[`${head(429, "X-Why: much", "Content-Length: 1")}x`],
		[...ANSWERED, read("x"), wsFailed("ws:refused yes")[0] as string, "429 much", ...wsFailed("").slice(1), NONE],
		{
			on: { CLIENT_CONNECTION_ERROR: sayField("x-why") },
		},
	),
	refused(
		"407 comes from a proxy on the way.",
		[head(407, "Content-Length: 0")],
		[...ANSWERED, ...wsFailed("ws:proxy-authentication yes"), NONE],
	),
	refused(
		"A redirect is not followed; where it leads can be read.",
		[MOVED],
		[...ANSWERED, "302 /new", ...wsFailed("ws:redirected yes"), NONE],
		{ on: { ESTABLISHED_CLIENT_HTTP: sayField("location") } },
	),
	refused(
		"A second of silence in the head of the answer is not too long, but 20 are.",
		["HTTP/1.1 101 Sw"],
		[...WS_BEGUN, ...at(20_000, ...wsFailed("timeout:first-byte maybe")), NONE],
	),
	refused(
		"A server that ends the connection instead of answering.",
		[FIN],
		[...WS_BEGUN, ...wsFailed("h1:empty-reply maybe"), NONE],
	),
	refused(
		"A server that ends the connection inside the answer.",
		["HTTP/1.1 101 Switching", FIN],
		[...WS_BEGUN, ...wsFailed("h1:truncated-head maybe"), NONE],
	),
	refused("What answers is no HTTP.", ["SSH-2.0-x\r\n"], [...WS_BEGUN, ...wsFailed("h1:not-http maybe"), NONE]),
	refused(
		"The application refuses the answer in ESTABLISHED_CLIENT_HTTP, whatever it is.",
		[sized("ok")],
		[...ANSWERED, ...wsFailed("app:callback-refused yes"), NONE],
		{ on: { ESTABLISHED_CLIENT_HTTP: () => 1 } },
	),
];

function sayField(name: string): Handler {
	return ({ stage, wsi }) => stage.say(`${lws.httpClientHttpResponse(wsi)} ${lws.headerValue(wsi, name)}`);
}

/** 101 that is wrong: what the answer ought to be is changed. */
function wrong(title: string, change: (answer: string) => string, code: string, more: More = {}): Scenario {
	return ws(
		title,
		(server) => server.send(change(server.answer)),
		[...ANSWERED, ...wsFailed(`${code} yes`), "0 open"],
		{
			...more,
			later: (stage) => stage.say(`${stage.network.open} open`),
		},
	);
}

const without = (name: string) => (answer: string) => answer.replace(new RegExp(`^${name}: .*\r\n`, "m"), "");
const adding =
	(...fields: string[]) =>
	(answer: string) =>
		answer.replace("Upgrade: websocket\r\n", `Upgrade: websocket\r\n${fields.join("\r\n")}\r\n`);

const wrongs: Scenario[] = [
	wrong("101 without Upgrade.", without("Upgrade"), "ws:bad-upgrade"),
	wrong(
		"101 that upgrades to something else.",
		(answer) => answer.replace("websocket", "websocket2"),
		"ws:bad-upgrade",
	),
	wrong("101 without Connection.", without("Connection"), "ws:bad-upgrade"),
	wrong(
		"101 whose Connection does not say upgrade.",
		(answer) => answer.replace("Connection: Upgrade", "Connection: close"),
		"ws:bad-upgrade",
	),
	wrong("101 without Sec-WebSocket-Accept.", without("Sec-WebSocket-Accept"), "ws:bad-accept"),
	wrong(
		"101 with another Sec-WebSocket-Accept.",
		(answer) => answer.replace(/Accept: ./, (start) => (start.endsWith("A") ? "Accept: B" : "Accept: A")),
		"ws:bad-accept",
	),
	wrong(
		"101 with an empty Sec-WebSocket-Accept.",
		(answer) => answer.replace(/Accept: .*/, "Accept:"),
		"ws:bad-accept",
	),
	wrong("101 with the accept of no key at all.", () => switching(""), "ws:bad-accept"),
	wrong(
		"101 with two Sec-WebSocket-Accept, also when they are the same.",
		(answer) => answer.replace(/^Sec-WebSocket-Accept.*\r\n/m, "$&$&"),
		"ws:bad-accept",
	),
	wrong("101 with a subprotocol, where none was offered.", adding("Sec-WebSocket-Protocol: one"), "ws:bad-subprotocol"),
	wrong(
		"101 with another subprotocol than those offered.",
		adding("Sec-WebSocket-Protocol: One"),
		"ws:bad-subprotocol",
		{ protocol: "one, two" },
	),
	wrong("101 with two subprotocols in one field.", adding("Sec-WebSocket-Protocol: one, two"), "ws:bad-subprotocol", {
		protocol: "one, two",
	}),
	wrong(
		"101 with two fields of subprotocols.",
		adding("Sec-WebSocket-Protocol: one", "Sec-WebSocket-Protocol: one"),
		"ws:bad-subprotocol",
		{ protocol: "one, two" },
	),
	wrong("101 with an empty subprotocol.", adding("Sec-WebSocket-Protocol:"), "ws:bad-subprotocol", { protocol: "one" }),
	wrong(
		"101 with an extension, where none was offered.",
		adding("Sec-WebSocket-Extensions: permessage-deflate"),
		"ws:bad-extension",
	),
	wrong(
		"101 with the accept pushed out of a small table by other fields.",
		adding(...Array(9).fill("X-Flood: x")),
		"h1:head-too-long",
		{ stage: { headFields: 8 } },
	),
	ws(
		"Fields that are not kept push nothing out.",
		(server) => {
			server.send(adding(...Array(50).fill("X-Flood: x"))(server.answer));
			server.close(1000);
		},
		[...OPEN, ...PEER_CLOSED],
		{ stage: { headFields: 8 }, keepHeaders: [] },
	),
	ws(
		"No subprotocol is an answer, too: whether that will do, the application knows.",
		(server) => {
			server.open();
			server.close(1000);
		},
		[...OPEN, ...PEER_CLOSED],
		{ protocol: "one, two" },
	),
];

const open: Meet = (server) => server.open();
const threw = () => {
	throw new Error("thrown");
};

/** The end comes from a callback before the WebSocket is open. */
function inHandshake(reason: string, index: number, closes: boolean): Scenario[] {
	const begun = [
		...WS_BOUND,
		"CLIENT_APPEND_HANDSHAKE_HEADER",
		"ESTABLISHED_CLIENT_HTTP",
		"CLIENT_FILTER_PRE_ESTABLISH",
		"CLIENT_ESTABLISHED",
	];
	const told = begun.slice(0, index + 1);
	const error = index > 2 ? "yes" : "no";
	const ways: [string, string, Handler][] = [
		["refuses it", "app:callback-refused", () => 1],
		["throws", "app:callback-threw", threw],
		["calls contextDestroy", "app:context-destroyed", ({ stage }) => stage.destroy()],
		["calls close", "app:closed", ({ stage, session }) => stage.close(session)],
	];
	return ways
		.slice(0, reason === "CLIENT_ESTABLISHED" ? 2 : 4)
		.map(([how, code, act]) =>
			ws(
				`The application ${how} in ${reason}.`,
				open,
				[...told, ...wsFailed(`${code} ${error}`), ...(closes ? ["> CLOSE 1001"] : [])],
				{ on: { [reason]: act } },
			),
		);
}

export const wsRefusals: readonly Scenario[] = [
	...refusals,
	...wrongs,
	...inHandshake("WS_CLIENT_BIND_PROTOCOL", 0, false),
	...inHandshake("WSI_CREATE", 1, false),
	...inHandshake("CLIENT_APPEND_HANDSHAKE_HEADER", 2, false),
	...inHandshake("ESTABLISHED_CLIENT_HTTP", 3, false),
	...inHandshake("CLIENT_FILTER_PRE_ESTABLISH", 4, true),
	...inHandshake("CLIENT_ESTABLISHED", 5, true),
];
