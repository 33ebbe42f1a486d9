/** The same for WebSockets. */
import * as lws from "lws-xs";
import { frame, Op, text } from "../double/websocket.js";
import { begin, type FaultScenario, later } from "./faulty.js";
import { beTunnel, HTTP_PROXY } from "./proxy.js";
import { head } from "./scenario.js";
import type { Handler, Session, Stage } from "./stage.js";
import { type Meet, serveWebSocket } from "./websocket.js";

/** Says what comes in capitals, and closes after a full stop. */
const echoes: Meet = (server) => {
	server.open();
	server.onFrame = (op, payload) => {
		if (op !== Op.Text) return;
		server.send(text(payload.toUpperCase()));
		if (payload.endsWith(".")) server.close(1000);
	};
};

function open(stage: Stage, ...options: Parameters<typeof begin>[1][]): (Session | undefined)[] {
	return options.map((each) => begin(stage, { method: undefined, ...each }));
}

const pauses: Handler = ({ stage, session }) => {
	stage.flow(session, 0);
	later(stage, () => stage.flow(session, 1));
};

export const wsFaultScenarios: readonly FaultScenario[] = [
	{
		title: "a WebSocket that echoes, and is closed by the server",
		run(stage) {
			stage.names.answer("host.example", "192.0.2.1", "192.0.2.2");
			serveWebSocket(stage, echoes, echoes);
			open(stage, { address: "host.example", body: ["one", "two."] });
			stage.advance(100_000);
		},
		contents: ["ONETWO."],
	},
	{
		title: "a WebSocket that is closed from here, after a message in fragments and a ping, held up now and then",
		run(stage) {
			const says: Meet = (server) => {
				server.open(frame(Op.Text, "one", false) + frame(Op.Ping, "p"));
				server.send(frame(Op.Continuation, "two"), text("end"));
			};
			serveWebSocket(stage, says, says);
			const [session] = open(stage, { on: { CLIENT_RECEIVE: pauses } });
			stage.advance(100);
			if (session?.wsi) {
				lws.closeReason(session.wsi, 1001, "enough");
				stage.close(session);
			}
			stage.advance(100_000);
		},
		// what has not been told when it is closed is thrown away
		contents: ["onetwoend", "onetwo", "one", ""],
	},
	{
		title: "a WebSocket whose server is silent, is asked, and is lost",
		run(stage) {
			const opens: Meet = (server) => server.open(text("one"));
			serveWebSocket(stage, opens, opens);
			open(stage, { retryAndIdlePolicy: { secsSinceValidPing: 4, secsSinceValidHangup: 5 } });
			stage.advance(100_000);
		},
		contents: [],
	},
	{
		title: "a WebSocket that is refused, tried again, and open then",
		run(stage) {
			const busy: Meet = (server) => server.refuse(`${head(503, "Content-Length: 4")}busy`);
			serveWebSocket(stage, busy, echoes, echoes, echoes);
			open(stage, { retryAndIdlePolicy: { retryMsTable: [100, 200] }, body: ["one."] });
			stage.advance(100_000);
		},
		contents: ["ONE."],
	},
	{
		title: "a WebSocket that breaks the rules of frames",
		run(stage) {
			const breaks: Meet = (server) => {
				server.answersClose = false;
				server.open(text("one"), "\x83\x00");
			};
			serveWebSocket(stage, breaks, breaks);
			open(stage, {});
			stage.advance(100_000);
		},
		contents: [],
	},
	{
		title: "a WebSocket that is kept, and comes back twice",
		run(stage) {
			const ends: Meet = (server) => {
				server.open();
				server.peer.finish(text("one"));
			};
			serveWebSocket(stage, ends, ends, ends, ends, ends, ends);
			let kept: lws.KeptConnection<never> | undefined;
			try {
				kept = stage.keep({ method: undefined, retryAndIdlePolicy: { retryMsTable: [100], jitterPercent: 0 } });
			} catch {
				// the host cannot even begin
			}
			stage.advance(250);
			kept?.stop();
			stage.advance(100_000);
		},
		contents: [],
	},
	{
		title: "a WebSocket through a tunnel",
		run(stage) {
			lws.setProxy(stage.context.vhosts[0] as lws.Vhost, HTTP_PROXY);
			beTunnel(stage);
			serveWebSocket(stage, echoes, echoes);
			open(stage, { body: ["one."] });
			stage.advance(100_000);
		},
		contents: ["ONE."],
	},
];
