/** The client under judgement: test/host/ws-echo.ts on XS and in Node, with buffers of several sizes. */

import { deepStrictEqual, strictEqual } from "node:assert";
import { spawn } from "node:child_process";
import type { DeflateOptions } from "lws-xs";
import { type Outcome, runHost, skipUnlessBuilt, type Variant } from "../desktop/host.js";
import type { EchoPlan, EchoResult, EchoRun } from "../host/ws-echo.js";
import { LIBRARY } from "../wire/run.js";
import { type Case, FULL, groupOf, type Scale, SHORT, SHORTER } from "./case.js";
import { CASES } from "./cases.js";
import { passes } from "./judge.js";
import { ConformanceServer } from "./server.js";

/** What is offered in groups 1 to 10, in 12, and in 13, where a server may only ask for a window if one is offered. */
interface Offers {
	unanswered: DeflateOptions;
	12: DeflateOptions;
	13: DeflateOptions;
}

interface Run {
	/** Absent: Node. */
	variant?: Variant;
	options?: string[];
	buffer: number;
	scale: Scale;
	offers: Offers;
	/** The groups that are played, by the beginnings of their numbers; absent: all. */
	groups?: string[];
}

const IS_FULL = process.env.LWS_XS_FULL !== undefined;
/** The client keeps nothing of a case: hundreds of connections fit a heap that is little more than one. */
const DEVICE = ["--heap", "128K", "--stack", "384"];
/** With windows of 32 KB: 128 KB are too few once the groups before have been played, enough for group 13 alone. */
const LARGE_DEVICE = ["--heap", "192K", "--stack", "384"];

const LARGE: Offers = {
	unanswered: { compress: true },
	12: { compress: true },
	13: { compress: true, serverMaxWindowBits: 15 },
};
const MEDIUM: Offers = {
	unanswered: {},
	12: { serverMaxWindowBits: 12 },
	13: { compress: true, serverNoContextTakeover: true },
};
const SMALL: Offers = {
	unanswered: { compress: true },
	12: { compress: true, serverMaxWindowBits: 9, clientMaxWindowBits: 9, clientNoContextTakeover: true },
	13: { compress: true, serverMaxWindowBits: 9, serverNoContextTakeover: true },
};

const TO_TEN = ["1", "2", "3", "4", "5", "6", "7", "9", "10"];

const SHORT_RUNS: Run[] = [
	{ variant: "64", options: LARGE_DEVICE, buffer: 4096, offers: LARGE, scale: SHORT },
	{ variant: "64", options: DEVICE, buffer: 512, offers: MEDIUM, scale: SHORT },
	{ variant: "64", options: DEVICE, buffer: 64, offers: SMALL, scale: SHORTER },
	// qemu stands in between
	{
		variant: "32",
		options: DEVICE,
		buffer: 64,
		offers: SMALL,
		scale: SHORTER,
		groups: ["2", "3", "5", "6.4", "7", "12.4", "13.5"],
	},
	{
		variant: "asan",
		buffer: 64,
		offers: SMALL,
		scale: SHORTER,
		groups: ["2", "3", "4", "5", "6.4", "7", "12.1", "13.7"],
	},
	{ buffer: 4096, offers: LARGE, scale: SHORT },
	{ buffer: 512, offers: MEDIUM, scale: SHORT },
	{ buffer: 64, offers: SMALL, scale: SHORTER },
];

/** Groups 12 and 13 are 10 GB each way: a quarter of an hour with large buffers, hours with small ones. */
const FULL_RUNS: Run[] = [
	{ variant: "64", options: LARGE_DEVICE, buffer: 4096, offers: LARGE, scale: FULL },
	{ variant: "64", options: DEVICE, buffer: 64, offers: SMALL, scale: FULL, groups: TO_TEN },
	{ buffer: 512, offers: MEDIUM, scale: FULL, groups: TO_TEN },
];

function nameOf({ variant, buffer, scale }: Run): string {
	const host = variant === undefined ? "Node" : variant === "asan" ? "AddressSanitizer" : `${variant}-bit`;
	return `${host}, buffers of ${buffer} bytes, ${scale.name}`;
}

function isIn(id: string, group: string): boolean {
	return id.startsWith(`${group}.`);
}

function runsOf(cases: readonly Case[], offers: Offers): EchoRun[] {
	const number = ({ id }: Case) => Number(id.split(".")[0]);
	const runs = [
		{ deflate: offers.unanswered, isIn: (the: Case) => number(the) <= 10 },
		{ deflate: offers[12], isIn: (the: Case) => number(the) === 12 },
		{ deflate: offers[13], isIn: (the: Case) => number(the) === 13 },
	];
	return runs.map(({ deflate, isIn }) => ({ deflate, cases: cases.filter(isIn).map(({ id }) => id) }));
}

function start({ variant, options = [] }: Run, plan: EchoPlan): Promise<Outcome> {
	const json = JSON.stringify(plan);
	if (variant !== undefined) return runHost(variant, [...LIBRARY, ...options, "build/test/xs/ws-echo.js", json]);
	return new Promise((resolve, reject) => {
		const child = spawn(process.execPath, ["hosts/node/run.js", "build/test/host/ws-echo.js", json]);
		let stdout = "";
		let stderr = "";
		child.stdout.setEncoding("utf8").on("data", (text) => (stdout += text));
		child.stderr.setEncoding("utf8").on("data", (text) => (stderr += text));
		child.on("error", reject);
		child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
	});
}

for (const run of IS_FULL ? FULL_RUNS : SHORT_RUNS) {
	const { groups, scale } = run;
	const cases = CASES.filter(({ id }) => !groups || groups.some((group) => isIn(id, group)));

	describe(`conformance (${nameOf(run)})`, function () {
		// each has a limit of its own, which the judge knows
		this.timeout(IS_FULL ? 3_600_000 : 120_000);
		const server = new ConformanceServer(CASES, scale);
		let outcome: Promise<Outcome>;

		before(async function () {
			if (run.variant) skipUnlessBuilt(this, run.variant);
			const port = await server.listen();
			outcome = start(run, { port, buffer: run.buffer, runs: runsOf(cases, run.offers) });
			outcome.then(
				({ code, stdout, stderr }) => server.lose(new Error(`it ended with ${code}:\n${stdout.slice(-1000)}${stderr}`)),
				(error) => server.lose(error),
			);
		});
		after(() => server.close());

		for (const group of new Set(cases.map(({ id }) => groupOf(id)))) {
			describe(`group ${group}`, () => {
				for (const { id, title } of cases.filter((the) => groupOf(the.id) === group)) {
					it(`${id}: ${title}`, async () => {
						const report = await server.report(id);
						if (!passes(report)) throw new Error(`${report.behavior}, ${report.close}: ${report.detail}`);
					});
				}
			});
		}

		it("The client ends by itself, and has kept to the rules of the interface.", async () => {
			const { code, stdout, stderr } = await outcome;
			strictEqual(stderr, "");
			strictEqual(code, 0);
			const results: EchoResult[] = stdout
				.split("\n")
				.filter((line) => line !== "")
				.map((line) => JSON.parse(line));
			deepStrictEqual(
				results.map((result) => result.case),
				cases.map(({ id }) => id),
			);
			for (const { case: id, faults } of results) deepStrictEqual(faults, [], id);
			deepStrictEqual(server.faults, []);
		});
	});
}
