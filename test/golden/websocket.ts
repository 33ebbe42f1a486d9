/** What the golden traces of WebSocket have in common: how one is asked for, met, and told of. */
import { WebSocketServer } from "../double/websocket.js";
import type { Scenario } from "./scenario.js";
import type { RequestOptions, Session, Stage, StageOptions } from "./stage.js";

export const BIND = "WS_CLIENT_BIND_PROTOCOL";
export const DROP = "WS_CLIENT_DROP_PROTOCOL";
export const WS_BOUND = [BIND, "WSI_CREATE"];
export const WS_BEGUN = [...WS_BOUND, "CLIENT_APPEND_HANDSHAKE_HEADER"];
export const ANSWERED = [...WS_BEGUN, "ESTABLISHED_CLIENT_HTTP"];
export const OPEN = [...ANSWERED, "CLIENT_FILTER_PRE_ESTABLISH", "CLIENT_ESTABLISHED"];
export const PEER = "WS_PEER_INITIATED_CLOSE";
export const WS_WRITEABLE = "CLIENT_WRITEABLE";
export const WS_CLOSED = [DROP, "CLIENT_CLOSED", "WSI_DESTROY"];
/** The server closes with 1000, and all is in order. */
export const PEER_CLOSED = [`${PEER} 2 1000`, "> CLOSE 1000", ...WS_CLOSED];
/** So does the client. */
export const WE_CLOSED = ["> CLOSE 1000", ...WS_CLOSED];

export function wsClosed(error: string): string[] {
	return [DROP, `CLIENT_CLOSED 0 ${error}`, "WSI_DESTROY"];
}

export function wsFailed(error: string): string[] {
	return [`CLIENT_CONNECTION_ERROR 0 ${error}`, DROP, "WSI_DESTROY"];
}

/** A piece of a message; `flags` as in a trace. */
export function piece(payload: string, flags = ""): string {
	return `CLIENT_RECEIVE ${payload.length} ${payload} ${flags}`.trimEnd();
}

/** A whole message. */
export function message(payload: string): string {
	return piece(payload, "first final");
}

export function websocket(stage: Stage, options: RequestOptions = {}): Session {
	return stage.request({ method: undefined, ...options });
}

/** What the server does when the handshake has come. */
export type Meet = (server: WebSocketServer) => void;

/** The next handshakes are met so, each by a function. */
export function serveWebSocket(stage: Stage, ...meets: Meet[]): void {
	for (const meet of meets) {
		stage.serve((peer) => {
			const request = stage.requests[stage.requests.length - 1] as string;
			meet(new WebSocketServer(peer, request, (line) => stage.say(line)));
		});
	}
}

/** The server opens, and says these segments. */
export function says(...segments: string[]): Meet {
	return (server) => {
		server.open();
		server.send(...segments);
	};
}

/** The same, and it answers no Close frame. */
export function silent(...segments: string[]): Meet {
	return (server) => {
		server.answersClose = false;
		says(...segments)(server);
	};
}

export interface More extends RequestOptions {
	stage?: StageOptions;
	/** Behind all that happens by itself. */
	later?: (stage: Stage, session: Session, server: WebSocketServer) => void;
}

/** One WebSocket, and how the server meets it. */
export function ws(title: string, meet: Meet, trace: readonly string[], more: More = {}): Scenario {
	const { stage: stageOptions, later, ...options } = more;
	return {
		title,
		trace,
		...(stageOptions && { stage: stageOptions }),
		run(stage) {
			let server: WebSocketServer | undefined;
			serveWebSocket(stage, (each) => {
				server = each;
				meet(each);
			});
			const session = websocket(stage, options);
			stage.advance();
			later?.(stage, session, server as WebSocketServer);
			stage.advance();
		},
	};
}

/** A WebSocket that stands, what is done then, and the lines of that. */
export function opened(
	title: string,
	later: (stage: Stage, session: Session, server: WebSocketServer) => void,
	trace: readonly string[],
	more: More = {},
): Scenario {
	return ws(title, (server) => server.open(), [...OPEN, ...trace], { ...more, later });
}
