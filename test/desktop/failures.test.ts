/** How a program on the desktop host can end: each way has its exit code and a sentence that says what to do. */
import { match, strictEqual } from "node:assert";
import { type Outcome, Programs, runHost, skipUnlessBuilt, type Variant } from "./host.js";

const HEAP = "32768";

function ends(outcome: Outcome, code: number, sentence: RegExp): void {
	match(outcome.stderr, sentence);
	strictEqual(outcome.code, code, outcome.stderr);
	strictEqual(outcome.stderr.trimEnd().includes("AddressSanitizer"), false, outcome.stderr);
}

const FAILURES: { title: string; source: string; code: number; sentence: RegExp; variants?: Variant[] }[] = [
	{
		title: "A syntax error names file and line.",
		source: "let x = 1;\nfunction f() {\n\tlet y = = 2;\n}\n",
		code: 122,
		sentence: /^lws-xs: cannot load .*program\.js: SyntaxError: .*program\.js:3: missing expression$/m,
	},
	{
		title: "A module that throws while it loads is shown with its stack.",
		source: 'function f() {\n\tthrow new Error("boom");\n}\nf();\n',
		code: 122,
		sentence: /^lws-xs: cannot load .*: Error: boom\n at f \(.*program\.js:2\)\n at \(.*program\.js:4\)$/m,
	},
	{
		title: "An import of an unknown module names it.",
		source: 'import x from "nowhere";\n',
		code: 122,
		sentence: /cannot load .*: ReferenceError: module "nowhere" not found$/m,
	},
	{
		title: "An import of a name that a module does not have names it.",
		source: 'import { nope } from "desktop/process";\n',
		code: 122,
		sentence: /SyntaxError: import nope not found$/m,
	},
	{
		title: "A native function is out of reach for programs.",
		source: 'export function f() @ "lws_process_exit";\n',
		code: 122,
		sentence: /SyntaxError: .*program\.js:1: /m,
	},
	{
		title: "A top-level await that rejects later is a load error too.",
		source: 'import Timer from "timer";\nawait new Promise((f, r) => Timer.set(() => r(new Error("late")), 1));\n',
		code: 122,
		sentence: /cannot load .*: Error: late$/m,
	},
	{
		title: "An exception in a callback ends the program with its stack.",
		source: 'import Timer from "timer";\nfunction tick() {\n\tundefined.x;\n}\nTimer.set(tick, 1);\n',
		code: 120,
		sentence: /^lws-xs: unhandled exception: TypeError: .*undefined.*\n at tick \(.*program\.js:3\)$/m,
	},
	{
		title: "An exception that is no object is shown as its string.",
		source: 'import Timer from "timer";\nTimer.set(() => { throw "just text"; });\n',
		code: 120,
		sentence: /^lws-xs: unhandled exception: just text$/m,
	},
	{
		title: "An exception that cannot become a string is survived by the report.",
		source: 'import Timer from "timer";\nTimer.set(() => { throw { toString() { throw 1; } }; });\n',
		code: 120,
		sentence: /^lws-xs: unhandled exception: \(an exception that cannot be shown as a string\)$/m,
	},
	{
		title: "A promise that is rejected and never handled ends the program.",
		source: 'Promise.reject(new RangeError("nobody cares"));\n',
		code: 121,
		sentence: /^lws-xs: unhandled rejection of a promise: RangeError: nobody cares$/m,
	},
	{
		title: "Calls without end are a stack overflow with the size of the stack.",
		source: "function f(n) {\n\treturn f(n + 1) + 1;\n}\nf(0);\n",
		code: 124,
		sentence:
			/^lws-xs: stack overflow: calls nest too deep for 384 slots; see --stack \(heap \d+ of 32768 bytes: .*\)$/m,
	},
	{
		title: "Objects without end are memory full, with the figures of the heap.",
		source: "const list = [];\nfor (let i = 0; ; i++) list.push({ i });\n",
		code: 125,
		sentence:
			/^lws-xs: memory full: .*--heap \(heap \d+ of 32768 bytes: \d+ in chunks, \d+ slots of (16|32) bytes, .*\)$/m,
	},
	{
		title: "A buffer larger than the heap is memory full.",
		source: "new Uint8Array(100_000);\n",
		code: 125,
		sentence: /^lws-xs: memory full: /m,
		variants: ["64", "32"], // with AddressSanitizer buffers do not lie in the heap
	},
	{
		title: "Memory full cannot be caught.",
		source: "try {\n\tconst list = [];\n\tfor (;;) list.push({});\n} catch {\n\tconsole.log('caught');\n}\n",
		code: 125,
		sentence: /memory full/,
	},
	{
		title: "Microtasks that never let the event loop run are stopped.",
		source: "function again() {\n\tPromise.resolve().then(again);\n}\nagain();\n",
		code: 123,
		sentence: /^lws-xs: endless microtasks: /m,
		variants: ["64"],
	},
	{
		title: "A file that is not there is named, with the reason.",
		source: 'import File from "desktop/file";\nnew File({ path: "/no/such/file" });\n',
		code: 122,
		sentence: /Error: cannot open \/no\/such\/file: No such file or directory$/m,
	},
];

