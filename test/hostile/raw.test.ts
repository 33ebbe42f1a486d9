/** Raw connections to servers that flood, stall and reset: memory stays where it was. */
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { once } from "node:events";
import net from "node:net";
import { runHost, skipUnlessBuilt } from "../desktop/host.js";
import { authorities, certificates } from "../servers/certificate-set.js";
import { TlsServer } from "../servers/tls.js";
import { LIBRARY, NARROW, RUNS, WIDE } from "../wire/run.js";
import { type Repetition, repeat } from "./repetition.js";

interface Kind {
	name: string;
	error: string;
	serve: (socket: net.Socket) => void;
	behaviour?: Repetition["behaviour"];
	deadlines?: Repetition["deadlines"];
}

/** Writes for as long as the client takes it. */
function flood(socket: net.Socket): void {
	const piece = Buffer.alloc(8192, "x");
	const more = () => {
		while (!socket.destroyed && socket.write(piece));
	};
	socket.on("drain", more);
	more();
}

const KINDS: Kind[] = [
	{ name: "raw connections that end in order", error: "", serve: (socket) => void socket.end("hello") },
	{ name: "raw echoes", error: "app:closed", serve: (socket) => void socket.pipe(socket), behaviour: "rawEcho" },
	{
		name: "raw resets",
		error: "tcp:reset",
		serve: (socket) => socket.once("data", () => socket.resetAndDestroy()),
		behaviour: "rawEcho",
	},
	{ name: "raw silences", error: "timeout:idle", serve: () => {}, deadlines: { idle: 4 } },
	{
		name: "raw floods that are held up",
		error: "timeout:total",
		serve: flood,
		behaviour: "rawHold",
		deadlines: { total: 4 },
	},
];

for (const run of [...new Set([...RUNS, NARROW])]) {
	// AddressSanitizer has its own way to find what is never freed, and its machine counts slots otherwise
	if (run.variant === "asan" || run.options.includes("--stress")) continue;
	describe(`a thousand raw connections (${run.name})`, function () {
		this.timeout(60_000);
		let kind = KINDS[0] as Kind;
		let secure: TlsServer | undefined;
		const server = net.createServer((socket) => {
			socket.on("error", () => socket.destroy());
			kind.serve(socket);
		});
		let port = 0;
		before(async function () {
			skipUnlessBuilt(this, run.variant);
			server.listen({ host: "127.0.0.1", port: 0, backlog: 256 });
			await once(server, "listening");
			port = (server.address() as net.AddressInfo).port;
		});
		after(() => server.close());
		afterEach(() => secure?.close());

		async function isFlat(repetition: Partial<Repetition>, count: number, error: string): Promise<void> {
			const whole = { port, path: "", count, first: 10, behaviour: "rawRead" as const, ...repetition };
			const marks = await repeat(run, LIBRARY, whole);
			strictEqual(marks.length, 3);
			const [, ten, all] = marks.map(({ done, ...rest }) => rest);
			strictEqual(ten?.code, error);
			deepStrictEqual(all, ten);
		}

		for (const each of KINDS) {
			const count = run === WIDE ? 1000 : 20;
			it(`After ${count} ${each.name} heap and descriptors are where they were after ten.`, async () => {
				kind = each;
				const { behaviour = "rawRead", deadlines } = each;
				await isFlat({ behaviour, deadlines }, count, each.error);
			});
		}

		it("And so they are after raw connections over TLS.", async () => {
			secure = new TlsServer({ certificate: await certificates.ec(), onSecure: (socket) => void socket.end("hello") });
			const trusted = (await authorities.root()).pem;
			// what is made once, the first time that it is needed, is not all there after ten
			await isFlat({ port: await secure.listen(), trusted, first: 15 }, run === WIDE ? 200 : 30, "");
		});
	});
}

describe("a flood on a raw connection", function () {
	this.timeout(60_000);

	for (const variant of ["64", "32"] as const) {
		it(`While it is held up, and when it is not, memory stays flat, and the server is stopped (${variant}).`, async function () {
			skipUnlessBuilt(this, variant);
			let sent = 0;
			const server = net.createServer((socket) => {
				socket.on("error", () => socket.destroy());
				flood(socket);
				const look = setInterval(() => {
					sent = Math.max(sent, socket.bytesWritten - socket.writableLength);
				}, 20);
				socket.on("close", () => clearInterval(look));
			});
			server.listen({ host: "127.0.0.1", port: 0 });
			await once(server, "listening");
			try {
				const { port } = server.address() as net.AddressInfo;
				const args = [...LIBRARY, "--heap", "64K", "build/test/xs/raw-flood.js", `${port}`];
				const { code, stdout, stderr } = await runHost(variant, args);
				deepStrictEqual({ code, stderr }, { code: 0, stderr: "" });
				const marks: { bytes: number; chunks: number; slots: number }[] = stdout
					.trim()
					.split("\n")
					.map((line) => JSON.parse(line));
				const [first, last] = [marks[1], marks.at(-1)];
				ok(first && last && marks.length === 6, stdout);
				deepStrictEqual([last.chunks, last.slots], [first.chunks, first.slots]);
				ok(last.bytes > 1_000_000, `${last.bytes} bytes were read`);
				// what lies on the way is the kernels'
				ok(sent - last.bytes < 16_000_000, `${sent} bytes had left for ${last.bytes}`);
			} finally {
				server.close();
			}
		});
	}
});
