/** -w: a format with the figures of a finished transfer. */
import { writeError } from "desktop/stdio";
import { Exit } from "./exit.js";
import type { Result } from "./result.js";
import { readTextFile } from "./text-file.js";

type Value = number | string | null;

const ESCAPES: Readonly<Record<string, string>> = Object.freeze({ n: "\n", r: "\r", t: "\t" });

/** Seconds with six places, as text: JSON shows them so, too. */
class Seconds {
	readonly text: string;
	constructor(result: Result, moment: number) {
		const microseconds = moment > 0 ? moment - result.passage.begun : 0;
		this.text = (microseconds / 1e6).toFixed(6);
	}
}

/** In the order of curl's JSON. */
function figures(result: Result): Record<string, Value | Seconds> {
	const { passage, failure } = result;
	return {
		errormsg: failure?.message ?? null,
		exitcode: failure?.exit ?? Exit.Done,
		http_code: result.status,
		http_version: result.version,
		num_connects: passage.newConnections,
		num_redirects: 0,
		size_download: result.received,
		size_upload: result.sent,
		time_appconnect: new Seconds(result, passage.secured),
		time_connect: new Seconds(result, passage.connected),
		time_namelookup: new Seconds(result, passage.resolved),
		time_starttransfer: new Seconds(result, passage.firstByte),
		time_total: new Seconds(result, result.ended),
		url_effective: result.url,
	};
}

function textOf(name: string, value: Value | Seconds): string {
	if (value instanceof Seconds) return value.text;
	if (name === "http_code") return String(value).padStart(3, "0");
	return value === null ? "" : String(value);
}

function json(values: Record<string, Value | Seconds>): string {
	const members = Object.entries(values).map(
		([name, value]) => `${JSON.stringify(name)}:${value instanceof Seconds ? value.text : JSON.stringify(value)}`,
	);
	return `{${members.join(",")}}`;
}

/** The text of `format` for a transfer. An unknown variable gives nothing but a warning, as in curl. */
export function writeOut(format: string, result: Result): string {
	const values = figures(result);
	return format.replace(/%%|%\{([^}]*)\}|\\([nrt])/g, (whole, name?: string, control?: string) => {
		if (whole === "%%") return "%";
		if (control !== undefined) return ESCAPES[control] as string;
		if (name === "json") return json(values);
		if (name !== undefined && Object.hasOwn(values, name)) return textOf(name, values[name] as Value | Seconds);
		writeError(`lws-xs: unknown --write-out variable: '${name}'\n`);
		return "";
	});
}

/** `@FILE` reads the format from a file, `@-` from standard input. Throws a Failure. */
export function readFormat(format: string): string {
	return format.startsWith("@") ? readTextFile(format.slice(1)) : format;
}
