/** Looks at places where mbedTLS may lie, and copies one into build/mbedtls, with its memory made countable. */
import fs from "node:fs";
import path from "node:path";
import { Unavailable } from "./archive.mjs";
import { installPackages } from "./packages.mjs";
import { run } from "./step.mjs";

export const FOLDER = "build/mbedtls";
export const TEMPORARY = `${FOLDER}/tmp`;

/** In the order in which they are linked. */
const LIBRARIES = ["libmbedtls.a", "libmbedx509.a", "libmbedcrypto.a"];

/** The functions of lwsTlsMemory.c. There is no malloc or realloc: mbedTLS asks for zeroed blocks and never for larger ones. */
const RENAMED = { calloc: "lwsTlsCalloc", free: "lwsTlsFree" };

/** Goes up when what is made of a place changes. */
const FORMAT = 1;

const PROGRAM = `#include <mbedtls/ssl.h>
#include <mbedtls/version.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
void* lwsTlsCalloc(size_t count, size_t size) { return calloc(count, size); }
void lwsTlsFree(void* block) { free(block); }
int main(void) {
	char version[32];
	mbedtls_ssl_context ssl;
	mbedtls_ssl_config config;
	mbedtls_version_get_string(version);
	mbedtls_ssl_init(&ssl);
	mbedtls_ssl_config_init(&config);
	if (mbedtls_ssl_config_defaults(&config, MBEDTLS_SSL_IS_CLIENT, MBEDTLS_SSL_TRANSPORT_STREAM, 0)) return 1;
	/* without a setup it can only refuse */
	if (mbedtls_ssl_handshake(&ssl) != MBEDTLS_ERR_SSL_BAD_INPUT_DATA) return 2;
	return puts(version) < 0 || strcmp(version, MBEDTLS_VERSION_STRING) != 0;
}
`;

/**
 * What lies in a prefix: { include, libraries, version, line }, the libraries by path; `line` is "3.6" (or later, before
 * 4), "2.28", or undefined. `missing` names what is not there.
 */
export function inspect(prefix) {
	const include = path.join(prefix, "include");
	const lib = ["lib", "lib64", "library", ...multiarch(path.join(prefix, "lib"))]
		.map((folder) => path.join(prefix, folder))
		.find((folder) => fs.existsSync(path.join(folder, LIBRARIES[0])));
	return describe(
		include,
		LIBRARIES.map((name) => path.join(lib ?? path.join(prefix, "lib"), name)),
	);
}

/** Debian's folders of libraries: lib/x86_64-linux-gnu. */
function multiarch(lib) {
	if (!fs.existsSync(lib)) return [];
	return fs.readdirSync(lib).map((name) => path.join("lib", name));
}

function describe(include, libraries) {
	const version = readVersion(include);
	if (!version) return { missing: path.join(include, "mbedtls/version.h") };
	const missing = libraries.find((file) => !fs.existsSync(file));
	const [major, minor] = version.split(".").map(Number);
	const line = major === 3 && minor >= 6 ? "3.6" : major === 2 && minor >= 28 ? "2.28" : undefined;
	return { include, libraries, version, line, missing };
}

function readVersion(include) {
	for (const name of ["build_info.h", "version.h"]) {
		const file = path.join(include, "mbedtls", name);
		if (!fs.existsSync(file)) continue;
		const version = /^\s*#define\s+MBEDTLS_VERSION_STRING\s+"([\d.]+)"/m.exec(fs.readFileSync(file, "utf8"))?.[1];
		if (version) return version;
	}
	return undefined;
}

/** Where the compiler finds mbedTLS by itself; undefined when it finds none, or none to link statically. */
export async function systemPlace({ cc }) {
	fs.mkdirSync(TEMPORARY, { recursive: true });
	const file = `${TEMPORARY}/find.c`;
	fs.writeFileSync(file, "#include <mbedtls/version.h>\n");
	const [command, ...flags] = cc;
	const headers = await run(command, [...flags, "-M", file]);
	const header = /(\S+)\/mbedtls\/version\.h/.exec(headers.output)?.[1];
	if (headers.code !== 0 || !header) return undefined;
	const libraries = [];
	for (const name of LIBRARIES)
		libraries.push((await run(command, [...flags, `-print-file-name=${name}`])).output.trim());
	const place = describe(header, libraries);
	return place.missing ? undefined : place;
}

/** { folder, version, … } of what was made ready before. */
export function prepared(line, architecture) {
	const folder = `${FOLDER}/${line}-${architecture}`;
	try {
		const note = JSON.parse(fs.readFileSync(`${folder}/note.json`, "utf8"));
		return note.format === FORMAT ? { ...note, folder } : undefined;
	} catch {
		return undefined;
	}
}

/**
 * Copies a place into build/mbedtls, as the line that it is or by another name. It is tried first: Unavailable when
 * no program can be linked with it, or that it does not run. Resolves to the folder.
 */
export async function adopt(place, target, name = place.line) {
	const identity = [...place.libraries, path.join(place.include, "mbedtls/version.h")].map((file) => {
		const { mtimeMs, size } = fs.statSync(file);
		return `${file} ${size} ${mtimeMs}`;
	});
	const ready = prepared(name, target.architecture);
	if (ready && ready.identity.join() === identity.join()) return ready.folder;
	const made = `${TEMPORARY}/made`;
	fs.rmSync(made, { recursive: true, force: true });
	fs.mkdirSync(`${made}/lib`, { recursive: true });
	for (const part of ["mbedtls", "psa"]) {
		const from = path.join(place.include, part);
		if (fs.existsSync(from)) fs.cpSync(from, `${made}/include/${part}`, { recursive: true, dereference: true });
	}
	if ((await run("objcopy", ["--version"])).code !== 0) await installPackages(["binutils"], "objcopy is missing");
	const renaming = Object.entries(RENAMED).flatMap(([from, to]) => ["--redefine-sym", `${from}=${to}`]);
	for (const file of place.libraries) {
		const { code, output } = await run("objcopy", [...renaming, file, `${made}/lib/${path.basename(file)}`]);
		if (code !== 0) throw new Unavailable(`objcopy cannot copy ${file}`, output);
	}
	await tryPlace(made, place, target);
	const note = { format: FORMAT, version: place.version, identity };
	fs.writeFileSync(`${made}/note.json`, JSON.stringify(note));
	const folder = `${FOLDER}/${name}-${target.architecture}`;
	fs.rmSync(folder, { recursive: true, force: true });
	fs.renameSync(made, folder);
	return folder;
}

async function tryPlace(folder, { version, include }, { cc, emulator }) {
	const program = path.resolve(TEMPORARY, "try");
	fs.writeFileSync(`${program}.c`, PROGRAM);
	const libraries = LIBRARIES.map((name) => `${folder}/lib/${name}`);
	const [command, ...flags] = cc;
	const args = [...flags, "-w", `-I${folder}/include`, "-o", program, `${program}.c`, ...libraries, "-lpthread"];
	const linked = await run(command, args);
	const what = `mbedTLS ${version} of ${include}`;
	if (linked.code !== 0) throw new Unavailable(`\`${cc.join(" ")}\` links no program with ${what}`, linked.output);
	const [runner, ...first] = emulator ? [emulator, program] : [program];
	const { code, output } = await run(runner, first);
	if (code === 0 && output.trim() === version) return;
	throw new Unavailable(`a program linked with ${what} does not run (${code})`, output);
}
