/** What a build needs before it can begin: Node, the tools of the machine, the packages of the registry. */
import fs from "node:fs";
import { prepareMbedtls } from "./mbedtls.mjs";
import { Failure, run, step, tail } from "./step.mjs";
import { prepareTools } from "./tools.mjs";

/** The version that package.json asks for under "engines". */
const OLDEST_NODE = [20, 19];

/**
 * Installs what is missing; resolves to the tools (see prepareTools) and the folders of mbedTLS (see prepareMbedtls) as
 * `mbedtls`. It uses nothing but Node's own modules.
 */
export async function setUp(variants) {
	checkNode();
	const tools = await prepareTools(variants);
	const { mbedtls, variants: possible } = await prepareMbedtls(tools);
	await npmCi();
	return { ...tools, variants: possible, mbedtls };
}

function checkNode() {
	const [major, minor] = process.versions.node.split(".").map(Number);
	if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) return;
	throw new Failure(
		"set-up",
		`Node ${OLDEST_NODE.join(".")} or later is needed and this is ${process.version}: install a newer Node.`,
	);
}

/** `npm ci`, unless node_modules holds what package-lock.json asks for. */
async function npmCi() {
	if (isInstalled()) return;
	// Packages for development are needed whatever NODE_ENV says. The pauses between attempts are shorter than npm's
	// own (10 s to 60 s), so that a machine without a network learns it soon.
	const args = [
		"ci",
		"--include=dev",
		"--loglevel=error",
		"--fetch-retry-mintimeout=500",
		"--fetch-retry-maxtimeout=2000",
	];
	const npm = process.env.npm_execpath;
	const [command, first] = npm?.endsWith(".js") ? [process.execPath, [npm]] : ["npm", []];
	const { code, output } = await step("npm ci", () => run(command, [...first, ...args]));
	if (code === 0) return;
	if (code === "ENOENT")
		throw new Failure("npm ci", "npm is not there: install it (it comes with Node) and run again.");
	const unreachable =
		/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|E(?:SOCKET)?TIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT/;
	const cause = unreachable.exec(output)?.[0];
	if (cause) {
		const remedy = "check the network, or npm's settings `registry` and `proxy`, and run the command again";
		throw new Failure("npm ci", `the package registry cannot be reached (${cause}): ${remedy}.`);
	}
	const remedy = /EACCES|EPERM/.test(output)
		? "files here belong to another user: make yourself the owner of this folder and all in it"
		: "see npm's message above";
	throw new Failure("npm ci", `the packages could not be installed: ${remedy}.`, tail(output));
}

/**
 * True when node_modules is complete. npm writes its hidden lock file last, so after an interrupted installation it is
 * not there; its content, not its time, is compared, because a checkout makes files new that did not change.
 */
function isInstalled() {
	const wanted = readPackages("package-lock.json");
	const present = readPackages("node_modules/.package-lock.json");
	if (!wanted || !present) return false;
	return Object.entries(wanted).every(([location, { version, optional }]) => {
		if (location === "") return true;
		// An optional package may be meant for another processor.
		return present[location] ? present[location].version === version : optional === true;
	});
}

function readPackages(file) {
	try {
		return JSON.parse(fs.readFileSync(file, "utf8")).packages;
	} catch {
		return undefined;
	}
}
