/** Vectors of compressed messages; those of RFC 7692 section 7.2.3 among them. `deflate-check.ts` says how they are run. */
import { checkMessages, type MessagesVector } from "./deflate-check.js";
import { DeflateWriter, FIXED, FIXED_DISTANCES } from "./deflate-writer.js";

const HELLO = "f2 48 cd c9 c9 07 00";
const BAD = "ws:bad-deflate";

function hex(writer: DeflateWriter): string {
	return writer.bytes.map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
}

/** A message that begins so, and has another zero byte behind it. */
function message(write: (writer: DeflateWriter) => DeflateWriter): readonly string[] {
	return [hex(write(new DeflateWriter()).end())];
}

/** A block of fixed codes with these symbols. */
function fixed(writer: DeflateWriter, ...symbols: number[]): DeflateWriter {
	writer.put(2, 3);
	for (const symbol of symbols) writer.putSymbol(symbol, FIXED);
	return writer;
}

function distance(writer: DeflateWriter, symbol: number): DeflateWriter {
	return writer.putSymbol(symbol, FIXED_DISTANCES);
}

/** So many zeros, with lengths at some symbols. */
function lengths(count: number, ...some: [number, number][]): number[] {
	const all = Array.from({ length: count }, () => 0);
	for (const [symbol, length] of some) all[symbol] = length;
	return all;
}

/** What codes with these lengths begin, and a literal "a" that is one bit, and the end. */
function coded(literals: readonly number[], distances: readonly number[], bits = 0, count = 0): readonly string[] {
	return message((writer) => writer.codes(literals, distances).put(bits, count));
}

const TWO = lengths(257, [97, 1], [256, 1]);

