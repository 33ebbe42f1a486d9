/** The rules of the scripted doubles, which are those of the device. */

import type TCP from "embedded:io/socket/tcp";
import type { TCPOptions } from "embedded:io/socket/tcp";
import assert from "node:assert/strict";
import { Clock } from "../double/clock.js";
import { Faults } from "../double/faults.js";
import { Names } from "../double/resolver.js";
import { Network, WINDOW } from "../double/socket.js";

/** A socket and the log of its callbacks. */
function connect(network: Network, options: Partial<TCPOptions> = {}): { socket: TCP; log: string[] } {
	const log: string[] = [];
	const socket = new network.TCP({
		address: "192.0.2.1",
		port: 80,
		onReadable: (count) => log.push(`readable ${count}`),
		onWritable: (room) => log.push(`writable ${room}`),
		onError: (failure) => log.push(`error ${failure}`),
		...options,
	});
	return { socket, log };
}

/** One that stands, its log still empty. */
function connected(network: Network, options: Partial<TCPOptions> = {}): { socket: TCP; log: string[] } {
	const result = connect(network, options);
	network.run();
	result.log.length = 0;
	return result;
}

describe("The scripted socket", () => {
	it("connects in a later turn, with the room of the device.", () => {
		const network = new Network();
		const { socket, log } = connect(network);
		assert.deepEqual(log, []);
		assert.throws(() => socket.write(new Uint8Array(1)), /not ready/);
		network.run();
		assert.deepEqual(log, [`writable ${WINDOW}`]);
		assert.equal(socket.remoteAddress, "192.0.2.1");
		assert.equal(socket.remotePort, 80);
	});

	it("throws from its constructor for what the contract forbids.", () => {
		const { TCP } = new Network();
		for (const address of ["localhost", "", "1.2.3.256", ":", "x::1", undefined]) {
			assert.throws(() => new TCP({ address: address as string, port: 80 }), /invalid address/);
		}
		for (const port of [-1, 65536]) assert.throws(() => new TCP({ address: "::1", port }), RangeError);
		assert.throws(() => new TCP({ address: "::1", port: 80, onError: {} } as unknown as TCPOptions), /function/);
		assert.throws(() => new TCP({ address: "::1", port: 80, format: "x" } as unknown as TCPOptions), RangeError);
	});

	it("gives its callbacks itself as `this`, and keeps the target.", () => {
		const network = new Network();
		const target = {};
		let self: TCP | undefined;
		const { socket } = connect(network, {
			target,
			onWritable() {
				self = this;
			},
		});
		network.run();
		assert.equal(self, socket);
		assert.equal(socket.target, target);
	});

	it("hears of a refusal, and of an attempt that is never answered nothing.", () => {
		const network = new Network();
		network.onConnect = (peer) => {
			if (peer.port === 80) peer.refuse();
		};
		const refused = connect(network);
		const silent = connect(network, { port: 81 });
		network.run();
		assert.deepEqual(refused.log, ["error refused"]);
		assert.deepEqual(silent.log, []);
		network.peer.accept();
		network.run();
		assert.deepEqual(silent.log, [`writable ${WINDOW}`]);
	});

	it("gets each segment in a turn of its own.", () => {
		const network = new Network();
		const { socket, log } = connected(network);
		network.peer.deliver("abc", [1, 2], Uint8Array.of(3));
		assert.equal(socket.read(), undefined, "nothing arrives before a turn");
		network.run();
		assert.deepEqual(log, ["readable 3", "readable 5", "readable 6"]);
		assert.deepEqual([...new Uint8Array(socket.read() as ArrayBuffer)], [97, 98, 99, 1, 2, 3]);
	});

	it("throws for a read of more than what waits, and takes nothing then.", () => {
		const network = new Network();
		const { socket } = connected(network);
		assert.equal(socket.read(new Uint8Array(5)), undefined, "when nothing waits");
		network.peer.deliver("abc");
		network.run();
		for (const wanted of [4, 0, -1]) assert.throws(() => socket.read(wanted), /invalid/);
		for (const length of [4, 0]) assert.throws(() => socket.read(new Uint8Array(length)), /invalid/);
		assert.equal(socket.read(new DataView(new ArrayBuffer(2))), 2);
		assert.deepEqual(new Uint8Array(socket.read(1) as ArrayBuffer), Uint8Array.of(99));
	});

	it("reads and writes bytes one by one with the format `number`.", () => {
		const network = new Network();
		const { socket } = connected(network, { format: "number" });
		network.peer.deliver("ab");
		network.run();
		assert.equal(socket.read(), 97);
		assert.equal(socket.write(0x141), WINDOW - 1);
		assert.equal(network.peer.text, "A");
		socket.format = "buffer";
		assert.deepEqual(socket.read(), Uint8Array.of(98).buffer);
	});

	it("throws for a write of more than there is room, and sends nothing then.", () => {
		const network = new Network();
		const { socket, log } = connected(network);
		network.peer.automatic = false;
		assert.equal(socket.write(new Uint8Array(WINDOW - 1)), 1);
		assert.throws(() => socket.write(new Uint8Array(2)), /would block/);
		assert.equal(socket.write(new Uint8Array(1)), 0);
		network.run();
		assert.deepEqual(log, []);
		assert.equal(network.peer.received.length, WINDOW);

		network.peer.acknowledge(1000);
		network.run();
		assert.deepEqual(log, ["writable 1000"]);
		assert.throws(() => socket.write(new Uint8Array(1001)), /would block/);
		assert.throws(() => network.peer.acknowledge(WINDOW), /only 4744/);
	});

	it("takes the bytes of a write at once.", () => {
		const network = new Network();
		const { socket, log } = connected(network);
		const bytes = Uint8Array.of(1, 2);
		socket.write(bytes);
		bytes.fill(0);
		assert.deepEqual([...network.peer.take()], [1, 2]);
		assert.equal(network.peer.received.length, 0);
		network.run();
		assert.deepEqual(log, [`writable ${WINDOW}`], "acknowledged at once, unless the test wants to do it");
	});

	it("lets no more than its window arrive, the rest waits at the peer.", () => {
		const network = new Network();
		const { socket, log } = connected(network);
		network.peer.deliver(new Uint8Array(4000), new Uint8Array(3000));
		network.run();
		assert.deepEqual(log, ["readable 4000", `readable ${WINDOW}`]);
		assert.equal(network.peer.unsent, 7000 - WINDOW);

		socket.read(3999);
		network.peer.finish(new Uint8Array(1000));
		network.run();
		assert.equal(network.peer.unsent, 8000 - WINDOW, "the window opens by whole segments");
		socket.read(1);
		network.run();
		assert.equal(network.peer.unsent, 0);
		assert.deepEqual(log.slice(2), ["readable 3000", "readable 4000"]);
		socket.read();
		network.run();
		assert.deepEqual(log.slice(4), ["error undefined"]);
	});

	it("tells of a FIN after the last byte was read, in a later turn, once.", () => {
		const network = new Network();
		const { socket, log } = connected(network);
		network.peer.deliver("abc");
		network.peer.finish("d");
		network.run();
		assert.deepEqual(log, ["readable 3", "readable 4"]);
		assert.throws(() => socket.write(new Uint8Array(1)), /not ready/);
		socket.read();
		assert.equal(log.length, 2);
		network.run();
		assert.deepEqual(log.slice(2), ["error undefined"]);
	});

	it("tells of a FIN in the turn after the onReadable that read the last byte.", () => {
		const network = new Network();
		const log: string[] = [];
		const { socket } = connected(network, {
			onReadable(count) {
				log.push(`readable ${count}`);
				network.clock.post(() => log.push("between"));
				this.read();
			},
			onError: () => log.push("error"),
		});
		network.peer.finish("abc");
		network.run();
		assert.deepEqual(log, ["readable 3", "between", "error"]);
		assert.equal(socket.read(), undefined);
	});

	it("tells of a reset after the bytes that had arrived, without those that had not.", () => {
		const network = new Network();
		const { socket, log } = connected(network);
		network.peer.deliver(new Uint8Array(WINDOW), "lost");
		network.run();
		network.peer.reset();
		assert.equal(network.peer.unsent, 0);
		assert.equal(socket.write(new Uint8Array(1)), WINDOW - 1, "as long as the reset has not arrived");
		network.clock.step();
		assert.equal(socket.write(new Uint8Array(1)), undefined, "as long as it is not known");
		assert.equal(network.peer.received.length, 1);
		network.run();
		assert.deepEqual(log, [`readable ${WINDOW}`]);
		assert.throws(() => socket.write(new Uint8Array(1)), /not ready/);
		assert.equal((socket.read() as ArrayBuffer).byteLength, WINDOW);
		network.run();
		assert.deepEqual(log.slice(1), ["error reset"]);
	});

	it("hears nothing after the peer's FIN.", () => {
		const network = new Network();
		const { socket, log } = connected(network);
		network.peer.automatic = false;
		socket.write(new Uint8Array(2));
		network.peer.finish();
		network.run();
		network.peer.acknowledge(1);
		network.run();
		network.peer.reset();
		network.run();
		assert.deepEqual(log, ["error undefined"]);
	});

	it("hears nothing after close(), and closes once.", () => {
		const network = new Network();
		const { socket, log } = connected(network);
		network.peer.deliver("abc");
		network.peer.finish();
		assert.equal(network.open, 1);
		socket.close();
		socket.close();
		network.run();
		assert.deepEqual(log, []);
		assert.equal(network.open, 0);
		assert.throws(() => socket.read());
		assert.throws(() => socket.write(new Uint8Array(1)));
		assert.throws(() => socket.remoteAddress);
	});

	it("does not come to its onWritable when its onReadable has closed it in the same turn.", () => {
		const network = new Network();
		const log: string[] = [];
		const { socket } = connected(network, {
			onReadable() {
				log.push("readable");
				this.close();
			},
			onWritable: () => log.push("writable"),
		});
		log.length = 0;
		socket.write(new Uint8Array(1));
		network.peer.deliver("x");
		network.run();
		assert.deepEqual(log, ["readable"]);
	});

	it("resets the connection when it closes with bytes unread, as lwIP does.", () => {
		const network = new Network();
		const first = connected(network);
		network.peer.deliver("abc");
		network.run();
		first.socket.close();
		assert.equal(network.peer.client, "reset");
		let closed = false;
		const second = connected(network);
		network.peer.onClose = () => {
			closed = true;
		};
		second.socket.close();
		assert.equal(network.peer.client, "closed");
		network.run();
		assert.equal(closed, true);
	});

	it("passes what is written on to the peer's script; its answer and the room come in one turn.", () => {
		const network = new Network();
		network.onConnect = (peer) => {
			peer.onReceive = (peer, bytes) => peer.deliver(bytes);
			peer.accept();
		};
		const { socket, log } = connected(network);
		socket.write(Uint8Array.of(7));
		assert.deepEqual(log, []);
		network.run();
		assert.deepEqual(log, ["readable 1", `writable ${WINDOW}`]);
	});

	it("lets what a callback throws out of run().", () => {
		const network = new Network();
		connect(network, {
			onWritable() {
				throw new Error("thrown");
			},
		});
		assert.throws(() => network.run(), /thrown/);
		network.run();
	});
});

