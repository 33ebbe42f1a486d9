/** Compressed messages in Node: the vectors, both ways beside zlib, and the negotiation. */
import assert from "node:assert/strict";
import zlib from "node:zlib";
import { Deflater, Inflater } from "lws-xs/engines/ws/deflate";
import {
	acceptDeflate,
	type DeflateOptions,
	permessageDeflate,
	permessageDeflateOffer,
} from "lws-xs/engines/ws/permessage-deflate";
import { DEFLATE_CHECKS } from "../vectors/deflate.js";
import { inflateMessage } from "../vectors/deflate-check.js";
import { Random } from "../vectors/random.js";

const { Z_SYNC_FLUSH, Z_FIXED, Z_HUFFMAN_ONLY, Z_RLE, Z_FILTERED, Z_DEFAULT_STRATEGY } = zlib.constants;
const STRATEGIES = [Z_FIXED, Z_HUFFMAN_ONLY, Z_RLE, Z_FILTERED, Z_DEFAULT_STRATEGY];
/** What RFC 7692 section 7.2.1 takes away. */
const TAIL = Buffer.from([0, 0, 0xff, 0xff]);
const WINDOWS = [9, 10, 11, 12, 13, 14, 15];

/** Text, one byte again and again, and what cannot be compressed. */
function someContent(chance: Random): Buffer {
	const length = chance.random(chance.oneOf([1, 20, 200, 3000, 40_000]));
	const source = JSON.stringify(process.release) + JSON.stringify(process.versions);
	switch (chance.random(3)) {
		case 0:
			return Buffer.alloc(length, 7);
		case 1:
			return Buffer.from(Array.from({ length }, () => chance.random(256)));
		default:
			return Buffer.from(Array.from({ length }, (_, at) => source.charCodeAt((at + (at >> 9) * 37) % source.length)));
	}
}

/** A stream of zlib's, message by message. */
async function flushed(stream: zlib.DeflateRaw | zlib.InflateRaw, bytes: Uint8Array): Promise<Buffer> {
	const chunks: Buffer[] = [];
	const take = (chunk: Buffer) => chunks.push(chunk);
	stream.on("data", take);
	stream.write(bytes);
	await new Promise<void>((resolve) => stream.flush(Z_SYNC_FLUSH, () => resolve()));
	stream.off("data", take);
	return Buffer.concat(chunks);
}

