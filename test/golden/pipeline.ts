/** What the traces of pipelining have in common: what the server sees and does, by connection, and what each request got. */
import * as lws from "lws-xs";
import type { Peer } from "../double/peer.js";
import type { Scenario } from "./scenario.js";
import type { RequestOptions, Session, Stage, StageOptions } from "./stage.js";

export const PIPELINE: RequestOptions = { sslConnection: lws.LCCSCF_PIPELINE };

/** A request as the server sees it. */
interface Seen {
	method: string;
	path: string;
	/** Of all requests on this connection, from 0. */
	nth: number;
	/** Of all connections, from 1. */
	connection: number;
}

export interface Play {
	/** Paths, or all about a request; each is pipelined unless it says otherwise. */
	requests: readonly (string | RequestOptions)[];
	/** What the server does for each of them. */
	answer(this: Server, peer: Peer, seen: Seen): void;
	stage?: StageOptions;
	/** Milliseconds to play it for, 0 when absent. */
	time?: number;
	/** Once the requests have been asked for. */
	then?(stage: Stage, server: Server): void;
}

class Server {
	readonly stage: Stage;
	readonly #answer: Play["answer"];
	#connections = 0;
	/** What waits to be sent. */
	#held = "";

	constructor(stage: Stage, answer: Play["answer"]) {
		this.stage = stage;
		this.#answer = answer;
		stage.connect = (peer) => {
			const connection = ++this.#connections;
			let text = "";
			let nth = 0;
			peer.onReceive = (each) => {
				text += each.text;
				each.take();
				for (;;) {
					const end = text.indexOf("\r\n\r\n") + 4;
					const length = Number(/^content-length: (\d+)\r$/im.exec(text.slice(0, end))?.[1] ?? 0);
					if (end < 4 || text.length < end + length) return;
					const [method = "", path = ""] = text.split(" ", 2);
					text = text.slice(end + length);
					stage.say(`${connection} > ${method} ${path}`);
					this.#answer.call(this, each, { method, path, nth: nth++, connection });
				}
			};
			peer.accept();
		};
	}

	/** Answers come together, in one segment, when `count` of them are there. */
	hold(peer: Peer, answer: string, isLast: boolean): void {
		this.#held += answer;
		if (!isLast) return;
		peer.deliver(this.take(""));
	}

	/** What is held, with the last answer. */
	take(answer: string): string {
		const all = this.#held + answer;
		this.#held = "";
		return all;
	}
}

function outcome({ content, wsi }: Session): string {
	const status = lws.httpClientHttpResponse(wsi);
	return wsi.isEnded ? `${status} ${wsi.error ? `${wsi.error.code} ${wsi.error.delivered}` : content}` : "goes on";
}

export function play(
	title: string,
	{ requests, answer, stage: stageOptions, time = 0, then }: Play,
	trace: string[],
): Scenario {
	return {
		title: `Pipelining: ${title}`,
		stage: { connections: 2, ...stageOptions },
		trace,
		run(stage) {
			const server = new Server(stage, answer);
			for (const each of requests) {
				const options = typeof each === "string" ? { path: each } : each;
				stage.request({ buffer: 4096, ...PIPELINE, ...options });
			}
			then?.(stage, server);
			stage.advance(time);
			const seen = stage.log.filter((line) => /^\d /.test(line)).map((line) => line.replace(/ @\d+$/, ""));
			const outcomes = stage.sessions.map((session) => `${session.options.path}: ${outcome(session)}`);
			stage.destroy();
			stage.advance();
			stage.log.length = 0;
			stage.log.push(...seen, ...outcomes);
		},
	};
}

export const FOUR = ["/a", "/b", "/c", "/d"];

export function got(...paths: string[]): string[] {
	return paths.map((path) => `${path}: 200 ${path}`);
}
