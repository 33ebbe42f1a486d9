/** How the bench measures: instructions by callgrind, times by the clock, both of whole processes. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Failure } from "../hosts/desktop/step.mjs";

/** Runs a command to its end and gives what it wrote. */
export async function capture(command, args, env = process.env) {
	const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], env });
	let stdout = "";
	let stderr = "";
	child.stdout.on("data", (data) => {
		stdout += data;
	});
	child.stderr.on("data", (data) => {
		stderr += data;
	});
	const [code] = await once(child, "close");
	if (code !== 0) throw new Failure("bench", `${command} ${args.join(" ")} ended with ${code}`, stdout + stderr);
	return { stdout, stderr };
}

/** User-space instructions of a whole process. They repeat from run to run, whatever else the machine does. */
export async function instructions(command, args, env) {
	const valgrind = ["--tool=callgrind", "--callgrind-out-file=/dev/null", command, ...args];
	const { stderr } = await capture("valgrind", valgrind, env);
	const count = stderr.match(/Collected : (\d+)/);
	if (!count) throw new Failure("bench", "valgrind printed no count of instructions", stderr);
	return Number(count[1]);
}

/** The least wall time of `runs` runs, in milliseconds: what disturbs a run only makes it longer. */
export async function leastTime(runs, command, args) {
	let least = Number.POSITIVE_INFINITY;
	for (let i = 0; i < runs; i++) {
		const start = performance.now();
		await capture(command, args);
		least = Math.min(least, performance.now() - start);
	}
	return least;
}

/** Milliseconds from the start of a process to its first output, the least of `runs`. */
export async function timeToFirstLine(runs, command, args) {
	let least = Number.POSITIVE_INFINITY;
	for (let i = 0; i < runs; i++) {
		const start = performance.now();
		const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
		await once(child.stdout, "data");
		least = Math.min(least, performance.now() - start);
		await once(child, "close");
	}
	return least;
}

/** Milliseconds from the first output of a process to its end. */
export async function timeFromFirstLine(command, args, env) {
	const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], env });
	let output = "";
	let start;
	for (const stream of [child.stdout, child.stderr])
		stream.on("data", (data) => {
			output += data;
		});
	child.stdout.once("data", () => {
		start = performance.now();
	});
	const [code] = await once(child, "close");
	const time = performance.now() - start;
	if (code !== 0) throw new Failure("bench", `${command} ${args.join(" ")} ended with ${code}`, output);
	return time;
}

/** A server of its own process, so that it runs beside the client on another core; it prints its port. */
export async function startServer(script, ...args) {
	const path = fileURLToPath(new URL(script, import.meta.url));
	const child = spawn(process.execPath, [path, ...args.map(String)], { stdio: ["pipe", "pipe", "inherit"] });
	const [line] = await once(child.stdout, "data");
	return {
		port: Number(line),
		async stop() {
			child.stdin.end();
			await once(child, "close");
		},
	};
}
