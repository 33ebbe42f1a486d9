/**
 * Fetches a stream of numbers over the host's TCP module into one fixed buffer, checks every one, and prints an account.
 *
 * Run by `npm start` inside a static heap of 32 KB. Arguments: port, count of bytes (a multiple of 4).
 * The server sends consecutive 32-bit integers in little-endian order, so the position tells what each must be.
 */

import TCP from "embedded:io/socket/tcp";
import { statistics } from "desktop/memory";
import { exit } from "desktop/process";
import Time from "time";
import Timer from "timer";

const BUFFER = 4096;
/** Without any byte for so long (milliseconds) the server is taken for dead. */
const PATIENCE = 10_000;

const port = Number(argv[0]);
const expected = Number(argv[1]);

const bytes = new Uint8Array(BUFFER);
const words = new Int32Array(bytes.buffer);
let filled = 0;
let next = 0;
let total = 0;
const start = Time.microseconds;

function fail(sentence: string): never {
	console.error(`download: ${sentence}`);
	return exit(1);
}

function check(count: number): void {
	for (let i = 0; i < count; i++) if (words[i] !== next++) fail(`byte ${total + i * 4} is not what the server sent`);
}

const patience = Timer.set(() => fail("tcp:silent: no byte for ten seconds"), PATIENCE);

function finish(): void {
	const seconds = (Time.microseconds - start) / 1e6;
	const heap = statistics();
	Timer.clear(patience);
	if (total !== expected) fail(`tcp:truncated: ${total} of ${expected} bytes came`);
	console.log(`bytes      ${total}, each verified`);
	console.log(
		`time       ${seconds.toFixed(3)} s (${(total / 1e6 / seconds).toFixed(1)} MB/s, mostly the verification)`,
	);
	console.log(`peak heap  ${heap.peakHeap} of ${heap.limit} bytes, ${heap.gcs} garbage collections`);
}

new TCP({
	address: "127.0.0.1",
	port,
	onReadable(waiting) {
		Timer.schedule(patience, PATIENCE);
		while (waiting > 0) {
			const count = Math.min(waiting, BUFFER - filled);
			// the only view that is made: read() fills all of what it is given
			this.read(count === BUFFER ? bytes : new Uint8Array(bytes.buffer, filled, count));
			waiting -= count;
			filled += count;
			if (filled < BUFFER) continue;
			check(BUFFER / 4);
			total += BUFFER;
			filled = 0;
		}
	},
	onError(failure) {
		this.close();
		if (failure) fail(`tcp:${failure}: the connection to 127.0.0.1:${port} failed after ${total + filled} bytes`);
		check(filled >> 2);
		total += filled;
		finish();
	},
});
