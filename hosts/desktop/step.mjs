/** Steps of the build: a line of progress each, programs run with their output kept back, failures as sentences. */
import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import { fileURLToPath } from "node:url";

/** A failure with a known cause: `message` is for the user, `details` the output of the tool that failed. */
export class Failure extends Error {
	constructor(phase, sentence, details = "") {
		super(`${phase}: ${sentence}`);
		this.name = "Failure";
		this.details = details;
	}
}

/** Progress goes to the standard error, so that the standard output is that of the program or of the tests. */
export function say(line) {
	process.stderr.write(`${line}\n`);
}

/** Runs `work`; names it when it takes longer than a moment, and then says how long it took. */
export async function step(title, work) {
	const start = performance.now();
	let shown = false;
	const timer = setTimeout(() => {
		shown = true;
		process.stderr.write(`${title} … `);
	}, 400);
	try {
		const result = await work();
		if (shown) say(duration(performance.now() - start));
		return result;
	} catch (error) {
		if (shown) say("failed");
		throw error;
	} finally {
		clearTimeout(timer);
	}
}

function duration(milliseconds) {
	const seconds = milliseconds / 1000;
	if (seconds < 60) return `${seconds.toFixed(1)} s`;
	return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

const running = new Set();

/**
 * Runs a program to its end and resolves to { code, output }: output is what it wrote to both streams, code its exit
 * code, null when a signal ended it, "ENOENT" or the like when it could not be started.
 */
export function run(command, args, options = {}) {
	return new Promise((resolve) => {
		const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], ...options });
		let output = "";
		running.add(child);
		for (const stream of [child.stdout, child.stderr]) {
			stream?.setEncoding("utf8");
			stream?.on("data", (text) => {
				output += text;
			});
		}
		const end = (code) => {
			running.delete(child);
			resolve({ code, output });
		};
		child.on("error", (error) => end(error.code));
		child.on("close", end);
	});
}

/** The last lines of a tool's output: where it says what went wrong. */
export function tail(output, lines = 15) {
	return output.trimEnd().split("\n").slice(-lines).join("\n");
}

// A signal that ends us ends the compiler or package manager that we started, too.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
	process.once(signal, () => {
		for (const child of running) child.kill(signal);
		process.exit(128 + os.constants.signals[signal]);
	});
}

/** True for the module that Node was started with. */
export function isMain(url) {
	return process.argv[1] !== undefined && fs.realpathSync(process.argv[1]) === fileURLToPath(url);
}

/** Runs the work of a command-line script; a failure becomes its sentence and exit code 1. */
export async function main(work) {
	try {
		await work();
	} catch (error) {
		report(error);
		process.exitCode = 1;
	}
}

/** Prints a failure: the output of the tool first, the sentence last, where the eye ends. */
export function report(error) {
	if (error instanceof Failure) {
		if (error.details) say(error.details.trimEnd());
		say(error.message);
	} else if (["EACCES", "EPERM", "EROFS"].includes(error.code) && error.path) {
		say(`build: ${error.path} is not writable (${error.code}): make yourself the owner of this folder and all in it.`);
	} else if (error.code === "ENOSPC") {
		say("build: the disk is full (ENOSPC): free about 300 MB and run the command again.");
	} else say(error.stack);
}