describe("Compressed messages", () => {
	for (const { title, run } of DEFLATE_CHECKS) it(title, () => void run());

	for (const bits of WINDOWS) {
		it(`What zlib compresses in a window of ${bits} bits comes out, message by message, in any pieces.`, async () => {
			const chance = new Random(bits);
			for (let round = 0; round < 10; round++) {
				const stream = zlib.createDeflateRaw({
					windowBits: bits,
					level: chance.random(10),
					strategy: chance.oneOf(STRATEGIES),
				});
				const inflater = new Inflater(bits, true);
				for (let message = 0; message < 5; message++) {
					const content = someContent(chance);
					const bytes = await flushed(stream, content);
					assert.deepEqual(bytes.subarray(-4), TAIL);
					const out: number[] = [];
					const most = chance.oneOf([1, 50, 5000, bytes.length]);
					const next = (at: number) => Math.min(bytes.length - 4, at + most);
					const fault = inflateMessage(inflater, bytes.subarray(0, -4), next, chance.oneOf([1, 64, 5000]), out);
					assert.equal(fault, 0);
					assert.deepEqual(Buffer.from(out), content);
				}
			}
		});
	}

	it("A message that zlib ends with a last block comes out, and so do the next ones.", () => {
		const chance = new Random(7);
		const inflater = new Inflater(12, false);
		for (let round = 0; round < 50; round++) {
			const content = someContent(chance);
			const bytes = zlib.deflateRawSync(content, { windowBits: 12, level: chance.random(10) });
			const whole = round % 2 === 0 ? bytes : Buffer.concat([bytes, Buffer.from([0])]);
			const out: number[] = [];
			assert.equal(
				inflateMessage(inflater, whole, (at) => Math.min(whole.length, at + 100), 300, out),
				0,
			);
			assert.deepEqual(Buffer.from(out), content);
		}
	});

	for (const bits of [9, 10]) {
		for (const keepsContext of [true, false]) {
			const context = keepsContext ? "with" : "without";
			it(`zlib reads what is compressed in a window of ${bits} bits ${context} context, in pieces.`, async () => {
				const chance = new Random(bits);
				const deflater = new Deflater(bits, keepsContext);
				let stream = zlib.createInflateRaw({ windowBits: bits });
				for (let message = 0; message < 60; message++) {
					const content = someContent(chance);
					const pieces: Buffer[] = [];
					for (let at = 0, end = -1; end < content.length; at = end) {
						end = Math.min(content.length, at + chance.oneOf([content.length, 1000, 10]));
						const target = Buffer.alloc(2 * (end - at) + 10);
						const count = deflater.deflate(content.subarray(at, end), target, 0, target.length, end === content.length);
						pieces.push(target.subarray(0, count));
					}
					assert.deepEqual(await flushed(stream, Buffer.concat([...pieces, TAIL])), content);
					// zlib remembers nothing of the message before, and would refuse what goes back to it
					if (!keepsContext) stream = zlib.createInflateRaw({ windowBits: bits });
				}
			});
		}
	}

	it("An equal message costs little with context, and as much as the first without.", () => {
		const message = Buffer.from(JSON.stringify({ time: 1234567, temperature: 23.4, humidity: 44, id: "sensor-17" }));
		const sizes = [true, false].map((keepsContext) => {
			const deflater = new Deflater(10, keepsContext);
			const target = new Uint8Array(200);
			return [1, 2].map(() => deflater.deflate(message, target, 0, 200, true));
		});
		assert.deepEqual(sizes[1]?.[0], sizes[1]?.[1]);
		assert.equal(sizes[0]?.[0], sizes[1]?.[0]);
		assert.ok((sizes[0]?.[1] as number) <= 5);
	});

	it("A piece of the length that fits does, whatever it is; one that surely fits no more is not compressed.", () => {
		for (const room of [0, 1, 2, 3, 4, 10, 100, 1000]) {
			const deflater = new Deflater(9, true);
			const length = deflater.fitting(room);
			const target = new Uint8Array(room + 1).fill(1);
			// bytes of nine bits each
			const source = new Uint8Array(length + 1).map((_, at) => 255 - (at * at) / 7);
			assert.equal(deflater.deflate(source, target, 0, room, true), 0);
			const count = deflater.deflate(source.subarray(0, length), target, 0, room, true);
			assert.ok(room < 3 ? count === 0 : count > 0 && count <= room, `${count} of ${room}`);
			assert.equal(target[room], 1);
		}
	});

	it("Of a message of 16 megabytes in 16 kilobytes no more is written than there is room for, and its window stays what it is.", () => {
		const bomb = zlib.deflateRawSync(Buffer.alloc(1 << 24), { level: 9, finishFlush: Z_SYNC_FLUSH }).subarray(0, -4);
		const inflater = new Inflater(15, true);
		const output = new Uint8Array(4096 + 2).fill(1);
		let total = 0;
		for (let at = 0; at < bomb.length || inflater.isPending; ) {
			const count = inflater.inflate(bomb, at, bomb.length, output, 1, 4097, true);
			assert.ok(count >= 0 && count <= 4096);
			assert.ok(output[0] === 1 && output[4097] === 1);
			total += count;
			at += inflater.consumed;
		}
		assert.equal(total, 1 << 24);
		assert.ok(total / bomb.length > 1000);
		assert.equal(inflater.size, 32768 + 1728);
	});
});

