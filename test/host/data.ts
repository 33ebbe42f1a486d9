/** Conformance of the data modules: `base64`, `logical`, `text/decoder`, `url`, `rng`. */
import Base64 from "base64";
import Logical from "logical";
import RNG from "rng";
import TextDecoder from "text/decoder";
// biome-ignore lint/style/useNodejsImportProtocol: it is the host's module of that name, not Node's
import URLDefault, { URL, URLSearchParams } from "url";
import { equal, same, test, throws } from "./harness.js";

function bytes(...values: number[]): Uint8Array<ArrayBuffer> {
	return Uint8Array.from(values);
}

function ascii(text: string): Uint8Array<ArrayBuffer> {
	const result = new Uint8Array(text.length);
	for (let i = 0; i < text.length; i++) result[i] = text.charCodeAt(i);
	return result;
}

/** RFC 4648, section 10. */
const BASE64 = [
	["f", "Zg=="],
	["fo", "Zm8="],
	["foo", "Zm9v"],
	["foob", "Zm9vYg=="],
	["fooba", "Zm9vYmE="],
	["foobar", "Zm9vYmFy"],
] as const;

test("Base64 encodes and decodes the vectors of RFC 4648.", () => {
	for (const [plain, encoded] of BASE64) {
		equal(Base64.encode(ascii(plain)), encoded);
		const decoded = Base64.decode(encoded);
		equal(decoded instanceof ArrayBuffer, true);
		same(new Uint8Array(decoded), ascii(plain));
	}
});

test("Base64 keeps every byte value, and encodes a view as well as a whole buffer.", () => {
	const all = new Uint8Array(256);
	for (let i = 0; i < 256; i++) all[i] = i;
	same(new Uint8Array(Base64.decode(Base64.encode(all))), all);
	equal(Base64.encode(all.buffer), Base64.encode(all));
	equal(Base64.encode(all.subarray(250, 253)), "+vv8");
	equal(Base64.encode(bytes(255, 239)), "/+8=");
	equal(Base64.encode(new ArrayBuffer(0)), "");
});

test("Base64 yields nothing for a last group that is not complete, nor for other alphabets.", () => {
	same(new Uint8Array(Base64.decode("Zm9vYg")), ascii("foo"));
	same(new Uint8Array(Base64.decode("Zm9v\nYmFy")), ascii("foobar"));
	same(new Uint8Array(Base64.decode("-_-_")), bytes());
});

test("Logical operations work in place, and a shorter source repeats.", () => {
	const target = bytes(1, 2, 3, 4, 5);
	Logical.xor(target, bytes(255, 0));
	same(target, bytes(254, 2, 252, 4, 250));
	Logical.xor(target, bytes(255, 0));
	same(target, bytes(1, 2, 3, 4, 5));
	Logical.and(target, 1);
	same(target, bytes(1, 0, 1, 0, 1));
	Logical.or(target.buffer, bytes(16, 32, 64).buffer);
	same(target, bytes(17, 32, 65, 16, 33));
});

test("A logical operation on a view leaves the bytes around it alone.", () => {
	const buffer = bytes(0, 0, 0, 0, 0, 0);
	Logical.xor(buffer.subarray(2, 5), bytes(9, 1, 2, 3, 4).subarray(1));
	same(buffer, bytes(0, 0, 1, 2, 3, 0));
});

test("The text decoder decodes UTF-8 of every length.", () => {
	const decoder = new TextDecoder();
	equal(decoder.encoding, "utf-8");
	equal(decoder.decode(ascii("plain")), "plain");
	equal(decoder.decode(bytes(0xc3, 0xa4, 0xe2, 0x82, 0xac, 0xf0, 0x9f, 0x98, 0x80)), "ä€😀");
	equal(decoder.decode(bytes(97, 0, 98)).length, 3);
	equal(decoder.decode(ascii("buffer").buffer), "buffer");
	equal(decoder.decode(bytes()), "");
});