export const MESSAGES: readonly MessagesVector[] = [
	{ name: "RFC 7692 section 7.2.3.1: one block.", messages: [HELLO], expect: ["Hello"] },
	{
		name: "RFC 7692 section 7.2.3.2: the window is shared.",
		messages: [HELLO, "f2 00 11 00 00"],
		expect: ["Hello", "Hello"],
	},
	{
		name: "RFC 7692 section 7.2.3.2: the window is not shared.",
		messages: [HELLO, "f2 00 11 00 00"],
		forgets: true,
		expect: ["Hello", BAD],
	},
	{
		name: "RFC 7692 section 7.2.3.3: without compression.",
		messages: ["00 05 00 fa ff 48 65 6c 6c 6f 00"],
		expect: ["Hello"],
	},
	{
		name: "RFC 7692 section 7.2.3.4: a last block.",
		messages: ["f3 48 cd c9 c9 07 00 00", "f2 00 11 00 00"],
		expect: ["Hello", "Hello"],
	},
	{
		name: "RFC 7692 section 7.2.3.5: two blocks.",
		messages: ["f2 48 05 00 00 00 ff ff ca c9 c9 07 00"],
		expect: ["Hello"],
	},
	{ name: "RFC 7692 section 7.2.3.6: no byte.", messages: ["00", HELLO, "00"], expect: ["", "Hello", ""] },
	{
		name: "A last block with nothing behind it ends a message.",
		messages: ["f3 48 cd c9 c9 07 00", HELLO],
		expect: ["Hello", "Hello"],
	},
	{
		name: "A stored last block with nothing behind it ends a message.",
		messages: ["01 05 00 fa ff 48 65 6c 6c 6f", "01 00 00 ff ff"],
		expect: ["Hello", ""],
	},
	{ name: "Blocks follow a last one.", messages: ["f3 48 cd c9 c9 07 00 f2 00 11 00 00"], expect: ["HelloHello"] },
	{ name: "A message of no byte at all is not compressed.", messages: [""], expect: [BAD] },
	{ name: "A message that lacks the end of its block is not whole.", messages: ["f2 48 cd c9 c9"], expect: [BAD] },
	{
		name: "A message that lacks the header of its last block is not whole.",
		messages: [hex(fixed(new DeflateWriter(), 200, 200, 200, 200, 256))],
		expect: [BAD],
	},
	{ name: "A stored block that has not come is not whole.", messages: ["00 09 00 f6 ff 48 65 6c"], expect: [BAD] },
	{ name: "The four bytes were sent all the same.", messages: [`${HELLO} 00 00 ff ff`], expect: [BAD] },
	{ name: "The last block of a stream, and half a header.", messages: ["f3 48 cd c9 c9 07 00 04"], expect: [BAD] },
	{ name: "RFC 1951 section 3.2.3: blocks of type 3.", messages: ["06 00"], expect: [BAD] },
	{ name: "RFC 1951 section 3.2.4: a length that is not repeated.", messages: ["00 05 00 fa fe 48"], expect: [BAD] },
	{
		name: "A distance of one repeats a byte 258 times.",
		messages: message((writer) => distance(fixed(writer, 97, 285), 0).putSymbol(256, FIXED)),
		expect: ["a".repeat(259)],
	},
	{
		name: "A distance beyond the first byte.",
		messages: message((writer) => distance(fixed(writer, 97, 257), 1).putSymbol(256, FIXED)),
		expect: [BAD],
	},
	{
		name: "A distance at the very beginning.",
		messages: message((writer) => distance(fixed(writer, 257), 0).putSymbol(256, FIXED)),
		expect: [BAD],
	},
	{
		name: "A distance as far as the window.",
		bits: 9,
		messages: message((writer) =>
			distance(fixed(writer.stored([98, ...Array.from({ length: 511 }, () => 97)]), 257), 17)
				.put(127, 7)
				.putSymbol(256, FIXED),
		),
		expect: [`b${"a".repeat(511)}baa`],
	},
	{
		name: "A distance beyond the window.",
		bits: 9,
		messages: message((writer) =>
			distance(fixed(writer.stored(Array.from({ length: 600 }, () => 97)), 257), 18)
				.put(0, 8)
				.putSymbol(256, FIXED),
		),
		expect: [BAD],
	},
	...[286, 287].map((symbol) => ({
		name: `RFC 1951 section 3.2.6: the length ${symbol} never occurs.`,
		messages: message((writer) => distance(fixed(writer, 97, symbol), 0).putSymbol(256, FIXED)),
		expect: [BAD],
	})),
	...[30, 31].map((symbol) => ({
		name: `RFC 1951 section 3.2.6: the distance ${symbol} never occurs.`,
		messages: message((writer) =>
			distance(fixed(writer, 97, 97, 257), symbol)
				.put(0, 14)
				.putSymbol(256, FIXED),
		),
		expect: [BAD],
	})),
	{ name: "A code of two words.", messages: coded(TWO, [0], 0b100, 3), expect: ["aa"] },
	{ name: "A code of the end alone.", messages: coded(lengths(257, [256, 1]), [0], 0, 1), expect: [""] },
	{
		name: "A word that stands for nothing, where the end is alone.",
		messages: [`${coded(lengths(257, [256, 1]), [0], 0xffff, 16)[0]} ff ff`],
		expect: [BAD],
	},
	{
		name: "Words of eleven bits and more.",
		messages: coded(
			lengths(257, ...Array.from({ length: 14 }, (_, i): [number, number] => [97 + i, i + 1]), [111, 15], [256, 15]),
			[0],
			0b111111111111111_011111111111111_0,
			31,
		),
		expect: ["ao"],
	},
	{ name: "A code without the end of a block.", messages: coded(lengths(257, [97, 1], [98, 1]), [0]), expect: [BAD] },
	{ name: "A code of one word that has two bits.", messages: coded(lengths(257, [256, 2]), [0]), expect: [BAD] },
	{ name: "A code without any word.", messages: coded(lengths(257), [0]), expect: [BAD] },
	{
		name: "A code of more words than there are.",
		messages: coded(lengths(257, [97, 1], [98, 1], [256, 1]), [0]),
		expect: [BAD],
	},
	{ name: "A code that is not complete.", messages: coded(lengths(257, [97, 2], [256, 2]), [0]), expect: [BAD] },
	{ name: "Distances of more words than there are.", messages: coded(TWO, [1, 1, 1], 1, 1), expect: [BAD] },
	{ name: "Distances that are not complete.", messages: coded(TWO, [2, 2], 1, 1), expect: [BAD] },
	{
		name: "One distance has one bit.",
		messages: coded(lengths(258, [97, 1], [256, 2], [257, 2]), [1], 0b01_0_11_0, 6),
		expect: ["aaaa"],
	},
	{
		name: "One distance has one bit, and its other value stands for nothing.",
		messages: [`${coded(lengths(258, [97, 1], [256, 2], [257, 2]), [1], 0b01_1_11_0, 6)[0]} ff ff ff ff`],
		expect: [BAD],
	},
	{
		name: "A length without distances.",
		messages: [`${coded(lengths(258, [97, 1], [256, 2], [257, 2]), [0], 0b11_0, 3)[0]} 00 00 00 00`],
		expect: [BAD],
	},
	{ name: "287 literals.", messages: message((writer) => writer.put(0b1111_00000_11110_10_0, 17)), expect: [BAD] },
	{ name: "31 distances.", messages: message((writer) => writer.put(0b1111_11110_00000_10_0, 17)), expect: [BAD] },
	{
		name: "A code of lengths that is not complete.",
		messages: message((writer) => writer.put(0b0000_00000_00000_10_0, 17).put(0o1000, 12).put(0, 99)),
		expect: [BAD],
	},
	{
		name: "The first length repeats the one before.",
		messages: message((writer) => writer.put(0b0000_00000_00000_10_0, 17).put(0o1001, 12).put(0xff, 8)),
		expect: [BAD],
	},
	{
		name: "The last length is repeated too often.",
		messages: message((writer) =>
			writer.put(0b0000_00000_00000_10_0, 17).put(0o1100, 12).put(0b1111111_1, 8).put(0b1111111_1, 8),
		),
		expect: [BAD],
	},
];

/** What can be run, in Node as on XS. */
export const DEFLATE_CHECKS: readonly { title: string; run: () => string }[] = MESSAGES.map((vector) => ({
	title: `messages: ${vector.name}`,
	run: () => checkMessages(vector),
}));
