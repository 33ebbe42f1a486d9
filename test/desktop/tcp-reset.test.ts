/** A write that is the first to learn that the connection is gone, while bytes have come that nobody has announced. */
import { strictEqual } from "node:assert";
import { once } from "node:events";
import net from "node:net";
import { Programs, runHost, skipUnlessBuilt } from "./host.js";

/** Its loop does not run for a while, in which the answer and the reset come. */
const PROGRAM = `
import TCP from "embedded:io/socket/tcp";
let text = "", writes = 0;
const socket = new TCP({
	address: "127.0.0.1",
	port: Number(argv[0]),
	onWritable() {
		if (writes++) return;
		const bytes = ArrayBuffer.fromString("ask");
		this.write(bytes);
		for (const end = Date.now() + 500; Date.now() < end;);
		this.write(bytes);
		try { this.write(bytes); } catch {}
	},
	onReadable(count) { text += String.fromArrayBuffer(this.read(count)); },
	onError(failure) { console.log(text, failure); socket.close(); },
});
`;

for (const variant of ["64", "32", "asan"] as const) {
	describe(`a socket whose peer has reset it (${variant})`, function () {
		this.timeout(20_000);
		const programs = new Programs();
		const server = net.createServer((socket) => {
			socket.on("error", () => {});
			socket.once("data", () => socket.write("the answer", () => setTimeout(() => socket.resetAndDestroy(), 100)));
		});
		before(async function () {
			skipUnlessBuilt(this, variant);
			server.listen(0, "127.0.0.1");
			await once(server, "listening");
		});
		after(() => {
			programs.remove();
			server.close();
		});

		it("has what came before the reset to read, when a write finds it first.", async () => {
			const { port } = server.address() as net.AddressInfo;
			const { stdout, stderr } = await runHost(variant, [programs.write("reset.js", PROGRAM), `${port}`]);
			strictEqual(`${stdout}${stderr}`.replace(/reset|other/, "reset"), "the answer reset\n");
		});
	});
}
