/**
 * One message, again and again. Arguments: "inflate" or "deflate", "native" or "twin", what it holds ("text": JSON, "bytes": what
 * cannot be compressed), bytes of it, rounds.
 */
import { exit } from "desktop/process";
import * as native from "lws-xs/native/deflate";
import { Deflate, Inflate } from "lws-xs/native/deflate";
import * as twin from "lws-xs/native/twin/deflate";

const BITS = 10;
const kernels = argv[1] === "twin" ? twin : native;
const size = Number(argv[3]);
const rounds = Number(argv[4]);

const content = new Uint8Array(size);
// values change, names do not; the generator repeats
let chance = 1;
for (let at = 0, text = ""; at < size; at++) {
	chance = (Math.imul(chance, 1103515245) + 12345) & 0x7fffffff;
	if (argv[2] === "text") {
		if (text === "") text = `{"id":"sensor-${chance % 89}","temperature":${(chance >> 8) % 500},"time":${chance}},`;
		content[at] = text.charCodeAt(0);
		text = text.slice(1);
	} else content[at] = chance >> 16;
}
const compressed = new Uint8Array(2 * size + 10);
const output = new Uint8Array(size + 1);
const inflater = new ArrayBuffer(Inflate.Size + (1 << BITS));
const deflater = new ArrayBuffer(Deflate.Size + (1 << BITS));
const words = new Int32Array(deflater);

function compress(): number {
	words[Deflate.Have] = 0;
	return kernels.deflate(deflater, content, 0, size, compressed, 0, compressed.length, 1);
}

const length = compress();
const bodies: Record<string, () => unknown> = {
	inflate: () => kernels.inflate(inflater, compressed, 0, length, output, 0, output.length, 1),
	deflate: compress,
};

const body = bodies[argv[0] ?? ""];
if (!body) {
	console.error(`no kernel ${argv[0]}`);
	exit(2);
} else {
	for (let i = 0; i < rounds; i++) body();
}
