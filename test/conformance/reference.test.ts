/** The judge is judged: by a client that is right, and by some that are wrong. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { type Case, type Scale, SHORT, SHORTER } from "./case.js";
import { CASES } from "./cases.js";
import { type Fault, playReference, playWrong, type ReferenceOptions } from "./clients.js";
import { passes, type Report } from "./judge.js";
import { ConformanceServer } from "./server.js";

/** `ws` looks at a text when the message has ended: what comes at the fourth of these is too late. */
const LATE = ["6.4.1", "6.4.2", "6.4.3", "6.4.4"];
/** What a wrong client does not do is not waited for as long. */
const IMPATIENT: Scale = { ...SHORTER, patience: 0.5 };
/** How many connections at a time. */
const PARALLEL = 8;

async function playAll(
	cases: readonly Case[],
	scale: Scale,
	play: (port: number, id: string) => Promise<void>,
): Promise<Report[]> {
	const server = new ConformanceServer(CASES, scale);
	const port = await server.listen();
	const left = [...cases];
	const worker = async () => {
		for (let the = left.shift(); the; the = left.shift()) await play(port, the.id);
	};
	await Promise.all(Array.from({ length: PARALLEL }, worker));
	const reports = await Promise.all(cases.map(({ id }) => server.report(id)));
	await server.close();
	deepStrictEqual(server.faults, []);
	return reports;
}

function show({ id, behavior, close, detail }: Report): string {
	return `${id} ${behavior} / ${close}: ${detail}`;
}

/** Of a report the two verdicts. */
function verdicts(reports: readonly Report[]): string[] {
	return reports.map(({ id, behavior, close }) => `${id} ${behavior} ${close}`);
}

const isDeflate = ({ id }: Case) => id.startsWith("12.") || id.startsWith("13.");

describe("the judge of conformance", function () {
	this.timeout(120_000);

	it("There are the 517 cases of Autobahn, each once.", () => {
		strictEqual(CASES.length, 517);
		strictEqual(new Set(CASES.map(({ id }) => id)).size, 517);
		const count = (group: string) => CASES.filter(({ id }) => id.startsWith(`${group}.`)).length;
		const counts = [1, 2, 3, 4, 5, 6, 7, 9, 10, 12, 13].map((group) => count(`${group}`));
		deepStrictEqual(counts, [16, 11, 7, 10, 20, 145, 37, 54, 1, 90, 126]);
	});

	it("A client that is right passes all of 1 to 10 but for 6.4, where it is late.", async () => {
		const cases = CASES.filter((the) => !isDeflate(the));
		const reports = await playAll(cases, SHORT, (port, id) => playReference(port, id, {}));
		const late = reports.filter(({ id }) => LATE.includes(id));
		deepStrictEqual(
			late.map(({ behavior, close }) => `${behavior} ${close}`),
			LATE.map(() => "NON-STRICT OK"),
		);
		const failed = reports.filter((report) => !late.includes(report) && !passes(report));
		strictEqual(failed.map(show).join("\n"), "");
		const informational = reports.filter(({ behavior }) => behavior === "INFORMATIONAL").map(({ id }) => id);
		deepStrictEqual(informational, ["7.1.6", "7.13.1", "7.13.2"]);
	});

	const offers: { name: string; scale: Scale; options: ReferenceOptions }[] = [
		{ name: "with all defaults", scale: SHORT, options: {} },
		{
			name: "with small windows and no context",
			scale: SHORTER,
			options: { serverMaxWindowBits: 9, serverNoContextTakeover: true },
		},
		{ name: "that does not compress itself", scale: SHORTER, options: { serverMaxWindowBits: 10, compresses: false } },
	];
	for (const { name, scale, options } of offers) {
		it(`A client ${name} passes all of 12 and 13.`, async () => {
			const cases = CASES.filter(isDeflate);
			const reports = await playAll(cases, scale, (port, id) => playReference(port, id, options));
			strictEqual(
				reports
					.filter((report) => !passes(report))
					.map(show)
					.join("\n"),
				"",
			);
		});
	}

	it("A client without compression is told so.", async () => {
		const cases = CASES.filter(({ id }) => id === "12.1.1" || id === "13.7.18");
		const reports = await playAll(cases, SHORTER, (port, id) => playReference(port, id));
		deepStrictEqual(verdicts(reports), ["12.1.1 UNIMPLEMENTED OK", "13.7.18 UNIMPLEMENTED OK"]);
	});

	/** What is wrong with a client, the cases that see it, and what they say. */
	const wrong: [fault: Fault, verdicts: string[]][] = [
		["ignores reserved bits", ["3.1 FAILED FAILED", "3.7 OK WRONG CODE"]],
		["ignores reserved opcodes", ["4.1.1 OK FAILED", "4.2.5 FAILED FAILED"]],
		["ignores pings", ["2.1 FAILED OK", "5.6 FAILED OK"]],
		["cuts pongs", ["2.4 FAILED OK", "2.6 FAILED OK"]],
		["answers pings late", ["5.6 FAILED OK", "5.8 FAILED OK"]],
		["answers pings behind a Close", ["7.1.3 FAILED OK"]],
		["echoes what is not UTF-8", ["6.3.1 FAILED FAILED", "6.20.1 FAILED FAILED"]],
		[
			"never answers a Close",
			["1.1.1 OK UNCLEAN", "7.7.1 OK UNCLEAN", "7.9.1 OK UNCLEAN", "7.13.1 INFORMATIONAL UNCLEAN"],
		],
		["drops the connection for a Close", ["1.1.1 OK UNCLEAN", "7.3.1 OK UNCLEAN"]],
		["answers with another status", ["1.1.1 OK WRONG CODE", "7.1.2 OK WRONG CODE"]],
		["accepts every status", ["7.9.1 OK WRONG CODE", "7.5.1 OK WRONG CODE"]],
		["never ends TCP", ["1.1.1 FAILED OK"]],
		["sends no mask", ["1.1.2 FAILED UNCLEAN"]],
		["echoes as binary", ["1.1.2 FAILED WRONG CODE", "9.1.1 FAILED OK"]],
		["loses empty messages", ["1.2.1 FAILED WRONG CODE", "6.1.1 FAILED OK"]],
		["loses the last byte", ["1.1.3 FAILED WRONG CODE", "9.2.1 FAILED OK", "9.8.2 FAILED OK"]],
		["continues nothing", ["5.9 FAILED FAILED", "5.15 FAILED FAILED"]],
		["echoes before it fails, never", ["3.2 NON-STRICT OK", "5.15 NON-STRICT OK"]],
	];
	for (const [fault, expected] of wrong) {
		it(`A client that ${fault} fails, and without that it passes.`, async () => {
			const ids = expected.map((line) => line.split(" ")[0]);
			const cases = CASES.filter(({ id }) => ids.includes(id));
			const right = await playAll(cases, SHORTER, (port, id) => playWrong(port, id, "none"));
			strictEqual(
				right
					.filter((report) => !passes(report))
					.map(show)
					.join("\n"),
				"",
			);
			const reports = await playAll(cases, IMPATIENT, (port, id) => playWrong(port, id, fault));
			deepStrictEqual(verdicts(reports).sort(), [...expected].sort(), reports.map(show).join("\n"));
			for (const report of reports) ok(!passes(report));
			match((reports[0] as Report).detail, /\n[<>] /);
		});
	}
});
