/** Vectors for the frames of WebSocket (RFC 6455 section 5), every character a byte; many are cases of the Autobahn suite. */
import type { Vector } from "./h1-check.js";
import type { FramesInput } from "./ws-check.js";

/** Name, bytes, expectation. */
type Row = readonly [string, string, string];

const A125 = "a".repeat(125);
const A126 = "a".repeat(126);
const LONG = "b".repeat(65535);

/** RFC 6455 section 5.7, without the masks: these frames come from a server. */
const EXAMPLES: readonly Row[] = [
	["A text message is one frame.", "\x81\x05Hello", 'text "Hello" end'],
	["A text message is two frames.", "\x01\x03Hel\x80\x02lo", 'text "Hello" end'],
	["A ping has a payload.", "\x89\x05Hello", 'ping "Hello"'],
	["A pong has a payload.", "\x8a\x05Hello", 'pong "Hello"'],
	["A frame has 256 bytes.", `\x82\x7e\x01\x00${"c".repeat(256)}`, 'binary "cccc"…(256) end'],
	["A frame has 65536 bytes.", `\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00${LONG}b`, 'binary "bbbb"…(65536) end'],
];

const MESSAGES: readonly Row[] = [
	["Nothing is nothing.", "", ""],
	["A message is empty.", "\x81\x00", 'text "" end'],
	["A binary message is empty.", "\x82\x00", 'binary "" end'],
	["Messages come one after another.", "\x81\x01a\x82\x01b\x81\x00", 'text "a" end binary "b" end text "" end'],
	[
		"Bytes of a binary message are any bytes.",
		"\x82\x04\x00\xff\x80\x81",
		'binary "\x00\xff\x80\x81" end'.replace("\x00", "\\u0000"),
	],
	["125 bytes are the longest short frame.", `\x81\x7d${A125}`, 'text "aaaa"…(125) end'],
	["126 bytes are the shortest of 16 bits.", `\x81\x7e\x00\x7e${A126}`, 'text "aaaa"…(126) end'],
	["65535 bytes are the longest of 16 bits.", `\x82\x7e\xff\xff${LONG}`, 'binary "bbbb"…(65535) end'],
	["A message of three frames is one.", "\x02\x01a\x00\x01b\x80\x01c", 'binary "abc" end'],
	["The first frame has no payload.", "\x01\x00\x80\x02ab", 'text "ab" end'],
	["A frame in the middle has no payload.", "\x01\x01a\x00\x00\x80\x01b", 'text "ab" end'],
	["The last frame has no payload.", "\x01\x02ab\x80\x00", 'text "ab" end'],
	["No frame of a message has payload.", "\x01\x00\x00\x00\x00\x00\x80\x00", 'text "" end'],
	["A message has not ended.", "\x01\x02ab", 'text "ab" inside'],
	["A message that begins without payload has not begun.", "\x01\x00", ""],
	["A frame has not ended.", "\x82\x05ab", 'binary "ab" inside remaining=3'],
	["A frame has only begun.", "\x82\x05", "remaining=5"],
	["Only the first byte has come.", "\x82", ""],
	["The length has only begun.", "\x82\x7e", ""],
	[
		"2^53 - 1 bytes are waited for.",
		"\x82\x7f\x00\x1f\xff\xff\xff\xff\xff\xffab",
		'binary "ab" inside remaining=9007199254740989',
	],
	["65536 bytes are the shortest of 64 bits.", "\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00", "remaining=65536"],
];

