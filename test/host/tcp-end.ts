/** Conformance of `embedded:io/socket/tcp`: how a connection ends, by the peer, by a failure, by close(). */
import Timer from "timer";
import { ascii, ask, Client, eventually, quiet, refuses, until } from "./client.js";
import { equal, same, test, throws } from "./harness.js";
import { Sequence } from "./sequence.js";

/** Nothing listens there on any machine in its right mind. */
const CLOSED_PORT = 1;

test("The peer's FIN comes as onError without a reason, once.", async () => {
	const client = new Client("FIN name=half");
	await client.end();
	await quiet();
	equal(client.errors.length, 1);
	equal(client.errors[0], undefined);
	equal(client.socket.read(), undefined);
	equal(await ask("STATE half"), "open 0 0", "the peer's view, until we close");
	client.close();
});

test("Bytes before a FIN are announced, and onError comes only after the last was read.", async () => {
	const client = new Client("SEND 100 4");
	await client.arrival(100);
	await client.shut();
	await quiet();
	equal(client.ended, false, "with 100 bytes unread");
	equal(client.socket.read(99) instanceof ArrayBuffer, true);
	await quiet();
	equal(client.ended, false, "with one byte unread");
	equal(client.socket.read(1) instanceof ArrayBuffer, true);
	equal(client.ended, false, "from inside read()");
	await client.end();
	equal(client.errors[0], undefined);
	equal(client.log.replace(/w/g, ""), "re");
	client.close();
});

test("When onReadable reads the last byte, onError still comes, once.", async () => {
	const client = new Client("SEND 100 4", {
		readable(client) {
			client.all();
		},
	});
	await client.end();
	await quiet();
	equal(client.errors.length, 1);
	client.close();
});

test("After the peer's FIN a write throws, also while bytes wait.", async () => {
	const client = new Client("SEND 10 5");
	await client.arrival(10);
	await client.shut();
	refuses(() => client.write(ascii("x")), "not ready");
	const writable = client.writable.length;
	client.all();
	await client.end();
	refuses(() => client.write(ascii("x")), "not ready");
	await quiet();
	equal(client.writable.length, writable, "no more onWritable");
	client.close();
});

test("A reset comes as onError with its reason.", async () => {
	const client = new Client("RESET");
	await client.end();
	equal(client.errors[0], "reset");
	refuses(() => client.write(ascii("x")), "not ready");
	await quiet();
	equal(client.errors.length, 1);
	client.close();
});

test("Bytes that came before a reset can be read, and the reset comes after them.", async () => {
	const client = new Client("SEND 500 6 reset");
	await client.arrival(500);
	await client.shut();
	await quiet();
	equal(client.ended, false);
	refuses(() => client.write(ascii("x")), "not ready");
	same(client.all(), new Sequence(6).fill(new Uint8Array(500)));
	equal(client.ended, false, "from inside read()");
	await client.end();
	equal(client.errors[0], "reset");
	client.close();
});

test("A reset that comes together with the last bytes is not taken for a FIN.", async () => {
	const client = new Client("SEND 500 6 reset", {
		writable(client) {
			// The command has just been sent: all of the answer is there when this turn ends.
			if (client.writable.length === 1) Timer.delay(100);
		},
		readable(client) {
			client.all();
		},
	});
	await client.end();
	equal(client.errors[0], "reset");
	client.close();
});

test("A refused connection comes as onError, and nothing else does.", async () => {
	const client = new Client("", {}, { port: CLOSED_PORT });
	equal(client.log, "");
	await client.end();
	await quiet();
	equal(client.log, "e");
	equal(client.errors[0], "refused");
	refuses(() => client.write(ascii("x")), "not ready");
	equal(client.socket.read(), undefined);
	client.close();
});

test("A local address that is not this machine's fails later, not in the constructor.", async () => {
	// 192.0.2.0/24 belongs to documentation, RFC 5737.
	const client = new Client("", {}, { localAddress: "192.0.2.1" });
	await client.end();
	equal(client.log, "e");
	equal(client.errors[0], "address");
	client.close();
});

test("close() can be repeated, and all other methods throw after it.", async () => {
	const client = new Client("SEND 10 7 hold");
	await client.arrival(10);
	client.close();
	client.close();
	const { socket } = client;
	throws(() => socket.read());
	throws(() => socket.read(1));
	throws(() => socket.read(new Uint8Array(1)));
	throws(() => socket.write(ascii("x")));
	throws(() => socket.format);
	throws(() => {
		socket.format = "buffer";
	});
	throws(() => socket.remoteAddress);
	throws(() => socket.remotePort);
	await quiet();
});

test("No callback comes after close(), whichever it is called in.", async () => {
	const close = (client: Client) => client.close();
	for (const command of ["SEND 10 8", "SEND 10 8 hold", "SEND 10 8 reset", "ECHO", "FIN", "RESET"]) {
		const inWritable = new Client(command, { writable: close });
		const inReadable = new Client(command, { readable: close });
		const inError = new Client(command, {
			readable(client) {
				client.all();
			},
			error: close,
		});
		await until("onWritable", () => inWritable.closed);
		if (command.startsWith("SEND")) await until("onReadable", () => inReadable.closed);
		if (command !== "ECHO" && !command.endsWith("hold")) await until("onError", () => inError.closed);
		await quiet();
		inReadable.close();
		inError.close();
	}
});

test("A closed socket does not hear of what was under way.", async () => {
	const refused = new Client("", {}, { port: CLOSED_PORT });
	const connecting = new Client("");
	refused.close();
	connecting.close();

	const client = new Client("SEND 10 9");
	await client.arrival(10);
	await client.shut();
	client.all();
	client.close(); // the end is due in the next turn
	await quiet();
	equal(client.ended, false);
});

test("close() ends the connection at the peer, after what was written.", async () => {
	const client = new Client("SILENT name=closing");
	await client.connection();
	client.write(new Uint8Array(1000));
	client.close();
	equal(await eventually("STATE closing", "ended 1000 0"), "ended 1000 0");
});

test("Another socket may be closed from a callback before its own turn comes.", async () => {
	const clients: Client[] = [];
	const readable = () => {
		for (const client of clients) client.close();
	};
	for (let i = 0; i < 4; i++) clients.push(new Client("ECHO", { readable }));
	for (const client of clients) await client.connection();
	for (const client of clients) client.write(ascii("x"));
	await until("one callback", () => clients.some((client) => client.closed));
	await quiet();
	equal(
		clients.map((client) => client.readable.length).reduce((a, b) => a + b),
		1,
	);
});

test("A new connection can be made in each callback.", async () => {
	let last: Client | undefined;
	const third = (client: Client) => {
		client.close();
		last = new Client("ECHO");
	};
	const second = (client: Client) => {
		client.close();
		new Client("FIN", { error: third });
	};
	const first = (client: Client) => {
		client.close();
		new Client("SEND 1 1", { readable: second });
	};
	new Client("ECHO", { writable: first });
	await until("the last connection", () => last !== undefined);
	await last?.connection();
	last?.close();
});
