/** Conformance of `crypt`: its digests. */
import { Digest } from "crypt";
import { equal, same, test, throws } from "./harness.js";

/** RFC 1321, appendix A.5, and what NIST published for FIPS 180-4; MD5 of the long ones, which RFC 1321 has not, is OpenSSL's. */
const VECTORS = [
	{
		type: "MD5",
		blockSize: 64,
		outputSize: 16,
		empty: "d41d8cd98f00b204e9800998ecf8427e",
		abc: "900150983cd24fb0d6963f7d28e17f72",
		twoBlocks: "8215ef0796a20bcaaae116d3876c664a",
		million: "7707d6ae4e027c70eea2a935c2296f21",
	},
	{
		type: "SHA1",
		blockSize: 64,
		outputSize: 20,
		empty: "da39a3ee5e6b4b0d3255bfef95601890afd80709",
		abc: "a9993e364706816aba3e25717850c26c9cd0d89d",
		twoBlocks: "84983e441c3bd26ebaae4aa1f95129e5e54670f1",
		million: "34aa973cd4c4daa4f61eeb2bdbad27316534016f",
	},
	{
		type: "SHA224",
		blockSize: 64,
		outputSize: 28,
		empty: "d14a028c2a3a2bc9476102bb288234c415a2b01f828ea62ac5b3e42f",
		abc: "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7",
		twoBlocks: "75388b16512776cc5dba5da1fd890150b0c6455cb4f58b1952522525",
		million: "20794655980c91d8bbb4c1ea97618a4bf03f42581948b2ee4ee7ad67",
	},
	{
		type: "SHA256",
		blockSize: 64,
		outputSize: 32,
		empty: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		abc: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
		twoBlocks: "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
		million: "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
	},
	{
		type: "SHA384",
		blockSize: 128,
		outputSize: 48,
		empty: "38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da274edebfe76f65fbd51ad2f14898b95b",
		abc: "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7",
		twoBlocks: "09330c33f71147e83d192fc782cd1b4753111b173b3b05d22fa08086e3b0f712fcc7c71a557e2db966c3e9fa91746039",
		million: "9d0e1809716474cb086e834e310a4a1ced149e9c00f248527972cec5704c2a5b07b8b3dc38ecc4ebae97ddd87f3d8985",
	},
	{
		type: "SHA512",
		blockSize: 128,
		outputSize: 64,
		empty:
			"cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e",
		abc: "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
		twoBlocks:
			"8e959b75dae313da8cf4f72814fc143f8f7779c6eb9f7fa17299aeadb6889018501d289e4900f7e4331b99dec4b5433ac7d329eeb6dd26545e96e55b874be909",
		million:
			"e718483d0ce769644e2e42c7bc15b4638e1f98b13b2044285632a803afa973ebde0ff244877ea60a4cb0432ce577c31beb009c5c2c49aa2e4eadb217ad8cc09b",
	},
] as const;

/** NIST's messages that are just too long for the padding to fit in their last block. */
const TWO_BLOCKS = {
	64: "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
	128: "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
} as const;

/** Where each allocation collects, not at every place. */
const STEP = argv.includes("quick") ? 9 : 1;

const HEX = "0123456789abcdef";

function hex(buffer: ArrayBuffer): string {
	let text = "";
	for (const byte of new Uint8Array(buffer)) text += HEX.charAt(byte >> 4) + HEX.charAt(byte & 15);
	return text;
}

/** Builds a text only of what is wrong: where each allocation collects, it would take most of the time. */
function is(buffer: ArrayBuffer, expected: string, what?: string): void {
	const bytes = new Uint8Array(buffer);
	let isEqual = expected.length === 2 * bytes.length;
	for (let i = 0; i < bytes.length && isEqual; i++) {
		isEqual = bytes[i] === (digit(expected.charCodeAt(2 * i)) << 4) + digit(expected.charCodeAt(2 * i + 1));
	}
	if (!isEqual) equal(hex(buffer), expected, what);
}

