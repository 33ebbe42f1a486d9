/** Silence on a WebSocket, and what lies between: proxies. */
import type * as lws from "lws-xs";
import { Theatre } from "../double/tls.js";
import { frame, Op, text } from "../double/websocket.js";
import { beSocks, beTunnel, HTTP_PROXY, SOCKS_PROXY } from "./proxy.js";
import { at, head, type Scenario } from "./scenario.js";
import type { RequestOptions, Stage, StageOptions } from "./stage.js";
import {
	message,
	OPEN,
	opened,
	PEER_CLOSED,
	serveWebSocket,
	WE_CLOSED,
	WS_BOUND,
	websocket,
	wsClosed,
	wsFailed,
} from "./websocket.js";

const PING = "> PING";
const PONG = "CLIENT_RECEIVE_PONG 0";

/** The server answers the pings or not; `seconds` pass. */
function silence(
	title: string,
	policy: lws.RetryPolicy | undefined,
	isAnswering: boolean,
	seconds: number,
	trace: readonly string[],
	options: RequestOptions = {},
): Scenario {
	return opened(
		title,
		(stage, session, server) => {
			if (isAnswering) server.onFrame = (op, payload) => void (op === Op.Ping && server.send(frame(Op.Pong, payload)));
			stage.advance(seconds * 1000);
			stage.say(`${session.wsi.isEnded ? "over" : "open"}`);
			if (!session.wsi.isEnded) stage.close(session);
		},
		trace,
		{ ...(policy && { retryAndIdlePolicy: policy }), ...options },
	);
}

function over(seconds: number, until: number, code = "timeout:pong"): string[] {
	return [...at(seconds * 1000, ...wsClosed(`${code} yes`)), ...at(until * 1000, "over")];
}

function stays(seconds: number): string[] {
	return at(seconds * 1000, "open", ...WE_CLOSED);
}

const validity: Scenario[] = [
	silence("After 300 seconds of silence the server is asked, after 310 it counts as gone.", undefined, false, 400, [
		...at(300_000, PING),
		...over(310, 400),
	]),
	silence("A server that answers is asked every 300 seconds and a bit.", undefined, true, 1100, [
		...at(300_000, PING, PONG),
		...at(610_000, PING, PONG),
		...at(920_000, PING, PONG),
		...stays(1100),
	]),
	silence(
		"secsSinceValidPing and secsSinceValidHangup say after how many.",
		{ secsSinceValidPing: 4, secsSinceValidHangup: 5 },
		false,
		10,
		[...at(4000, PING), ...over(5, 10)],
	),
	silence("secsSinceValidPing alone has the other one ten seconds later.", { secsSinceValidPing: 4 }, false, 20, [
		...at(4000, PING),
		...over(14, 20),
	]),
	silence(
		"secsSinceValidHangup alone ends it without asking.",
		{ secsSinceValidHangup: 8 },
		false,
		10,
		over(8, 10, "timeout:idle"),
	),
	silence(
		"secsSinceValidPing 0: nobody is asked, and no silence is too long.",
		{ secsSinceValidPing: 0 },
		false,
		86_400,
		stays(86_400),
	),
	silence(
		"secsSinceValidHangup 0: it asks, again and again, and never gives up.",
		{ secsSinceValidPing: 4, secsSinceValidHangup: 0 },
		false,
		10,
		[...at(4000, PING), ...at(8000, PING), ...stays(10)],
	),
	silence(
		"secsSinceValidPing 0 with a hangup.",
		{ secsSinceValidPing: 0, secsSinceValidHangup: 8 },
		false,
		10,
		over(8, 10, "timeout:idle"),
	),
	opened(
		"Messages, and pings of the server's, are signs of life; what is written is none.",
		(stage, session, server) => {
			const signs = [text("one"), frame(Op.Ping), frame(Op.Pong)];
			for (const sign of signs) {
				server.send(sign);
				stage.advance(3000);
			}
			for (let i = 0; i < 3; i++) {
				stage.send(session, "x");
				stage.advance(3000);
			}
		},
		[
			message("one"),
			...at(3000, "> PONG"),
			...at(6000, PONG),
			...at(9000, "> TEXT x"),
			...at(11_000, PING),
			...at(12_000, ...wsClosed("timeout:pong yes")),
		],
		{ retryAndIdlePolicy: { secsSinceValidPing: 4, secsSinceValidHangup: 5 } },
	),
	opened(
		"While what comes is held up nobody can be silent.",
		(stage, session, server) => {
			server.send(text("one"));
			stage.advance(60_000);
			stage.flow(session, 1);
			stage.advance(10_000);
		},
		[...at(60_000, message("one")), ...at(65_000, PING), ...at(66_000, ...wsClosed("timeout:pong yes"))],
		{
			retryAndIdlePolicy: { secsSinceValidPing: 4, secsSinceValidHangup: 5 },
			on: { CLIENT_ESTABLISHED: ({ stage, session }) => void stage.flow(session, 0) },
		},
	),
	opened(
		"The deadline for silence, where it is given, is one besides.",
		(stage) => stage.advance(1000),
		at(400, ...wsClosed("timeout:idle yes")),
		{ deadlines: { idle: 400 } },
	),
	opened(
		"The context's deadline for silence is not for WebSockets.",
		(stage, session) => {
			stage.advance(10_000);
			stage.close(session);
		},
		at(10_000, ...WE_CLOSED),
		{ stage: { deadlines: { idle: 100 } } },
	),
];

/** Through a proxy the WebSocket is the same, also when all comes at once behind the proxy's last word. */
function through(title: string, options: StageOptions, be: (stage: Stage) => void, asked: string): Scenario {
	return {
		title,
		stage: options,
		run(stage) {
			serveWebSocket(stage, (server) => {
				server.open(text("one"));
				server.close(1000);
			});
			be(stage);
			websocket(stage);
			stage.advance(10_000);
			for (const request of stage.requests) stage.log.push(request.split("\r\n")[0] as string);
		},
		trace: [...OPEN, message("one"), ...PEER_CLOSED, ...asked.split(", "), "GET / HTTP/1.1"],
	};
}

const http: StageOptions = { httpProxyAddress: HTTP_PROXY };
const socks: StageOptions = { socksProxyAddress: SOCKS_PROXY };
const CONNECT = "CONNECT 192.0.2.1:80 HTTP/1.1";
const SOCKS = "5 2 0 2, 1 4 117 115 101 114 8 112 97 115 115 119 111 114 100, 5 1 0 1 192 0 2 1 0 80";

export const wsProxies: readonly Scenario[] = [
	through("A WebSocket goes through a tunnel, also without TLS.", http, beTunnel, CONNECT),
	through("A WebSocket with TLS through a tunnel.", { ...http, tls: new Theatre() }, beTunnel, CONNECT),
	through("A WebSocket through SOCKS.", socks, beSocks, SOCKS),
	through("A WebSocket with TLS through SOCKS.", { ...socks, tls: new Theatre() }, beSocks, SOCKS),
	through("On the device: A WebSocket goes through a tunnel.", { ...http, device: true }, beTunnel, CONNECT),
	{
		title: "A proxy that refuses the tunnel of a WebSocket.",
		stage: http,
		run(stage) {
			beTunnel(stage, head(407, "Content-Length: 0"));
			websocket(stage);
			stage.advance(10_000);
		},
		trace: [...WS_BOUND, ...wsFailed("proxy:authentication no")],
	},
];

export const wsTimes: readonly Scenario[] = validity;
