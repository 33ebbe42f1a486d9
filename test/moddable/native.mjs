/**
 * Our C against the SDK's headers and those of every mbedTLS there is: of the lines that the desktop host is built with,
 * and of those that LWS_MBEDTLS_INCLUDES names (folders with ":" between, for example of mbedTLS 4 and its tf-psa-crypto).
 */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { Failure, run, step } from "../../hosts/desktop/step.mjs";
import { PHASE } from "./common.mjs";

const FOLDERS = ["modules/native", "modules/native/tls"];
const PLATFORM = os.platform() === "darwin" ? "mac_xs.h" : "lin_xs.h";
const STRICT = ["-fsyntax-only", "-std=gnu17", "-Wall", "-Wextra", "-Werror", "-Wno-unused-parameter"];

export async function testNative(sdk) {
	const folders = found("build/mbedtls");
	const sets = folders.map((folder) => [folder]);
	const more = process.env.LWS_MBEDTLS_INCLUDES;
	if (more) sets.push(more.split(":"));
	for (const includes of sets) {
		const version = await versionOf(includes);
		const files = await step(`C against mbedTLS ${version}`, () => compile(sdk, includes));
		console.log(`native: ${files} C files compile against the SDK's headers and mbedTLS ${version}.`);
	}
}

function found(folder) {
	return fs.readdirSync(folder).map((name) => path.join(folder, name, "include"));
}

async function versionOf(includes) {
	const probe = "#include <mbedtls/version.h>\nlws_version MBEDTLS_VERSION_STRING\n";
	const args = ["-c", 'printf "%s" "$0" | cc -E -P "$@" -', probe, ...includes.map((folder) => `-I${folder}`)];
	const { code, output } = await run("sh", args);
	const [, version] = /lws_version "([^"]+)"/.exec(output) ?? [];
	if (code !== 0 || !version) throw new Failure(PHASE, `there is no mbedTLS in ${includes.join(":")}.`, output);
	return version;
}

async function compile(sdk, includes) {
	const xs = ["includes", "platforms", "sources"].map((folder) => `-I${sdk.folder}/xs/${folder}`);
	const system = (await run("pkg-config", ["--cflags", "gio-2.0"])).output.trim().split(/\s+/).filter(Boolean);
	// mc.xs.h, which the SDK makes of what the application uses, is ours here
	const common = ["-DINCLUDE_XSPLATFORM=1", `-DXSPLATFORM="${PLATFORM}"`, "-Ibuild/generated", ...xs, ...system];
	let count = 0;
	for (const folder of FOLDERS) {
		for (const name of fs.readdirSync(folder).filter((name) => name.endsWith(".c"))) {
			const file = path.join(folder, name);
			const args = [...STRICT, ...common, ...includes.map((each) => `-I${each}`), file];
			const { code, output } = await run("cc", args);
			if (code !== 0) throw new Failure(PHASE, `${file} does not compile: see the message above.`, output);
			count++;
		}
	}
	return count;
}
