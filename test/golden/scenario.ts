/** A golden trace: what happens, and the callbacks that must come of it, line by line. */
import { FIN, type RequestOptions, type Script, Stage, type StageOptions } from "./stage.js";

export interface Scenario {
	/** A sentence. */
	title: string;
	stage?: StageOptions;
	run(stage: Stage): void;
	trace: readonly string[];
}

export const BEGUN = ["CLIENT_HTTP_BIND_PROTOCOL", "WSI_CREATE", "CLIENT_APPEND_HANDSHAKE_HEADER"];
/** Before a connection is there. */
export const BOUND = ["CLIENT_HTTP_BIND_PROTOCOL", "WSI_CREATE"];
export const WRITEABLE = "CLIENT_HTTP_WRITEABLE";
export const HEAD = ["CLIENT_FILTER_PRE_ESTABLISH", "ESTABLISHED_CLIENT_HTTP"];
export const RECEIVE = "RECEIVE_CLIENT_HTTP";
export const COMPLETED = "COMPLETED_CLIENT_HTTP";
export const CLOSED = ["CLIENT_HTTP_DROP_PROTOCOL", "CLOSED_CLIENT_HTTP", "WSI_DESTROY"];

/** One announcement, and what one httpClientRead brings. */
export function received(...runs: string[]): string[] {
	return [RECEIVE, ...runs.map(read)];
}

export function read(text: string): string {
	return `RECEIVE_CLIENT_HTTP_READ ${text.length} ${text}`;
}

export function closed(error: string): string[] {
	return ["CLIENT_HTTP_DROP_PROTOCOL", `CLOSED_CLIENT_HTTP 0 ${error}`, "WSI_DESTROY"];
}

export function failed(error: string): string[] {
	return [`CLIENT_CONNECTION_ERROR 0 ${error}`, "CLIENT_HTTP_DROP_PROTOCOL", "WSI_DESTROY"];
}

/** The lines of another request than the first. */
export function of(name: string, ...lines: string[]): string[] {
	return lines.map((line) => `${name} ${line}`);
}

/** The lines from `time` on. */
export function at(time: number, ...lines: string[]): string[] {
	return lines.map((line) => `${line} @${time}`);
}

/** A whole GET whose body comes by these announcements. */
export function got(...announcements: string[][]): string[] {
	return [...BEGUN, ...HEAD, ...announcements.flat(), COMPLETED, ...CLOSED];
}

export function head(status: number | string, ...fields: string[]): string {
	return [`HTTP/1.1 ${status}`, ...fields, "", ""].join("\r\n");
}

export function sized(body: string): string {
	return head("200 OK", `Content-Length: ${body.length}`) + body;
}

export const CHUNKED = head("200 OK", "Transfer-Encoding: chunked");

export function chunk(text: string, extension = ""): string {
	return `${text.length.toString(16)}${extension}\r\n${text}\r\n`;
}

export const LAST_CHUNK = "0\r\n\r\n";

/** One request, and how the server answers it. */
export function one(title: string, script: Script, trace: readonly string[], options: RequestOptions = {}): Scenario {
	return {
		title,
		trace,
		run(stage) {
			stage.serve(script);
			stage.request(options);
			stage.advance();
		},
	};
}

/** Plays a scenario to its end and gives its trace; throws when a rule was broken that holds in every trace. */
export function perform(scenario: Scenario): string[] {
	const stage = new Stage(scenario.stage);
	scenario.run(stage);
	stage.finish();
	const [complaint] = stage.witness.complaints;
	if (complaint !== undefined) throw new Error(`${complaint}\n${stage.log.join("\n")}`);
	return stage.log;
}

export { FIN };
