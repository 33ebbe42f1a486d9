/** Fixed memory: --heap, --rx-buffer, --stats, and bodies far larger than the heap. */
import { match, ok, strictEqual } from "node:assert";
import { createHash } from "node:crypto";
import { createReadStream, statSync, writeFileSync } from "node:fs";
import { Folder, Recorder, tool } from "./tool.js";

const PIECE = Buffer.alloc(1 << 16, "0123456789abcdef!");
const PIECES = 480;
const BYTES = PIECES * PIECE.length;
/** Room for the tool's own objects on a 64-bit machine, with the buffers of a device. */
const HEAP = "72K";

describe("the tool's memory", function () {
	this.timeout(60_000);
	const server = new Recorder();
	const folder = new Folder();
	before(() => server.listen());
	beforeEach(() => server.reset());
	after(() => {
		server.close();
		folder.remove();
	});

	function serveBig(): void {
		server.handler = (_request, response) => {
			let sent = 0;
			const send = (): void => {
				while (sent < PIECES) {
					sent++;
					if (!response.write(PIECE)) {
						response.once("drain", send);
						return;
					}
				}
				response.end();
			};
			send();
		};
	}

	async function digest(path: string): Promise<string> {
		const hash = createHash("sha256");
		for await (const piece of createReadStream(path)) hash.update(piece);
		return hash.digest("hex");
	}

	it("--stats is one line of JSON with heap, bytes and connections.", async () => {
		const { stderr } = await tool(["-s", "--stats", server.origin, server.origin]);
		match(stderr, /^\{[^\n]*\}\n$/);
		const stats = JSON.parse(stderr);
		strictEqual(Object.keys(stats).join(), "peakHeap,heap,chunks,slots,gcs,tlsHeapPeak,bytesIn,bytesOut,connections");
		strictEqual(stats.connections, 1);
		strictEqual(stats.tlsHeapPeak, 0);
		ok(stats.bytesOut > 2 * 60 && stats.bytesOut < 2 * 120, stderr);
		ok(stats.bytesIn > 2 * 80 && stats.bytesIn < 2 * 300, stderr);
		ok(stats.peakHeap > 0 && stats.heap > 0 && stats.chunks > 0 && stats.slots > 0, stderr);
	});

	it("A heap that is too small is exit 125 with one line of figures.", async () => {
		for (const heap of ["4096", "15000", "20K"]) {
			const outcome = await tool(["--heap", heap, server.origin]);
			strictEqual(outcome.code, 125, heap);
			match(outcome.stderr, /^lws-xs: \(125\) heap:full: [^\n]*\d+ of \d+ bytes[^\n]*\n$/);
		}
	});

	it("--heap K and M, and a small --rx-buffer, still fetch.", async () => {
		const outcome = await tool(["--heap", "1M", "--rx-buffer", "256", server.origin]);
		strictEqual(outcome.stdout, "ok", outcome.stderr);
	});

	it("A download of 30 MB goes through a small heap to a file, every byte.", async () => {
		serveBig();
		const outcome = await tool(["--heap", HEAP, "--stats", "-o", folder.at("big"), server.origin]);
		strictEqual(outcome.code, 0, outcome.stderr);
		strictEqual(statSync(folder.at("big")).size, BYTES);
		const hash = createHash("sha256");
		for (let i = 0; i < PIECES; i++) hash.update(PIECE);
		strictEqual(await digest(folder.at("big")), hash.digest("hex"));
		ok(JSON.parse(outcome.stderr).peakHeap <= 72 * 1024);
	});

	it("An upload of 30 MB goes through a small heap from a file, and from standard input.", async () => {
		const file = folder.at("upload");
		writeFileSync(file, Buffer.alloc(BYTES, PIECE));
		let received = 0;
		server.early = (request, response) => {
			received = 0;
			request.on("data", (data) => {
				received += data.length;
			});
			request.on("end", () => response.end("taken"));
		};
		const fromFile = await tool(["--heap", HEAP, "-T", file, `${server.origin}/x`]);
		strictEqual(fromFile.stdout, "taken", fromFile.stderr);
		strictEqual(received, BYTES);
		const fromInput = await tool(["--heap", HEAP, "-T", "-", `${server.origin}/x`], {
			withChild: (child) => void (child.stdin && createReadStream(file).pipe(child.stdin)),
		});
		strictEqual(fromInput.stdout, "taken", fromInput.stderr);
		strictEqual(received, BYTES);
	});

	it("Without --heap a large body makes the heap no larger than a small one does.", async () => {
		const peak = async (): Promise<number> => {
			const outcome = await tool(["--stats", "-o", "/dev/null", server.origin]);
			strictEqual(outcome.code, 0, outcome.stderr);
			return JSON.parse(outcome.stderr).peakHeap;
		};
		const small = await peak();
		serveBig();
		const large = await peak();
		ok(large <= small + 64 * 1024, `${small} and ${large} bytes`);
	});
});
