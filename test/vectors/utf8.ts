/** Vectors for the kernel `checkUtf8`: the table 3-7 of the Unicode Standard, RFC 3629, and what is known to be got wrong. */
import type { Vector } from "./kernels.js";

/** Name, bytes, result. */
type Row = readonly [string, string, number];

const WELL_FORMED: readonly Row[] = [
	["Nothing is well-formed.", "", 0],
	["ASCII is well-formed, from NUL to DEL.", "00 41 7f", 0],
	["A long run of ASCII is well-formed.", "30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66 67 68 69 6a", 0],
	["U+0080 is the first of two bytes.", "c2 80", 0],
	["U+07FF is the last of two bytes.", "df bf", 0],
	["U+0800 is the first of three bytes.", "e0 a0 80", 0],
	["U+0FFF is the last after E0.", "e0 bf bf", 0],
	["U+1000 is the first after E1.", "e1 80 80", 0],
	["U+CFFF is the last after EC.", "ec bf bf", 0],
	["U+D000 is the first after ED.", "ed 80 80", 0],
	["U+D7FF is the last before the surrogates.", "ed 9f bf", 0],
	["U+E000 is the first after the surrogates.", "ee 80 80", 0],
	["U+FFFF is the last of three bytes; non-characters are well-formed.", "ef bf be ef bf bf", 0],
	["U+10000 is the first of four bytes.", "f0 90 80 80", 0],
	["U+3FFFF is the last after F0.", "f0 bf bf bf", 0],
	["U+40000 is the first after F1.", "f1 80 80 80", 0],
	["U+FFFFF is the last after F3.", "f3 bf bf bf", 0],
	["U+100000 is the first after F4.", "f4 80 80 80", 0],
	["U+10FFFF is the last of all.", "f4 8f bf bf", 0],
	// RFC 3629 section 7.
	["A sign that is not identical to Alpha is well-formed.", "41 e2 89 a2 ce 91 2e", 0],
	["Korean is well-formed.", "ed 95 9c ea b5 ad ec 96 b4", 0],
	["Japanese is well-formed.", "e6 97 a5 e6 9c ac e8 aa 9e", 0],
	["A byte order mark before four bytes is well-formed.", "ef bb bf f0 a3 8e b4", 0],
	["All lengths in a row are well-formed.", "24 c2 a2 e2 82 ac f0 90 8d 88 24 c2 a2", 0],
	["A character after eight bytes of ASCII is well-formed.", "61 62 63 64 65 66 67 68 c3 a9", 0],
];

const UNFINISHED: readonly Row[] = [
	["After C2 one byte is missing.", "c2", 1],
	["After DF one byte is missing.", "41 df", 1],
	["After E0 two are missing, from A0 on.", "e0", 4],
	["After E0 A0 one is missing.", "e0 a0", 1],
	["After E1 two are missing.", "e1", 2],
	["After EC 80 one is missing.", "ec 80", 1],
	["After ED two are missing, to 9F.", "ed", 5],
	["After ED 9F one is missing.", "ed 9f", 1],
	["After EE two are missing.", "ee", 2],
	["After EF two are missing.", "ef", 2],
	["After F0 three are missing, from 90 on.", "f0", 6],
	["After F0 90 two are missing.", "f0 90", 2],
	["After F0 90 80 one is missing.", "f0 90 80", 1],
	["After F1 three are missing.", "f1", 3],
	["After F3 BF two are missing.", "f3 bf", 2],
	["After F4 three are missing, to 8F.", "f4", 7],
	["After F4 8F two are missing.", "f4 8f", 2],
	["After F4 8F BF one is missing.", "f4 8f bf", 1],
	["After whole characters a part of one is seen.", "e2 82 ac e2 82", 1],
];

