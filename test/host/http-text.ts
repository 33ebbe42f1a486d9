/** Heads and chunked bodies for the differential test of the byte machines of HTTP/1: well-formed, nearly so, and not. */
import type { Random } from "../vectors/random.js";

const STATUS_LINES = [
	"HTTP/1.1 200 OK",
	"HTTP/1.1 200 OK",
	"HTTP/1.1 200 OK",
	"HTTP/1.0 404 Not Found",
	"HTTP/1.1 204",
	"HTTP/1.1 304 ",
	"HTTP/1.9 999 \xe4\xff\t.",
	`HTTP/1.1 500 ${"long ".repeat(20)}`,
	"HTTP/2.0 200 OK",
	"HTTP/1.1 099 No",
	"HTTP/1.1 20 OK",
	"HTTP/1.1 2000 OK",
	"HTTP/1.1  200 OK",
	"HTTP/1,1 200 OK",
	"HTTP/x.1 200 OK",
	"HTTP/1.1",
	"HTTP/1",
	"HTTP",
	"http/1.1 200 OK",
	"ICY 200 OK",
	" HTTP/1.1 200 OK",
];
const NAMES = [
	"Content-Length",
	"content-length",
	"Transfer-Encoding",
	"Connection",
	"CONNECTION",
	"Keep-Alive",
	"Content-Type",
	"ETag",
	"X",
	"Content-Lengt\x68s",
	"connectioN ",
	"!#$%&'*+-.^_`|~09azAZ",
	"n".repeat(30),
	"N".repeat(300),
	"",
	"a b",
	"a/b",
	"\xe4",
];
const VALUES = [
	"0",
	"1",
	"00042",
	"42",
	"42, 42",
	"42 ,\t42,42",
	"42,43",
	"42,",
	"+1",
	"0x10",
	"67108863",
	"67108864",
	"9007199254740991",
	"9007199254740992",
	"99999999999999999999999",
	"000000000000000000000000000007",
	"chunked",
	"Chunked",
	"gzip, chunked",
	"close",
	"Keep-Alive",
	"keep-alive, Close",
	" ,\tclose\t, upgrade",
	"closed,keep-aliv",
	"timeout=5, max=100",
	" TIMEOUT=1000000,max=0",
	"timeout=1000001",
	"timeout=0,timeout",
	"timeout=7x,,=,timeout=99999999999999,timeout=12",
	"",
	"text/plain; charset=utf-8",
	"a\tb  c",
	"\xff\x01\x7f",
	"value ".repeat(12),
	"v".repeat(70),
	"v".repeat(400),
];
const HEAD_BYTES = [0, 9, 10, 13, 32, 44, 58, 65, 127, 128, 255];

const SPACES = ["", " ", " ", " ", "\t", "  \t "];

const EXTENSIONS = ["", "", "", " ", "\t ", ";a=b", " ; a", ';a="\r', ";\n", ";\0\xff", `;${"e".repeat(300)}`];
const SIZES = [
	"0",
	"1",
	"a",
	"0A",
	"00000000",
	"0000000000000000",
	"00000000000000000",
	"fffffffffffff",
	"10000000000000",
	"000fffffffffffff",
	"4000000",
	"3ffffff",
	"Ff",
	"",
	"g",
	"-1",
];
const CHUNK_BYTES = [0, 9, 10, 13, 32, 48, 58, 59, 70, 71, 255];

/** Bytes under construction. */
export class HttpText {
	readonly #chance: Random;
	readonly bytes = new Uint8Array(6000);
	length = 0;

	constructor(chance: Random) {
		this.#chance = chance;
	}

	add(text: string): this {
		for (let i = 0; i < text.length && this.length < this.bytes.length; i++) {
			this.bytes[this.length++] = text.charCodeAt(i);
		}
		return this;
	}

	/** A few bytes become others, are lost or doubled. */
	#spoil(bytes: readonly number[]): void {
		for (let count = this.#chance.random(3) + 1; count > 0 && this.length > 1; count--) {
			const at = this.#chance.random(this.length);
			if (this.#rarely(3)) {
				this.bytes.copyWithin(at, at + 1, this.length--);
			} else if (this.#rarely(2) && this.length < this.bytes.length) {
				this.bytes.copyWithin(at + 1, at, this.length++);
			} else this.bytes[at] = this.#rarely(3) ? this.#chance.random(256) : this.#chance.oneOf(bytes);
		}
	}

	/** A head, sound or not, and what may follow it. */
	addHead(): this {
		const end = () =>
			this.#rarely(60) ? this.#chance.oneOf(["\r", "\n\r", "\0\r\n", "\r\r\n"]) : this.#rarely(5) ? "\n" : "\r\n";
		const broken = this.#rarely(3);
		while (this.#rarely(5)) this.add(this.#chance.oneOf(["\r\n", "\n"]));
		this.add(this.#rarely(2) ? "HTTP/1.1 200 OK" : this.#chance.oneOf(STATUS_LINES)).add(end());
		for (let count = this.#chance.random(this.#chance.oneOf([2, 6, 12])); count > 0; count--) {
			const name = this.#chance.oneOf(NAMES);
			// most of the odd names end it all
			this.add(/^[!-9;-~]+$/.test(name) || this.#rarely(20) ? name : "Ok");
			this.add(this.#rarely(50) ? this.#chance.oneOf([" :", "", "\t:", "::"]) : ":").add(this.#chance.oneOf(SPACES));
			for (let lines = this.#rarely(4) ? this.#chance.random(4) : 0; lines > 0; lines--) {
				this.add(this.#rarely(2) ? this.#chance.oneOf(VALUES) : "")
					.add(this.#chance.oneOf(SPACES))
					.add(end())
					.add(this.#chance.oneOf([" ", "\t", "  "]));
			}
			this.add(this.#chance.oneOf(VALUES)).add(this.#chance.oneOf(SPACES)).add(end());
		}
		this.add(end()).add(this.#chance.oneOf(["", "HTTP/1.1 200", "\r\n", "body"]));
		if (broken) this.#spoil(HEAD_BYTES);
		return this;
	}

	/** The framing of a chunked body, sound or not; content does not pass through the machine. */
	addChunks(): this {
		const end = () => (this.#rarely(40) ? this.#chance.oneOf(["\r", "\n", "\n\r", "\r\r\n"]) : "\r\n");
		for (let count = this.#chance.random(6); count > 0; count--) {
			this.add(this.#rarely(4) ? this.#chance.oneOf(SIZES) : `${this.#chance.random(0x30).toString(16)}`);
			this.add(this.#rarely(4) ? this.#chance.oneOf(EXTENSIONS) : "").add(end());
			this.add(end());
		}
		this.add("0").add(end());
		while (this.#rarely(3)) this.add(this.#chance.oneOf(["a: b", "", "t".repeat(100)])).add(end());
		this.add(end()).add(this.#chance.oneOf(["", "HTTP/1.1"]));
		if (this.#rarely(3)) this.#spoil(CHUNK_BYTES);
		return this;
	}

	/** True once in `times`. */
	#rarely(times: number): boolean {
		return this.#chance.random(times) === 0;
	}

	/** For messages. */
	toString(): string {
		let text = "";
		for (let i = 0; i < this.length; i++) text += String.fromCharCode(this.bytes[i] as number);
		return JSON.stringify(text);
	}
}
