/** The arguments of a run as a record has them: long names, no secrets, nothing that a replay would have to read. */
import type { Options } from "../options.js";
import { expand } from "../request.js";
import { REFERENCES, SECRETS } from "./masker.js";

/** Options whose value is a secret, from its first colon on where it has one. */
const PASSWORDS: readonly string[] = Object.freeze(["--user", "--proxy-user", "--cert"]);
const KEYS: readonly string[] = Object.freeze(["--pass", "--cookie", "--oauth2-bearer"]);
const FIELDS: readonly string[] = Object.freeze(["--header", "--proxy-header"]);
const URLS: readonly string[] = Object.freeze(["--referer", "--proxy", "--preproxy", "--socks5", "--socks5-hostname"]);
/** Their values are content, which the record has where it was read. */
const CONTENT: readonly string[] = Object.freeze(["--data", "--data-binary", "--data-raw", "--data-urlencode"]);

export function recordedArguments({ given }: Options): string[] {
	const found: string[] = [];
	for (const [name, value] of given) {
		if (name === "--record") continue;
		if (name === undefined) found.push(maskUrl(value?.startsWith("-") ? `http://${value}` : (value ?? "")));
		else if (value === undefined) found.push(name);
		else if (FIELDS.includes(name)) for (const line of lines(value)) found.push(name, maskField(line));
		else found.push(name, maskValue(name, value));
	}
	return found;
}

/** `@FILE` as the fields that are in it. */
function lines(value: string): string[] {
	try {
		return expand(value);
	} catch {
		// the transfer fails by that, too
		return [value];
	}
}

function maskValue(name: string, value: string): string {
	if (KEYS.includes(name)) return stars(value);
	if (CONTENT.includes(name)) return value.startsWith("@") ? value : "";
	const colon = value.indexOf(":");
	if (PASSWORDS.includes(name)) return colon < 0 ? value : value.slice(0, colon + 1) + stars(value.slice(colon + 1));
	return URLS.includes(name) ? maskUrl(value) : value;
}

/** `Name: value` for a field with a secret, and URLs in it. */
function maskField(text: string): string {
	const colon = text.search(/[:;]/);
	const name = text.slice(0, Math.max(colon, 0)).trim().toLowerCase();
	if (REFERENCES.includes(name)) return maskUrl(text);
	if (!SECRETS.includes(name)) return text;
	return text.slice(0, colon + 1) + text.slice(colon + 1).replace(/[^ \t]+/g, stars);
}

/** Without what is before "@". */
export function maskUrl(url: string): string {
	return url
		.replace(/\/\/([^/?#"<>\s]*)@/g, (_, user: string) => `//${maskUser(user)}@`)
		.replace(/^([^/?#"<>\s]*)@/, (_, user: string) => `${maskUser(user)}@`);
}

function maskUser(user: string): string {
	return user.replace(/%[0-9A-Fa-f]{2}|[^:%]|%/gu, (each) => (each.length === 3 ? "%2A" : stars(each)));
}

/** As many as there are bytes, so that what is made of it is as long. */
function stars(text: string): string {
	let length = 0;
	for (const character of text) {
		const code = character.codePointAt(0) as number;
		length += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
	}
	return "*".repeat(length);
}
