/**
 * A server on loopback that sends so many bytes (argument) to each client, then FIN. It prints its port and ends with
 * its standard input, so that it never outlives the bench.
 */
import net from "node:net";

const bytes = Number(process.argv[2]);
const piece = Buffer.alloc(65536, 0x61);

const server = net.createServer((socket) => {
	let left = bytes;
	const send = () => {
		while (left > 0) {
			const part = left < piece.length ? piece.subarray(0, left) : piece;
			left -= part.length;
			if (!socket.write(part)) {
				socket.once("drain", send);
				return;
			}
		}
		socket.end();
	};
	socket.on("error", () => socket.destroy());
	send();
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
process.stdin.on("end", () => process.exit()).resume();