describe("The scripted socket in device mode", () => {
	it("tells of a FIN twice when onReadable reads the last byte, and never says why.", () => {
		const network = new Network(undefined, undefined, { device: true });
		const log: string[] = [];
		const { socket } = connected(network, {
			onReadable() {
				this.read();
				log.push("readable");
			},
			onError: (failure) => log.push(`error ${failure}`),
		});
		network.peer.deliver("abc");
		network.peer.finish("d");
		network.run();
		assert.deepEqual(log, ["readable", "readable", "error undefined", "error undefined"]);
		socket.close();
	});

	it("loses its peer's address with a reset, and tells of it without a reason.", () => {
		const network = new Network(undefined, undefined, { device: true });
		const { socket, log } = connected(network);
		network.peer.reset();
		network.run();
		assert.deepEqual(log, ["error undefined"]);
		assert.throws(() => socket.remoteAddress, /crash/);
	});

	it("drops a write that fails, and tells of it by onError.", () => {
		const faults = new Faults();
		const network = new Network(undefined, faults, { device: true });
		const { socket, log } = connected(network);
		faults.failAt = faults.operations + 1;
		assert.equal(socket.write(new Uint8Array(1)), undefined);
		network.run();
		assert.deepEqual(log, ["error undefined"]);
		assert.equal(network.peer.received.length, 0);
	});
});

describe("The faults", () => {
	it("let the n-th operation fail, and only that.", () => {
		const operations = ["constructor", "write", "read", "close"];
		for (let failAt = 1; failAt <= 5; failAt++) {
			const faults = new Faults();
			faults.failAt = failAt;
			const network = new Network(undefined, faults);
			let failed = 0;
			const attempt = (body: () => void) => {
				try {
					body();
				} catch {
					failed++;
				}
			};
			let socket: TCP | undefined;
			attempt(() => {
				socket = connect(network).socket;
			});
			network.run();
			attempt(() => socket?.write(new Uint8Array(1)));
			attempt(() => socket?.read());
			attempt(() => socket?.close());
			assert.equal(failed, failAt > 4 ? 0 : 1);
			assert.equal(faults.failed, operations[failAt - 1]);
			assert.equal(network.open, 0, "closed all the same");
		}
	});

	it("count the operations of all doubles that share them.", () => {
		const faults = new Faults();
		const clock = new Clock(faults);
		const { Resolver } = new Names(clock, faults);
		connect(new Network(clock, faults));
		clock.Timer.set(() => {});
		new Resolver({}).resolve({ host: "localhost", onError() {} });
		assert.equal(faults.operations, 4);
	});
});
