/**
 * Conformance of `embedded:io/socket/tcp`: making a socket, reading and writing. Arguments: the scripted server's
 * port on 127.0.0.1, its port on ::1 (0: none), and perhaps `quick`.
 */
import TCP, { type TCPOptions } from "embedded:io/socket/tcp";
import Timer from "timer";
import {
	ascii,
	ask,
	BUDGET,
	Client,
	eventually,
	failureOf,
	port,
	port6,
	quiet,
	refuses,
	sleep,
	until,
} from "./client.js";
import { equal, same, test, throws } from "./harness.js";
import { Sequence } from "./sequence.js";

function expected(seed: number, count: number): Uint8Array {
	return new Sequence(seed).fill(new Uint8Array(count));
}

function make(options: object): () => void {
	return () => new TCP({ address: "127.0.0.1", port, ...options } as TCPOptions).close();
}

test("The constructor throws for what is not a numeric address.", () => {
	for (const address of ["localhost", "", "256.1.1.1", "1.2.3.4.5", "::g", "[::1]", undefined]) {
		refuses(make({ address }), "invalid address");
	}
});

test("The constructor throws a RangeError for a port that is none.", () => {
	for (const bad of [-1, 65536, 1e9]) {
		throws(make({ port: bad }), RangeError);
		refuses(make({ port: bad }), "invalid port");
	}
	throws(make({ port: undefined }));
});

test("The constructor throws for a callback that is not a function, and for an unknown format.", () => {
	for (const name of ["onReadable", "onWritable", "onError"]) {
		throws(make({ [name]: "callback" }));
	}
	throws(make({ format: "string" }), RangeError);
	equal(failureOf(make({ onReadable: undefined, onWritable: null })), "", "undefined and null are no callback");
});

test("A connection is announced once, with the whole budget, and knows its peer.", async () => {
	const client = new Client("");
	equal(client.log, "", "nothing comes from inside the constructor");
	await until("the connection", () => client.log !== "");
	await quiet();
	equal(client.log, "w");
	equal(client.writable[0], BUDGET);
	equal(client.socket.remoteAddress, "127.0.0.1");
	equal(client.socket.remotePort, port);
	client.close();
});

test("The option `target` becomes a property.", () => {
	const target = { name: "owner" };
	const socket = new TCP({ address: "127.0.0.1", port, target });
	equal(socket.target, target);
	socket.close();
});

test("A socket without callbacks connects and closes.", async () => {
	const socket = new TCP({ address: "127.0.0.1", port });
	await until("the connection", () => failureOf(() => socket.write(new Uint8Array(0))) === "");
	equal(socket.write(ascii("SILENT name=mute\n")), BUDGET - 17);
	equal(await eventually("STATE mute", "open 0 0"), "open 0 0");
	socket.close();
	equal(await eventually("STATE mute", "ended 0 0"), "ended 0 0");
});

test("A write before the connection stands throws.", () => {
	const client = new Client("");
	refuses(() => client.write(ascii("x")), "not ready");
	client.close();
});

test("A read when nothing waits gives undefined.", async () => {
	const client = new Client("SILENT");
	equal(client.socket.read(), undefined);
	await client.connection();
	equal(client.socket.read(), undefined);
	equal(client.socket.read(10), undefined);
	equal(client.fill(new Uint8Array(10)), undefined);
	client.close();
});

test("A read of more than what waits, or of nothing, throws and takes nothing.", async () => {
	const client = new Client("SEND 10 1 hold");
	await client.arrival(10);
	for (const buffer of [new Uint8Array(11), new ArrayBuffer(1000), new Uint8Array(0)]) {
		refuses(() => client.socket.read(buffer), "invalid");
	}
	for (const count of [11, 0, -1]) {
		refuses(() => client.socket.read(count), "invalid");
	}
	same(client.all(), expected(1, 10));
	client.close();
});

test("read() takes everything and read(n) takes n bytes, each in a new ArrayBuffer.", async () => {
	const client = new Client("SEND 100 2 hold");
	await client.arrival(100);
	const some = client.socket.read(30) as ArrayBuffer;
	const rest = client.socket.read() as ArrayBuffer;
	equal(some instanceof ArrayBuffer && rest instanceof ArrayBuffer, true);
	equal(some.byteLength, 30);
	equal(rest.byteLength, 70);
	const all = expected(2, 100);
	same(new Uint8Array(some), all.subarray(0, 30));
	same(new Uint8Array(rest), all.subarray(30));
	client.close();
});

