/** The request that the options ask for: method, fields, body. */
import { VERSION } from "desktop/version";
import { httpBasicAuthGen } from "lws-xs";
import { type Body, dataBody, uploadBody } from "./body.js";
import { messageOf, notBuiltIn, usage } from "./exit.js";
import type { Options, Target } from "./options.js";
import { readTextFile } from "./text-file.js";
import type { Url } from "./url.js";

/** As in curl: a longer body is not begun before the server has had time to refuse it; of an unknown length it may be long. */
const EXPECT_THRESHOLD = 1024 * 1024;

export interface Request {
	method: string;
	host: string;
	/** Names and values in turn; Host is not among them. */
	fields: string[];
	body: Body | undefined;
}

/** `offset`: the rest behind it is asked for. Throws a Failure for what cannot be read. */
export function makeRequest(
	options: Options,
	target: Target,
	{ host, login }: Url,
	openBody: (open: () => Body) => Body,
	offset = 0,
): Request {
	const { upload } = target;
	const isPost = options.data.length > 0;
	const method = options.method ?? (options.isHeadOnly ? "HEAD" : upload ? "PUT" : isPost ? "POST" : "GET");
	const request: Request = { method, host, fields: [], body: undefined };
	const custom = options.headers.flatMap(expand).map(parseField);
	const isCustom = (name: string) => custom.some((field) => field?.name.toLowerCase() === name.toLowerCase());
	const add = (name: string, value: string | undefined) => {
		if (value && !isCustom(name)) request.fields.push(name, value);
	};
	const user = options.user ?? login;
	if (user !== undefined) add("Authorization", basic(user));
	add("User-Agent", options.userAgent ?? `lws-xs/${VERSION}`);
	add("Accept", "*/*");
	add("Referer", options.referer);
	const range = offset > 0 ? `${offset}-` : options.range;
	add("Range", range && `bytes=${range}`);
	for (const field of custom) {
		if (field?.name.toLowerCase() === "host") {
			if (!field.value) throw notBuiltIn("a request without Host");
			request.host = field.value;
		} else if (field?.value !== undefined) request.fields.push(field.name, field.value);
	}
	if (isPost) request.body = openBody(() => dataBody(options.data));
	else if (upload !== undefined) request.body = openBody(() => uploadBody(upload === "." ? "-" : upload));
	const length = request.body?.length;
	if (length !== undefined && !isCustom("Transfer-Encoding")) add("Content-Length", String(length));
	if (isPost) add("Content-Type", "application/x-www-form-urlencoded");
	if (request.body && (length === undefined || length > EXPECT_THRESHOLD)) add("Expect", "100-continue");
	return request;
}

/** `USER:PASSWORD`; curl asks for a password that is not there, we send an empty one. */
function basic(login: string): string {
	const colon = login.indexOf(":");
	try {
		return httpBasicAuthGen(colon < 0 ? login : login.slice(0, colon), colon < 0 ? "" : login.slice(colon + 1));
	} catch (error) {
		throw usage("bad-user", messageOf(error));
	}
}

/** `Name: value`; `Name:` takes a field out, `Name;` has an empty one. What is neither is no field, and left out. */
function parseField(text: string): { name: string; value: string | undefined } | undefined {
	const parts = /^([^:;]+)(?::\s*(.*)|;\s*)$/s.exec(text);
	if (!parts) return undefined;
	const name = (parts[1] as string).trim();
	if (parts[2] === undefined) return { name, value: "" };
	return { name, value: parts[2].trimEnd() || undefined };
}

/** `@FILE` stands for the lines of a file. */
export function expand(text: string): string[] {
	if (!text.startsWith("@")) return [text];
	return readTextFile(text.slice(1))
		.split(/\r?\n/)
		.filter((line) => line !== "");
}
