/**
 * The client's side of SOCKS5 (RFC 1928), with user and password (RFC 1929), over a byte stream: it asks the proxy for a
 * connection to a name or an address, and then the stream is that connection. Of what comes no byte is read beyond the
 * reply, so the stream is handed on as it is.
 *
 * | state | awaits | then |
 * |---|---|---|
 * | Method | version, method | Login, Reply |
 * | Login | version, status (RFC 1929 section 2) | Reply |
 * | Reply | version, reply | Type |
 * | Type | reserved, type of address | Length, Bound |
 * | Length | the length of a name | Bound |
 * | Bound | address and port, which mean nothing here | Over |
 *
 * GSSAPI, BIND and UDP are not built in.
 */
import { stringToBytes } from "lws-xs/native/kernels";
import { addressBytes } from "./address.js";
import type { ByteStream, StreamSink } from "./stream.js";

/** Who goes through a proxy; told in an event of the stream, or from inside `begin`, once. */
export interface PassageOwner {
	/** The stream leads to the other end now; the owner gives it a sink at once. */
	passed(stream: ByteStream): void;
	/** The stream is given up; `code` is that of an LwsError. */
	unpassed(code: string, detail?: unknown): void;
}

/** On the way through a proxy. */
export interface Passage {
	begin(): void;
	/** Gives up; the owner hears nothing more. */
	abort(): void;
}

const enum State {
	Method,
	Login,
	Reply,
	Type,
	Length,
	Bound,
	Over,
}

const VERSION = 5;
const LOGIN_VERSION = 1;
const CONNECT = 1;

const enum Method {
	None = 0,
	Login = 2,
	/** None of those that were offered. */
	Refused = 255,
}

const enum AddressType {
	IPv4 = 1,
	Name = 3,
	IPv6 = 4,
}

/** The longest name, user and password: their lengths are one byte. */
export const SOCKS_TEXT = 255;
/** Of UTF-8, for one character. */
const LONGEST_CHARACTER = 4;

/** By the number of the reply (RFC 1928 section 6). */
const REPLIES: readonly string[] = Object.freeze([
	"",
	"socks:failure",
	"socks:not-allowed",
	"socks:network-unreachable",
	"socks:host-unreachable",
	"socks:refused",
	"socks:ttl-expired",
	"socks:command",
	"socks:address-type",
]);

/** `text` with its length before it; undefined: it is too long. */
function counted(text: string): Uint8Array | undefined {
	const bytes = new Uint8Array(1 + LONGEST_CHARACTER * text.length);
	const count = stringToBytes(text, bytes, 1);
	bytes[0] = count;
	return count > SOCKS_TEXT ? undefined : bytes.subarray(0, 1 + count);
}

/** The message of RFC 1929 section 2; undefined: one of the two is too long. An empty password is sent, as curl does. */
export function socksLogin(user: string, password: string): Uint8Array | undefined {
	const first = counted(user);
	const second = counted(password);
	if (!first || !second) return undefined;
	return Uint8Array.of(LOGIN_VERSION, ...first, ...second);
}

/** RFC 1928 section 4; undefined: the name is too long to be one. */
function connectMessage(host: string, port: number): Uint8Array | undefined {
	const numeric = addressBytes(host);
	const address = numeric ?? counted(host);
	if (!address) return undefined;
	const type = !numeric ? AddressType.Name : numeric.length === 4 ? AddressType.IPv4 : AddressType.IPv6;
	return Uint8Array.of(VERSION, CONNECT, 0, type, ...address, port >> 8, port & 0xff);
}

export class SocksPassage implements Passage, StreamSink {
	readonly #stream: ByteStream;
	readonly #owner: PassageOwner;
	readonly #login: Uint8Array | undefined;
	readonly #host: string;
	readonly #port: number;
	#state: State = State.Method;
	/** What comes, of the present state, from the start on. */
	readonly #input = new Uint8Array(2);
	#count = 0;
	/** Bytes that the state awaits. */
	#left = 2;
	/** What goes out, and how much of it has left. */
	#message: Uint8Array;
	#sent = 0;

