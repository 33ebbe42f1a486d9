/** Runs plans on XS: in each variant of the desktop host, or in the Moddable simulator. */
import { deepStrictEqual, strictEqual } from "node:assert";
import { type Outcome, runHost, type Variant } from "../desktop/host.js";
import type { Plan, Result } from "./plan.js";
import { runInSimulator, SIMULATOR_RUN } from "./simulator.js";

export const LIBRARY = ["--preload", "lws-xs=build/lib/lws-xs.js"];

export interface Run {
	name: string;
	variant: Variant;
	options: string[];
	/** Sizes and counts are divided by so much. */
	divisor: number;
	/** As its variant when absent. */
	hasTLS13?: boolean;
}

const WIDE_DESKTOP: Run = {
	name: "64-bit",
	variant: "64",
	options: ["--heap", "512K", "--stack", "512"],
	divisor: 1,
};

/** The run of what needs only one. */
export const WIDE = SIMULATOR_RUN ?? WIDE_DESKTOP;

/** Its sockets know IPv4 only, do not say why they ended, and are slow: see SIMULATOR_RUN. */
export function isSimulator(run: Run): boolean {
	return run === SIMULATOR_RUN;
}

/** The simulator alone where the tests are for it. */
export function choose(...runs: Run[]): Run[] {
	return SIMULATOR_RUN ? [SIMULATOR_RUN] : runs;
}

/** A plan's client keeps all results of a test in its heap, so that is larger than a device's; test/budget has those. */
export const NARROW: Run = {
	name: "32-bit",
	variant: "32",
	options: ["--heap", "256K", "--stack", "512"],
	divisor: 10,
};
export const ASAN: Run = { name: "AddressSanitizer", variant: "asan", options: [], divisor: 10 };
const STRESS: Run = {
	name: "64-bit, collecting at every allocation",
	variant: "64",
	options: ["--stress"],
	divisor: 100,
};

export const RUNS = choose(WIDE_DESKTOP, NARROW, ASAN, STRESS, {
	name: "AddressSanitizer, collecting at every allocation",
	variant: "asan",
	options: ["--stress"],
	divisor: 100,
});

/** For TLS: the older line of mbedTLS, too, which has no TLS 1.3. */
export const OLDER: Run = { ...WIDE_DESKTOP, name: "mbedTLS 2.28", variant: "tls2" };
export const TLS_RUNS = choose(WIDE_DESKTOP, NARROW, ASAN, STRESS, OLDER);

/** The versions of TLS that a run has. */
export function versionsOf(run: Run): ("1.2" | "1.3")[] {
	return run.hasTLS13 === false || run.variant === "tls2" ? ["1.2"] : ["1.2", "1.3"];
}

/** Results in the order of the plan's requests. Asserts that the client ended by itself and broke none of its rules. */
export async function runPlan(run: Run, plan: Plan): Promise<Result[]> {
	const { code, stdout, stderr } = run === SIMULATOR_RUN ? await runInSimulator(plan) : await runOnDesktop(run, plan);
	strictEqual(stderr, "", stdout);
	strictEqual(code, 0, stdout);
	const results: Result[] = stdout
		.split("\n")
		.filter((line) => line !== "")
		.map((line) => JSON.parse(line));
	for (const { id, faults } of results) deepStrictEqual(faults, [], `request ${id} of the plan`);
	strictEqual(results.length, plan.requests.length);
	return results.sort((a, b) => a.id - b.id);
}

function runOnDesktop(run: Run, plan: Plan): Promise<Outcome> {
	const args = [...LIBRARY, ...run.options, "build/test/xs/wire-client.js", JSON.stringify(plan)];
	return runHost(run.variant, args);
}

/** The result of a plan with one request. */
export async function runOne(run: Run, request: Plan["requests"][0]): Promise<Result> {
	const [result] = await runPlan(run, { requests: [request] });
	return result as Result;
}