const CONTROLS: readonly Row[] = [
	["A ping has no payload.", "\x89\x00", 'ping ""'],
	["A ping has 125 bytes.", `\x89\x7d${A125}`, 'ping "aaaa"…(125)'],
	["A ping has any bytes.", "\x89\x03\xff\xfe\x80", 'ping "\xff\xfe\x80"'],
	["Pings come one after another.", "\x89\x01a\x89\x00\x8a\x02bc\x89\x01d", 'ping "a" ping "" pong "bc" ping "d"'],
	["A ping comes amid a message.", "\x01\x03Hel\x89\x01x\x80\x02lo", 'text "Hel" ping "x" "lo" end'],
	[
		"Pings come amid a message.",
		"\x01\x01H\x89\x00\x8a\x00\x00\x01i\x89\x00\x80\x01!",
		'text "H" ping "" pong "" "i" ping "" "!" end',
	],
	[
		"A ping comes amid frames without payload.",
		"\x01\x00\x89\x00\x00\x00\x89\x01a\x80\x00",
		'ping "" ping "a" text "" end',
	],
	["A ping comes before the last frame, which is empty.", "\x02\x01a\x89\x00\x80\x00", 'binary "a" ping "" "" end'],
	["A ping comes inside a character.", "\x01\x01\xc3\x89\x00\x80\x01\xa9", 'text "\xc3" ping "" "\xa9" end'],
	["A shorter ping follows a longer one.", "\x89\x03abc\x89\x01d", 'ping "abc" ping "d"'],
	["A ping has not ended.", "\x89\x05ab", "remaining=3"],
];

const CLOSES: readonly Row[] = [
	["A Close frame is empty.", "\x88\x00", "close"],
	["A Close frame has a code.", "\x88\x02\x03\xe8", 'close 1000 ""'],
	["A Close frame has a reason.", "\x88\x05\x03\xe8bye", 'close 1000 "bye"'],
	["A reason has 123 bytes.", `\x88\x7d\x03\xe8${"a".repeat(123)}`, 'close 1000 "aaaa"…(123)'],
	["A reason is not ASCII.", "\x88\x04\x03\xe8\xc3\xa9", 'close 1000 "\xc3\xa9"'],
	["A Close frame comes amid a message.", "\x01\x01a\x88\x02\x03\xe9", 'text "a" close 1001 "" inside'],
	["Frames after a Close frame are frames.", "\x88\x00\x89\x00", 'close ping ""'],
	["One byte is no code.", "\x88\x01\x03", "ws:bad-close"],
	["Nor is it with the second one of a ping.", "\x89\x02\x03\xe8\x88\x01\x03", 'ping "\\u0003\xe8" ws:bad-close'],
	["A reason is no UTF-8.", "\x88\x03\x03\xe8\xff", "ws:bad-utf8"],
	["A reason ends inside a character.", "\x88\x04\x03\xe8a\xc3", "ws:bad-utf8"],
	["A reason has a surrogate.", "\x88\x05\x03\xe8\xed\xa0\x80", "ws:bad-utf8"],
	["A bad code is found before a bad reason.", "\x88\x03\x00\x00\xff", "ws:bad-close"],
];

function code(value: number, isGood: boolean): Row {
	const bytes = String.fromCharCode(value >> 8, value & 0xff);
	return [
		`The code ${value} is ${isGood ? "good" : "refused"}.`,
		`\x88\x02${bytes}`,
		isGood ? `close ${value} ""` : "ws:bad-close",
	];
}

/** Section 7.4; 1004 is reserved, 1005, 1006 and 1015 are never sent, 1012 to 1014 are registered by IANA. */
const GOOD_CODES = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999];
const BAD_CODES = [0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 32768, 65535];