	/** `host` is a name or a numeric address; `login` what socksLogin has made. The stream stands. */
	constructor(owner: PassageOwner, stream: ByteStream, host: string, port: number, login: Uint8Array | undefined) {
		this.#owner = owner;
		this.#stream = stream;
		this.#host = host;
		this.#port = port;
		this.#login = login;
		this.#message = login
			? Uint8Array.of(VERSION, 2, Method.None, Method.Login)
			: Uint8Array.of(VERSION, 1, Method.None);
		stream.sink = this;
	}

	begin(): void {
		this.flush();
		// it may speak before it is asked
		if (this.#stream.available > 0) this.readable();
	}

	abort(): void {
		this.#state = State.Over;
		this.#stream.abort();
	}

	private send(message: Uint8Array): void {
		this.#message = message;
		this.#sent = 0;
		this.flush();
	}

	private flush(): void {
		const message = this.#message;
		while (this.#sent < message.length) {
			const end = Math.min(message.length, this.#sent + this.#stream.room);
			if (end === this.#sent || this.#stream.write(message, this.#sent, end) === 0) return;
			this.#sent = end;
		}
	}

	private fail(code: string, detail?: unknown): void {
		if (this.#state === State.Over) return;
		this.abort();
		this.#owner.unpassed(code, detail);
	}

	/** All bytes of a state have come. */
	private step(): void {
		const [first = 0, second = 0] = this.#input;
		// what answers a message that has not left is no answer
		if (this.#sent < this.#message.length) this.fail("socks:malformed", "an answer to nothing");
		else if (this.#state === State.Method) this.choose(first, second);
		else if (this.#state === State.Login) {
			if (first !== LOGIN_VERSION) this.fail("socks:malformed", `version ${first}`);
			else if (second !== 0) this.fail("socks:authentication");
			else this.connect();
		} else if (this.#state === State.Reply) {
			if (first !== VERSION) this.fail("socks:malformed", `version ${first}`);
			else if (second >= REPLIES.length) this.fail("socks:failure", `reply ${second}`);
			else if (second !== 0) this.fail(REPLIES[second] as string);
			else this.await(State.Type, 2);
		} else if (this.#state === State.Type) {
			if (second === AddressType.IPv4) this.await(State.Bound, 4 + 2);
			else if (second === AddressType.IPv6) this.await(State.Bound, 16 + 2);
			else if (second === AddressType.Name) this.await(State.Length, 1);
			else this.fail("socks:malformed", `address type ${second}`);
		} else if (this.#state === State.Length) this.await(State.Bound, first + 2);
		else {
			this.#state = State.Over;
			this.#owner.passed(this.#stream);
		}
	}

	private choose(version: number, method: number): void {
		const login = this.#login;
		if (version !== VERSION) this.fail("socks:malformed", `version ${version}`);
		else if (method === Method.None) this.connect();
		else if (method === Method.Login && login) {
			this.await(State.Login, 2);
			this.send(login);
		} else if (method === Method.Login || method === Method.Refused) this.fail("socks:authentication");
		// RFC 1928 section 3: one of those that were offered
		else this.fail("socks:malformed", `method ${method}`);
	}

	private connect(): void {
		const message = connectMessage(this.#host, this.#port);
		this.await(State.Reply, 2);
		if (message) this.send(message);
		else this.fail("socks:address-type", "the name is longer than 255 bytes");
	}

	private await(state: State, count: number): void {
		this.#state = state;
		this.#left = count;
	}

	// the sink of the stream

	opened(): void {}

	readable(): void {
		const input = this.#input;
		while (this.#state !== State.Over) {
			// what means nothing is read over what was read before
			if (this.#count === input.length) this.#count = 0;
			const end = Math.min(input.length, this.#count + this.#left);
			const count = this.#stream.read(input, this.#count, end);
			if (count === 0) return;
			this.#count += count;
			this.#left -= count;
			if (this.#left > 0) continue;
			this.#count = 0;
			this.step();
		}
	}

	writable(): void {
		if (this.#state !== State.Over) this.flush();
	}

	ended(code: string | undefined, detail?: unknown): void {
		this.fail("socks:closed", detail ?? code);
	}

	broken(code: string | undefined, detail?: unknown): void {
		this.fail("socks:closed", detail ?? code);
	}
}