const ILL_FORMED: readonly Row[] = [
	["80 begins nothing.", "80", -1],
	["BF begins nothing.", "41 bf", -1],
	["C0 begins nothing, not even NUL.", "c0 80", -1],
	["C0 alone is ill-formed at once.", "c0", -1],
	["C1 begins nothing.", "c1 bf", -1],
	["F5 begins nothing.", "f5 80 80 80", -1],
	["F7 begins nothing.", "f7 bf bf bf", -1],
	["F8 began five bytes once.", "f8 88 80 80 80", -1],
	["FC began six bytes once.", "fc 84 80 80 80 80", -1],
	["FE begins nothing.", "fe", -1],
	["FF begins nothing.", "ff", -1],
	["Two bytes end with no ASCII.", "c2 7f", -1],
	["Two bytes end with no other lead.", "c2 c0", -1],
	["Two bytes are followed by no third.", "c2 80 80", -1],
	["E0 9F is overlong.", "e0 9f bf", -1],
	["E0 80 is overlong, and known at once.", "e0 80", -1],
	["E0 C0 is no character.", "e0 c0 80", -1],
	["E1 7F is no character.", "e1 7f 80", -1],
	["E1 C0 is no character.", "e1 c0 80", -1],
	["The third byte is not below 80.", "e1 80 7f", -1],
	["The third byte is not above BF.", "e1 80 c0", -1],
	["ED A0 is the first surrogate, and known at once.", "ed a0", -1],
	["U+D800 is a surrogate.", "ed a0 80", -1],
	["U+DFFF is a surrogate.", "ed bf bf", -1],
	["A pair of surrogates is not well-formed (CESU-8).", "ed a0 bd ed b8 80", -1],
	["F0 8F is overlong.", "f0 8f bf bf", -1],
	["F0 80 is overlong.", "f0 80 80 80", -1],
	["F1 7F is no character.", "f1 7f 80 80", -1],
	["F3 C0 is no character.", "f3 c0 80 80", -1],
	["F4 90 is above U+10FFFF, and known at once.", "f4 90", -1],
	["F4 BF is above U+10FFFF.", "f4 bf bf bf", -1],
	["The fourth byte is not below 80.", "f1 80 80 7f", -1],
	["The fourth byte is not above BF.", "f1 80 80 c0", -1],
	["A character is not cut short by another.", "e2 82 41", -1],
	["A NUL does not end a character.", "f0 90 00", -1],
	["A bad byte after a long run of ASCII is found.", "30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66 ff", -1],
	// The Unicode Standard, tables 3-8 to 3-11.
	["Sequences that are not the shortest are ill-formed.", "c0 af e0 80 bf f0 81 82 41", -1],
	["Sequences for surrogates are ill-formed.", "ed a0 80 ed bf bf ed af 41", -1],
	["Other ill-formed sequences are ill-formed.", "f4 91 92 93 ff 41 80 bf 42", -1],
	["Truncated sequences are ill-formed.", "e1 80 e2 f0 91 92 f1 bf 41", -1],
	// RFC 3629 section 10.
	["An overlong path separator is ill-formed.", "2f c0 ae 2e 2f", -1],
	["A surrogate amid text is ill-formed.", "ce ba e1 bd b9 cf 83 ce bc ce b5 ed a0 80 65 64 69 74 65 64", -1],
];

/** Name, state before, bytes, result. */
const RESUMED: readonly (readonly [string, number, string, number])[] = [
	["Nothing changes nothing inside a character.", 3, "", 3],
	["One missing byte ends a character.", 1, "80", 0],
	["Two missing bytes become one.", 2, "bf", 1],
	["Three missing bytes become two.", 3, "80", 2],
	["After E0 there is A0.", 4, "a0", 1],
	["After E0 there is no 9F.", 4, "9f", -1],
	["After ED there is 9F.", 5, "9f", 1],
	["After ED there is no A0.", 5, "a0", -1],
	["After F0 there is 90.", 6, "90", 2],
	["After F0 there is no 8F.", 6, "8f", -1],
	["After F4 there is 8F.", 7, "8f", 2],
	["After F4 there is no 90.", 7, "90", -1],
	["Text follows the end of a character.", 1, "bf 41 c3", 1],
	["What is ill-formed stays so.", -1, "41", -1],
	["What is ill-formed stays so without a byte.", -1, "", -1],
];

function vector([name, bytes, expect]: Row): Vector {
	return { kernel: "checkUtf8", name, input: { bytes }, expect };
}

export const UTF8_VECTORS: readonly Vector[] = [
	...[...WELL_FORMED, ...UNFINISHED, ...ILL_FORMED].map(vector),
	...RESUMED.map(
		([name, state, bytes, expect]): Vector => ({ kernel: "checkUtf8", name, input: { state, bytes }, expect }),
	),
	{
		kernel: "checkUtf8",
		name: "What is beyond the end is not seen.",
		input: { bytes: "41 c3 ff", start: 1, end: 2 },
		expect: 1,
	},
	{ kernel: "checkUtf8", name: "8 is no state.", input: { bytes: "41", state: 8 }, expect: { error: "RangeError" } },
	{ kernel: "checkUtf8", name: "-2 is no state.", input: { bytes: "41", state: -2 }, expect: { error: "RangeError" } },
	{
		kernel: "checkUtf8",
		name: "A span outside of the buffer is refused, even after what is ill-formed.",
		input: { bytes: "41", state: -1, end: 2 },
		expect: { error: "RangeError" },
	},
];