function digit(code: number): number {
	return code < 0x60 ? code - 0x30 : code - 0x57;
}

function ascii(text: string): Uint8Array<ArrayBuffer> {
	const result = new Uint8Array(text.length);
	for (let i = 0; i < text.length; i++) result[i] = text.charCodeAt(i);
	return result;
}

for (const { type, blockSize, outputSize, empty, abc, twoBlocks, million } of VECTORS) {
	test(`${type} agrees with the published vectors.`, () => {
		const digest = new Digest(type);
		equal(digest.blockSize, blockSize);
		equal(digest.outputSize, outputSize);
		const result = digest.close();
		equal(result instanceof ArrayBuffer, true);
		is(result, empty);
		is(digest.process(ascii("abc")), abc);
		is(digest.process("abc"), abc);
		is(digest.process(TWO_BLOCKS[blockSize]), twoBlocks);
	});

	test(`${type} of a message does not depend on the pieces it comes in.`, () => {
		const message = ascii(TWO_BLOCKS[blockSize]);
		const digest = new Digest(type);
		for (let cut = 0; cut <= message.length; cut += STEP) {
			digest.reset();
			digest.write(message.subarray(0, cut));
			digest.write(message.subarray(cut));
			is(digest.close(), twoBlocks, `cut at ${cut}`);
		}
		digest.reset();
		for (const byte of message) digest.write(Uint8Array.of(byte));
		is(digest.close(), twoBlocks);
		digest.reset();
		for (const part of ["a", new ArrayBuffer(0), ascii("b").buffer, "", new DataView(ascii("xcx").buffer, 1, 1)]) {
			digest.update(part);
		}
		is(digest.close(), abc);
	});

	test(`${type} of a million bytes agrees with the published vector.`, () => {
		const digest = new Digest(type);
		const piece = new Uint8Array(1000).fill(97);
		for (let i = 0; i < 1000; i++) digest.write(piece);
		is(digest.close(), million);
	});

	test(`${type} can be asked between two pieces, and two digests are apart.`, () => {
		const digest = new Digest(type);
		const other = new Digest(type);
		is(digest.close(true), empty);
		digest.write("ab");
		other.write("a");
		const sofar = hex(digest.close(true));
		is(other.process("ab"), sofar);
		digest.write("c");
		is(digest.close(true), abc);
		is(digest.close(), abc);
	});
}

test("SHA1 makes of a WebSocket's key what RFC 6455, section 1.3, says.", () => {
	const accept = new Digest("SHA1").process("dGhlIHNhbXBsZSBub25jZQ==", "258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
	same(new Uint8Array(accept).subarray(0, 4), Uint8Array.of(0xb3, 0x7a, 0x4f, 0x2c));
	is(accept, "b37a4f2cc0624f1690f64606cf385945b2bec4ea");
});

test("A text is digested as UTF-8.", () => {
	const digest = new Digest("SHA256");
	const bytes = Uint8Array.of(0xc3, 0xa4, 0xe2, 0x82, 0xac, 0xf0, 0x9f, 0x98, 0x80);
	is(digest.process("ä€😀"), hex(digest.process(bytes)));
});

test("What is no digest, and no buffer, is refused.", () => {
	throws(() => new Digest("SHA3" as "SHA1"));
	throws(() => new Digest("sha1" as "SHA1"));
	throws(() => new Digest("" as "SHA1"));
	const digest = new Digest("SHA1");
	throws(() => digest.write(1 as unknown as string));
	throws(() => digest.write({} as unknown as string));
	is(digest.close(), VECTORS[1].empty);
	throws(() => Digest.prototype.write.call({} as Digest, "abc"));
	throws(() => Digest.prototype.close.call(new Map() as unknown as Digest));
});

test("After close a digest takes nothing but reset.", () => {
	const digest = new Digest("SHA1");
	digest.close();
	throws(() => digest.write("abc"));
	throws(() => digest.close());
	digest.reset();
	digest.write("abc");
	is(digest.close(), VECTORS[1].abc);
});
