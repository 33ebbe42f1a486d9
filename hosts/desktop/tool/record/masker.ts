/**
 * Takes secrets out of one direction of a connection, a byte for each byte, however it is cut. It goes by lines and does
 * not know where a head ends, because a record is wanted most when that went wrong: a line of content that looks like a
 * field with a secret is masked, too.
 */
import { copyBytes, equalsFolded, findByte } from "lws-xs/native/kernels";

/** The values of these fields are masked as a whole. */
export const SECRETS: readonly string[] = Object.freeze([
	"authorization",
	"proxy-authorization",
	"cookie",
	"set-cookie",
]);
/** In the values of these `user:password@` is. */
export const REFERENCES: readonly string[] = Object.freeze([
	"location",
	"content-location",
	"referer",
	"refresh",
	"link",
]);
/** Of the names above. */
const LONGEST = 19;
/** An authority is held until it is known whether it has a user; what is longer is no host (RFC 1035: 255) and masked. */
const HOLD = 512;

const enum State {
	/** A line begins, or only white space has come of it. */
	Start,
	Name,
	/** White space between name and colon. */
	Colon,
	Skip,
	Secret,
	/** The value of a reference, or the target of a request; after "//" its authority. */
	Reference,
	Authority,
	/** SOCKS5 (RFC 1928, RFC 1929), outgoing: greeting, its methods, name and password. */
	Greeting,
	Methods,
	Request,
	NameLength,
	User,
	PasswordLength,
	Password,
}

const HT = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const PERCENT = 0x25;
const STAR = 0x2a;
const SLASH = 0x2f;
const COLON = 0x3a;
const AT = 0x40;
/** The bit of lower case. */
const CASE = 0x20;
const LETTER_A = 0x61;
const LETTER_Z = 0x7a;
/** `/?#"<>` end an authority (RFC 3986 section 3.2), and so does white space. */
const ENDS: readonly number[] = Object.freeze([SLASH, 0x3f, 0x23, 0x22, 0x3c, 0x3e, SPACE, HT, CR, LF]);

const SOCKS = 5;
const PASSWORD_VERSION = 1;

export class Masker {
	#state: State;
	readonly #name = new Uint8Array(LONGEST);
	#nameLength = 0;
	/** White space at the beginning of a line continues the one before (RFC 9112 section 5.2). */
	#isContinued = false;
	#isSlash = false;
	readonly #held = new Uint8Array(HOLD);
	#holding = 0;
	/** Of SOCKS: bytes that are left. */
	#left = 0;
	#out = new Uint8Array(0);
	/** Bytes at the start of what `feed` gives. */
	length = 0;

	/** `isOutgoing`: a SOCKS client may begin. */
	constructor(isOutgoing: boolean) {
		this.#state = isOutgoing ? State.Greeting : State.Start;
	}

