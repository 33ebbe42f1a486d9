/**
 * Provides mbedTLS: headers and static libraries, in folders of build/mbedtls that are named LINE-ARCHITECTURE
 * (3.6-amd64). The host wants 3.6, and one variant, `tls2`, the older line 2.28. See docs/decisions.md for where they
 * come from. What is there is used without a look at the network; removing build/mbedtls has all of it fetched again.
 */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fetchPackage, fetchSource, release, Unavailable } from "./archive.mjs";
import { adopt, FOLDER, inspect, prepared, systemPlace, TEMPORARY } from "./mbedtls-place.mjs";
import { canInstall, hasApt, installPackages } from "./packages.mjs";
import { Failure, run, say, step } from "./step.mjs";
import { compilerOf, leaveOut } from "./tools.mjs";

const PACKAGE = "libmbedtls-dev";

/** Releases of Debian whose mbedTLS is older than 3.6, and the one whose packages also work there. */
const OLD_DEBIAN = ["bullseye", "bookworm"];
const NEW_DEBIAN = "trixie";

/** Milliseconds after which a host that had to take 2.28 looks for 3.6 again. */
const PATIENCE = 24 * 3600 * 1000;

/** Names a build of the user's own: a folder with include/ and lib/. */
const OWN = { 64: "LWS_MBEDTLS", asan: "LWS_MBEDTLS", 32: "LWS_MBEDTLS_32" };

/**
 * Sees to it that each variant has its mbedTLS. Resolves to { variants, mbedtls }: those that can be built, and for each
 * the folder with include/ and lib/. Where 64-bit ones cannot be had, a Failure says what to do.
 */
export async function prepareMbedtls(tools) {
	const mbedtls = {};
	let variants = tools.variants;
	const native = await nativeArchitecture();
	for (const variant of tools.variants) {
		const architecture = variant === "32" ? "i386" : native;
		const target = { architecture, native, cc: compilerOf(tools.cc, variant), emulator: tools.emulator };
		if (variant !== "32") target.emulator = "";
		try {
			const own = process.env[OWN[variant]];
			if (own) mbedtls[variant] = await adoptOwn(own, OWN[variant], target);
			else mbedtls[variant] = await (variant === "tls2" ? provideOlder(target) : provideNewest(target, variant));
		} catch (error) {
			if (!(error instanceof Unavailable)) throw error;
			if (variant !== "tls2" && (variant !== "32" || error.unreachable)) throw explain(error);
			variants = leaveOut(variants, variant, error.sentence);
		} finally {
			fs.rmSync(TEMPORARY, { recursive: true, force: true });
		}
	}
	return { variants, mbedtls };
}

/** Debian's name of the processor that the compiler makes programs for. */
async function nativeArchitecture() {
	const { code, output } = await run("dpkg", ["--print-architecture"]);
	if (code === 0) return output.trim();
	return { x64: "amd64", ia32: "i386" }[process.arch] ?? process.arch;
}

async function adoptOwn(folder, variable, target) {
	const place = inspect(folder);
	const fault = place.missing
		? `${place.missing} is not there`
		: place.line === undefined
			? `that is mbedTLS ${place.version}, and 3.6 or 2.28 is needed`
			: undefined;
	try {
		if (fault) throw new Unavailable(fault);
		return await adopt(place, target, "own");
	} catch (error) {
		if (!(error instanceof Unavailable)) throw error;
		const sentence = `${variable} names ${folder}, but ${error.sentence}: correct it or unset it.`;
		throw new Failure("mbedTLS", sentence, error.details);
	}
}

/** 3.6, or the system's 2.28 where that is all there is; then it is told. */
async function provideNewest(target, variant) {
	const { architecture } = target;
	const ready = prepared("3.6", architecture);
	if (ready) return ready.folder;
	const note = `${FOLDER}/reason-${architecture}`;
	const older = prepared("2.28", architecture);
	const age = Date.now() - (fs.statSync(note, { throwIfNoEntry: false })?.mtimeMs ?? 0);
	if (older && age < PATIENCE) return tellOlder(older, variant, fs.readFileSync(note, "utf8"));
	const found = await findNewest(target);
	if (found.folder) return found.folder;
	try {
		await provideOlder(target);
		if (!found.unreachable) fs.writeFileSync(note, found.reason);
		return tellOlder(prepared("2.28", architecture), variant, found.reason);
	} catch (error) {
		const isLast = !(error instanceof Unavailable) || error.unreachable || architecture !== target.native;
		if (isLast || !(await hasApt())) throw error;
		// Says what to install where that cannot be done unasked.
		await installPackages([PACKAGE], `mbedTLS is missing (${found.reason})`);
		const place = await systemPlace(target);
		if (!place?.line) throw error;
		return adopt(place, target);
	}
}

function tellOlder({ folder, version }, variant, reason) {
	const bits = variant === "32" ? "The 32-bit host" : "The host";
	say(`${bits} has mbedTLS ${version}, which has no TLS 1.3: ${reason} (remove ${FOLDER} to try again now).`);
	return folder;
}

