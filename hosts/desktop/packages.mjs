/** Installs packages of Debian or Ubuntu; where that cannot be done unasked, says exactly what to do instead. */
import fs from "node:fs";
import { Failure, run, say, step, tail } from "./step.mjs";

/** True when we may install: there is apt-get, and we are root. Nothing here ever calls sudo. */
export async function canInstall() {
	return process.getuid?.() === 0 && (await hasApt());
}

export async function hasApt() {
	return (await run("apt-get", ["--version"])).code === 0;
}

/** Installs `names`. `reason` begins a sentence: "A C compiler and GNU make are missing". */
export async function installPackages(names, reason) {
	if (!(await hasApt())) {
		const remedy = "there is no apt-get here: install with your package manager what is missing, and run again";
		throw new Failure("set-up", `${reason}, and ${remedy}.`);
	}
	const line = `apt-get install --no-install-recommends ${names.join(" ")}`;
	if (!(await canInstall())) {
		throw new Failure("set-up", `${reason}. Install the packages, then run again:\n\n    sudo ${line}\n`);
	}
	say(`${reason}: installing ${names.join(", ")} with apt-get.`);
	const listed = hasLists();
	if (!listed) await apt("update");
	let { code, output } = await aptInstall(names);
	if (code !== 0 && listed) {
		// The lists may name versions that the archive has no more.
		await apt("update");
		({ code, output } = await aptInstall(names));
	}
	if (code !== 0) {
		const remedy = `see apt-get's message above (without a network it cannot work), then run \`${line}\``;
		throw new Failure("set-up", `${reason}, and the packages could not be installed: ${remedy}.`, tail(output));
	}
}

function aptInstall(names) {
	// --no-remove: gcc-multilib stands against some cross compilers, and none of those may vanish for our sake.
	return apt("install", "-y", "--no-install-recommends", "--no-remove", ...names);
}

function apt(command, ...args) {
	// Another apt-get (unattended upgrades, say) may hold the lock for a while.
	const options = ["-o", "DPkg::Lock::Timeout=120"];
	const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
	return step(`apt-get ${command}`, () => run("apt-get", [...options, command, ...args], { env }));
}

function hasLists() {
	try {
		return fs.readdirSync("/var/lib/apt/lists").some((name) => name.includes("_Packages"));
	} catch {
		return false;
	}
}
