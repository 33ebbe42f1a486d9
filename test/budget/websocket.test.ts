/** WebSocket in a device's heap, as budget.test.ts: 24,576 bytes, and what compression adds to that. */
import { ok, strictEqual } from "node:assert";
import { Programs, runHost, skipUnlessBuilt } from "../desktop/host.js";
import { authorities, certificates } from "../servers/certificate-set.js";
import { TlsServer } from "../servers/tls.js";
import { described, echo, WSServer } from "../servers/websocket.js";
import { LIBRARY } from "../wire/run.js";
import { pattern } from "../wire/server.js";

const HEAP = 24_576;
/** What permessage-deflate adds: a window of 2^10, which the server is asked for, and the state of the inflater. */
const DEFLATE = 4096;
const isFull = process.env.LWS_XS_FULL === "1";
const MEGABYTE = 1024 * 1024;
const SIZE = 16 * MEGABYTE;
/** Over TLS, whose smaller buffers make too many fragments of more for the server. */
const SECURE_SIZE = MEGABYTE;
const MESSAGES = 10_000;

const programs = new Programs();
after(() => programs.remove());

interface Step {
	step: string;
	chunks: number;
	slots: number;
	peakHeap: number;
	position: number;
	completed: number;
}

async function run(heap: number, ...args: string[]): Promise<Step[]> {
	const main = programs.write("main.js", 'import { run } from "budget-ws";\nrun();\n');
	const flash = [...LIBRARY, "--preload", "budget-ws=build/test/xs/budget-ws.js"];
	const { code, stdout, stderr } = await runHost("32", [...flash, "--heap", `${heap}`, main, ...args]);
	strictEqual(stderr, "", stdout);
	strictEqual(code, 0, stdout);
	return stdout
		.trim()
		.split("\n")
		.map((line) => JSON.parse(line));
}

for (const deflate of ["", "deflate"]) {
	const heap = deflate ? HEAP + DEFLATE : HEAP;
	const how = deflate ? " with permessage-deflate" : "";
	describe(`a WebSocket${how} in ${heap.toLocaleString("en")} bytes`, function () {
		this.timeout(isFull ? 1_200_000 : 60_000);
		const server = new WSServer({ deflate: deflate !== "" });
		let secure: TlsServer;
		let port = 0;
		let securePort = 0;
		let trusted = "";
		before(async function () {
			skipUnlessBuilt(this, "32");
			port = await server.listen();
			trusted = programs.write("ca.pem", (await authorities.root()).pem);
			secure = new TlsServer({
				certificate: await certificates.ec(),
				onSecure: (socket) => server.accept(socket),
			});
			securePort = await secure.listen();
		});
		after(() => Promise.all([server.close(), secure?.close()]));

		afterEach(() => {
			strictEqual(server.connections[0]?.socket.extensions, deflate && "permessage-deflate");
		});

		for (const isSecure of [false, true]) {
			const size = isSecure ? SECURE_SIZE : SIZE;
			const over = isSecure ? " over TLS" : "";
			const where = (): [string, string] => [`${isSecure ? securePort : port}`, isSecure ? trusted : "-"];

			it(`A message of ${size / MEGABYTE} MB is received${over}.`, async () => {
				server.begin((socket) => socket.send(pattern(size)));
				const [to, authority] = where();
				const last = (await run(heap, to, "take", `${size}`, authority, deflate)).at(-1);
				strictEqual(last?.position, size);
				strictEqual(last.completed, 1);
			});

			it(`A message of ${size / MEGABYTE} MB is sent${over}.`, async () => {
				server.begin((socket) => socket.on("message", () => socket.send("thank you")));
				const [to, authority] = where();
				const last = (await run(heap, to, "give", `${size}`, authority, deflate)).at(-1);
				strictEqual(last?.completed, 1);
				strictEqual(server.connections[0]?.messages[0], described(pattern(size), true));
			});
		}

		it(`The heap after ${MESSAGES} messages is that after ten.`, async () => {
			server.begin(echo);
			const steps = await run(heap, `${port}`, "many", `${MESSAGES}`, "-", deflate);
			const ten = steps.find(({ step }) => step === "after 10");
			const all = steps.find(({ step }) => step === `after ${MESSAGES}`);
			strictEqual(all?.completed, MESSAGES);
			strictEqual(all.slots, ten?.slots);
			strictEqual(all.chunks, ten?.chunks);
			ok(server.connections[0]?.messages.length === MESSAGES);
		});
	});
}
