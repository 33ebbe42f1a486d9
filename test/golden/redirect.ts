/** What the traces of redirects have in common. */
import * as lws from "lws-xs";
import { CLOSED, COMPLETED, HEAD, head, received, type Scenario, sized } from "./scenario.js";
import type { RequestOptions, Script, Stage, StageOptions } from "./stage.js";

export const ANSWERED = [...HEAD, ...received("ok"), COMPLETED, ...CLOSED];
export const WRITEABLE = "CLIENT_HTTP_WRITEABLE";
export const DOWNGRADE = lws.LCCSCF_ACCEPT_TLS_DOWNGRADE_REDIRECTS;
export const OK = sized("ok");

/** The callback, which tells where it goes. */
export function to(uri: string, status = 302): string {
	return `CLIENT_HTTP_REDIRECT ${status} ${uri}`;
}

export function moved(location: string, status: number | string = 302, body = ""): string {
	return `${head(status, `Location: ${location}`, `Content-Length: ${body.length}`)}${body}`;
}

/** Each request as it came: the connection's address and port, and what was sent, on one line. */
export function tellRequests(stage: Stage): void {
	for (const request of stage.requests) {
		const [line, ...fields] = request.split("\r\n");
		stage.say(`> ${[line?.replace(" HTTP/1.1", ""), ...fields].filter((each) => each !== "").join(" | ")}`);
	}
	stage.say(`at ${stage.network.peers.map(({ address, port }) => `${address}:${port}`).join(" ")}`);
}

export interface Options extends RequestOptions {
	stage?: StageOptions;
	time?: number;
}

export function scenario(
	title: string,
	scripts: (string | Script)[],
	trace: readonly string[],
	options: Options = {},
): Scenario {
	const { stage: stageOptions, time = 0, ...request } = options;
	return {
		title,
		stage: stageOptions,
		trace,
		run(stage) {
			stage.names.answer("other", "192.0.2.9");
			stage.names.answer("h", "192.0.2.8");
			stage.serve(...scripts.map((script) => (typeof script === "string" ? [script] : script)));
			stage.request(request);
			stage.advance(time);
			tellRequests(stage);
		},
	};
}

const SECRETS = [
	["Authorization", "s"],
	["cookie", "s"],
	["Proxy-Authorization", "s"],
	["X-Key", "s"],
	["A", "b"],
] as const;
export const mark: Options = {
	fields: SECRETS,
	on: {
		CLIENT_APPEND_HANDSHAKE_HEADER({ session }) {
			for (const [name, value] of SECRETS) lws.addHttpHeaderByName(session.wsi, name, value, name === "X-Key");
		},
	},
};
export const ALL = "Authorization: s | cookie: s | Proxy-Authorization: s | X-Key: s | A: b";
