/** Large uploads wait for 100 as curl's do, and end as curl's when they are refused. */
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import type net from "node:net";
import { CURL, Folder, type Outcome, Recorder, run, tool, withHeads, withRaw } from "./tool.js";

const MEGABYTE = 1024 * 1024;
const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

describe("the tool with large uploads", () => {
	const folder = new Folder();
	const server = new Recorder();
	before(async () => {
		await server.listen();
		folder.write("small", "abc");
		folder.write("megabyte", Buffer.alloc(MEGABYTE, "x"));
		folder.write("more", Buffer.alloc(MEGABYTE + 1, "x"));
		folder.write("ten", Buffer.alloc(10 * MEGABYTE, "x"));
	});
	beforeEach(() => server.reset());
	after(() => {
		server.close();
		folder.remove();
	});

	/** What both do with the same arguments; curl only where it is. */
	async function both(args: string[], body: (outcome: Outcome, name: string) => void, input?: string): Promise<void> {
		body(await tool(args, { cwd: folder.path, input }), "the tool");
		if (CURL) body(await run(CURL, args, { cwd: folder.path, input }), "curl");
	}

	const WAITS: [title: string, args: string[], expect: string | undefined][] = [
		["-d of a megabyte does not wait", ["-d", "@megabyte"], undefined],
		["-d of a byte more does", ["-d", "@more"], "100-continue"],
		["-T of a byte more does", ["-T", "more"], "100-continue"],
		["-T of an unknown length does", ["-T", "-"], "100-continue"],
		["-H Expect: takes that away", ["-H", "Expect:", "-d", "@more"], undefined],
		["-H Expect: 100-continue asks for it", ["-H", "Expect: 100-continue", "-d", "@small"], "100-continue"],
	];
	for (const [title, args, expect] of WAITS) {
		it(`${title}, as with curl, and the body arrives.`, () =>
			both(
				["-sS", ...args, `${server.origin}/`],
				({ code, stdout, stderr }, name) => {
					strictEqual(`${code} ${stdout} ${stderr}`, "0 ok ", name);
					const { headers, body } = server.last;
					strictEqual(headers.expect, expect, name);
					ok([3, MEGABYTE, MEGABYTE + 1].includes(body.length), `${body.length} bytes of ${name}`);
				},
				"abc",
			));
	}

	it("-i shows 100 and what follows it, as curl does.", () =>
		both(["-sS", "-i", "-d", "@more", `${server.origin}/`], ({ stdout }, name) => {
			ok(stdout.startsWith("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"), `${name}: ${stdout}`);
		}));

	it("A small -T does not wait.", async () => {
		await tool(["-T", "small", `${server.origin}/`], { cwd: folder.path });
		strictEqual(server.last.headers.expect, undefined);
	});

	it("A server that does not know the expectation gets the body after a second.", async () => {
		const times: number[] = [];
		await withRaw(
			(socket) => {
				const begun = Date.now();
				let bytes = 0;
				socket.on("data", (data) => {
					if (bytes === 0) times.push(Date.now() - begun);
					bytes += data.length;
					if (bytes === MEGABYTE + 1) socket.end(OK);
				});
			},
			(origin) =>
				both(["-sS", "-T", "more", `${origin}/`], ({ code, stdout, stderr }, name) => {
					strictEqual(`${code} ${stdout} ${stderr}`, "0 ok ", name);
				}),
		);
		for (const time of times) ok(time > 900 && time < 2500, `the bodies came after ${times.join(" and ")} ms`);
	});

	/** Both end alike, and print the same. */
	async function compare(args: string[], answer: (socket: net.Socket) => void): Promise<void> {
		const outcomes: string[] = [];
		await withRaw(answer, (origin) =>
			both([...args, `${origin}/`], ({ code, stdout }) => outcomes.push(`${code} ${stdout}`)),
		);
		ok(outcomes[0]?.includes("413"), outcomes[0]);
		if (CURL) strictEqual(outcomes[0], outcomes[1]);
	}

	const NO = "HTTP/1.1 413 Content Too Large\r\nContent-Length: 9\r\n\r\ntoo large";
	const REFUSALS: Record<string, (socket: net.Socket) => void> = {
		"at once": (socket) => void socket.write(NO),
		"with a close behind it": (socket) => void socket.end(NO),
		"while the body comes, with a close at once": (socket) => {
			socket.write("HTTP/1.1 100 Continue\r\n\r\n");
			socket.once("data", () => socket.end(NO, () => socket.destroy()));
		},
	};
	for (const [when, answer] of Object.entries(REFUSALS)) {
		for (const fail of [[], ["-f"]]) {
			it(`413 ${when} ends an upload of 10 MB as it ends curl's${fail.length > 0 ? " with -f" : ""}.`, () =>
				compare(["-sS", "-i", ...fail, "-T", "ten"], answer));
		}
	}

	it("417: the request comes again without the expectation, and -i shows both heads, as with curl.", async () => {
		let heads: string[] = [];
		const outcomes: unknown[] = [];
		await withHeads(
			(socket, head) => {
				heads.push(head.replace(/^(User-Agent|Host): .*\r\n/gm, ""));
				if (head.includes("Expect")) socket.end("HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\n\r\n");
				else {
					let left = MEGABYTE + 1;
					socket.on("data", (data) => {
						left -= data.length;
						if (left === 0) socket.end(OK);
					});
				}
			},
			(origin) =>
				both(["-sS", "-i", "-d", "@more", `${origin}/`], ({ code, stdout }) => {
					outcomes.push({ code, stdout, heads: heads.map((head) => head.split("\r\n").sort()) });
					heads = [];
				}),
		);
		strictEqual((outcomes[0] as { heads: string[] }).heads.length, 2);
		if (CURL) deepStrictEqual(outcomes[0], outcomes[1]);
	});
});
