/** Finds the C compiler and make by trying them, and has what is missing installed. */
import fs from "node:fs";
import path from "node:path";
import { canInstall, installPackages } from "./packages.mjs";
import { Failure, run, say } from "./step.mjs";

/** What was found to work, so that it is tried once only. */
const CACHE = "build/tools.json";

/** What each variant of the host asks of the compiler: its flags, and the words for what is missing without them. */
const VARIANTS = {
	64: { flags: [], need: "a C compiler" },
	32: { flags: ["-m32"], need: "the 32-bit C library (for gcc -m32)" },
	asan: { flags: ["-fsanitize=address"], need: "the compiler's AddressSanitizer library" },
};

/** A variant with another library asks of the compiler what its model does. */
const MODELS = { tls2: "64" };

/** What a variant is called in sentences, and the product that an earlier build may have left. */
const NAMES = {
	32: { name: "The 32-bit host", product: "build/xs-desktop-32" },
	tls2: { name: "The host with mbedTLS 2.28", product: "build/xs-desktop-tls2" },
};

/** Programs that run a 32-bit program where the kernel does not. */
const EMULATORS = ["qemu-i386", "qemu-i386-static"];

// The headers of the C library that need those of the kernel, and the libraries that the host is linked with.
const PROGRAM = `#include <errno.h>
#include <math.h>
#include <netdb.h>
#include <pthread.h>
#include <stdio.h>
int main(int argc, char** argv) { return puts("works") < 0 || pow(argc, 2) != 1 || pthread_self() == 0; }
`;

/**
 * Sees to it that the tools for `variants` work. Resolves to { cc, emulator, variants }: the compiler, what runs the
 * 32-bit host where the kernel does not ("" where it does), and those variants that this machine can have.
 */
export async function prepareTools(variants) {
	let wanted = variants;
	if (wanted.includes("32") && !["x64", "ia32"].includes(process.arch))
		wanted = leaveOut(wanted, "32", `${process.arch} processors run no 32-bit x86 programs`);
	let found = await examine(wanted);
	if (found.missing.length > 0) {
		if (process.env.CC && found.missing.includes("64")) {
			const sentence = `the compiler that CC names (${process.env.CC}) does not work: correct CC or unset it.`;
			throw new Failure("set-up", sentence, found.details);
		}
		await installPackages(packages(found), `${needs(found)} missing`);
		found = await examine(wanted);
	}
	if (found.missing.length > 0) {
		const sentence = `${needs(found)} missing even now that the packages are installed: see the message above.`;
		throw new Failure("set-up", sentence, found.details);
	}
	if (found.noEmulator && (await canInstall())) {
		try {
			await installPackages(["qemu-user"], "This system does not run 32-bit programs by itself");
			found = await examine(wanted);
		} catch (error) {
			if (!(error instanceof Failure)) throw error;
			say(error.message);
		}
	}
	if (found.noEmulator)
		wanted = leaveOut(wanted, "32", "this system runs no 32-bit programs (the package qemu-user would)");
	return { cc: found.cc, emulator: found.emulator, variants: wanted };
}

/** `variants` without one that this machine cannot have; says so. */
export function leaveOut(variants, variant, reason) {
	const { name, product } = NAMES[variant];
	say(`${name} is left out: ${reason}.`);
	// One of an earlier time would make the tests believe that it can run.
	fs.rmSync(product, { force: true });
	return variants.filter((other) => other !== variant);
}

/** The compiler's command and flags for a variant. */
export function compilerOf(cc, variant) {
	return [...cc.split(/\s+/), ...VARIANTS[MODELS[variant] ?? variant].flags];
}

/** Forgets what is known about the tools: called when a compilation fails, which may mean that they are gone. */
export function forgetTools() {
	fs.rmSync(CACHE, { force: true });
}

/**
 * Tries everything that is not known to work. `missing` of the result holds "make" and variants, `details` what the
 * compiler said; `noEmulator` is true when 32-bit programs can be made but nothing runs them.
 */
