/** The host-neutral programs of test/host, run on XS: 64 bits, 32 bits, AddressSanitizer, collecting at every allocation. */
import { match, strictEqual } from "node:assert";
import { type Ports, ScriptedServer } from "../servers/scripted.js";
import { Programs, runHost, skipUnlessBuilt, type Variant } from "./host.js";

/** What runs in a small heap, and what keeps more in memory than that. */
const PROGRAMS = ["tcp", "tcp-end", "tcp-stream", "timer", "resolver", "data", "crypt"];
const LARGE_PROGRAMS = ["vectors", "kernels", "http-kernels", "ws-kernels", "deflate-kernels", "h1", "ws"];

const RUNS: { name: string; variant: Variant; options: string[]; quick: boolean }[] = [
	{ name: "64-bit", variant: "64", options: ["--heap", "128K", "--stack", "512"], quick: false },
	{ name: "32-bit", variant: "32", options: ["--heap", "64K"], quick: false },
	{ name: "AddressSanitizer", variant: "asan", options: [], quick: false },
	{ name: "64-bit, collecting at every allocation", variant: "64", options: ["--stress"], quick: true },
	{ name: "AddressSanitizer, collecting at every allocation", variant: "asan", options: ["--stress"], quick: true },
];

for (const { name, variant, options, quick } of RUNS) {
	describe(`the host's modules (${name})`, function () {
		this.timeout(180_000);
		const server = new ScriptedServer();
		let ports: Ports;
		before(async function () {
			skipUnlessBuilt(this, variant);
			ports = await server.listen();
		});
		after(() => server.close());

		async function passes(program: string, args: string[]): Promise<void> {
			const outcome = await runHost(variant, args);
			match(outcome.stdout, /^[1-9]\d* passed, 0 failed$/m, `${program}\n${outcome.stdout}${outcome.stderr}`);
			strictEqual(outcome.code, 0, outcome.stderr);
			strictEqual(outcome.stderr, "");
		}

		for (const program of PROGRAMS) {
			it(`The program test/host/${program}.ts passes.`, async () => {
				const args = [...options, `build/test/xs/${program}.js`, `${ports.ipv4}`, `${ports.ipv6}`];
				await passes(program, quick ? [...args, "quick"] : args);
				strictEqual(server.faults.length, 0, String(server.faults[0]));
			});
		}

		for (const program of LARGE_PROGRAMS) {
			// hundreds of vectors take minutes when each allocation collects; the random cases of "kernels" do as well
			if (quick && (program === "vectors" || program === "h1" || program === "ws")) continue;
			it(`The program test/host/${program}.ts passes.`, async () => {
				const stress = options.filter((option) => option === "--stress");
				await passes(program, [...stress, `build/test/xs/${program}.js`, "1", quick ? "20" : "1000"]);
			});
		}

		for (const callback of ["onReadable", "onWritable", "onError", "onResolved", "timer"]) {
			it(`An exception thrown by ${callback} ends the program.`, async () => {
				const outcome = await runHost(variant, [...options, "build/test/xs/uncaught.js", `${ports.ipv4}`, callback]);
				strictEqual(outcome.code, 120, outcome.stdout + outcome.stderr);
				match(outcome.stderr, /^lws-xs: unhandled exception: /);
			});
		}
	});
}

describe("the host's modules over mbedTLS 2.28", () => {
	it("The program test/host/crypt.ts passes.", async function () {
		skipUnlessBuilt(this, "tls2");
		const outcome = await runHost("tls2", ["build/test/xs/crypt.js"]);
		match(outcome.stdout, /^[1-9]\d* passed, 0 failed$/m, outcome.stdout + outcome.stderr);
		strictEqual(outcome.code, 0, outcome.stderr);
	});
});

describe("files and standard streams", function () {
	this.timeout(60_000);
	const programs = new Programs();
	after(() => programs.remove());

	for (const variant of ["64", "32", "asan"] as const) {
		it(`A file is written and read in pieces (${variant}).`, async function () {
			skipUnlessBuilt(this, variant);
			const source = `
import File from "desktop/file";
const path = argv[0];
const out = new File({ path, mode: "w" });
const piece = new Uint8Array(1000);
for (let i = 0; i < 100; i++) { piece.fill(i); out.write(piece); }
out.close();
out.close();
const more = new File({ path, mode: "a" });
more.write(ArrayBuffer.fromString("end"));
more.close();
const file = new File({ path });
console.log(file.size, file.position);
let total = 0, sum = 0, count;
while ((count = file.read(piece))) { total += count; sum += piece[0]; }
console.log(total, sum, file.position);
file.position = 99000;
console.log(file.read(piece), piece[0], file.read(piece), piece[2]);
file.close();
try { file.read(piece); } catch (error) { console.log(error.message); }
try { new File({ path, mode: "x" }); } catch (error) { console.log(error.name); }
`;
			const args = [programs.write("file.js", source), `${programs.folder}/data`];
			const outcome = await runHost(variant, ["--heap", "32K", ...args]);
			// the last piece read is the three bytes of "end"
			strictEqual(
				outcome.stdout,
				"100003 0\n100003 5051 100003\n1000 99 3 100\nfile: it is closed\nRangeError\n",
				outcome.stderr,
			);
		});

		it(`Standard input comes by events, also from a file, to its end (${variant}).`, async function () {
			skipUnlessBuilt(this, variant);
			const source = `
import { Input, writeOutput, writeError } from "desktop/stdio";
const piece = new Uint8Array(777);
let total = 0;
new Input({
	onReadable() {
		const count = this.read(piece);
		if (count > 0) {
			total += count;
			if (this.read(piece) !== 0) writeError("a second read must wait");
			return;
		}
		writeOutput("read " + total);
		writeOutput(new Uint8Array([33, 10]));
		this.close();
		this.close();
	},
});
`;
			const path = programs.write("input.js", source);
			const outcome = await runHost(variant, ["--heap", "32K", path], { input: Buffer.alloc(100_000, 7) });
			strictEqual(outcome.stdout, "read 100000!\n", outcome.stderr);
			strictEqual(outcome.stderr, "");
			strictEqual((await runHost(variant, ["--heap", "32K", path])).stdout, "read 0!\n");
		});
	}

	it("Arguments and environment are what the caller gave.", async () => {
		const source = `
import { environment } from "desktop/process";
console.log(argv.length, argv[0], argv[1], environment("LWS_XS_TEST"), environment("LWS_XS_NONE"));
`;
		const args = [programs.write("arguments.js", source), "--heap", "ä 😀"];
		const outcome = await runHost("64", args, { environment: { LWS_XS_TEST: "value" } });
		strictEqual(outcome.stdout, "2 --heap ä 😀 value undefined\n", outcome.stderr);
	});

	it("console and trace print values, errors with their stack, and NUL.", async () => {
		const source = `
console.log("a\\0b", 1.5, null, undefined, true, [1, [2]], Symbol("s"));
console.error("to", "stderr");
trace("no", " newline");
console.log();
console.log(new TypeError("why"));
`;
		const outcome = await runHost("64", [programs.write("console.js", source)]);
		match(outcome.stdout, /^a\0b 1\.5 null undefined true 1,2 \[symbol\]\nno newline\nTypeError: why\n at /);
		strictEqual(outcome.stderr, "to stderr\n");
	});

	it("A relative import is found beside the importing file.", async () => {
		programs.write("part.js", "export const part = import.meta.uri.length > 0 ? 'found' : 'lost';\n");
		const path = programs.write("whole.js", 'import { part } from "./part.js";\nconsole.log(part);\n');
		strictEqual((await runHost("64", [path])).stdout, "found\n");
	});
});
