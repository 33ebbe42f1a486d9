/** What the scenarios of uploads share. */
import type { Peer } from "../double/peer.js";
import { BEGUN, CLOSED, COMPLETED, HEAD, head, received, type Scenario, sized, WRITEABLE } from "./scenario.js";
import type { Handler, RequestOptions, Session, Stage } from "./stage.js";

export const CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n";
export const PROCESSING = "HTTP/1.1 102 Processing\r\n\r\n";
export const OK = [...HEAD, ...received("ok"), COMPLETED, ...CLOSED];
export const NO = head(403, "Content-Length: 2");
export const REFUSED = [...HEAD, ...received("no"), COMPLETED, ...CLOSED];
export const LENGTH_6 = [["Content-Length", "6"]] as const;
export const POST: RequestOptions = { method: "POST", fields: LENGTH_6, body: ["abc", "def"], expectContinue: 1000 };
export const WRITTEN = [WRITEABLE, WRITEABLE];

/** What the server has of the body of the last request, whose first part may have come with the head. */
export function sayBody(stage: Stage): void {
	const request = stage.requests[stage.requests.length - 1] ?? "";
	stage.say(`body ${request.slice(request.indexOf("\r\n\r\n") + 4) + stage.network.peer.text || "none"}`);
}

export function sayEnd(stage: Stage): void {
	stage.say(`${stage.network.peers.length} connections, the last one ${stage.network.peer.client}`);
}

/** An upload that waits; what the server does with its head, and what follows. */
export function waits(
	title: string,
	answer: (peer: Peer) => void,
	then: (stage: Stage, session: Session) => void,
	trace: readonly string[],
	options: RequestOptions = {},
): Scenario {
	return {
		title,
		trace: [...BEGUN, ...trace],
		run(stage) {
			stage.isHeadEnough = true;
			stage.serve((peer) => {
				// what comes from now on is the body
				peer.onReceive = undefined;
				answer(peer);
			});
			const session = stage.request({ ...POST, ...options });
			stage.advance();
			then(stage, session);
		},
	};
}

/** The server takes the body, and answers. */
export function take(stage: Stage, answer = sized("ok")): void {
	sayBody(stage);
	stage.network.peer.deliver(answer);
	stage.advance();
}

export const silent = (): void => {};

/** Writes one piece, which is not the last. */
export const writePiece: Handler = ({ stage, session }) => {
	const piece = session.body.shift();
	if (piece !== undefined) stage.write(session, piece);
};
