/** -w: a format with the figures of a finished transfer. */
import { writeError } from "desktop/stdio";
import type { TransactionInfo } from "lws-xs";
import { Exit } from "./exit.js";
import type { Result } from "./result.js";
import { readTextFile } from "./text-file.js";

type Value = number | string | null;

const ESCAPES: Readonly<Record<string, string>> = Object.freeze({ n: "\n", r: "\r", t: "\t" });

/** Seconds with six places, as text: JSON shows them so, too. 0 for what has not happened. */
class Seconds {
	readonly text: string;
	constructor(milliseconds = 0) {
		this.text = (milliseconds / 1000).toFixed(6);
	}
}

/** When the address was known: for curl so is that of a connection which is used again, and a numeric one. */
function lookedUp(info: TransactionInfo | undefined): number | undefined {
	return info?.resolved ?? (info?.remoteAddress === undefined ? undefined : info.assigned);
}

/** In the order of curl's JSON. */
function figures(result: Result): Record<string, Value | Seconds> {
	const { info, failure } = result;
	return {
		errormsg: failure?.message ?? null,
		exitcode: failure?.exit ?? Exit.Done,
		http_code: result.status,
		http_version: result.version,
		num_connects: info?.connections ?? 0,
		num_redirects: result.redirects,
		size_download: info?.received ?? 0,
		size_upload: info?.sent ?? 0,
		time_appconnect: new Seconds(info?.secured),
		time_connect: new Seconds(info?.connected),
		time_namelookup: new Seconds(lookedUp(info)),
		time_starttransfer: new Seconds(info?.answered),
		time_total: new Seconds(info?.ended),
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
