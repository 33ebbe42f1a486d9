/** What is secret is in no record. */
import { doesNotMatch, match, ok, strictEqual } from "node:assert";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { Records } from "./records.js";
import { Folder, Recorder, tool, withRaw } from "./tool.js";

describe("the tool's records without secrets", function () {
	this.timeout(60_000);
	const server = new Recorder();
	const folder = new Folder();
	const { path, count, lines, record, replays, text } = new Records(folder);
	before(() => server.listen());
	beforeEach(() => server.reset());
	after(() => {
		server.close();
		folder.remove();
	});

	const SECRET = "s3cret";

	it("Fields and arguments are masked on both ways, at their length.", async () => {
		server.handler = (_request, response) => {
			response.setHeader("Set-Cookie", [`id=${SECRET}; Path=/`, `other=${SECRET}`]);
			response.writeHead(302, { Location: `http://user:${SECRET}@127.0.0.1:${server.port}/next` });
			response.end("kept content");
		};
		const fields = [`Authorization: Bearer ${SECRET}`, `cookie: a=${SECRET}`, `Proxy-Authorization: Basic ${SECRET}`];
		const args = [...fields.flatMap((field) => ["-H", field]), "-e", `http://u:${SECRET}@a.test/`, server.origin];
		await record(args);
		doesNotMatch(text(), new RegExp(SECRET));
		strictEqual(server.last.headers.authorization, `Bearer ${SECRET}`);
		match(text(), /"Authorization: \*{6} \*{6}"/);
		match(text(), /\\r\\nAuthorization: \*{6} \*{6}\\r\\n/);
		match(text(), /Location: http:\/\/\*{4}:\*{6}@127\.0\.0\.1/);
		match(text(), /kept content/);
		await replays();
	});

	it("A password of a key is not there, nor that of a URL.", async () => {
		await record(["--pass", SECRET, "-E", `/nowhere:${SECRET}`, "-k", "https://127.0.0.1:1/"], 58);
		doesNotMatch(text(), new RegExp(SECRET));
		await tool(["-s", "--record", path, `http://user:${SECRET}@127.0.0.1:1/`]);
		match(text(), /"http:\/\/\*{4}:\*{6}@127/);
		doesNotMatch(text(), new RegExp(SECRET));
	});

	it("A Set-Cookie is masked wherever the server cuts it.", () => {
		const head = `HTTP/1.1 200 OK\r\nSet-Cookie: id=${SECRET}; Path=/\r\nContent-Length: 0\r\n\r\n`;
		return withRaw(
			(socket) => {
				socket.setNoDelay(true);
				let at = 0;
				const send = () => {
					if (at < head.length) socket.write(head.charAt(at++), "latin1", () => setTimeout(send, 2));
				};
				send();
			},
			async (origin) => {
				await record([origin]);
				ok(count("received") > 20, "it must have come in pieces");
				const received = lines()
					.filter(({ event }) => event === "received")
					.map((line) => line.text)
					.join("");
				strictEqual(received, head.replace(`id=${SECRET};`, "*".repeat(10)).replace("Path=/", "******"));
				await replays();
			},
		);
	});

	it("The masker is the same for each cut, and keeps each length.", async () => {
		const { Masker } = await import(pathToFileURL(resolve("build/js/tool/record/masker.js")).href);
		const mask = (text: string, cuts: number[], isOutgoing: boolean): string => {
			const masker = new Masker(isOutgoing);
			const bytes = Buffer.from(text, "latin1");
			let masked = "";
			const take = (view: Uint8Array) => (masked += Buffer.from(view.slice(0, masker.length)).toString("latin1"));
			for (const [i, cut] of [0, ...cuts].entries()) {
				const piece = bytes.subarray(cut, cuts[i] ?? bytes.length);
				take(masker.feed(piece, piece.length));
			}
			take(masker.flush());
			return masked;
		};
		const texts: [from: string, to: string, isOutgoing: boolean][] = [
			["GET / HTTP/1.1\r\nCookie: ab\r\n\r\nx", "GET / HTTP/1.1\r\nCookie: **\r\n\r\nx", true],
			["A: b\nCOOKIE \t:ab c\n", "A: b\nCOOKIE \t:** *\n", false],
			["Set-Cookie: a\r\n b\r\n\tc\r\nX: d\r\n", "Set-Cookie: *\r\n *\r\n\t*\r\nX: d\r\n", false],
			["Set-Cookie: a\rb\r\nX-Set-Cookie: c\r\n", "Set-Cookie: *\r*\r\nX-Set-Cookie: c\r\n", false],
			["X: a\rCookie: b\n", "X: a\rCookie: *\n", false],
			["Cookies: a\nCook: b\n", "Cookies: a\nCook: b\n", false],
			["Location: //a:b%40c@h/@\r\n", "Location: //*:*%2A*@h/@\r\n", false],
			["Location: http://h:80/x?//u@y\r\n", "Location: http://h:80/x?//*@y\r\n", false],
			["GET http://u:p@h/ HTTP/1.1\r\n", "GET http://*:*@h/ HTTP/1.1\r\n", true],
			["Location: http://h", "Location: http://*", false],
			[`Referer: //${"s".repeat(2000)}@h\r\nX: y\r\n`, `Referer: //${"*".repeat(2000)}@h\r\nX: y\r\n`, true],
			["\x05\x02\x00\x02\x01\x01u\x04pass\x05\x01\x00GET / HTTP/1.1\r\nCookie: x\r\n", "", true],
		];
		for (const [from, wanted, isOutgoing] of texts) {
			const to = wanted || from.replace("pass", "****").replace("Cookie: x", "Cookie: *");
			strictEqual(mask(from, [], isOutgoing), to);
			strictEqual(to.length, from.length);
			const each = Array.from({ length: from.length - 1 }, (_, i) => i + 1);
			strictEqual(mask(from, each, isOutgoing), to);
			for (const cut of each) strictEqual(mask(from, [cut], isOutgoing), to, `cut at ${cut}`);
		}
	});
});
