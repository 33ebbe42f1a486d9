/** Records that are none, or say anything: `replay` names the line, and ends. */
import { doesNotMatch, match, strictEqual } from "node:assert";
import { DIFFERS } from "./records.js";
import { Folder, tool } from "./tool.js";

describe("the tool's records that are none", () => {
	const folder = new Folder();
	after(() => folder.remove());

	const HEADING = '{"record":1,"lws-xs":"0.1.0","date":"2026-01-01T00:00:00.000Z","arguments":["http://127.0.0.1/"]}\n';
	const CONNECT = '{"time":0,"event":"connect","connection":1,"address":"127.0.0.1","port":80}\n';
	const deep = "[".repeat(100_000);

	const RECORDS: [name: string, content: string, line: number, why: RegExp][] = [
		["nothing", "", 1, /empty/],
		["garbage", "garbage\n", 1, /not JSON/],
		["another JSON", "{}\n", 1, /not that of a record/],
		["a number", "1\n", 1, /no object/],
		["another version", HEADING.replace('"record":1', '"record":2'), 1, /version/],
		["a date that is none", HEADING.replace("2026-01", "x"), 1, /date/],
		["arguments that are none", HEADING.replace('"http://127.0.0.1/"', "1"), 1, /arguments/],
		["an unknown option", `${HEADING.replace("http:", "--bogus")}{"time":0,"event":"exit","exit":0}\n`, 1, /no option/],
		["no URL", `${HEADING.replace('"http://127.0.0.1/"', "")}{"time":0,"event":"exit","exit":0}\n`, 1, /no URL/],
		["no end", HEADING, 2, /ends before the run/],
		["a line that is cut", `${HEADING}{"time":0,"ev`, 2, /cut off/],
		["an endless line", `${HEADING}${"x".repeat(1_000_000)}`, 2, /more than/],
		["deep brackets", `${HEADING}${deep}\n`, 2, /nested/],
		["deep brackets behind a text", `${HEADING}{"a\\"":"[\\\\","b":${deep}\n`, 2, /nested/],
		["NUL", `${HEADING}\0\0\n`, 2, /not JSON/],
		["an unknown event", `${HEADING}{"time":0,"event":"toString"}\n`, 2, /event/],
		["a negative time", `${HEADING}${CONNECT.replace(":0", ":-1")}`, 2, /time/],
		["a huge time", `${HEADING}${CONNECT.replace(":0", ":1e300")}`, 2, /time/],
		[
			"a time that goes back",
			`${HEADING}${CONNECT.replace(":0", ":5")}{"time":4,"event":"exit","exit":0}\n`,
			3,
			/back/,
		],
		["a missing member", `${HEADING}${CONNECT.replace(',"port":80', "")}`, 2, /"port"/],
		["a wrong connection", `${HEADING}${CONNECT.replace('n":1', 'n":2')}`, 2, /connection 1/],
		["no such connection", `${HEADING}{"time":0,"event":"closed","connection":1}\n`, 2, /no such connection/],
		["no such transfer", `${HEADING}{"time":0,"event":"rewound","transfer":9}\n`, 2, /no such transfer/],
		["no bytes", `${HEADING}${CONNECT}{"time":0,"event":"sent","connection":1,"text":""}\n`, 3, /"text" or/],
		["bad Base64", `${HEADING}${CONNECT}{"time":0,"event":"sent","connection":1,"base64":"a==="}\n`, 3, /"text" or/],
		["an exit that is none", `${HEADING}{"time":0,"event":"exit","exit":999}\n`, 2, /exit/],
		["something after the exit", `${HEADING}{"time":0,"event":"exit","exit":0}\n`.repeat(1) + CONNECT, 3, /follows/],
	];
	for (const [name, content, line, why] of RECORDS) {
		it(`${name}: exit 26, with the line.`, async () => {
			folder.write("bad.jsonl", content);
			const outcome = await tool(["replay", folder.at("bad.jsonl")]);
			match(outcome.stderr, new RegExp(`^lws-xs: \\(26\\) record:malformed: .*bad\\.jsonl line ${line}: [^\n]+\n$`));
			match(outcome.stderr, why);
			strictEqual(outcome.code, 26);
		});
	}

	it("A file that is not there is exit 26.", async () => {
		const outcome = await tool(["replay", folder.at("missing.jsonl")]);
		strictEqual(outcome.code, 26);
		match(outcome.stderr, /record:unreadable/);
	});

	it("A record may say anything: the replay ends, and reads and writes no file of its arguments.", async () => {
		const target = folder.at("written");
		const secret = folder.write("local", "X-Local: private\n");
		const args = ["-o", target, "-H", `@${secret}`, "-w", `@${secret}`, "-d", `@${secret}`, "--record", target];
		const heading = HEADING.replace('["http', `${JSON.stringify(args).slice(0, -1)},"http`);
		const wire = [
			{ time: 0, event: "connect", connection: 1, address: "127.0.0.1", port: 80 },
			{ time: 0, event: "opened", connection: 1, room: 1 },
			{ time: 0, event: "secured", connection: 1, tls: { version: 5, cipher: null } },
			{ time: 0, event: "unsecured", connection: 1, tls: { faults: "x", issuer: 1 } },
			{ time: 0, event: "received", connection: 1, text: "HTTP/1.1 200 OK\r\n\r\n", more: true },
			{ time: 0, event: "ended", connection: 1, failure: "nonsense" },
			{ time: 0, event: "ended", connection: 1 },
			{ time: 0, event: "opened", connection: 1, room: 1 },
			{ time: 2147483647, event: "exit", exit: 0 },
		];
		folder.write("hostile.jsonl", heading + wire.map((line) => `${JSON.stringify(line)}\n`).join(""));
		const outcome = await tool(["replay", folder.at("hostile.jsonl")]);
		strictEqual(outcome.code, DIFFERS, outcome.stderr);
		doesNotMatch(outcome.stdout + outcome.stderr, /private/);
		strictEqual((await tool(["replay", target])).code, 26, "nothing may have been written");
	});
});
