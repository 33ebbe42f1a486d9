/** The parts of a way through a proxy, over a stream under the test's hand. */
import assert from "node:assert/strict";
import { addressBytes } from "lws-xs/transport/address";
import { AheadStream } from "lws-xs/transport/ahead";
import { SocksPassage, socksLogin } from "lws-xs/transport/socks";
import type { ByteStream, StreamSink } from "lws-xs/transport/stream";
import { ScriptedStream } from "../double/stream.js";

const ANSWERS = [5, 2, 1, 0, 5, 0, 0, 3, 2, 97, 98, 0, 80];
const LOGIN = socksLogin("u", "p") as Uint8Array;
const WRITTEN = [5, 2, 0, 2, 1, 1, 117, 1, 112, 5, 1, 0, 3, 1, 104, 1, 187];

class Owner {
	end = "";
	stream: ByteStream | undefined;

	passed(stream: ByteStream): void {
		this.stream = stream;
		this.end += "passed";
	}

	unpassed(code: string): void {
		this.end += code;
	}
}

function start(room = 1000): [ScriptedStream, Owner, SocksPassage] {
	const stream = new ScriptedStream(room);
	const owner = new Owner();
	const passage = new SocksPassage(owner, stream, "h", 443, LOGIN);
	passage.begin();
	return [stream, owner, passage];
}

describe("SOCKS over a byte stream", () => {
	it("takes its answers cut at any two places, and no byte beyond them.", () => {
		for (let first = 0; first <= ANSWERS.length; first++) {
			for (let second = first; second <= ANSWERS.length; second++) {
				const [stream, owner] = start();
				stream.receive(ANSWERS.slice(0, first));
				stream.receive(ANSWERS.slice(first, second));
				stream.receive([...ANSWERS.slice(second), 1, 2, 3]);
				// what answers before it was asked is a server that does not listen, but harms nobody
				assert.equal(owner.end, "passed", `${first} ${second}`);
				assert.equal(stream.available, 3);
				assert.deepEqual(stream.written, WRITTEN);
			}
		}
	});

	it("writes as there is room, a byte at a time if need be.", () => {
		const [stream, owner] = start(0);
		const give = (count: number) => {
			for (let i = 0; i < count; i++) {
				stream.room = 1;
				stream.sink.writable();
			}
		};
		give(4);
		stream.receive(ANSWERS.slice(0, 2));
		give(5);
		stream.receive(ANSWERS.slice(2, 4));
		give(8);
		stream.receive(ANSWERS.slice(4));
		assert.equal(owner.end, "passed");
		assert.deepEqual(stream.written, WRITTEN);
	});

	it("An answer to what has not left is refused.", () => {
		const [stream, owner] = start(2);
		stream.receive([5, 0]);
		assert.equal(owner.end, "socks:malformed");
		assert.equal(stream.isAborted, true);
	});

	it("A stream that breaks in any write ends it once.", () => {
		for (let breaksAt = 1; breaksAt <= 3; breaksAt++) {
			const stream = new ScriptedStream(1000);
			stream.breaksAt = breaksAt;
			const owner = new Owner();
			new SocksPassage(owner, stream, "h", 443, LOGIN).begin();
			stream.receive(ANSWERS);
			assert.equal(owner.end, "socks:closed");
		}
	});

	it("Nothing is told after abort.", () => {
		const [stream, owner, passage] = start();
		passage.abort();
		stream.receive(ANSWERS);
		assert.equal(`${owner.end} ${stream.isAborted}`, " true");
	});

	it("A name of more than 255 bytes is not sent, nor are such credentials.", () => {
		const stream = new ScriptedStream(1000);
		const owner = new Owner();
		new SocksPassage(owner, stream, "\u00e4".repeat(128), 1, undefined).begin();
		stream.receive([5, 0]);
		assert.equal(owner.end, "socks:address-type");
		assert.equal(socksLogin("u".repeat(256), "p"), undefined);
		assert.equal(socksLogin("u", "p".repeat(256)), undefined);
		assert.equal(socksLogin("u".repeat(255), "")?.length, 258);
	});
});

describe("Numeric addresses", () => {
	const hex = (text: string) =>
		addressBytes(text)
			?.map((byte) => byte.toString(16).padStart(2, "0"))
			.join("");
	for (const [text, bytes] of Object.entries({
		"127.0.0.1": "7f000001",
		"255.255.255.255": "ffffffff",
		"::": "0".repeat(32),
		"::1": `${"0".repeat(31)}1`,
		"1::": `0001${"0".repeat(28)}`,
		"2001:DB8::a:b": "20010db80000000000000000000a000b",
		"1:2:3:4:5:6:7:8": "00010002000300040005000600070008",
		"::ffff:1.2.3.4": "00000000000000000000ffff01020304",
		"fe80::1%eth0": `fe80${"0".repeat(27)}1`,
	})) {
		it(`${text} is one.`, () => assert.equal(hex(text), bytes));
	}
	for (const text of [
		"",
		"1.2.3",
		"1.2.3.4.5",
		"1.2.3.256",
		"1.2.3.a",
		"1.2.3.",
		"a.b.c.d",
		":",
		":::",
		"1:2:3:4:5:6:7",
		"1:2:3:4:5:6:7:8:9",
		"1::2::3",
		"12345::",
		"g::",
		"1:2:3:4:5:6:7:8::",
		"1.2.3.4::",
		"::1.2.3",
	]) {
		it(`${JSON.stringify(text)} is none.`, () => assert.equal(addressBytes(text), undefined));
	}
});

describe("A stream of which something was read ahead", () => {
	it("gives that first, then what follows; events take no way round.", () => {
		const lower = new ScriptedStream(10);
		const buffer = Uint8Array.of(9, 1, 2, 3, 9, 9, 9, 9);
		const stream = new AheadStream(lower, buffer, 1, 4);
		lower.receive([4, 5]);
		assert.equal(stream.available, 5);
		assert.equal(stream.source, undefined);
		// it may be read to where it lies
		assert.equal(stream.read(buffer, 0, 2), 2);
		assert.deepEqual([...buffer.subarray(0, 2)], [1, 2]);
		assert.equal(stream.read(buffer, 0, 8), 1);
		assert.equal(buffer[0], 3);
		assert.equal(stream.read(buffer, 0, 8), 2);
		assert.deepEqual([...buffer.subarray(0, 2)], [4, 5]);
		assert.equal(stream.available, 0);
		let told = 0;
		const sink: StreamSink = { opened() {}, readable: () => told++, writable() {}, ended() {}, broken() {} };
		stream.sink = sink;
		lower.receive([6]);
		assert.equal(`${told} ${stream.available} ${lower.sink === sink} ${stream.room}`, "1 1 true 10");
		assert.equal(stream.write(buffer, 0, 2), 2);
	});

	it("Nothing is left after abort.", () => {
		const lower = new ScriptedStream(10);
		const stream = new AheadStream(lower, new Uint8Array(4), 0, 4);
		stream.abort();
		assert.equal(`${stream.available} ${stream.read(new Uint8Array(4), 0, 4)} ${lower.isAborted}`, "0 0 true");
	});
});
