/** `npm start`: builds the host, then runs examples/download.ts in it against a small server on loopback. */
import { spawn } from "node:child_process";
import net from "node:net";
import { build } from "./build.mjs";
import { Failure, main } from "./step.mjs";

const BYTES = 20 * 1024 * 1024;
const HEAP = 32 * 1024;

/** Sends BYTES bytes of consecutive 32-bit integers, then ends; the peer's pace is kept. */
function serve(socket) {
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

function listen() {
	return new Promise((resolve, reject) => {
		const server = net.createServer(serve);
		server.once("error", (error) => {
			reject(new Failure("server", `cannot listen on 127.0.0.1 (${error.code}): is loopback up?`));
		});
		server.listen(0, "127.0.0.1", () => resolve(server));
	});
}

await main(async () => {
	await build(["64"], ["examples"]);
	const server = await listen();
	const { port } = server.address();
	console.log(`lws-xs on the XS engine: ${BYTES} bytes from 127.0.0.1:${port} in a static heap of ${HEAP} bytes`);
	const args = ["--heap", String(HEAP), "build/examples/download.js", String(port), String(BYTES)];
	const status = await new Promise((resolve, reject) => {
		const program = spawn("build/xs-desktop", args, { stdio: "inherit" });
		program.once("error", reject);
		program.once("close", (code, signal) => resolve(signal ? 1 : code));
	});
	server.close();
	process.exitCode = status;
});
