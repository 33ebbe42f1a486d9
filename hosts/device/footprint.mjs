/**
 * `npm run footprint`: what the library takes of a device, in flash and in RAM, written into docs/footprint.md. Needs the
 * Moddable SDK's tools (MODDABLE), a cross compiler for RISC-V, and the 32-bit host.
 */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { build } from "../desktop/build.mjs";
import { Failure, main } from "../desktop/step.mjs";
import { Application } from "./footprint/application.mjs";
import { heapFigures } from "./footprint/heap.mjs";
import { compilerVersion, findCompiler, nativeSizes } from "./footprint/native.mjs";
import { findSDK } from "./sdk.mjs";

const DOCUMENT = "docs/footprint.md";
const BEGIN = "<!-- npm run footprint: begin -->";
const END = "<!-- npm run footprint: end -->";

/** What the project holds itself to. */
const TARGETS = { code: 40 * 1024, context: 2048, connection: 6 * 1024 };

/** The first has what our manifests include of the SDK, and nothing of us. */
const APPLICATIONS = [
	{
		name: "empty",
		include: ["modules/io", "modules/data/base64", "modules/files/resource"].map(
			(folder) => `$(MODDABLE)/${folder}/manifest.json`,
		),
	},
	{ name: "plain", title: "`h1.json`, `plain.json`", include: ["h1", "plain"].map(feature) },
	{ name: "all", title: "`manifest.json`", include: [path.resolve("manifest.json")] },
];

function feature(name) {
	return path.resolve(`manifests/${name}.json`);
}

async function measure(folder) {
	const sdk = findSDK("footprint");
	const compiler = await findCompiler(sdk, folder);
	const { variants, mbedtls } = await build(["32"], ["bench"]);
	if (!variants.includes("32")) throw new Failure("footprint", "this machine cannot have the 32-bit host: see above.");
	const linked = {};
	let modules = [];
	for (const { name, include } of APPLICATIONS) {
		const application = new Application(sdk, folder, name, include);
		await application.link();
		linked[name] = await application.linked(compiler);
		modules = application.modules();
	}
	return {
		made: `the SDK ${sdk.version}, riscv64-unknown-elf-gcc ${await compilerVersion()}`,
		linked,
		modules,
		native: await nativeSizes(compiler, mbedtls[32]),
		heap: await heapFigures(folder),
	};
}

const number = (value) => Math.round(value).toLocaleString("en");

function table(head, rows) {
	const line = (cells) => `| ${cells.map((cell) => (typeof cell === "number" ? number(cell) : cell)).join(" | ")} |`;
	return [line(head), `|${head.map((_, i) => (i === 0 ? "---|" : "---:|")).join("")}`, ...rows.map(line)].join("\n");
}

const sum = (list, key) => list.reduce((total, each) => total + each[key], 0);

function sums({ linked, modules, heap }) {
	const [one, two] = heap;
	const connection = two.steps.idle - two.steps.closed;
	const berth = two.steps.context - one.steps.context;
	const judge = (what, value, target) => [what, value, target, value <= target ? "met" : "**missed**"];
	return table(
		["bytes", "value", "target", ""],
		[
			judge("byte code, HTTP/1.1 + TLS, in the linked image", linked.all.code - linked.empty.code, TARGETS.code),
			judge("byte code, HTTP/1.1 + TLS, as xsc writes it, without names", sum(modules, "code"), TARGETS.code),
			judge("idle context besides its buffers, 2 connections (default)", two.steps.context - two.plan, TARGETS.context),
			judge("idle context besides its buffers, 1 connection", one.steps.context - one.plan, TARGETS.context),
			judge("open idle connection, its buffers and objects, no TLS", berth + connection, TARGETS.connection),
			judge("open idle connection, what comes when it opens, no TLS", connection, TARGETS.connection),
		],
	);
}

function byteCode({ modules }) {
	const of = (list) => [sum(list, "file"), sum(list, "code")];
	const row = (name, list) => [
		name,
		...of(list.filter(({ isTLS }) => !isTLS)),
		...of(list.filter(({ isTLS }) => isTLS)),
	];
	const folders = [...new Set(modules.map(({ folder }) => folder))].sort();
	const rows = folders.map((folder) =>
		row(
			folder,
			modules.filter((module) => module.folder === folder),
		),
	);
	return table(["folder", "h1: .xsb", "h1: code", "TLS: .xsb", "TLS: code"], [...rows, row("sum", modules)]);
}

function flash({ linked: { empty, ...ours } }) {
	const rows = Object.entries(ours).map(([name, { flash, code, slots }]) => {
		const added = { flash: flash - empty.flash, code: code - empty.code, slots: slots - empty.slots };
		return [
			APPLICATIONS.find((application) => application.name === name).title,
			added.code,
			added.slots,
			added.flash - added.code - added.slots,
			added.flash,
		];
	});
	return table(["over an empty application", "byte code", "slots", "names, strings, tables", "flash"], rows);
}

function ram({ heap }) {
	const rows = heap.map(({ name, plan, steps, tlsHeap }) => [
		...[name, plan, steps.context - plan],
		...[steps.transaction - steps.context, steps.idle - steps.context, steps.closed - steps.context],
		...(tlsHeap.peak > 0 ? [tlsHeap.open, tlsHeap.peak] : ["", ""]),
	]);
	const head = ["", "`memoryPlan`", "context besides it", "+ transaction", "+ idle connection", "+ after its close"];
	return table([...head, "mbedTLS, open", "mbedTLS, peak"], rows);
}

function figures(measured) {
	const { kernels, tls } = measured.native;
	return [
		sums(measured),
		`Made with ${measured.made}.`,
		"## Byte code",
		byteCode(measured),
		"## Linked",
		flash(measured),
		"## Native code",
		table(
			["RV32IMC, `-Os`", "text + data + bss"],
			[
				["`modules/native`", kernels],
				["`modules/native/tls`", tls],
				["sum", kernels + tls],
			],
		),
		"## RAM",
		ram(measured),
	].join("\n\n");
}

await main(async () => {
	const folder = fs.mkdtempSync(path.join(os.tmpdir(), "lws-xs-footprint-"));
	try {
		const text = figures(await measure(folder));
		const document = fs.readFileSync(DOCUMENT, "utf8");
		const [before, after] = [document.indexOf(BEGIN), document.indexOf(END)];
		if (before < 0 || after < before)
			throw new Failure("footprint", `${DOCUMENT} has lost its line ${BEGIN} or ${END}.`);
		const head = document.slice(0, before + BEGIN.length);
		fs.writeFileSync(DOCUMENT, `${head}\n\n${text}\n\n${document.slice(after)}`);
		console.log(text);
	} finally {
		fs.rmSync(folder, { recursive: true, force: true });
	}
});
