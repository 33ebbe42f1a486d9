/**
 * A WebSocket server in a process of its own, so that it can be killed as a machine is that loses its power: an echo, which
 * says "hello" first. Argument: its port. Prints a line when it listens.
 */
import { echo, WSServer } from "./websocket.js";

const server = new WSServer();
server.handler = (socket) => {
	socket.send("hello");
	echo(socket);
};
await server.listen(Number(process.argv[2]));
console.log("listening");
