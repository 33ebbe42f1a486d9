/**
 * Sets up what is missing and builds: dist/, the bundles, and the desktop host in the wanted variants. Work that is
 * done is not done again; a build with nothing to do takes a fraction of a second.
 *
 *     node hosts/desktop/build.mjs [64] [32] [asan] [tls2]
 */
import os from "node:os";
import { fileURLToPath } from "node:url";
import { embed } from "./embed.mjs";
import { buildJavaScript, PROGRAMS } from "./javascript.mjs";
import { lock } from "./lock.mjs";
import { setUp } from "./setup.mjs";
import { Failure, isMain, main, run, say, step } from "./step.mjs";
import { forgetTools } from "./tools.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

const VARIANTS = new Map([
	["64", "64-bit"],
	["32", "32-bit"],
	["asan", "AddressSanitizer"],
	["tls2", "mbedTLS 2.28"],
]);

/**
 * Builds `variants` of the host, the tool, and the programs of `kinds` (keys of PROGRAMS). Resolves to { cc,
 * variants, mbedtls }: of the variants those that were built (one that this machine cannot have is left out: no 32-bit
 * program runs, there is no mbedTLS 2.28), and of each the folder of its mbedTLS. A Failure says what went wrong and
 * what to do.
 */
export async function build(variants = [...VARIANTS.keys()], kinds = Object.keys(PROGRAMS)) {
	process.chdir(ROOT);
	const release = await lock(ROOT);
	try {
		const tools = await setUp(variants);
		// the tool is linked into an executable of its own beside each host
		await buildJavaScript([...new Set([...kinds, "tool"])]);
		await compileHost(tools);
		return tools;
	} finally {
		release();
	}
}

async function compileHost({ cc, emulator, variants, mbedtls }) {
	if (variants.length === 0) return;
	embed();
	const names = variants.map((variant) => VARIANTS.get(variant)).join(", ");
	const settings = ["-s", `-j${os.availableParallelism()}`, `CC=${cc}`, `EMULATOR=${emulator}`];
	const folders = Object.entries(mbedtls).map(([variant, folder]) => `MBEDTLS_${variant}=${folder}`);
	const args = ["-f", "hosts/desktop/Makefile", ...settings, ...folders, ...variants];
	// A make that started us, if any, has told its options to all below it; they are not for this one.
	const { MAKEFLAGS, MAKELEVEL, MFLAGS, ...env } = process.env;
	await step(`Compiling XS and the host (${names})`, async () => {
		const { code, output } = await run("make", args, { env });
		if (code !== 0) {
			forgetTools();
			const message = output.replace(/^make\b.*\n?/gm, "");
			throw new Failure("host", `the desktop host (${names}) does not compile: see the message above.`, message);
		}
		// Warnings of the compiler.
		if (output) say(`\n${output.trimEnd()}`);
	});
}

async function command(args) {
	const unknown = args.find((variant) => !VARIANTS.has(variant));
	if (unknown)
		throw new Failure("build", `"${unknown}" is no variant: give some of ${[...VARIANTS.keys()].join(", ")}.`);
	await build(args.length ? args : undefined);
}

if (isMain(import.meta.url)) await main(() => command(process.argv.slice(2)));