const FIRST_BYTES: readonly Row[] = [
	["RSV1 is refused.", "\xc1\x00", "ws:reserved-bits"],
	["RSV2 is refused.", "\xa1\x00", "ws:reserved-bits"],
	["RSV3 is refused.", "\x91\x00", "ws:reserved-bits"],
	["All three are refused.", "\xf1\x00", "ws:reserved-bits"],
	["RSV3 is refused on a ping.", "\x99\x00", "ws:reserved-bits"],
	["RSV2 is refused on a Close frame.", "\xa8\x00", "ws:reserved-bits"],
	["RSV1 is refused on a continuation.", "\x01\x01a\xc0\x01b", 'text "a" ws:reserved-bits'],
	["Reserved bits are refused before a reserved opcode.", "\x93", "ws:reserved-bits"],
	["What comes before a bad frame comes.", "\x81\x01a\x82\x01b\x91", 'text "a" end binary "b" end ws:reserved-bits'],
	["The opcode 3 is refused.", "\x83", "ws:bad-opcode"],
	["The opcode 7 is refused.", "\x87", "ws:bad-opcode"],
	["The opcode 7 is refused without FIN.", "\x07", "ws:bad-opcode"],
	["The opcode 11 is refused.", "\x8b", "ws:bad-opcode"],
	["The opcode 15 is refused.", "\x8f", "ws:bad-opcode"],
	["The opcode 11 is refused without FIN.", "\x0b", "ws:bad-opcode"],
	["A reserved opcode is refused inside a message.", "\x01\x01a\x05", 'text "a" ws:bad-opcode'],
	["A ping is not fragmented.", "\x09", "ws:bad-control-frame"],
	["A pong is not fragmented.", "\x0a", "ws:bad-control-frame"],
	["A Close frame is not fragmented.", "\x08", "ws:bad-control-frame"],
	["A continuation continues nothing.", "\x00", "ws:bad-continuation"],
	["A last continuation continues nothing.", "\x80", "ws:bad-continuation"],
	["A continuation follows a whole message.", "\x81\x01a\x80\x01b", 'text "a" end ws:bad-continuation'],
	["A text begins inside a message.", "\x01\x01a\x81\x01b", 'text "a" ws:bad-continuation'],
	["A binary message begins inside a message.", "\x01\x01a\x02\x01b", 'text "a" ws:bad-continuation'],
	["A message begins inside one without payload.", "\x01\x00\x81\x00", "ws:bad-continuation"],
];

const SECOND_BYTES: readonly Row[] = [
	["A masked frame is refused.", "\x81\x85", "ws:masked-frame"],
	["A masked frame without payload is refused.", "\x81\x80", "ws:masked-frame"],
	["A masked ping is refused.", "\x89\x80", "ws:masked-frame"],
	["A masked ping that is too long is masked.", "\x89\xfe", "ws:masked-frame"],
	["A ping of 126 bytes is refused.", "\x89\x7e", "ws:bad-control-frame"],
	["A pong of 126 bytes is refused.", "\x8a\x7e", "ws:bad-control-frame"],
	["A Close frame of 126 bytes is refused.", "\x88\x7e", "ws:bad-control-frame"],
	["A ping of 64 bits is refused.", "\x89\x7f", "ws:bad-control-frame"],
	["0 bytes are not said in 16 bits.", "\x81\x7e\x00\x00", "ws:bad-length"],
	["125 bytes are not said in 16 bits.", "\x81\x7e\x00\x7d", "ws:bad-length"],
	["0 bytes are not said in 64 bits.", "\x81\x7f\x00\x00\x00\x00\x00\x00", "ws:bad-length"],
	["65535 bytes are not said in 64 bits.", "\x81\x7f\x00\x00\x00\x00\x00\x00\xff\xff", "ws:bad-length"],
	["65535 bytes are known not to be by the sixth byte.", "\x81\x7f\x00\x00\x00\x00\x00\x00", "ws:bad-length"],
	["The top bit is refused, by the first byte.", "\x81\x7f\x80", "ws:bad-length"],
	["2^56 bytes are refused, by the first byte.", "\x81\x7f\x01", "ws:bad-length"],
	["2^53 bytes are refused, by the second byte.", "\x81\x7f\x00\x20", "ws:bad-length"],
	["All ones are refused.", `\x81\x7f${"\xff".repeat(8)}`, "ws:bad-length"],
];

