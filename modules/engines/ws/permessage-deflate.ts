/**
 * The negotiation of permessage-deflate (RFC 7692 section 7.1), the client's side: what is offered, and whether the answer
 * is one to it. Parameters have the syntax of RFC 6455 section 9.1.
 */
import { Deflater, Inflater } from "./deflate.js";

/** What is offered, and what is done with it. */
export interface DeflateOptions {
	/**
	 * The window that the server may use: 2^n bytes, of 9 to 15, which are reserved for each WebSocket that compresses, beside
	 * 1.7 KB. Default: 10. A server that does not know the parameter cannot take the offer; 15 is no such demand.
	 */
	readonly serverMaxWindowBits?: number | undefined;
	/** The window of our own compressor: 9 or 10, and no more than the server allows. More is 10. Default: 10. */
	readonly clientMaxWindowBits?: number | undefined;
	/** Asks the server to compress each message by itself: worse, but it needs no memory between them. Default: false. */
	readonly serverNoContextTakeover?: boolean | undefined;
	/** Compresses each message by itself, and tells the server so. Default: false. */
	readonly clientNoContextTakeover?: boolean | undefined;
	/** Compresses what is sent; takes 1.1 KB and the window for each WebSocket. Default: false, messages are sent as they are. */
	readonly compress?: boolean | undefined;
}

/** What was agreed upon. */
export interface DeflateParams {
	/** The decompressor's window, 9 to 15. */
	readonly serverBits: number;
	readonly serverKeepsContext: boolean;
	/** The compressor's window, 9 or 10; 0: there is none. */
	readonly clientBits: number;
	readonly clientKeepsContext: boolean;
}

/** The compression of one WebSocket's messages. */
export interface DeflateCodec {
	readonly inflater: Inflater;
	readonly deflater: Deflater | undefined;
}

/** An extension as a WebSocket is asked for with. */
export interface DeflateExtension {
	readonly name: string;
	readonly offer: string;
	accept(parameters: string): DeflateCodec | undefined;
}

const NAME = "permessage-deflate";
const SERVER_BITS = "server_max_window_bits";
const CLIENT_BITS = "client_max_window_bits";
const SERVER_TAKEOVER = "server_no_context_takeover";
const CLIENT_TAKEOVER = "client_no_context_takeover";
/** Where what a parameter says stands; from the third on they have no value. */
const PARAMETERS: readonly string[] = Object.freeze([SERVER_BITS, CLIENT_BITS, SERVER_TAKEOVER, CLIENT_TAKEOVER]);
const VALUES = 2;

/** The window when nothing is said of it (section 7.1.2). */
const MOST_BITS = 15;
/** Eight are asked of nobody: zlib's compressor takes nine then, or refuses, and who asked does not know. */
const LEAST_BITS = 9;
/** A kilobyte: small enough for a device, and what repeats in telemetry lies nearer. */
const DEFAULT_BITS = 10;
/** What the compressor can do. */
const MOST_CLIENT_BITS = 10;

/**
 * The element of Sec-WebSocket-Extensions. Throws RangeError for a window that is not one of 9 to 15 bits.
 *
 * The client's window is offered without a value (section 7.1.2.2): a server that answers with a greater one than a hint
 * said breaks no rule then.
 */
export function permessageDeflateOffer(options: DeflateOptions): string {
	const { serverMaxWindowBits = DEFAULT_BITS, clientMaxWindowBits = DEFAULT_BITS } = options;
	checkBits("serverMaxWindowBits", serverMaxWindowBits);
	checkBits("clientMaxWindowBits", clientMaxWindowBits);
	let offer = NAME;
	if (serverMaxWindowBits < MOST_BITS) offer += `; ${SERVER_BITS}=${serverMaxWindowBits}`;
	if (options.serverNoContextTakeover) offer += `; ${SERVER_TAKEOVER}`;
	if (options.clientNoContextTakeover) offer += `; ${CLIENT_TAKEOVER}`;
	if (options.compress) offer += `; ${CLIENT_BITS}`;
	return offer;
}

function checkBits(name: string, bits: number): void {
	if (!Number.isInteger(bits) || bits < LEAST_BITS || bits > MOST_BITS)
		throw new RangeError(`${name} is ${bits}: it must be a whole number of ${LEAST_BITS} to ${MOST_BITS}`);
}

/** Section 7.1.2: a decimal number of 8 to 15 without leading zeros, which may be quoted; 0: it is none. */
function readBits(text: string): number {
	const isQuoted = text.length > 2 && text.startsWith('"') && text.endsWith('"');
	const value = isQuoted ? text.slice(1, -1) : text;
	const bits = Number(value) | 0;
	return bits > 7 && bits <= MOST_BITS && `${bits}` === value ? bits : 0;
}

/**
 * What the answer to that offer agrees upon; `parameters` is what stands behind the name and its semicolon. Undefined: it
 * is no answer to it, and the handshake has failed (sections 5.1 and 7.1).
 */
export function acceptDeflate(options: DeflateOptions, parameters: string): DeflateParams | undefined {
	const said = [0, 0, 0, 0];
	for (const parameter of parameters === "" ? [] : parameters.split(";")) {
		const equal = parameter.indexOf("=");
		const which = PARAMETERS.indexOf((equal < 0 ? parameter : parameter.slice(0, equal)).trim());
		// section 7.1: one that is not defined, or the same twice
		if (which < 0 || said[which] !== 0) return undefined;
		// section 7.1: a value where there may be none, none where there must be one, or one that cannot be
		if (which < VALUES === equal < 0) return undefined;
		said[which] = which < VALUES ? readBits(parameter.slice(equal + 1).trim()) : 1;
		if (said[which] === 0) return undefined;
	}
	const [server, client, serverForgets, clientForgets] = said as [number, number, number, number];
	// section 7.1.2.1: an answer to it says so, with the same value or a smaller one
	if ((server || MOST_BITS) > (options.serverMaxWindowBits ?? DEFAULT_BITS)) return undefined;
	// section 7.1.2.2: only where it was offered
	if (client > 0 && !options.compress) return undefined;
	const most = Math.min(client || MOST_BITS, options.clientMaxWindowBits ?? DEFAULT_BITS, MOST_CLIENT_BITS);
	return {
		serverBits: Math.max(server || MOST_BITS, LEAST_BITS),
		// a server that was asked to forget and does not say that it will is remembered with: the window is there
		serverKeepsContext: serverForgets === 0,
		// messages may always be sent as they are (section 6.1), and to a window of 8 bits they are
		clientBits: options.compress && most >= LEAST_BITS ? most : 0,
		clientKeepsContext: clientForgets === 0 && !options.clientNoContextTakeover,
	};
}

/**
 * Compression of messages by DEFLATE (RFC 7692), for the extensions of a context or a vhost. What a server sends is
 * decompressed piece by piece, and never takes more memory than was reserved; what is sent is compressed only if asked for.
 * Throws RangeError for a window that is not one of 9 to 15 bits.
 *
 * @example
 * const context = createContext({ protocols, extensions: [permessageDeflate({ serverMaxWindowBits: 9 })] });
 */
export function permessageDeflate(options: DeflateOptions = {}): DeflateExtension {
	return {
		name: NAME,
		offer: permessageDeflateOffer(options),
		accept(parameters) {
			const params = acceptDeflate(options, parameters);
			return (
				params && {
					inflater: new Inflater(params.serverBits, params.serverKeepsContext),
					deflater: params.clientBits > 0 ? new Deflater(params.clientBits, params.clientKeepsContext) : undefined,
				}
			);
		},
	};
}
