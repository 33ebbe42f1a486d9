/**
 * A network that is `MS` milliseconds long, each way: takes connections on loopback and hands what comes to PORT later, and
 * the same back. Arguments: PORT MS. It prints its port and ends with its standard input.
 */
import net from "node:net";

const [port, milliseconds] = process.argv.slice(2).map(Number);

function carry(from, to) {
	from.setNoDelay(true);
	from.on("data", (data) => setTimeout(() => to.write(data), milliseconds));
	from.on("end", () => setTimeout(() => to.end(), milliseconds));
	from.on("error", () => to.destroy());
}

const server = net.createServer({ allowHalfOpen: true }, (client) => {
	const origin = net.connect({ host: "127.0.0.1", port, allowHalfOpen: true });
	carry(client, origin);
	carry(origin, client);
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
process.stdin.on("end", () => process.exit()).resume();