for (const variant of ["64", "32", "asan"] as const) {
	describe(`failures of a program (${variant})`, function () {
		const programs = new Programs();
		before(function () {
			skipUnlessBuilt(this, variant);
		});
		after(() => programs.remove());
		this.timeout(60_000);

		for (const { title, source, code, sentence, variants } of FAILURES) {
			if (variants && !variants.includes(variant)) continue;
			it(title, async () => {
				// the endless chain of promises needs no small heap, and would fill it
				const heap = code === 123 ? [] : ["--heap", HEAP];
				ends(await runHost(variant, [...heap, programs.write("program.js", source)]), code, sentence);
			});
		}
	});
}

describe("the command line of the host", () => {
	const programs = new Programs();
	after(() => programs.remove());

	it("A missing file is named, with the reason.", async () => {
		ends(await runHost("64", ["nowhere.js"]), 122, /^xs-desktop: cannot read nowhere\.js: No such file or directory$/m);
	});

	it("A folder is no program.", async () => {
		ends(await runHost("64", [programs.folder]), 122, /cannot read .*: Is a directory$/m);
	});

	it("Without a file it prints its usage.", async () => {
		ends(await runHost("64", []), 2, /no FILE\.js is given\nusage: /);
	});

	it("An unknown option, and an option without its value, are usage errors.", async () => {
		ends(await runHost("64", ["--frobnicate", "x.js"]), 2, /unknown option --frobnicate/);
		ends(await runHost("64", ["--heap"]), 2, /wants a value: --heap/);
	});

	it("Sizes that are none, too small or too large are refused with the bounds.", async () => {
		for (const size of ["", "x", "12q", "-1", "4095", "2000M", "99999999999999999999"]) {
			ends(await runHost("64", ["--heap", size, "x.js"]), 2, /--heap wants a number from 4096 to 1073741824, not /);
		}
	});

	it("A stack that fills the heap is refused.", async () => {
		ends(await runHost("64", ["--heap", "8192", "x.js"]), 2, /the stack leaves no room/);
	});

	it("--preload says what it wants.", async () => {
		ends(await runHost("64", ["--preload", "name", "x.js"]), 2, /--preload wants NAME=FILE, not name/);
		ends(await runHost("64", ["--preload", "name=/nowhere.js", "x.js"]), 2, /--preload cannot read \/nowhere\.js/);
	});

	it("A preloaded module that fails ends the host before the program starts.", async () => {
		const library = programs.write("library.js", 'throw new Error("broken");\n');
		const program = programs.write("program.js", 'console.log("started");\n');
		const outcome = await runHost("64", ["--preload", `library=${library}`, program]);
		ends(outcome, 122, /cannot load library: Error: broken/);
		strictEqual(outcome.stdout, "");
	});

	it("--help goes to the standard output.", async () => {
		const outcome = await runHost("64", ["--help"]);
		strictEqual(outcome.code, 0);
		match(outcome.stdout, /^usage: xs-desktop/);
	});
});
