/** Machine code for a 32-bit device, by a cross compiler: an ESP32-C3's instructions, optimized for size. */
import fs from "node:fs";
import path from "node:path";
import { Failure, run } from "../../desktop/step.mjs";

const PREFIX = "riscv64-unknown-elf-";
const MACHINE = ["--specs=picolibc.specs", "-march=rv32imc", "-mabi=ilp32", "-Os", "-std=gnu17", "-w"];
/** mbedTLS as a distribution builds it wants POSIX threads, which the C library of the cross compiler has not. */
const NO_THREADS = "#undef MBEDTLS_THREADING_C\n#undef MBEDTLS_THREADING_PTHREAD\n";

/** What the compilations share: { sdk, folder, options }; a Failure says what is missing. */
export async function findCompiler(sdk, folder) {
	const program = path.join(folder, "program.c");
	fs.writeFileSync(program, "#include <stdlib.h>\n");
	const { code } = await run(`${PREFIX}gcc`, [...MACHINE, "-c", program, "-o", `${program}.o`]);
	if (code !== 0) {
		const packages = "gcc-riscv64-unknown-elf picolibc-riscv64-unknown-elf";
		throw new Failure("footprint", `there is no cross compiler for RISC-V: apt-get install ${packages}`);
	}
	fs.writeFileSync(path.join(folder, "threads.h"), NO_THREADS);
	const platform = ["-DINCLUDE_XSPLATFORM=1", '-DXSPLATFORM="lwsFootprint.h"', "-Ihosts/device/footprint"];
	const xs = [`-I${sdk.folder}/xs/includes`, `-I${sdk.folder}/xs/platforms`];
	return { folder, options: [...MACHINE, ...platform, ...xs, `-I${folder}`] };
}

export async function compilerVersion() {
	return (await run(`${PREFIX}gcc`, ["-dumpversion"])).output.trim();
}

/** text + data + bss of one C file. */
export async function objectSize({ folder, options }, source, more = []) {
	const object = path.join(folder, `${path.basename(source)}.o`);
	const compiled = await run(`${PREFIX}gcc`, [...options, ...more, "-c", source, "-o", object]);
	if (compiled.code !== 0) {
		const sentence = `${source} does not compile for RISC-V: see the message above.`;
		throw new Failure("footprint", sentence, compiled.output);
	}
	const { output } = await run(`${PREFIX}size`, [object]);
	const [text, data, bss] = output.split("\n")[1].trim().split(/\s+/).map(Number);
	return text + data + bss;
}

/** { kernels, tls }: bytes of our own C, without mbedTLS. */
export async function nativeSizes(compiler, mbedtls) {
	const tlsOptions = ["-Ibuild/generated", `-I${mbedtls}/include`, '-DMBEDTLS_USER_CONFIG_FILE="threads.h"'];
	const sum = async (folder, more) => {
		let bytes = 0;
		for (const name of fs.readdirSync(folder)) {
			if (name.endsWith(".c")) bytes += await objectSize(compiler, path.join(folder, name), more);
		}
		return bytes;
	};
	return { kernels: await sum("modules/native", []), tls: await sum("modules/native/tls", tlsOptions) };
}