/** A Failure that says what can be done. */
function explain(error) {
	const remedy = error.unreachable
		? "check the network, or apt's settings of a proxy"
		: "install mbedTLS with its headers and static libraries";
	const own = "let LWS_MBEDTLS name a folder with include/ and lib/ of mbedTLS 3.6";
	return new Failure("mbedTLS", `${error.sentence}: ${remedy}, or ${own}, and run again.`, error.details);
}

/** { folder } of 3.6, or { reason, unreachable } why there is none. */
async function findNewest(target) {
	const { id, codename } = release();
	const isOld = id === "debian" && OLD_DEBIAN.includes(codename);
	if (!isOld) await installNewest(target);
	const place = await systemPlace(target);
	if (place?.line === "3.6") return { folder: await adopt(place, target) };
	try {
		const fetched = await fetch(target, isOld ? NEW_DEBIAN : undefined);
		const folder = fetched.line && (await adopt(fetched, target));
		return fetched.line === "3.6" ? { folder } : { reason: `this system's release has ${fetched.version}` };
	} catch (error) {
		if (!(error instanceof Unavailable)) throw error;
		// Without a network there may still be the older one.
		const hasOlder = place?.line !== undefined || prepared("2.28", target.architecture);
		if (error.unreachable && !hasOlder) throw error;
		return { reason: error.sentence, unreachable: error.unreachable };
	}
}

/** Where the system offers 3.6, it is installed, if we may. */
async function installNewest({ architecture, native }) {
	if (architecture !== native || !(await canInstall())) return;
	const env = { ...process.env, LC_ALL: "C" };
	const { output } = await run("apt-cache", ["policy", PACKAGE], { env });
	if (!/Installed: \(none\)\n\s*Candidate: 3\.(?:[6-9]|\d\d)/.test(output)) return;
	try {
		await installPackages([PACKAGE], "mbedTLS is missing");
	} catch (error) {
		if (!(error instanceof Failure)) throw error;
		say(error.message);
	}
}

/** The folder of 2.28: the system's, or what its archive has. */
async function provideOlder(target) {
	const ready = prepared("2.28", target.architecture);
	if (ready) return ready.folder;
	// A system that has none is not asked for it again.
	const note = `${FOLDER}/no-2.28-${target.architecture}`;
	if (fs.existsSync(note)) throw new Unavailable(fs.readFileSync(note, "utf8"));
	let place = await systemPlace(target);
	if (place?.line !== "2.28") place = await fetch(target, undefined);
	if (place.line === "2.28") return adopt(place, target);
	const reason = `this system's mbedTLS is ${place.version}, not 2.28`;
	fs.mkdirSync(FOLDER, { recursive: true });
	fs.writeFileSync(note, reason);
	throw new Unavailable(reason);
}

/** The package of a release; for 32 bits, where there is none, its source, compiled. */
async function fetch(target, suite) {
	const { architecture, native } = target;
	const folder = `${TEMPORARY}/${suite ?? "own"}-${architecture}`;
	fs.rmSync(TEMPORARY, { recursive: true, force: true });
	fs.mkdirSync(TEMPORARY, { recursive: true });
	try {
		await fetchPackage(PACKAGE, architecture, suite, folder);
		const place = inspect(path.join(folder, "usr"));
		if (place.missing) throw new Unavailable(`${PACKAGE} has no ${path.relative(folder, place.missing)}`);
		return place;
	} catch (error) {
		if (!(error instanceof Unavailable) || error.unreachable || architecture === native) throw error;
		return compile(target, suite, error);
	}
}

/** The headers are those of the native package, so that both have the same settings. */
async function compile({ native, cc }, suite, cause) {
	const source = `${TEMPORARY}/source`;
	await fetchSource("mbedtls", native, suite, source);
	const { version } = inspect(source);
	let headers = ["3.6", "2.28"]
		.map((line) => prepared(line, native))
		.find((ready) => ready?.version === version)?.folder;
	if (!headers) {
		await fetchPackage(PACKAGE, native, suite, `${TEMPORARY}/headers`);
		headers = `${TEMPORARY}/headers/usr`;
		if (inspect(headers).version !== version) throw cause;
	}
	fs.cpSync(path.join(headers, "include"), path.join(source, "include"), { recursive: true, force: true });
	const settings = [`CC=${cc.join(" ")}`, "CFLAGS=-O2 -w", "GEN_FILES=", `-j${os.availableParallelism()}`];
	const { MAKEFLAGS, MAKELEVEL, MFLAGS, ...env } = process.env;
	const { code, output } = await step(`Compiling mbedTLS ${version} (32-bit)`, () =>
		run("make", ["-s", "-C", `${source}/library`, ...settings, "static"], { env }),
	);
	if (code !== 0) throw new Unavailable(`the source of mbedTLS ${version} does not compile`, output);
	return inspect(source);
}
