/** A WebSocket server on loopback that echoes, for the bench. It prints its port and ends with its standard input. */
import { WebSocketServer } from "ws";

const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: false }, () => {
	console.log(server.address().port);
});
server.on("connection", (socket) => {
	socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary }));
});
process.stdin.on("end", () => process.exit()).resume();
