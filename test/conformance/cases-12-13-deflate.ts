/** Groups 12 and 13: permessage-deflate with data of five kinds, and with the parameters that a server may ask for. */
import { type Case, CLOSED_BY_JUDGE, type Judge, type Scale } from "./case.js";
import { type Agreement, agree, type Offer } from "./deflate.js";
import { type Data, makeData } from "./payloads.js";

/** Length of a message, seconds for all of them, size of its fragments. */
const SIZES: readonly (readonly [length: number, seconds: number, fragment: number])[] = [
	[16, 60, 0],
	[64, 60, 0],
	[256, 120, 0],
	[1024, 240, 0],
	[4096, 480, 0],
	[8192, 480, 0],
	[16384, 480, 0],
	[32768, 480, 0],
	[65536, 480, 0],
	[131072, 480, 0],
	[8192, 480, 256],
	[16384, 480, 256],
	[32768, 480, 256],
	[65536, 480, 256],
	[131072, 480, 256],
	[131072, 480, 1024],
	[131072, 480, 4096],
	[131072, 480, 32768],
];

type Accept = (offer: Offer) => Agreement | undefined;

/** What the server asks of the client's compressor, after Autobahn's accept1 to accept7. */
const PARAMETERS: readonly { readonly what: string; readonly accept: Accept }[] = [
	{ what: "nothing", accept: (offer) => agree(offer, false, 0) },
	{ what: "no context", accept: (offer) => agree(offer, true, 0) },
	{ what: "9 bits", accept: (offer) => (offer.clientMaxWindowBits ? agree(offer, false, 9) : undefined) },
	{ what: "15 bits", accept: (offer) => (offer.clientMaxWindowBits ? agree(offer, false, 15) : undefined) },
	{ what: "no context, 9 bits", accept: (offer) => (offer.clientMaxWindowBits ? agree(offer, true, 9) : undefined) },
	{ what: "no context, 15 bits", accept: (offer) => (offer.clientMaxWindowBits ? agree(offer, true, 15) : undefined) },
	{
		what: "no context, 9 bits or what can be had",
		accept: (offer) => agree(offer, true, offer.clientMaxWindowBits ? 9 : 0),
	},
];

function countOf(scale: Scale, length: number): number {
	return Math.max(2, Math.min(scale.messages, Math.floor(scale.volume / length)));
}

/** One connection's place in its data. */
class Source {
	readonly #content: string | Buffer;
	readonly #length: number;
	#at = 0;
	message = Buffer.alloc(0);

	constructor({ content }: Data, length: number) {
		this.#content = content;
		this.#length = length;
	}

	next(): Buffer {
		const content = this.#content;
		if (this.#at + this.#length > content.length) this.#at = 0;
		const piece = content.slice(this.#at, this.#at + this.#length);
		this.#at += this.#length;
		this.message = Buffer.from(piece as string);
		return this.message;
	}
}

function makeCase(id: string, title: string, data: Data, size: (typeof SIZES)[number], accept: Accept): Case {
	const [length, seconds, fragment] = size;
	const isBinary = typeof data.content !== "string";
	const sources = new WeakMap<Judge, Source>();
	const send = (judge: Judge) => {
		judge.count++;
		judge.sendMessage((sources.get(judge) as Source).next(), isBinary, fragment);
	};
	return {
		id,
		title: `${title}, ${length} ${isBinary ? "bytes" : "characters"} each${fragment ? ` in fragments of ${fragment}` : ""}, come back.`,
		ending: CLOSED_BY_JUDGE,
		deflate: accept,
		play(judge) {
			sources.set(judge, new Source(data, Math.min(length, judge.scale.longest)));
			send(judge);
			judge.closeAfter(seconds);
		},
		message(judge, payload, isBinaryMessage) {
			const expected = (sources.get(judge) as Source).message;
			if (isBinaryMessage !== isBinary || !payload.equals(expected)) {
				judge.result = `message ${judge.count} differs: ${payload.length} bytes for ${expected.length}`;
				judge.sendClose();
			} else if (judge.count < countOf(judge.scale, length)) {
				send(judge);
			} else {
				judge.behavior = "OK";
				judge.sendClose();
			}
		},
	};
}

function makeCases(): Case[] {
	const data = makeData();
	const [json, first] = [data[0] as Data, (PARAMETERS[0] as (typeof PARAMETERS)[number]).accept];
	return [
		...data.flatMap((each, i) =>
			SIZES.map((size, j) => makeCase(`12.${i + 1}.${j + 1}`, `messages of ${each.name}`, each, size, first)),
		),
		...PARAMETERS.flatMap(({ what, accept }, i) =>
			SIZES.map((size, j) => {
				return makeCase(`13.${i + 1}.${j + 1}`, `messages, the server asking for ${what}`, json, size, accept);
			}),
		),
	];
}

export const DEFLATE: readonly Case[] = makeCases();