test("read(buffer) fills an ArrayBuffer, a part of one, or a DataView, and gives its length.", async () => {
	const client = new Client("SEND 60 3 hold");
	await client.arrival(60);
	const all = expected(3, 60);
	const whole = new ArrayBuffer(20);
	const around = new Uint8Array(30).fill(1);
	equal(client.socket.read(whole), 20);
	equal(client.socket.read(around.subarray(5, 25)), 20);
	equal(client.socket.read(new DataView(around.buffer, 25, 5)), 5);
	same(new Uint8Array(whole), all.subarray(0, 20));
	same(around.subarray(5), all.subarray(20, 45));
	same(around.subarray(0, 5), new Uint8Array(5).fill(1));
	equal(client.all().length, 15);
	client.close();
});

test("With the format `number` a read or a write is one byte.", async () => {
	const client = new Client("", {}, { format: "number" });
	equal(client.socket.format, "number");
	await until("the connection", () => client.log === "w");
	let room = BUDGET;
	for (const byte of ascii("ECHO\nab")) {
		const left = client.write(byte) ?? -1;
		equal(left < room && left >= 0, true, "the room that is left");
		room = left;
	}
	await client.arrival(2);
	equal(client.socket.read(), 97);
	client.socket.format = "buffer";
	equal(client.all()[0], 98);
	throws(() => {
		client.socket.format = "string" as "buffer";
	});
	equal(client.socket.format, "buffer");
	client.close();
});

test("onReadable comes for new bytes only, with the number of all that wait.", async () => {
	const client = new Client("ECHO");
	await client.connection();
	client.write(new Uint8Array(10));
	await client.arrival(10);
	await quiet();
	equal(client.readable.join(), "10", "nobody has read, nothing new has come");
	client.socket.read(4);
	await quiet();
	equal(client.readable.join(), "10", "a partial read is no news");
	client.write(new Uint8Array(5));
	await client.arrival(11);
	await quiet();
	equal(client.readable.join(), "10,11");
	equal(client.all().length, 11);
	await quiet();
	equal(client.readable.join(), "10,11");
	client.close();
});

test("What is announced can be read, also when others read in their turns.", async () => {
	const clients: Client[] = [];
	let got = 0;
	const readable = (client: Client, count: number) => {
		const length = client.all().length;
		equal(length, count);
		got += length;
		for (const other of clients) got += other.all().length;
	};
	for (let i = 0; i < 4; i++) clients.push(new Client("ECHO", { readable }));
	for (const client of clients) await client.connection();
	for (const client of clients) client.write(new Uint8Array(3));
	// So that all the answers are there when the first of them is announced.
	await sleep(0);
	Timer.delay(30);
	await until("12 bytes", () => got === 12);
	await quiet();
	for (const client of clients) client.close();
});

test("A write gives the room that is left, and onWritable comes again when the bytes have left.", async () => {
	const client = new Client("ECHO");
	await client.connection();
	equal(client.writable.join(), `${BUDGET},${BUDGET}`);
	equal(client.write(new Uint8Array(1000)), BUDGET - 1000);
	equal(client.write(new Uint8Array(0)), BUDGET - 1000);
	equal(client.log, "ww", "not from inside write()");
	await until("room", () => client.writable.length > 2);
	await until("the whole budget", () => client.writable[client.writable.length - 1] === BUDGET);
	client.close();
});

test("A write that does not fit throws and sends nothing of it.", async () => {
	const client = new Client("SILENT name=overflow");
	await client.connection();
	const chunk = new Uint8Array(BUDGET / 8);
	for (let i = 1; i < 8; i++) client.write(chunk);
	equal(client.write(chunk.subarray(1)), 1);
	refuses(() => client.write(chunk.subarray(0, 2)), "would block");
	equal(client.write(chunk.subarray(0, 1)), 0);
	await until("the whole budget", () => client.writable[client.writable.length - 1] === BUDGET);
	equal(await eventually("STATE overflow", `open ${BUDGET} 0`), `open ${BUDGET} 0`);
	client.close();
});

test("The bytes of a write are taken at once: the buffer may be used again.", async () => {
	const client = new Client("ECHO");
	await client.connection();
	const buffer = ascii("first");
	client.write(buffer);
	buffer.set(ascii("other"));
	client.write(buffer);
	await client.arrival(10);
	same(client.all(), ascii("firstother"));
	client.close();
});

test("The local address can be chosen.", async () => {
	const answer = await ask("WHO", { localAddress: "127.0.0.2" });
	equal(answer.split(" ")[0], "127.0.0.2");
	throws(make({ localAddress: "localhost" }));
});

test("A connection over IPv6 works as one over IPv4.", async () => {
	if (port6 === 0) return;
	const options = { address: "::1", port: port6 };
	equal((await ask("WHO", options)).split(" ")[0], "::1");
	const client = new Client("SILENT", {}, options);
	await client.connection();
	equal(client.socket.remoteAddress, "::1");
	equal(client.socket.remotePort, port6);
	client.close();
});
