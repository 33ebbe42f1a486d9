/** Runs plans in the Moddable simulator, when test/moddable/wire.mjs has built the client for it. */
import { spawn } from "node:child_process";
import type { Outcome } from "../desktop/host.js";
import type { Plan } from "./plan.js";

interface Simulator {
	program: string;
	/** Where the simulated devices are, and the application. */
	args: string[];
	hasTLS13: boolean;
}

const { LWS_TEST_SIMULATOR } = process.env;
const simulator: Simulator | undefined = LWS_TEST_SIMULATOR ? JSON.parse(LWS_TEST_SIMULATOR) : undefined;

/** The SDK's socket for Linux moves 1,536 bytes every 20 ms, so amounts are small here. */
export const SIMULATOR_RUN = simulator && {
	name: "simulator",
	variant: "64" as const,
	options: [],
	divisor: 100,
	hasTLS13: simulator.hasTLS13,
};

/** A device that has died stays on the screen. */
const PATIENCE = 50_000;

/** GTK says what it thinks of the machine on its standard error: that is not compared. */
export function runInSimulator(plan: Plan): Promise<Outcome> {
	const { program, args } = simulator as Simulator;
	return new Promise((resolve, reject) => {
		const env = { ...process.env, LWS_TEST_PLAN: JSON.stringify(plan) };
		const child = spawn(program, args, { env, stdio: ["ignore", "pipe", "ignore"], timeout: PATIENCE });
		const stdout: Buffer[] = [];
		child.stdout.on("data", (data) => stdout.push(data));
		child.once("error", reject);
		child.once("close", (code, signal) => {
			resolve({ code, signal, stdout: Buffer.concat(stdout).toString(), stderr: "" });
		});
	});
}
