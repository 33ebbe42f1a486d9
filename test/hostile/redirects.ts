/** What a hostile server says by Location: refused, or delivered as a response that leads nowhere. */
import type { Script } from "./scripts.js";

function redirect(fields: string): string {
	return `HTTP/1.1 302 Found\r\n${fields}Content-Length: 5\r\n\r\nhello`;
}

function refused(name: string, location: string): Script {
	return { name, steps: [redirect(`Location: ${location}\r\n`)], error: "h1:bad-location", delivered: "yes" };
}

function delivered(name: string, fields: string): Script {
	return { name, steps: [redirect(fields)], error: "", status: 302, length: 5, reused: true };
}

export const REDIRECTS: Script[] = [
	refused("a port of 99999", "http://127.0.0.1:99999/"),
	refused("a port of 0", "http://127.0.0.1:0/"),
	refused("a port of letters", "http://127.0.0.1:http/"),
	refused("userinfo", "http://127.0.0.1@127.0.0.1/"),
	refused("a password", "http://user:password@127.0.0.1/"),
	refused("no host", "http:///x"),
	refused("no host in a network path", "//"),
	refused("a scheme without a host", "http:x"),
	refused("an IPv6 address without its bracket", "http://[::1/"),
	refused("an IPv6 address without brackets", "http://::1/"),
	refused("an IPv6 address with a zone", "http://[fe80::1%25lo]/"),
	refused("a UNIX socket", "http://+/var/run/docker.sock"),
	refused("a name of 256 characters", `http://${"a".repeat(256)}/`),
	refused("a backslash in the host", "http://127.0.0.1\\@evil/"),
	refused("an escape in the host", "http://127.0.0.1%0d%0a/"),
	refused("a space", "/a b"),
	refused("a tab", "/a\tb"),
	refused("a control character", "/a\x01b"),
	refused("DEL", "/a\x7fb"),
	refused("CR LF and a space: a fold", "/a\r\n X: y"),
	{
		name: "two Locations",
		steps: [redirect("Location: /a\r\nLocation: /b\r\n")],
		error: "h1:bad-location",
		delivered: "yes",
	},
	{ name: "CR in Location", steps: [redirect("Location: /a\rb\r\n")], error: "h1:bad-head-byte" },
	{ name: "NUL in Location", steps: [redirect("Location: /a\0b\r\n")], error: "h1:bad-head-byte" },
	delivered("no Location", ""),
	delivered("an empty Location", "Location:\r\n"),
	delivered("a Location that fits no table", `Location: /${"a".repeat(100_000)}\r\n`),
	delivered("javascript:", "Location: javascript:alert(1)\r\n"),
	delivered("file:", "Location: file:///etc/passwd\r\n"),
	delivered("https where there is no TLS", "Location: https://127.0.0.1/\r\n"),
	delivered("a colon alone", "Location: :\r\n"),
];
