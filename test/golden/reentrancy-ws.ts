/** The same for WebSockets: in each of their reasons everything that an application can do. */
import * as lws from "lws-xs";
import { doubling } from "../double/extension.js";
import type { Theatre } from "../double/tls.js";
import { frame, Op, text } from "../double/websocket.js";
import { ACTS, type Act, acting, type Entry, judge } from "./reentrancy.js";
import { head } from "./scenario.js";
import { Stage } from "./stage.js";
import { type Meet, serveWebSocket, websocket } from "./websocket.js";

const REASONS: readonly string[] = [
	"WS_CLIENT_BIND_PROTOCOL",
	"WSI_CREATE",
	"CLIENT_CONFIRM_EXTENSION_SUPPORTED",
	"CLIENT_APPEND_HANDSHAKE_HEADER",
	"ESTABLISHED_CLIENT_HTTP",
	"RECEIVE_CLIENT_HTTP_READ",
	"CLIENT_FILTER_PRE_ESTABLISH",
	"CLIENT_ESTABLISHED",
	"CLIENT_RECEIVE",
	"CLIENT_RECEIVE_PONG",
	"CLIENT_WRITEABLE",
	"WS_PEER_INITIATED_CLOSE",
	"WS_CLIENT_DROP_PROTOCOL",
	"CLIENT_CLOSED",
	"CLIENT_CONNECTION_ERROR",
	"CHILD_CLOSING",
	"WSI_DESTROY",
];

/** Bounded, for each new one comes to the same reason. */
function hasRoom(stage: Stage): boolean {
	return stage.sessions.length < 8;
}

const WS_ACTS: Readonly<Record<string, Act>> = {
	...ACTS,
	"sends a message": (stage, session) => void stage.send(session, "w"),
	"begins a message": (stage, session) => void stage.send(session, "w", lws.LWS_WRITE_TEXT | lws.LWS_WRITE_NO_FIN),
	"sends messages until there is no room": (stage, session) => {
		for (let i = 0; i < 100 && stage.send(session, "x".repeat(200)) > 0; i++);
		if (session.word.length < 100) stage.wantWritable(session);
	},
	"sends a ping": (stage, session) => void stage.send(session, "w", lws.LWS_WRITE_PING),
	"closes with a reason": (stage, session) => {
		lws.closeReason(session.wsi, 3000, "reason");
		stage.close(session);
	},
	"closes with a reason and throws": (stage, session) => {
		lws.closeReason(session.wsi, 3000, "reason");
		stage.close(session);
		throw new Error("thrown");
	},
	"connects a WebSocket": (stage) => void (hasRoom(stage) && websocket(stage)),
	"keeps another": (stage) => {
		if (hasRoom(stage)) stage.keep({ method: undefined, retryAndIdlePolicy: { jitterPercent: 0 } }).stop();
	},
};

export const wsMatrix: readonly Entry[] = REASONS.flatMap((reason) =>
	Object.entries(WS_ACTS).map(([how, act]) => ({
		title: `In ${reason} of a WebSocket the application ${how}.`,
		reason,
		act,
	})),
);

/** Says all that a server can say, and echoes. */
const lively: Meet = (server) => {
	server.open(text("one"), frame(Op.Text, "t", false) + frame(Op.Ping, "p"));
	server.send(frame(Op.Pong, "q") + frame(Op.Continuation, "wo"), text("x".repeat(300)));
	server.onFrame = (op, payload) => {
		if (op === Op.Text && payload === "last") server.close(1001, "enough");
	};
};

const resets: Meet = (server) => {
	server.answersClose = false;
	server.open(text("one"));
	server.onFrame = () => server.peer.reset();
};

const refuses: Meet = (server) => server.refuse(`${head(403, "Content-Length: 4")}gone`);

const breaks: Meet = (server) => {
	server.answersClose = false;
	server.open("\x83\x00");
};

/** A parent and its child, one that is reset, one that is refused, one whose server breaks the rules, and a request. */
export function playWebSocket({ reason, act }: Entry, tls?: Theatre): string[] {
	let count = 0;
	const stage = new Stage({
		tls,
		connections: 3,
		deadlines: { total: 50_000 },
		extensions: [doubling()],
		on: { [reason]: acting(act, reason, () => ++count) },
	});
	serveWebSocket(stage, lively, lively, resets, refuses, breaks, lively, lively, lively);
	const parent = websocket(stage, { body: ["first", "last"] });
	websocket(stage, { parentWsi: parent.wsi, body: ["child"] });
	for (let i = 0; i < 3; i++) websocket(stage, { body: ["body"] });
	stage.request();
	stage.advance(100_000);
	if (!stage.context.isDestroyed) {
		websocket(stage, { body: ["last"] });
		stage.advance(100_000);
	}
	judge(stage, reason, () => count);
	return stage.log;
}