	/** Gives what is known of [0, end), its count in `length`; valid until the next call. */
	feed(bytes: Uint8Array, end: number): Uint8Array {
		if (this.#out.length < end + HOLD) this.#out = new Uint8Array(end + HOLD);
		this.length = 0;
		for (let at = 0; at < end; ) {
			if (this.#state === State.Skip) at = this.#skip(bytes, at, end);
			else this.#take(bytes[at++] as number);
		}
		return this.#out;
	}

	/** What is held, when nothing more comes. */
	flush(): Uint8Array {
		if (this.#out.length < HOLD) this.#out = new Uint8Array(HOLD);
		this.length = 0;
		this.#release(true);
		return this.#out;
	}

	#skip(bytes: Uint8Array, from: number, end: number): number {
		const lineEnd = findByte(bytes, LF, from, end);
		const to = lineEnd < 0 ? end : lineEnd + 1;
		// what ends a line for somebody else may do so by CR alone
		const cr = findByte(bytes, CR, from, to);
		const stop = cr < 0 ? to : cr + 1;
		this.length += copyBytes(this.#out, this.length, bytes, from, stop);
		if (cr >= 0 || lineEnd >= 0) this.#begin();
		return stop;
	}

	#begin(isContinued = false): void {
		this.#state = State.Start;
		this.#isContinued = isContinued;
		this.#nameLength = 0;
	}

	#put(byte: number): void {
		this.#out[this.length++] = byte;
	}

	#take(byte: number): void {
		const isBlank = byte === SPACE || byte === HT;
		if (this.#state === State.Authority) {
			this.#takeAuthority(byte);
			return;
		}
		if (this.#state >= State.Greeting && this.#takeSocks(byte)) return;
		if (byte === LF || (byte === CR && this.#state !== State.Secret)) {
			// CR LF after a secret line: the continuation is still to come
			this.#begin(this.#state === State.Secret || (this.#state === State.Start && this.#isContinued && byte === CR));
			this.#put(byte);
			return;
		}
		this.#put(this.#state === State.Secret && !isBlank && byte !== CR ? STAR : byte);
		switch (this.#state) {
			case State.Start:
				if (isBlank && this.#isContinued) this.#state = State.Secret;
				if (isBlank) return;
				// neither a name that is looked for nor a method begins otherwise
				this.#state = (byte | CASE) >= LETTER_A && (byte | CASE) <= LETTER_Z ? State.Name : State.Skip;
				if (this.#state === State.Name) this.#takeName(byte, false);
				return;
			case State.Name:
				this.#takeName(byte, isBlank);
				return;
			case State.Colon:
				if (byte === COLON) this.#decide();
				else if (!isBlank) {
					// a request line, perhaps
					this.#state = State.Reference;
					this.#isSlash = byte === SLASH;
				}
				return;
			case State.Reference:
				if (byte === SLASH && this.#isSlash) this.#state = State.Authority;
				this.#isSlash = byte === SLASH && !this.#isSlash;
				return;
			default:
				return;
		}
	}

	#takeName(byte: number, isBlank: boolean): void {
		if (byte === COLON) this.#decide();
		else if (isBlank) this.#state = State.Colon;
		else if (this.#nameLength === LONGEST) this.#state = State.Skip;
		else this.#name[this.#nameLength++] = byte;
	}

	#decide(): void {
		this.#isSlash = false;
		const isNamed = (name: string) => equalsFolded(this.#name, 0, this.#nameLength, name);
		if (SECRETS.some(isNamed)) this.#state = State.Secret;
		else this.#state = REFERENCES.some(isNamed) ? State.Reference : State.Skip;
	}

	#takeAuthority(byte: number): void {
		if (byte === SLASH && this.#holding === 0) this.#put(byte);
		else if (ENDS.includes(byte)) {
			this.#release(false);
			this.#state = State.Reference;
			this.#isSlash = false;
			this.#take(byte);
		} else if (byte === AT) {
			this.#release(true);
			this.#put(byte);
		} else {
			if (this.#holding === HOLD) this.#release(true);
			this.#held[this.#holding++] = byte;
		}
	}

	/** Masked or as it is. An encoded byte stays one, so that it is as long when it is decoded. */
	#release(isSecret: boolean): void {
		const held = this.#held;
		const end = this.#holding;
		this.#holding = 0;
		for (let at = 0; at < end; at++) {
			const byte = held[at] as number;
			if (!isSecret || byte === COLON) this.#put(byte);
			else if (byte === PERCENT && at + 2 < end) {
				this.#put(PERCENT);
				this.#put(0x32);
				this.#put(0x41);
				at += 2;
			} else this.#put(STAR);
		}
	}

	/** False: it is no SOCKS, or over, and the byte is to be taken as any other. */
	#takeSocks(byte: number): boolean {
		switch (this.#state) {
			case State.Greeting:
				if (byte !== SOCKS) {
					this.#begin();
					return false;
				}
				this.#left = -1;
				this.#state = State.Methods;
				break;
			case State.Methods:
				this.#left = this.#left < 0 ? byte : this.#left - 1;
				if (this.#left === 0) this.#state = State.Request;
				break;
			case State.Request:
				if (byte !== PASSWORD_VERSION) {
					this.#begin();
					return false;
				}
				this.#state = State.NameLength;
				break;
			case State.NameLength:
				this.#left = byte;
				this.#state = byte === 0 ? State.PasswordLength : State.User;
				break;
			case State.User:
				if (--this.#left === 0) this.#state = State.PasswordLength;
				break;
			case State.PasswordLength:
				this.#left = byte;
				if (byte === 0) this.#begin();
				else this.#state = State.Password;
				break;
			default:
				this.#put(STAR);
				if (--this.#left === 0) this.#begin();
				return true;
		}
		this.#put(byte);
		return true;
	}
}
