/**
 * The example for the ESP32: every step that needs no toolchain, for each family of chips: mcconfig, tsc, all modules
 * through xsc and xsid, and the linker with preload and strip. With IDF_PATH set the firmware is built.
 */
import fs from "node:fs";
import path from "node:path";
import { Failure, run, step } from "../../hosts/desktop/step.mjs";
import { configure } from "../../hosts/device/sdk.mjs";
import { PHASE, refuseWarnings } from "./common.mjs";

/** A board each, without a configuration of its own. */
const BOARDS = {
	esp32: "esp32",
	"esp32/saola_wroom": "esp32s2",
	"esp32/esp32s3": "esp32s3",
	"esp32/esp32c3": "esp32c3",
	"esp32/esp32c6": "esp32c6",
};
/** What hosts/esp32/sdkconfig must have come to. */
const CONFIGURED = ["CONFIG_MBEDTLS_SSL_PROTO_TLS1_3=y", "CONFIG_MBEDTLS_DYNAMIC_BUFFER=y"];
const SETTINGS = ["ssid=network", "password=secret"];
/** The SDK refuses another; it asks git. */
const IDF_VERSION = "v6.0";

export async function testESP32(sdk, root) {
	const isReal = Boolean(process.env.IDF_PATH);
	const env = isReal ? sdk.env : { ...sdk.env, IDF_PATH: await pretendIDF(path.join(root, "esp-idf")) };
	for (const [board, chip] of Object.entries(BOARDS)) {
		const out = path.join(root, "esp32", chip);
		if (isReal) await buildFirmware({ ...sdk, env }, board, out);
		else await linkModules({ ...sdk, env }, board, chip, out);
	}
}

/** What mcconfig and make ask of ESP-IDF before any C is compiled: that it is there, and its version. */
async function pretendIDF(folder) {
	fs.mkdirSync(folder, { recursive: true });
	const who = ["-c", "user.name=lws-xs", "-c", "user.email=lws-xs@localhost"];
	for (const args of [
		["init", "-q"],
		[...who, "commit", "-q", "--allow-empty", "-m", "none"],
		[...who, "tag", "-a", IDF_VERSION, "-m", "none"],
	]) {
		const { code, output } = await run("git", args, { cwd: folder });
		if (code !== 0) throw new Failure(PHASE, "git failed: see its message above.", output);
	}
	return folder;
}

async function linkModules(sdk, board, chip, out) {
	const { output, made } = await step(`mcconfig, xsc and xsl for ${board}`, async () => {
		const configured = await configure(sdk, path.resolve("hosts/esp32"), board, { out, options: SETTINGS });
		check(configured, "mcconfig");
		const header = path.join(configured.made, `xsProj-${chip}/build/config/sdkconfig.h`);
		fs.mkdirSync(path.dirname(header), { recursive: true });
		fs.writeFileSync(header, "");
		const args = ["-o", header, "-f", path.join(configured.made, "makefile"), path.join(configured.made, "mc.xs.c")];
		const linked = await run("make", args, { cwd: "hosts/esp32", env: sdk.env });
		check(linked, "make");
		return { output: linked.output, made: configured.made };
	});
	refuseWarnings(output);
	const configuration = fs.readFileSync(path.join(made, `xsProj-${chip}/sdkconfig.mc`), "utf8");
	for (const line of CONFIGURED) {
		if (!configuration.includes(line)) throw new Failure(PHASE, `the configuration for ${board} lacks ${line}.`);
	}
	const [, instances] = /### (\d+) instances/.exec(output) ?? [];
	console.log(`esp32: the example was linked for ${board} (${instances} instances); its C was not compiled.`);
}

async function buildFirmware(sdk, board, out) {
	const options = ["-m", "-t", "build", ...SETTINGS];
	const built = await step(`mcconfig -m -p ${board}`, () =>
		configure(sdk, path.resolve("hosts/esp32"), board, { out, options }),
	);
	check(built, "mcconfig");
	refuseWarnings(built.output);
	const image = path.join(built.product, "xs_esp32.bin");
	if (!fs.existsSync(image)) throw new Failure(PHASE, `there is no ${image}: see the messages above.`, built.output);
	console.log(`esp32: the firmware for ${board} is ${fs.statSync(image).size} bytes.`);
}

function check({ code, output }, command) {
	if (code !== 0) throw new Failure(PHASE, `${command} failed: see its message above.`, output);
}
