/** The sequences of group 6.5 to 6.23, after Markus Kuhn's UTF-8 decoder stress test; bytes as ISO-8859-1. */

export interface Sequence {
	readonly isValid: boolean;
	readonly bytes: string;
}

export interface SequenceGroup {
	readonly name: string;
	readonly sequences: readonly Sequence[];
}

function all(name: string, isValid: boolean, sequences: readonly string[]): SequenceGroup {
	return { name, sequences: sequences.map((bytes) => ({ isValid, bytes })) };
}

const GREEK = "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5";
/** Where a character of that ends. */
const ENDS = [2, 5, 7, 9, 11];

/** A byte, a space, and so on, for those from `from` up to but not with `to`. */
function lonely(from: number, to: number): string {
	let bytes = "";
	for (let byte = from; byte < to; byte++) bytes += `${String.fromCharCode(byte)} `;
	return bytes;
}

function nonCharacters(): string[] {
	const sequences = ["\xef\xbf\xbe", "\xef\xbf\xbf"];
	for (const plane of "\xf0\xf1\xf2\xf3\xf4") {
		for (const second of "\x8f\x9f\xaf\xbf") {
			// U+FFFE of plane 0 has three bytes, and plane 16 is the last one
			const isNone = (plane === "\xf0" && second === "\x8f") || (plane === "\xf4" && second !== "\x8f");
			if (!isNone) sequences.push(`${plane}${second}\xbf\xbe`, `${plane}${second}\xbf\xbf`);
		}
	}
	return sequences;
}

const INCOMPLETE = [
	"\xc0",
	"\xe0\x80",
	"\xf0\x80\x80",
	"\xf8\x80\x80\x80",
	"\xfc\x80\x80\x80\x80",
	"\xdf",
	"\xef\xbf",
	"\xf7\xbf\xbf",
	"\xfb\xbf\xbf\xbf",
	"\xfd\xbf\xbf\xbf\xbf",
];

const CONTINUATIONS = Array.from({ length: 0x3f }, (_, i) => String.fromCharCode(0x80 + i)).join("");

const HIGH = ["\xed\xa0\x80", "\xed\xad\xbf", "\xed\xae\x80", "\xed\xaf\xbf"];
const LOW = ["\xed\xb0\x80", "\xed\xbf\xbf"];

export const SEQUENCES: readonly SequenceGroup[] = [
	all("text", true, [
		"hello$world",
		"hello\xc2\xa2world",
		"hello\xe2\x82\xacworld",
		"hello\xf0\xa4\xad\xa2world",
		GREEK,
	]),
	{
		name: "a prefix of a text",
		sequences: Array.from(GREEK, (_, i) => ({ isValid: ENDS.includes(i + 1), bytes: GREEK.slice(0, i + 1) })),
	},
	all("the first character of a length", true, ["\0", "\xc2\x80", "\xe0\xa0\x80", "\xf0\x90\x80\x80"]),
	all("the first of five or six bytes", false, ["\xf8\x88\x80\x80\x80", "\xfc\x84\x80\x80\x80\x80"]),
	all("the last character of a length", true, ["\x7f", "\xdf\xbf", "\xef\xbf\xbf", "\xf4\x8f\xbf\xbf"]),
	all("the last of four to six bytes", false, ["\xf7\xbf\xbf\xbf", "\xfb\xbf\xbf\xbf\xbf", "\xfd\xbf\xbf\xbf\xbf\xbf"]),
	{
		name: "a boundary",
		sequences: [
			...all("", true, ["\xed\x9f\xbf", "\xee\x80\x80", "\xef\xbf\xbd", "\xf4\x8f\xbf\xbf"]).sequences,
			{ isValid: false, bytes: "\xf4\x90\x80\x80" },
		],
	},
	all("continuation bytes alone", false, [
		"\x80",
		"\xbf",
		"\x80\xbf",
		"\x80\xbf\x80",
		"\x80\xbf\x80\xbf",
		"\x80\xbf\x80\xbf\x80",
		"\x80\xbf\x80\xbf\x80\xbf",
		CONTINUATIONS,
	]),
	all("first bytes alone", false, [
		lonely(0xc0, 0xdf),
		lonely(0xe0, 0xef),
		lonely(0xf0, 0xf7),
		lonely(0xf8, 0xfb),
		lonely(0xfc, 0xfd),
	]),
	all("the last byte is missing", false, INCOMPLETE),
	all("the last bytes are missing", false, [INCOMPLETE.join("")]),
	all("bytes that never are", false, ["\xfe", "\xff", "\xfe\xfe\xff\xff"]),
	all("a slash that is too long", false, [
		"\xc0\xaf",
		"\xe0\x80\xaf",
		"\xf0\x80\x80\xaf",
		"\xf8\x80\x80\x80\xaf",
		"\xfc\x80\x80\x80\x80\xaf",
	]),
	all("the last that is too long", false, [
		"\xc1\xbf",
		"\xe0\x9f\xbf",
		"\xf0\x8f\xbf\xbf",
		"\xf8\x87\xbf\xbf\xbf",
		"\xfc\x83\xbf\xbf\xbf\xbf",
	]),
	all("a NUL that is too long", false, [
		"\xc0\x80",
		"\xe0\x80\x80",
		"\xf0\x80\x80\x80",
		"\xf8\x80\x80\x80\x80",
		"\xfc\x80\x80\x80\x80\x80",
	]),
	all("a surrogate", false, [...HIGH, "\xed\xb0\x80", "\xed\xbe\x80", "\xed\xbf\xbf"]),
	all(
		"a pair of surrogates",
		false,
		HIGH.flatMap((high) => LOW.map((low) => high + low)),
	),
	all("no character", true, nonCharacters()),
	all(
		"a special",
		true,
		["\xb9", "\xba", "\xbb", "\xbc", "\xbd", "\xbe", "\xbf"].map((last) => `\xef\xbf${last}`),
	),
];
