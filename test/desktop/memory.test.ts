/** The two machines: what lies in the root, what in the application's fixed heap, and what it costs. */
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { Programs, runHost, skipUnlessBuilt } from "./host.js";

const HELLO = `
import Timer from "timer";
console.log("hello");
Promise.resolve(1).then((value) => console.log("then", value));
Timer.set(() => console.log("timer"), 1);
`;

describe("the fixed heap", function () {
	this.timeout(60_000);
	const programs = new Programs();
	after(() => programs.remove());

	it("Hello world with a promise and a timer runs in 16,384 bytes on the 32-bit host.", async function () {
		skipUnlessBuilt(this, "32");
		const outcome = await runHost("32", ["--heap", "16384", "--stats", programs.write("hello.js", HELLO)]);
		strictEqual(outcome.code, 0, outcome.stderr);
		strictEqual(outcome.stdout, "hello\nthen 1\ntimer\n");
		const stats = JSON.parse(outcome.stderr);
		strictEqual(stats.limit, 16384);
		ok(stats.peakHeap <= 16384 && stats.heap <= stats.peakHeap, outcome.stderr);
	});

	it("A preloaded library lies outside the application's heap.", async () => {
		const classes = Array.from({ length: 300 }, (_, i) => `export class C${i} { a() { return ${i}; } b() {} }`);
		const library = programs.write("library.js", classes.join("\n"));
		const program = programs.write("program.js", 'import { C7 } from "library";\nconsole.log(new C7().a());\n');
		const preloaded = await runHost("64", ["--heap", "32K", "--preload", `library=${library}`, program]);
		strictEqual(preloaded.code, 0, preloaded.stderr);
		strictEqual(preloaded.stdout, "7\n");
		// the same library as a module of the application does not fit
		const direct = programs.write("direct.js", 'import { C7 } from "./library.js";\nconsole.log(new C7().a());\n');
		strictEqual((await runHost("64", ["--heap", "32K", direct])).code, 125);
	});

	it("Byte code stays outside the heap.", async () => {
		const body = Array.from({ length: 4000 }, (_, i) => `	x = (x + ${i}) | 0;`).join("\n");
		const program = programs.write("long.js", `function f(x) {\n${body}\n\treturn x;\n}\nconsole.log(f(1));\n`);
		const outcome = await runHost("64", ["--heap", "32K", program]);
		strictEqual(outcome.code, 0, outcome.stderr);
		strictEqual(outcome.stdout, "7998001\n");
	});

	it("Built-ins and preloaded classes can be used and extended by the application, whose changes are its own.", async () => {
		const source = `
import Timer from "timer";
Array.prototype.last = function () { return this[this.length - 1]; };
class Late extends Timer {}
console.log([1, 2, 3].last(), typeof Late.set, typeof globalThis.trace);
`;
		const outcome = await runHost("64", ["--heap", "32K", programs.write("extend.js", source)]);
		strictEqual(outcome.stdout, "3 function function\n", outcome.stderr);
	});

	it("Garbage of any amount is collected in a small heap, and the figures say so.", async () => {
		const source = `
import { collect, statistics } from "desktop/memory";
collect();
const before = statistics();
for (let i = 0; i < 20000; i++) ({ i, text: "x" + i });
collect();
const after = statistics();
console.log(after.slots - before.slots < 32, after.chunks - before.chunks < 512, after.gcs > before.gcs + 1);
console.log(after.heap <= after.peakHeap, after.peakHeap <= after.limit, after.limit);
`;
		const outcome = await runHost("64", ["--heap", "32K", programs.write("garbage.js", source)]);
		strictEqual(outcome.stdout, "true true true\ntrue true 32768\n", outcome.stderr);
	});

	it("--stats prints one line of JSON on the standard error, also when the program ends itself.", async () => {
		const source = 'import { exit } from "desktop/process";\nconsole.log("out");\nexit(7);\n';
		const outcome = await runHost("64", ["--stats", programs.write("exit.js", source)]);
		strictEqual(outcome.code, 7);
		strictEqual(outcome.stdout, "out\n");
		deepStrictEqual(Object.keys(JSON.parse(outcome.stderr)), ["peakHeap", "heap", "limit", "chunks", "slots", "gcs"]);
	});
});