const TEXTS: readonly Row[] = [
	[
		"Text is UTF-8.",
		"\x81\x0b\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5",
		'text "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5" end',
	],
	["Text has NUL.", "\x81\x03a\x00b", 'text "a\\u0000b" end'],
	["A character is cut by frames.", "\x01\x01\xf0\x00\x02\x9f\x98\x80\x01\x80", 'text "\xf0\x9f\x98\x80" end'],
	["A character is cut by frames, one of them empty.", "\x01\x01\xc3\x00\x00\x80\x01\xa9", 'text "\xc3\xa9" end'],
	["A byte is not UTF-8.", "\x81\x03a\xffb", "ws:bad-utf8"],
	["A byte is not UTF-8, and the text has not ended.", "\x81\x05a\xff", "ws:bad-utf8"],
	["A continuation byte begins.", "\x81\x01\x80", "ws:bad-utf8"],
	["Text ends inside a character.", "\x81\x02a\xc3", "ws:bad-utf8"],
	["Text ends inside a character, with an empty frame.", "\x01\x01\xc3\x80\x00", "ws:bad-utf8"],
	["A character is cut by frames and not continued.", "\x01\x01\xc3\x80\x01a", "ws:bad-utf8"],
	["A surrogate is refused.", "\x81\x03\xed\xa0\x80", "ws:bad-utf8"],
	["A surrogate is refused by its second byte.", "\x01\x02\xed\xa0", "ws:bad-utf8"],
	["An overlong character is refused.", "\x81\x02\xc0\xaf", "ws:bad-utf8"],
	["More than U+10FFFF is refused, by the second byte.", "\x01\x02\xf4\x90", "ws:bad-utf8"],
	["A message before a bad text has come.", "\x82\x01\xff\x81\x01\xff", 'binary "\xff" end ws:bad-utf8'],
	["A text after another begins anew.", "\x81\x02\xc3\xa9\x81\x01\xa9", 'text "\xc3\xa9" end ws:bad-utf8'],
	["A continuation of a binary message is no text.", "\x02\x01\xff\x80\x01\xfe", 'binary "\xff\xfe" end'],
];

/** Where compression was agreed (RFC 7692 section 6.1). */
const COMPRESSED: readonly Row[] = [
	["A compressed text is not looked at.", "\xc1\x03\xff\xfe\x80", 'deflated text "\xff\xfe\x80" end'],
	["A compressed message is binary.", "\xc2\x02ab", 'deflated binary "ab" end'],
	["A compressed message has frames.", "\x41\x01a\x00\x01b\x80\x01c", 'deflated text "abc" end'],
	["A compressed message has a ping amid.", "\x41\x01a\x89\x00\x80\x01c", 'deflated text "a" ping "" "c" end'],
	["A compressed message is empty.", "\xc1\x00", 'deflated text "" end'],
	["The last frame of a compressed message is empty.", "\x41\x01a\x80\x00", 'deflated text "a" end'],
	[
		"A message that is not compressed is as ever.",
		"\x81\x02\xc3\xa9\xc1\x01\xff",
		'text "\xc3\xa9" end deflated text "\xff" end',
	],
	["A message that is not compressed is UTF-8.", "\xc1\x01\xff\x81\x01\xff", 'deflated text "\xff" end ws:bad-utf8'],
	["RSV1 is refused on a continuation all the same.", "\x41\x01a\xc0\x01b", 'deflated text "a" ws:reserved-bits'],
	["RSV1 is refused on a ping all the same.", "\xc9\x00", "ws:reserved-bits"],
	["RSV1 is refused on a Close frame all the same.", "\xc8\x00", "ws:reserved-bits"],
	["RSV1 is refused on a reserved opcode all the same.", "\xc3\x00", "ws:reserved-bits"],
	["RSV2 is refused all the same.", "\xe1\x00", "ws:reserved-bits"],
	["A compressed message begins inside a message.", "\x01\x01a\xc1\x01b", 'text "a" ws:bad-continuation'],
];

function vector(row: Row, compressed = false): Vector<FramesInput> {
	const [name, text, expect] = row;
	return { name, input: { text, compressed }, expect };
}

export const FRAME_VECTORS: readonly Vector<FramesInput>[] = [
	...[...EXAMPLES, ...MESSAGES, ...CONTROLS, ...CLOSES, ...FIRST_BYTES, ...SECOND_BYTES, ...TEXTS],
	...GOOD_CODES.map((value) => code(value, true)),
	...BAD_CODES.map((value) => code(value, false)),
]
	.map((row) => vector(row))
	.concat(COMPRESSED.map((row) => vector(row, true)));
