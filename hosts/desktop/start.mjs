/**
 * `npm start`: builds the host, then runs two programs in it, each in a fixed heap, against small servers on loopback:
 * examples/download.ts over a bare socket, and examples/telemetry.ts, which is the client at work, over verified HTTPS.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import https from "node:https";
import net from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { build } from "./build.mjs";
import { collect, listen } from "./collector.mjs";
import { main } from "./step.mjs";

const HOST = "build/xs-desktop";
const BYTES = 20 * 1024 * 1024;
const BARE_HEAP = 32 * 1024;
/** On a 64-bit machine; on a device, where slots are half as large, the client runs in 24 KB. */
const CLIENT_HEAP = 64 * 1024;

/** Sends BYTES bytes of consecutive 32-bit integers, then ends; the peer's pace is kept. */
function sendNumbers(socket) {
	const piece = new Int32Array(16 * 1024);
	let sent = 0;
	const send = () => {
		while (sent < BYTES) {
			const count = Math.min(piece.length, (BYTES - sent) / 4);
			for (let i = 0; i < count; i++) piece[i] = sent / 4 + i;
			sent += count * 4;
			// the socket may keep what it is given, and the piece is filled again
			if (!socket.write(Buffer.from(piece.buffer.slice(0, count * 4)))) {
				socket.once("drain", send);
				return;
			}
		}
		socket.end();
	};
	socket.on("error", () => {}); // the program tells what happened
	send();
}

async function run(args) {
	const status = await new Promise((resolve, reject) => {
		const program = spawn(HOST, args, { stdio: "inherit" });
		program.once("error", reject);
		program.once("close", (code, signal) => resolve(signal ? 1 : code));
	});
	if (status !== 0) process.exitCode = status;
	return status === 0;
}

async function download() {
	const server = net.createServer(sendNumbers);
	const port = await listen(server);
	console.log(`A bare socket: ${BYTES} bytes from 127.0.0.1:${port} in a static heap of ${BARE_HEAP} bytes`);
	const passed = await run(["--heap", `${BARE_HEAP}`, "build/examples/download.js", `${port}`, `${BYTES}`]);
	server.close();
	return passed;
}

async function telemetry() {
	// there only now that the packages are installed
	const { makeCertificates } = await import("./certificates.mjs");
	const { ca, certificate, key } = await makeCertificates();
	const server = https.createServer({ cert: certificate, key }, collect(new Map()));
	const port = await listen(server);
	const folder = mkdtempSync(path.join(tmpdir(), "lws-xs-"));
	const authority = path.join(folder, "ca.pem");
	writeFileSync(authority, ca);
	console.log(`\nThe client: ${HOST} and the machine's load to a collector at https://localhost:${port} and back`);
	const library = "lws-xs=build/lib/lws-xs.js";
	const args = ["--heap", `${CLIENT_HEAP}`, "--preload", library, "build/examples/telemetry.js"];
	await run([...args, `${port}`, HOST, path.join(folder, "measurements"), authority]);
	server.close();
	server.closeAllConnections();
	rmSync(folder, { recursive: true });
}

await main(async () => {
	await build(["64"], ["examples"]);
	if (await download()) await telemetry();
});
