/** The Node host keeps to the contracts: runs the programs of `test/host` in a child process on it. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type Ports, ScriptedServer } from "../servers/scripted.js";

const ROOT = new URL("../../../", import.meta.url);
const RUN = fileURLToPath(new URL("hosts/node/run.js", ROOT));

/** A program that takes longer hangs. */
const LONGEST = 60_000;

interface Ended {
	code: number | null;
	lines: string[];
	complaints: string;
}

function run(program: string, args: readonly (string | number)[] = []): Promise<Ended> {
	const file = fileURLToPath(new URL(`build/test/host/${program}.js`, ROOT));
	return new Promise((resolve, reject) => {
		const child = spawn(process.execPath, [RUN, file, ...args.map(String)], { timeout: LONGEST });
		let output = "";
		let complaints = "";
		child.stdout.setEncoding("utf8").on("data", (text) => {
			output += text;
		});
		child.stderr.setEncoding("utf8").on("data", (text) => {
			complaints += text;
		});
		child.on("error", reject);
		child.on("close", (code) => resolve({ code, lines: output.trimEnd().split("\n"), complaints }));
	});
}

function assertConforms({ code, lines, complaints }: Ended): void {
	const failures = lines.filter((line) => line.startsWith("not ok"));
	assert.deepEqual(failures, []);
	assert.match(lines.at(-1) ?? "", /^[1-9]\d* passed, 0 failed$/, complaints);
	assert.equal(code, 0, complaints);
}

describe("The Node host", function () {
	this.timeout(LONGEST);
	const server = new ScriptedServer();
	let ports: Ports;

	before(async () => {
		ports = await server.listen();
	});

	after(async () => {
		await server.close();
		assert.deepEqual(server.faults, []);
	});

	for (const program of ["tcp", "tcp-end", "tcp-stream", "timer", "resolver", "data", "crypt"]) {
		it(`passes test/host/${program}.ts.`, async () => {
			assertConforms(await run(program, [ports.ipv4, ports.ipv6]));
		});
	}

	for (const callback of ["onReadable", "onWritable", "onError", "onResolved", "timer"]) {
		it(`ends a program that throws from ${callback}.`, async () => {
			const { code, lines, complaints } = await run("uncaught", [ports.ipv4, callback]);
			assert.match(complaints, new RegExp(`thrown by ${callback}`));
			assert.notEqual(code, 0);
			assert.deepEqual(lines, [""], "nothing is printed afterwards");
		});
	}

	it("lets a program go on that does not throw.", async () => {
		const { code, lines } = await run("uncaught", [ports.ipv4, "none"]);
		assert.deepEqual(lines, ["swallowed"]);
		assert.equal(code, 0);
	});
});
