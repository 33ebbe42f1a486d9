/** WebSockets again and again, and floods of frames on one: memory stays where it was. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { BINARY, CONTINUATION, encodeFrame, PING, PONG } from "../conformance/frames.js";
import { runHost, skipUnlessBuilt } from "../desktop/host.js";
import { authorities, certificates } from "../servers/certificate-set.js";
import { TlsServer } from "../servers/tls.js";
import { WSServer } from "../servers/websocket.js";
import { LIBRARY, NARROW, RUNS, WIDE } from "../wire/run.js";
import { type Repetition, repeat } from "./repetition.js";
import { close, FIN, RESET, text, type WSScript, type WSStep } from "./websocket-scripts.js";
import { HostileWebSocketServer } from "./websocket-server.js";

const EMPTY = Buffer.alloc(0);

interface Kind {
	name: string;
	error: string;
	steps: WSStep[];
	behaviour?: Repetition["behaviour"];
	deadlines?: Repetition["deadlines"];
	isRude?: boolean;
	/** How often, 1000 when absent. */
	count?: number;
}

const KINDS: Kind[] = [
	{ name: "WebSockets that the server closes", error: "", steps: ["101", text("hello"), close(1000)] },
	{ name: "WebSockets that the client closes", error: "", steps: ["101", text("hello")], behaviour: "wsClose" },
	{
		name: "handshakes that are refused",
		error: "ws:refused",
		steps: ["HTTP/1.1 404 No\r\nContent-Length: 5\r\n\r\nhello"],
	},
	{
		name: "handshakes with a wrong accept",
		error: "ws:bad-accept",
		steps: ["HTTP/1.1 101 S\r\nUpgrade: websocket\r\nConnection: upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n"],
	},
	{ name: "handshakes that end", error: "h1:truncated-head", steps: ["HTTP/1.1 101 S\r\n", FIN] },
	{
		name: "handshakes without an answer",
		error: "timeout:first-byte",
		steps: [],
		deadlines: { firstByte: 2 },
		count: 300,
	},
	{ name: "ends without a Close frame", error: "ws:abnormal-closure", steps: ["101", text("hel", false), FIN] },
	{
		name: "resets inside a frame",
		error: "tcp:reset",
		steps: ["101", Buffer.of(0x82, 126), { pause: 10 }, RESET],
		count: 100,
	},
	{ name: "violations", error: "ws:bad-opcode", steps: ["101", text("hello"), encodeFrame(3, EMPTY)] },
	{ name: "texts that are none", error: "ws:bad-utf8", steps: ["101", text(Buffer.of(0xff))] },
	{ name: "Close frames that may not be", error: "ws:bad-close", steps: ["101", close(1005)] },
	{
		name: "Close frames without an answer",
		error: "timeout:close",
		steps: ["101", text("hello")],
		behaviour: "wsClose",
		deadlines: { close: 2 },
		isRude: true,
		count: 300,
	},
	{
		name: "totals while what comes is held up",
		error: "timeout:total",
		steps: ["101", { endless: text("hello") }],
		behaviour: "wsHold",
		deadlines: { total: 4 },
		count: 300,
	},
	{
		name: "totals under pings without end",
		error: "timeout:total",
		steps: ["101", { endless: encodeFrame(PING, Buffer.alloc(125)) }],
		deadlines: { total: 4 },
		count: 100,
	},
	{
		name: "totals while it writes without end",
		error: "timeout:total",
		steps: ["101", { endless: text("hello") }],
		behaviour: "wsWrite",
		deadlines: { total: 8 },
		count: 100,
	},
];
for (const run of [...new Set([...RUNS, NARROW])]) {
	// AddressSanitizer has its own way to find what is never freed, and its machine counts slots otherwise
	if (run.variant === "asan" || run.options.includes("--stress")) continue;
	describe(`a thousand WebSockets (${run.name})`, function () {
		this.timeout(60_000);
		const server = new HostileWebSocketServer(KINDS as WSScript[]);
		server.isNoted = false;
		let secure: TlsServer | undefined;
		let port = 0;
		before(async function () {
			skipUnlessBuilt(this, run.variant);
			port = await server.listen();
		});
		after(() => server.close());
		afterEach(() => secure?.close());

		async function isFlat(repetition: Partial<Repetition>, count: number, error: string): Promise<void> {
			const whole = { port, path: "/", count, first: 10, behaviour: "wsRead" as const, ...repetition };
			const marks = await repeat(run, LIBRARY, whole);
			strictEqual(marks.length, 3);
			const [, ten, all] = marks.map(({ done, ...rest }) => rest);
			strictEqual(ten?.code, error);
			deepStrictEqual(all, ten);
		}

		KINDS.forEach(({ name, error, behaviour = "wsRead", deadlines, count: most = 1000 }, i) => {
			const count = run === WIDE ? most : 20;
			it(`After ${count} ${name} heap and descriptors are where they were after ten.`, async () => {
				await isFlat({ path: `/${i}`, behaviour, deadlines }, count, error);
			});
		});

		it("And so they are after WebSockets over TLS, and the memory of mbedTLS is.", async () => {
			const inner = new WSServer();
			inner.handler = (socket) => socket.send("hello");
			secure = new TlsServer({ certificate: await certificates.ec(), onSecure: (socket) => inner.accept(socket) });
			const trusted = (await authorities.root()).pem;
			const count = run === WIDE ? 200 : 20;
			await isFlat({ port: await secure.listen(), behaviour: "wsClose", trusted }, count, "");
		});
	});
}