async function examine(variants) {
	const { cc, identity } = await findCompiler();
	const found = { cc, identity, emulator: "", missing: [], details: "", noEmulator: false };
	if (!/^GNU Make ([4-9]|\d\d)/.test((await run("make", ["--version"])).output)) found.missing.push("make");
	const cache = await readCache(identity);
	const known = cache.works.length;
	for (const variant of new Set(variants.map((variant) => MODELS[variant] ?? variant))) {
		if (cache.works.includes(variant)) continue;
		const tried = await tryCompiler(cc, variant);
		if (tried.works) {
			cache.works.push(variant);
			if (tried.emulator) cache.emulator = tried.emulator;
		} else if (!tried.compiles) {
			found.details ||= tried.output;
			found.missing.push(variant);
		} else if (variant === "32") found.noEmulator = true;
		else {
			const command = compilerOf(cc, variant).join(" ");
			const sentence = `a program made by \`${command}\` does not run in this folder: see its message above.`;
			throw new Failure("set-up", sentence, tried.output);
		}
	}
	if (variants.includes("32")) found.emulator = cache.emulator;
	if (cache.works.length > known) {
		fs.mkdirSync(path.dirname(CACHE), { recursive: true });
		fs.writeFileSync(CACHE, JSON.stringify(cache));
	}
	return found;
}

/** $CC, else cc, else gcc; `identity` changes when the compiler does. */
async function findCompiler() {
	for (const cc of process.env.CC ? [process.env.CC] : ["cc", "gcc"]) {
		const [command, ...args] = cc.split(/\s+/);
		const { code, output } = await run(command, [...args, "--version"]);
		if (code === 0) return { cc, identity: `${cc}: ${output.split("\n")[0]}` };
	}
	return { cc: process.env.CC || "cc", identity: "" };
}

async function readCache(identity) {
	try {
		const cache = JSON.parse(fs.readFileSync(CACHE, "utf8"));
		const emulated = cache.emulator === "" || (await run(cache.emulator, ["--version"])).code === 0;
		if (cache.identity === identity && Array.isArray(cache.works) && emulated) return cache;
	} catch {
		// Not there yet, or cut short: everything is tried again.
	}
	return { identity, works: [], emulator: "" };
}

/** Compiles, links and runs a small program: { compiles, works, emulator, output }. */
async function tryCompiler(cc, variant) {
	// Below build/, where the host will have to run, too: a folder for temporary files may forbid running programs.
	fs.mkdirSync("build", { recursive: true });
	const folder = fs.mkdtempSync("build/try-");
	try {
		const program = path.resolve(folder, "try");
		fs.writeFileSync(`${program}.c`, PROGRAM);
		const [command, ...args] = compilerOf(cc, variant);
		const made = await run(command, [...args, "-o", program, `${program}.c`, "-lm", "-lpthread"]);
		if (made.code !== 0) return { compiles: false, works: false, output: made.output };
		const { code, output } = await run(program, []);
		if (code === 0) return { compiles: true, works: true };
		if (variant === "32") {
			for (const emulator of EMULATORS) {
				if ((await run(emulator, [program])).code === 0) return { compiles: true, works: true, emulator };
			}
		}
		return { compiles: true, works: false, output };
	} finally {
		fs.rmSync(folder, { recursive: true, force: true });
	}
}

/** The Debian packages that supply what is missing, in the versions that go with the compiler in use. */
function packages({ cc, identity, missing }) {
	const names = new Set();
	if (missing.includes("64")) names.add("gcc").add("libc6-dev");
	if (missing.includes("make")) names.add("make");
	// gcc-13, say, has libraries of its own; gcc stands for the version of the distribution.
	const version = /(?:^|\/)gcc(-\d+)$/.exec(cc)?.[1] ?? "";
	if (missing.includes("32")) names.add(`gcc${version}-multilib`).add("gcc-multilib");
	// The package of gcc brings its AddressSanitizer; clang's is a package of its own.
	if (missing.includes("asan")) names.add(/clang/.test(identity) ? "libclang-rt-dev" : `gcc${version}`);
	return [...names];
}

/** "A C compiler and GNU make are": the beginning of a sentence about what is missing. */
function needs({ missing }) {
	// Without a compiler there is no telling what else is missing of it.
	const told = missing.includes("64") ? missing.filter((part) => part !== "asan") : missing;
	const words = told.map((part) => VARIANTS[part]?.need ?? "GNU make (4 or later)");
	const list = words.length > 1 ? `${words.slice(0, -1).join(", ")} and ${words.at(-1)} are` : `${words[0]} is`;
	return list[0].toUpperCase() + list.slice(1);
}
