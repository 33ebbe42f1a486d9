/** One kernel on one span, again and again. Arguments: "native" or "twin", the kernel, bytes of the span, rounds. */
import { exit } from "desktop/process";
import * as native from "lws-xs/native/kernels";
import * as twin from "lws-xs/native/twin/kernels";

const kernels = argv[0] === "twin" ? twin : native;
const size = Number(argv[2]);
const rounds = Number(argv[3]);

const source = new Uint8Array(size).fill(0x61);
const target = new Uint8Array(size);
const key = new Uint8Array([1, 2, 3, 4]);
const text = kernels.bytesToString(source, 0, size);
// lines of 32 bytes, as in a head, and none of them empty
const head = new Uint8Array(size).fill(0x61);
for (let i = 31; i < size; i += 32) {
	head[i - 1] = 13;
	head[i] = 10;
}

const bodies: Record<string, () => unknown> = {
	findByte: () => kernels.findByte(source, 10, 0, size),
	findHeadEnd: () => kernels.findHeadEnd(head, 0, size),
	equalsFolded: () => kernels.equalsFolded(source, 0, size, text),
	bytesToString: () => kernels.bytesToString(source, 0, size),
	stringToBytes: () => kernels.stringToBytes(text, target, 0),
	copyBytes: () => kernels.copyBytes(target, 0, source, 0, size),
	copyMasked: () => kernels.copyMasked(target, 0, source, 0, size, key, 1),
	checkUtf8: () => kernels.checkUtf8(0, source, 0, size),
};

const body = bodies[argv[1] ?? ""];
if (!body) {
	console.error(`no kernel ${argv[1]}`);
	exit(2);
} else {
	for (let i = 0; i < rounds; i++) body();
}
