/**
 * The package as npm has it: packed, installed into an empty folder, and the example built from there and run in the
 * simulator, its console being the SDK's xsbug-log, as with `mcconfig -dl -m -p lin`.
 */
import { spawn } from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import path from "node:path";
import { stripVTControlCharacters } from "node:util";
import { listen } from "../../hosts/desktop/collector.mjs";
import { Failure, run, step } from "../../hosts/desktop/step.mjs";
import { startCollector } from "../../hosts/device/collector.mjs";
import { configure } from "../../hosts/device/sdk.mjs";
import { openSimulator } from "../../hosts/device/simulator.mjs";
import { PHASE, refuseWarnings } from "./common.mjs";

/** In this order, with anything between. */
const EXPECTED = [
	/^waiting for the time$/,
	/^it is 20\d\d-/,
	/^TLSv1\.[23] /,
	/^POST \/readings: status 200$/,
	/^POST \/readings: 20000 bytes in \d+ ms$/,
	/^GET \/readings: status 200$/,
	/^GET \/readings: 20000 bytes in \d+ ms$/,
	/^memory: XS Chunk Heap Used \d+/,
	/^done$/,
	/^sleeping 1 s$/,
	/^a session of \d+ bytes was kept$/,
	/^TLSv1\.[23] .*, resumed$/,
	/^done$/,
];
/** When the collector has gone. */
const EXPECTED_WITHOUT = [/^failed: tcp:(refused|other): .*; delivered: no$/];

const PATIENCE = 60_000;

export async function testPackage(sdk, root) {
	const folder = path.join(root, "package");
	await install(folder);
	const { server, options } = await startCollector();
	const simulator = await openSimulator(PHASE, sdk, root);
	try {
		const application = await buildExample(sdk, folder, [...options, "sleep=1"]);
		const shown = await watch(sdk, simulator, application, EXPECTED);
		console.log(`package: the example, from the packed package, in the simulator:\n${indent(shown)}`);
		server.close();
		server.closeAllConnections();
		const failed = await watch(sdk, simulator, application, EXPECTED_WITHOUT);
		console.log(
			`package: and when its server has gone:\n${indent(failed.filter((line) => line.startsWith("failed")))}`,
		);
	} finally {
		simulator.close();
		server.close();
		server.closeAllConnections();
	}
}

const indent = (lines) => lines.map((line) => `    ${line}`).join("\n");

/** `npm pack`, then `npm install` of what came out. */
async function install(folder) {
	fs.mkdirSync(folder);
	fs.writeFileSync(path.join(folder, "package.json"), '{ "private": true }\n');
	await step("npm pack and npm install", async () => {
		const { output } = await npm(["pack", "--pack-destination", folder, "--silent"], ".");
		const tarball = output.trim().split("\n").at(-1);
		await npm(["install", "--no-audit", "--no-fund", path.join(folder, tarball)], folder);
	});
}

async function npm(args, cwd) {
	const result = await run("npm", args, { cwd });
	if (result.code !== 0) throw new Failure(PHASE, `npm ${args[0]} failed: see its message above.`, result.output);
	return result;
}

async function buildExample(sdk, folder, settings) {
	const source = path.join(folder, "node_modules/lws-xs/hosts/simulator");
	const options = ["-d", "-m", "-t", "build", ...settings];
	const build = () => configure(sdk, source, "lin", { out: folder, options });
	const { code, output, product } = await step("mcconfig -d -m -p lin (the example)", build);
	if (code !== 0) throw new Failure(PHASE, "the example does not build: see the message above.", output);
	refuseWarnings(output);
	return path.join(product, "mc.so");
}

/** Runs the application until its console has shown all of `expected`; resolves to the lines until then. */
async function watch(sdk, { program, devices, env }, application, expected) {
	const log = path.join(sdk.folder, "tools/xsbug-log");
	if (!fs.existsSync(path.join(log, "node_modules"))) {
		throw new Failure(PHASE, `the SDK's xsbug-log is not installed: run npm install in ${log}.`);
	}
	const port = String(await freePort());
	const child = spawn(process.execPath, ["xsbug-log.js", program, devices, application], {
		cwd: log,
		env: { ...env, XSBUG_HOST: "localhost", XSBUG_PORT: port, XSBUG_LOG_PORT: port },
		stdio: ["pipe", "pipe", "ignore"],
	});
	const lines = [];
	const left = [...expected];
	try {
		await new Promise((resolve, reject) => {
			const timer = setTimeout(() => reject(unseen(left[0], lines)), PATIENCE);
			child.once("close", () => reject(unseen(left[0], lines)));
			let rest = "";
			child.stdout.setEncoding("utf8").on("data", (text) => {
				const parts = `${rest}${text}`.split("\n");
				rest = parts.pop();
				for (const part of parts) {
					// the prompt and the thread are the debugger's
					const line = stripVTControlCharacters(part).replace(/^(\(xsdb\) )*\[Thread \d+\] /, "");
					lines.push(line);
					if (left[0]?.test(line)) left.shift();
				}
				if (left.length > 0) return;
				clearTimeout(timer);
				resolve();
			});
		});
	} finally {
		child.removeAllListeners("close");
		child.kill("SIGINT");
	}
	return lines.filter((line) => !/xsdb|xsbug|^Connected|^$/.test(line));
}

function unseen(pattern, lines) {
	return new Failure(PHASE, `the console did not show ${pattern}: see above what it showed.`, lines.join("\n"));
}

async function freePort() {
	const server = net.createServer();
	const port = await listen(server);
	await new Promise((resolve) => server.close(resolve));
	return port;
}
