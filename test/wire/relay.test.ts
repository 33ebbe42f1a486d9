/** examples/relay.ts: delayed reading holds up the origin by TCP, and the relay's memory stays flat. */
import { match, ok, strictEqual } from "node:assert";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { runHost } from "../desktop/host.js";

/** More than the kernels on the way can keep: else nothing would be held up. */
const BYTES = 60_000_000;
/** At 100 KB/s it takes ten minutes; a higher rate shows the same. */
const FULL = process.env.LWS_XS_FULL === "1";
const RATE = FULL ? 100_000 : 15_000_000;
const TICK = 50;

function listen(handler: http.RequestListener): Promise<http.Server> {
	const server = http.createServer(handler);
	return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

function port(server: http.Server): string {
	return String((server.address() as AddressInfo).port);
}

/** Takes RATE bytes a second, and no more. */
function takeSlowly(request: http.IncomingMessage, half: () => void, done: (bytes: number) => void): void {
	let bytes = 0;
	const timer = setInterval(() => {
		for (let allowed = (RATE * TICK) / 1000; allowed > 0; ) {
			const part = request.read(Math.min(allowed, request.readableLength)) as Buffer | null;
			if (!part || part.length === 0) return;
			if (bytes < BYTES / 2 && bytes + part.length >= BYTES / 2) half();
			bytes += part.length;
			allowed -= part.length;
		}
	}, TICK);
	request.on("readable", () => {}); // the timer reads
	request.on("end", () => done(bytes));
	request.on("close", () => clearInterval(timer));
}

describe("the relay", function () {
	this.timeout(FULL ? 900_000 : 60_000);

	it("Passes a body on at the receiver's pace: the origin is stalled, each announcement is made once, memory stays flat.", async () => {
		let sent = 0;
		let sentAtHalf = BYTES;
		let taken = 0;
		const origin = await listen((_request, response) => {
			const piece = Buffer.alloc(10_000, 0x61);
			const send = () => {
				while (sent < BYTES) {
					sent += piece.length;
					if (!response.write(piece)) {
						response.once("drain", send);
						return;
					}
				}
				response.end();
			};
			send();
		});
		const receiver = await listen((request, response) => {
			const half = () => {
				sentAtHalf = sent;
			};
			takeSlowly(request, half, (bytes) => {
				taken = bytes;
				response.end("taken");
			});
		});
		const start = Date.now();
		const library = "lws-xs=build/lib/lws-xs.js";
		const program = ["build/examples/relay.js", port(origin), port(receiver)];
		const outcome = await runHost("64", ["--heap", "64K", "--preload", library, ...program]);
		const seconds = (Date.now() - start) / 1000;
		for (const server of [origin, receiver]) {
			server.close();
			server.closeAllConnections();
		}
		strictEqual(outcome.stderr, "");
		match(
			outcome.stdout,
			new RegExp(`^${BYTES} bytes passed on, [1-9]\\d* announcements, peak heap \\d+ of 65536 bytes$`, "m"),
		);
		strictEqual(taken, BYTES);
		ok(sentAtHalf < BYTES, `the origin had sent all of it when the receiver had half`);
		ok(seconds > (BYTES / RATE) * 0.5, `it took ${seconds} s, less than the receiver's pace allows`);
	});
});