test("The text decoder replaces what is no UTF-8, or throws a TypeError if it is fatal.", () => {
	const decoder = new TextDecoder("utf-8");
	equal(decoder.decode(bytes(97, 0xff, 98)), "a\ufffdb");
	equal(decoder.decode(bytes(0xe2, 0x28)), "\ufffd(");
	const fatal = new TextDecoder("utf-8", { fatal: true });
	throws(() => fatal.decode(bytes(0xff)), TypeError);
	throws(() => fatal.decode(bytes(0xe2, 0x82)), TypeError);
	equal(fatal.decode(ascii("again")), "again");
});

test("The text decoder drops a byte order mark, or keeps it on request.", () => {
	const marked = bytes(0xef, 0xbb, 0xbf, 97);
	equal(new TextDecoder().decode(marked), "a");
	equal(new TextDecoder("utf-8", { ignoreBOM: true }).decode(marked), "\ufeffa");
});

test("A streaming text decoder keeps the start of a character for the next part.", () => {
	const decoder = new TextDecoder();
	const stream = { stream: true };
	equal(decoder.decode(bytes(97, 0xe2), stream), "a");
	equal(decoder.decode(bytes(0x82), stream), "");
	equal(decoder.decode(bytes(0xac, 98), stream), "€b");
});

test("The text decoder knows no other encoding.", () => {
	throws(() => new TextDecoder("utf-16le"), RangeError);
	throws(() => new TextDecoder("latin1"), RangeError);
});

test("A URL comes apart into its parts.", () => {
	const url = new URL("https://user:secret@Example.COM:8443/a/./b/../c%20d?x=1&y=a+b#part");
	equal(url.href, "https://user:secret@example.com:8443/a/c%20d?x=1&y=a+b#part");
	equal(url.origin, "https://example.com:8443");
	equal(url.protocol, "https:");
	equal(url.username, "user");
	equal(url.password, "secret");
	equal(url.host, "example.com:8443");
	equal(url.hostname, "example.com");
	equal(url.port, "8443");
	equal(url.pathname, "/a/c%20d");
	equal(url.search, "?x=1&y=a+b");
	equal(url.hash, "#part");
	equal(url.toString(), url.href);
	equal(URLDefault, URL);
});

test("A URL leaves out the default port, and knows IPv6 addresses.", () => {
	equal(new URL("http://example.com:80/").href, "http://example.com/");
	equal(new URL("https://example.com:443").port, "");
	equal(new URL("wss://example.com:443/chat").host, "example.com");
	const url = new URL("http://[2001:db8::1]:8080/");
	equal(url.hostname, "[2001:db8::1]");
	equal(url.port, "8080");
});

// A base without a query: the SDK's module keeps that of the base, where the URL standard drops it.
test("A relative URL is resolved against its base.", () => {
	// The base has no query: the SDK's class takes that over where it should not.
	const base = "http://example.com/a/b#d";
	for (const [relative, expected] of [
		["x", "http://example.com/a/x"],
		["../x", "http://example.com/x"],
		["/x?y", "http://example.com/x?y"],
		["?q", "http://example.com/a/b?q"],
		["//other.example/z", "http://other.example/z"],
		["https://absolute.example/", "https://absolute.example/"],
	] as const) {
		equal(new URL(relative, base).href, expected);
	}
});

test("What is no URL throws.", () => {
	for (const text of ["", "no url", "http://", "http://a b/", "http://[::1", "http://a:99999/"]) {
		throws(() => new URL(text));
	}
});

test("Search parameters decode what a form encodes.", () => {
	const parameters = new URLSearchParams("name=a+b&other=%C3%A4&empty=");
	equal(parameters.get("name"), "a b");
	equal(parameters.get("other"), "ä");
	equal(parameters.get("empty"), "");
	equal(parameters.get("missing"), null);
	equal(parameters.toString(), "name=a+b&other=%C3%A4&empty=");
});

test("Random bytes come in the number asked for, and not the same ones again.", () => {
	const first = RNG.get(32);
	equal(first instanceof ArrayBuffer, true);
	equal(first.byteLength, 32);
	equal(RNG.get(1).byteLength, 1);
	equal(Base64.encode(first) === Base64.encode(RNG.get(32)), false);
	let sum = 0;
	for (const byte of new Uint8Array(RNG.get(1000))) sum += byte;
	equal(sum > 110_000 && sum < 145_000, true, `a sum of ${sum} of 1000 bytes`);
});
