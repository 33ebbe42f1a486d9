/**
 * Byte code: an application with each manifest, compiled by the SDK's xsc and linked by its xsl, as far as mc.xs.c, which
 * is what lies in flash. That file is the same for every platform; the cross compiler makes an object of it.
 */
import fs from "node:fs";
import path from "node:path";
import { Failure, run, step } from "../../desktop/step.mjs";
import { objectSize } from "./native.mjs";

/** A platform whose makefile asks for nothing but the SDK; its command lines of xsc and xsl are those of a device. */
const PLATFORM = "x-cli-lin";
const SDK_MODULES = {
	timer: "$(MODULES)/base/timer/timer",
	time: "$(MODULES)/base/time/time",
	"embedded:io/socket/tcp": "$(MODULES)/io/socket/lin/tcp",
	"embedded:io/socket/udp": "$(MODULES)/io/socket/lin/udp",
	"embedded:io/socket/listener": "$(MODULES)/io/socket/lin/listener",
	"*": "./main",
};
const SLOT = 16;
/** Length and name of a part of an .xsb file. */
const PART_HEAD = 8;

/** What only TLS needs; the rest is the client for HTTP/1.1. */
const TLS = /^(transport\/(tls|security)|lws\/ssl|dispatch\/sessions|native\/tls\/)/;

export class Application {
	constructor(sdk, folder, name, includes) {
		this.sdk = sdk;
		this.name = name;
		this.folder = path.join(folder, name);
		this.includes = includes;
		this.output = path.join(this.folder, "out/tmp/lin/release", name);
	}

	async link() {
		const out = path.join(this.folder, "out");
		fs.mkdirSync(out, { recursive: true });
		const manifest = path.join(this.folder, "manifest.json");
		const content = { build: { MODULES: "$(MODDABLE)/modules" }, include: this.includes, modules: SDK_MODULES };
		const creation = {
			static: 0,
			chunk: { initial: 32768, incremental: 1024 },
			heap: { initial: 2048, incremental: 64 },
		};
		fs.writeFileSync(manifest, JSON.stringify({ ...content, creation }));
		fs.writeFileSync(path.join(this.folder, "main.js"), "export default 1;\n");
		const env = { ...process.env, PATH: `${this.sdk.tools}${path.delimiter}${process.env.PATH}` };
		const make = ["-f", path.join(this.output, "makefile"), path.join(this.output, "mc.xs.c")];
		await step(`xsc and xsl (${this.name})`, async () => {
			await this.tool("mcconfig", ["-p", PLATFORM, "-o", out, manifest], env);
			await this.tool("make", make, env);
		});
	}

	async tool(command, args, env) {
		const { code, output } = await run(command, args, { cwd: this.folder, env });
		if (code !== 0) throw new Failure("footprint", `${command} failed: see its message above.`, output);
	}

	/** Bytes in the flash of a 32-bit device: { flash, code, slots }; what is neither is names, strings and tables. */
	async linked(compiler) {
		const source = path.join(this.output, "mc.xs.c");
		const text = fs.readFileSync(source, "utf8");
		let code = 0;
		for (const [, bytes] of text.matchAll(/\.code = \{ \(txByte\*\)"((?:[^"\\]|\\.)*)"/g)) {
			code += bytes.replace(/\\x[0-9a-f]{2}|\\[0-7]{1,3}|\\./g, ".").length;
		}
		const slots = SLOT * Number(/#define mxHeapCount (\d+)/.exec(text)[1]);
		const flash = await objectSize(compiler, source, [`-I${this.sdk.folder}/xs/sources`, `-I${this.output}`]);
		return { flash, code, slots };
	}

	/** Our modules: { folder, isTLS, file, code } of each. */
	modules() {
		const root = path.join(this.output, "modules");
		const names = fs.readdirSync(root, { recursive: true }).filter((name) => /^(lws-xs[/.]|trust\.).*xsb$/.test(name));
		return names.map((name) => {
			const bytes = fs.readFileSync(path.join(root, name));
			const inside = name.replace(/^lws-xs\//, "");
			const folder = inside.includes("/") ? inside.slice(0, inside.indexOf("/")) : "lws-xs, trust";
			return { folder, isTLS: TLS.test(inside), file: bytes.length, code: codeLength(bytes) };
		});
	}
}

/** An .xsb file is one part that holds the others: versions, symbols, code. */
function codeLength(bytes) {
	for (let at = PART_HEAD; at < bytes.length; at += bytes.readUInt32BE(at)) {
		if (bytes.toString("latin1", at + 4, at + PART_HEAD) === "CODE") return bytes.readUInt32BE(at) - PART_HEAD;
	}
	return 0;
}
