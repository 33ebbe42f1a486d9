/** The judge's permessage-deflate (RFC 7692) over node:zlib, one message at a time. */
import { constants, deflateRawSync, inflateRawSync } from "node:zlib";

/** What a client offers: the parameters of the first permessage-deflate in its Sec-WebSocket-Extensions. */
export interface Offer {
	serverNoContextTakeover: boolean;
	/** 0: not limited. */
	serverMaxWindowBits: number;
	/** It offers that its own window be limited, to whatever value. */
	clientMaxWindowBits: boolean;
}

/** What the server answers. */
export interface Agreement {
	/** The value of the answer's Sec-WebSocket-Extensions. */
	text: string;
	/** Window and memory of what the server sends, and of what the client sends. */
	serverBits: number;
	serverKeeps: boolean;
	clientBits: number;
	clientKeeps: boolean;
}

export function parseOffer(field: string | undefined): Offer | undefined {
	for (const extension of (field ?? "").split(",")) {
		const [name, ...parameters] = extension.split(";").map((part) => part.trim());
		if (name !== "permessage-deflate") continue;
		const offer = { serverNoContextTakeover: false, serverMaxWindowBits: 0, clientMaxWindowBits: false };
		for (const parameter of parameters) {
			const [key, value] = parameter.split("=").map((part) => part.trim());
			if (key === "server_no_context_takeover" && value === undefined) offer.serverNoContextTakeover = true;
			else if (key === "server_max_window_bits" && isBits(value)) offer.serverMaxWindowBits = Number(value);
			else if (key === "client_max_window_bits" && (value === undefined || isBits(value))) {
				offer.clientMaxWindowBits = true;
			} else if (key !== "client_no_context_takeover" || value !== undefined) return undefined;
		}
		return offer;
	}
	return undefined;
}

function isBits(value: string | undefined): boolean {
	return value !== undefined && /^([89]|1[0-5])$/.test(value);
}

/** Accepts `offer`, asking of the client's compressor what the other arguments say; 0 bits: nothing. */
export function agree(offer: Offer, noContextTakeover: boolean, bits: number): Agreement {
	let text = "permessage-deflate";
	if (offer.serverNoContextTakeover) text += "; server_no_context_takeover";
	if (offer.serverMaxWindowBits > 0) text += `; server_max_window_bits=${offer.serverMaxWindowBits}`;
	if (noContextTakeover) text += "; client_no_context_takeover";
	if (bits > 0) text += `; client_max_window_bits=${bits}`;
	return {
		text,
		serverBits: offer.serverMaxWindowBits || 15,
		serverKeeps: !offer.serverNoContextTakeover,
		clientBits: bits || 15,
		clientKeeps: !noContextTakeover,
	};
}

const NOTHING = Buffer.alloc(0);
/** The end of a sync flush, which is not sent (RFC 7692 section 7.2.1). */
const TAIL = Buffer.of(0, 0, 255, 255);

/** The last bytes of what one side has sent, which the next message may refer to. */
class Window {
	readonly #size: number;
	readonly #keeps: boolean;
	#bytes = NOTHING;

	constructor(bits: number, keeps: boolean) {
		this.#size = 1 << bits;
		this.#keeps = keeps;
	}

	/** Zlib calls it the dictionary, and wants none rather than an empty one. */
	get dictionary(): Buffer | undefined {
		return this.#bytes.length > 0 ? this.#bytes : undefined;
	}

	add(bytes: Buffer): void {
		if (!this.#keeps) return;
		const whole = bytes.length >= this.#size ? bytes : Buffer.concat([this.#bytes, bytes]);
		this.#bytes = Buffer.from(whole.subarray(Math.max(0, whole.length - this.#size)));
	}
}

export class Compression {
	readonly #agreement: Agreement;
	readonly #sent: Window;
	readonly #received: Window;

	constructor(agreement: Agreement) {
		this.#agreement = agreement;
		this.#sent = new Window(agreement.serverBits, agreement.serverKeeps);
		this.#received = new Window(agreement.clientBits, agreement.clientKeeps);
	}

	deflate(message: Buffer): Buffer {
		const { dictionary } = this.#sent;
		const windowBits = this.#agreement.serverBits;
		const bytes = deflateRawSync(message, { windowBits, dictionary, finishFlush: constants.Z_SYNC_FLUSH });
		this.#sent.add(message);
		// An empty message has an empty block of its own (section 7.2.3.6).
		return bytes.length > TAIL.length ? bytes.subarray(0, -TAIL.length) : Buffer.of(0);
	}

	/** Throws when it is no deflate data, or refers to what lies before the window. */
	inflate(bytes: Buffer): Buffer {
		const { dictionary } = this.#received;
		const windowBits = this.#agreement.clientBits;
		// Zlib forgives references into all that it has put out since it was called: so it puts out little at a time.
		const chunkSize = Math.max(64, (1 << windowBits) >> 3);
		const message = inflateRawSync(Buffer.concat([bytes, TAIL]), {
			windowBits,
			dictionary,
			chunkSize,
			finishFlush: constants.Z_SYNC_FLUSH,
		});
		this.#received.add(message);
		return message;
	}
}
