/**
 * Byte code: an application with each manifest, compiled by the SDK's xsc and linked by its xsl, as far as mc.xs.c, which
 * is what lies in flash. That file is the same for every platform; the cross compiler makes an object of it.
 */
import fs from "node:fs";
import path from "node:path";
import { Failure, run, step } from "../../desktop/step.mjs";
import { configureCommandLine } from "../sdk.mjs";
import { objectSize } from "./native.mjs";

const SLOT = 16;
/** Length and name of a part of an .xsb file. */
const PART_HEAD = 8;

/** What only TLS needs; the rest is the client for HTTP/1.1. */
const TLS = /^(transport\/(tls|security)|lws\/ssl|dispatch\/sessions|native\/tls\/)/;

export class Application {
	constructor(sdk, folder, name, include) {
		this.sdk = sdk;
		this.name = name;
		this.folder = path.join(folder, name);
		this.include = include;
	}

	async link() {
		await step(`xsc and xsl (${this.name})`, async () => {
			const application = { main: "export default 1;\n", include: this.include };
			const { made, ...configured } = await configureCommandLine(this.sdk, this.folder, application);
			this.output = made;
			check("mcconfig", configured);
			const args = ["-f", path.join(made, "makefile"), path.join(made, "mc.xs.c")];
			check("make", await run("make", args, { cwd: this.folder, env: this.sdk.env }));
		});
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
		const names = fs.readdirSync(root, { recursive: true }).filter((name) => /^lws-xs[/.].*xsb$/.test(name));
		return names.map((name) => {
			const bytes = fs.readFileSync(path.join(root, name));
			const inside = name.replace(/^lws-xs\//, "");
			const folder = inside.includes("/") ? inside.slice(0, inside.indexOf("/")) : "lws-xs";
			return { folder, isTLS: TLS.test(inside), file: bytes.length, code: codeLength(bytes) };
		});
	}
}

function check(command, { code, output }) {
	if (code !== 0) throw new Failure("footprint", `${command} failed: see its message above.`, output);
}

/** An .xsb file is one part that holds the others: versions, symbols, code. */
function codeLength(bytes) {
	for (let at = PART_HEAD; at < bytes.length; at += bytes.readUInt32BE(at)) {
		if (bytes.toString("latin1", at + 4, at + PART_HEAD) === "CODE") return bytes.readUInt32BE(at) - PART_HEAD;
	}
	return 0;
}