describe("The negotiation of permessage-deflate", () => {
	const OFFERS: [DeflateOptions, string][] = [
		[{}, "permessage-deflate; server_max_window_bits=10"],
		[{ serverMaxWindowBits: 15 }, "permessage-deflate"],
		[
			{ serverMaxWindowBits: 9, compress: true },
			"permessage-deflate; server_max_window_bits=9; client_max_window_bits",
		],
		[
			{ serverNoContextTakeover: true, clientNoContextTakeover: true, serverMaxWindowBits: 15 },
			"permessage-deflate; server_no_context_takeover; client_no_context_takeover",
		],
	];
	for (const [options, offer] of OFFERS) {
		it(`${JSON.stringify(options)} is offered as "${offer}".`, () => {
			assert.equal(permessageDeflateOffer(options), offer);
			assert.equal(permessageDeflate(options).offer, offer);
		});
	}

	for (const bits of [8, 16, 0, -9, 9.5, NaN, "10"]) {
		it(`A window of ${JSON.stringify(bits)} bits throws.`, () => {
			assert.throws(() => permessageDeflate({ serverMaxWindowBits: bits as number }), RangeError);
			assert.throws(() => permessageDeflate({ clientMaxWindowBits: bits as number }), RangeError);
		});
	}

	/** Options, parameters of the answer, and what is agreed upon: both windows, and with "-" behind them what is forgotten. */
	const ANSWERS: [DeflateOptions, string, string][] = [
		[{}, " server_max_window_bits=10", "10 0"],
		[{}, " server_max_window_bits=9", "9 0"],
		[{}, "server_max_window_bits=8", "9 0"],
		[{}, ' server_max_window_bits="10"', "10 0"],
		[{}, "\tserver_max_window_bits=10 ;server_no_context_takeover", "10- 0"],
		[{}, "client_no_context_takeover; server_max_window_bits=10", "10 0-"],
		[{ serverMaxWindowBits: 15 }, "", "15 0"],
		[{ serverMaxWindowBits: 15 }, " server_max_window_bits=12", "12 0"],
		[{ serverNoContextTakeover: true }, " server_max_window_bits=10", "10 0"],
		[{ compress: true }, " server_max_window_bits=10", "10 10"],
		[{ compress: true }, " server_max_window_bits=10; client_max_window_bits=15", "10 10"],
		[{ compress: true }, " server_max_window_bits=10; client_max_window_bits=9", "10 9"],
		[{ compress: true }, " server_max_window_bits=10; client_max_window_bits=8", "10 0"],
		[{ compress: true, clientMaxWindowBits: 9 }, " server_max_window_bits=10; client_max_window_bits=15", "10 9"],
		[{ compress: true, clientMaxWindowBits: 15 }, " server_max_window_bits=10", "10 10"],
		[{ compress: true, clientNoContextTakeover: true }, " server_max_window_bits=10", "10 10-"],
		[{ compress: true }, " server_max_window_bits=10; client_no_context_takeover", "10 10-"],
		[{}, "", "refused"],
		[{}, " server_max_window_bits=11", "refused"],
		[{}, " server_max_window_bits=15", "refused"],
		[{}, " server_max_window_bits", "refused"],
		[{}, " server_max_window_bits=", "refused"],
		[{}, ' server_max_window_bits=""', "refused"],
		[{}, ' server_max_window_bits="10', "refused"],
		[{}, " server_max_window_bits=010", "refused"],
		[{}, " server_max_window_bits=1e1", "refused"],
		[{}, " server_max_window_bits=0xA", "refused"],
		[{}, " server_max_window_bits=7", "refused"],
		[{}, " server_max_window_bits=9.5", "refused"],
		[{}, " server_max_window_bits=-9", "refused"],
		[{}, " server_max_window_bits=10=10", "refused"],
		[{ serverMaxWindowBits: 15 }, " server_max_window_bits=16", "refused"],
		[{}, " server_max_window_bits=10; server_max_window_bits=10", "refused"],
		[{}, " server_max_window_bits=10; server_no_context_takeover; server_no_context_takeover", "refused"],
		[{}, " server_max_window_bits=10; server_no_context_takeover=1", "refused"],
		[{}, " server_max_window_bits=10; client_no_context_takeover=", "refused"],
		[{}, " server_max_window_bits=10; client_max_window_bits=10", "refused"],
		[{ compress: true }, " server_max_window_bits=10; client_max_window_bits", "refused"],
		[{ compress: true }, " server_max_window_bits=10; client_max_window_bits=16", "refused"],
		[{}, " server_max_window_bits=10; mux", "refused"],
		[{}, " server_max_window_bits=10; ", "refused"],
		[{}, " SERVER_MAX_WINDOW_BITS=10", "refused"],
	];
	for (const [options, parameters, agreed] of ANSWERS) {
		it(`To ${JSON.stringify(options)} the answer "${parameters}" comes to ${agreed}.`, () => {
			const params = acceptDeflate(options, parameters);
			const actual = params
				? `${params.serverBits}${params.serverKeepsContext ? "" : "-"} ${params.clientBits}${params.clientKeepsContext ? "" : "-"}`
				: "refused";
			assert.equal(actual, agreed);
			const codec = permessageDeflate(options).accept(parameters);
			assert.equal(codec?.inflater.size, params && 1728 + 2 ** params.serverBits);
			assert.equal(codec?.deflater?.size, params && params.clientBits > 0 ? 1056 + 2 ** params.clientBits : undefined);
		});
	}
});
