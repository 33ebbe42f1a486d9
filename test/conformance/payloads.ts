/** The data of groups 12 and 13: of the kinds that Autobahn takes from files, made here, always the same. */

/** Longer than the longest message, so that a message is no repetition of itself. */
const LENGTH = 196_608;

/** Numbers from 0 to `limit` - 1; a linear congruential generator with the constants of Numerical Recipes. */
function randoms(seed: number): (limit: number) => number {
	let state = seed;
	return (limit) => {
		state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
		return Math.floor((state / 0x1_0000_0000) * limit);
	};
}

const GERMAN =
	"der die das und nicht mit sich auch für daß über können müssen schön Geist Übel Tür größer süß heißt Mühe früh " +
	"Kräfte Wörter weiß ich bin ein Teil von jener Kraft die stets verneint drum besser wär es nichts entstünde";
const WORDS = GERMAN.split(" ");

function make(next: (position: number) => string): string {
	let text = "";
	while (text.length < LENGTH) text += next(text.length);
	return text.slice(0, LENGTH);
}

/** Numbers, names and a few characters of two and three bytes; none needs a surrogate, so length counts code points. */
function makeJson(): string {
	const random = randoms(12);
	return make((position) => {
		const name = WORDS[random(WORDS.length)];
		const price = (random(100_000) / 100).toFixed(2);
		return `{"id": ${position}, "name": "${name}", "price": "${price} €", "tags": [${random(9)}, ${random(99)}]},\n`;
	});
}

function makeText(): Buffer {
	const random = randoms(123);
	const line = () => `${Array.from({ length: 4 + random(6) }, () => WORDS[random(WORDS.length)]).join(" ")}.\r\n`;
	return Buffer.from(make(line), "utf8").subarray(0, LENGTH);
}

function makeHtml(): string {
	const random = randoms(124);
	return make(
		() =>
			`<tr><td class="case_${random(3)}"><a href="#case${random(500)}">${random(1e6)} µs</a></td><td>Pass</td></tr>\n`,
	);
}

/** A picture in grey: neighbours are alike, and hardly any run repeats. */
function makePicture(): Buffer {
	const random = randoms(122);
	const bytes = Buffer.alloc(LENGTH);
	let grey = 128;
	for (let i = 0; i < LENGTH; i++) {
		grey = Math.min(255, Math.max(0, grey + random(31) - 15));
		bytes[i] = grey;
	}
	return bytes;
}

/** A document: text in between of what is compressed already. */
function makeDocument(): Buffer {
	const random = randoms(125);
	const bytes = Buffer.alloc(LENGTH);
	for (let i = 0; i < LENGTH; i++) bytes[i] = random(256);
	for (let i = 0; i < LENGTH; i += 4096)
		bytes.write(`endstream\nendobj\n${i} 0 obj <</Length ${random(9999)}>>\nstream\n`, i);
	return bytes;
}

export interface Data {
	readonly name: string;
	/** Text is cut by characters, the rest by bytes. */
	readonly content: string | Buffer;
}

export function makeData(): readonly Data[] {
	return [
		{ name: "JSON", content: makeJson() },
		{ name: "a bitmap", content: makePicture() },
		{ name: "German text", content: makeText() },
		{ name: "HTML", content: makeHtml() },
		{ name: "a document", content: makeDocument() },
	];
}
