/** Proxies on the scripted network: they speak first on a connection, then the stage's servers do. */
import type { Peer } from "../double/peer.js";
import type { Stage } from "./stage.js";

const PROXY = "192.0.2.9";
export const HTTP_PROXY = `user:password@${PROXY}:3128`;
export const SOCKS_PROXY = `user:password@${PROXY}:1080`;

export const SOCKS_METHOD = [5, 2];
export const SOCKS_STATUS = [1, 0];
export const SOCKS_REPLY = [5, 0, 0, 1, 0, 0, 0, 0, 0, 0];
export const TUNNELED = "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n";

/** Whatever comes gets the next answer; behind the last one the server of the stage takes over, with its TLS if it has some. */
function answerBefore(peer: Peer, stage: Stage, answers: readonly (string | readonly number[])[]): void {
	const { onReceive, layer } = peer;
	const left = [...answers];
	peer.layer = undefined;
	peer.onReceive = () => {
		const answer = left.shift();
		if (answer === undefined) return;
		stage.requests.push(typeof answer === "string" ? peer.text : [...peer.text].map((c) => c.charCodeAt(0)).join(" "));
		peer.take();
		peer.deliver(answer);
		if (left.length > 0) return;
		peer.onReceive = onReceive;
		peer.layer = layer;
	};
}

/** From now on there is a SOCKS server, with these answers. */
export function beSocks(stage: Stage, ...answers: (readonly number[])[]): void {
	stage.connect = (peer) => {
		answerBefore(peer, stage, answers.length > 0 ? answers : [SOCKS_METHOD, SOCKS_STATUS, SOCKS_REPLY]);
		peer.accept();
	};
}

/** From now on there is an HTTP proxy that answers CONNECT so. */
export function beTunnel(stage: Stage, answer = TUNNELED): void {
	stage.connect = (peer) => {
		answerBefore(peer, stage, [answer]);
		peer.accept();
	};
}