/** What `test/host/ws-flood.ts` tells. */
interface Mark {
	chunks: number;
	slots: number;
}

/** Slots of a view of what has just been read, of an event that waits: they may be there, or not. */
const UNDER_WAY = 8;

interface Flood {
	name: string;
	unit: Buffer;
	before?: Buffer;
	/** The server takes nothing of what the client says. */
	isDeaf?: boolean;
}

const FLOODS: Flood[] = [
	{ name: "pings", unit: encodeFrame(PING, Buffer.alloc(125, "p")) },
	{ name: "pings of a server that does not read", unit: encodeFrame(PING, Buffer.alloc(125, "p")), isDeaf: true },
	{ name: "empty pings", unit: encodeFrame(PING, EMPTY) },
	{ name: "pongs", unit: encodeFrame(PONG, Buffer.alloc(125, "p")) },
	{ name: "empty messages", unit: text("") },
	{ name: "empty fragments", unit: encodeFrame(CONTINUATION, EMPTY, false), before: text("", false) },
	{ name: "fragments of one byte", unit: encodeFrame(CONTINUATION, Buffer.from("x"), false), before: text("", false) },
	{ name: "messages", unit: encodeFrame(BINARY, Buffer.alloc(300)) },
];

describe("a flood of frames on one WebSocket", function () {
	this.timeout(60_000);

	for (const variant of ["64", "32"] as const) {
		for (const { name, unit, before = EMPTY, isDeaf } of FLOODS) {
			it(`While ${name} come memory stays flat (${variant}).`, async function () {
				skipUnlessBuilt(this, variant);
				const server = new WSServer();
				let sent = 0;
				server.handler = (socket, { transport }) => {
					if (isDeaf) socket.pause();
					const bytes = Buffer.concat(Array(Math.ceil(8192 / unit.length)).fill(unit));
					const more = () => {
						while (!transport.destroyed && transport.write(bytes));
						sent = transport.bytesWritten - transport.writableLength;
					};
					transport.write(before);
					transport.on("drain", more);
					more();
				};
				try {
					const port = await server.listen();
					const args = [...LIBRARY, "--heap", "64K", "build/test/xs/ws-flood.js", `${port}`];
					const { code, stdout, stderr } = await runHost(variant, args);
					deepStrictEqual({ code, stderr }, { code: 0, stderr: "" }, stdout);
					const lines = stdout.split("\n").slice(0, -1);
					const [, second, ...others] = lines.slice(0, -1).map((line): Mark => JSON.parse(line));
					// whether the answer to its Close frame comes through the flood in time, nobody knows
					match(lines.at(-1) as string, /^closed (timeout:close)?$/);
					strictEqual(others.length, 4);
					for (const { chunks, slots } of others) {
						strictEqual(chunks, second?.chunks);
						ok(slots <= (second?.slots ?? 0) + UNDER_WAY, stdout);
					}
					ok(sent > 300_000, `${sent} bytes`);
				} finally {
					await server.close();
				}
			});
		}
	}
});
