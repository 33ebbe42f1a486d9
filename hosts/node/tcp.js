// @ts-check
/**
 * The SDK's `embedded:io/socket/tcp` over net.Socket, as it behaves on the device (modules/io/socket/lwip/tcp.c):
 * events only set a flag, and a turn of its own delivers it, so that no callback comes from inside a call.
 */
import net from "node:net";
import { bytesOf } from "./bytes.js";

/** How much may be written and not yet have left; the desktop host has the same. */
const WRITE_BUDGET = 65536;
/** As much may wait for the application; then the peer has to wait. */
const READ_BUDGET = 65536;
/** What was written before close() gets this long to leave, in milliseconds; a peer that takes nothing is left then. */
const LINGER = 5000;

/** In this order a turn looks at them. */
const READABLE = 1;
const WRITABLE = 2;
const ERROR = 4;

const NOTHING = new Uint8Array(0);

/** @typedef {import("embedded:io/socket/tcp").TCPOptions} TCPOptions */
/** @typedef {import("embedded:io/socket/tcp").TCPFailure} TCPFailure */
/** @typedef {import("embedded:io/socket/tcp").ByteBuffer} ByteBuffer */
/** @typedef {"buffer" | "number"} Format */

/** @type {Readonly<Record<string, TCPFailure>>} */
const FAILURES = Object.freeze({
	ECONNREFUSED: "refused",
	ECONNRESET: "reset",
	ECONNABORTED: "reset",
	EPIPE: "reset",
	ETIMEDOUT: "timed-out",
	EHOSTUNREACH: "unreachable",
	EHOSTDOWN: "unreachable",
	ENETUNREACH: "unreachable",
	ENETDOWN: "unreachable",
	EADDRNOTAVAIL: "address",
	EADDRINUSE: "address",
});

/** @param {NodeJS.ErrnoException} error @returns {TCPFailure} */
function failureOf(error) {
	if (error.syscall === "bind") return "address";
	return FAILURES[error.code ?? ""] ?? "other";
}

/** @param {unknown} callback */
function checkCallback(callback) {
	if (callback !== undefined && callback !== null && typeof callback !== "function") throw new Error("not a function");
}

/** @param {unknown} address */
function checkAddress(address) {
	const text = String(address);
	if (text.length > 1 && text.startsWith("+")) return text;
	if (net.isIP(text) === 0) throw new Error("invalid address");
	return text;
}

/** @param {unknown} port */
function checkPort(port) {
	if (port === undefined) throw new Error("invalid");
	const number = Math.trunc(Number(port)) || 0;
	if (number < 0 || number > 65535) throw new RangeError("invalid port");
	return number;
}

/** @param {unknown} format @returns {Format} */
function checkFormat(format) {
	if (format !== "buffer" && format !== "number") throw new RangeError("unimplemented");
	return format;
}

/** @type {readonly ("localAddress" | "unix")[]} */
const EXTRAS = Object.freeze(["localAddress", "unix"]);

export default class TCP {
	static get extras() {
		return EXTRAS;
	}

	/** @type {Format} */
	#format = "buffer";
	#address;
	#port;
	#onReadable;
	#onWritable;
	#onError;
	#socket;
	/** What has arrived and was not read; `#offset` bytes of the first chunk are gone already. @type {Uint8Array[]} */
	#chunks = [];
	#offset = 0;
	#available = 0;
	/** Written, but not yet taken by the operating system. */
	#outstanding = 0;
	#triggered = 0;
	#posted = false;
	#ready = false;
	#ended = false;
	#closed = false;
	/** @type {TCPFailure | undefined} */
	#failure;

	/** @param {TCPOptions} options */
	constructor(options) {
		if (options.format) this.#format = checkFormat(options.format);
		checkCallback(options.onReadable);
		checkCallback(options.onWritable);
		checkCallback(options.onError);
		this.#onReadable = options.onReadable;
		this.#onWritable = options.onWritable;
		this.#onError = options.onError;
		this.#address = checkAddress(options.address);
		this.#port = checkPort(options.port);
		const localAddress = options.localAddress === undefined ? undefined : checkAddress(options.localAddress);
		if ("target" in options) Object.assign(this, { target: options.target });

		// Half open, because it is the application that closes: what it has written must not be cut by the peer's FIN.
		const socket = new net.Socket({ allowHalfOpen: true });
		this.#socket = socket;
		if (options.nodelay !== undefined) socket.setNoDelay(options.nodelay);
		socket.on("connect", () => {
			this.#ready = true;
			this.#trigger(WRITABLE);
		});
		socket.on("data", (chunk) => this.#arrived(chunk));
		socket.on("end", () => this.#finished());
		socket.on("error", (error) => this.#end(failureOf(error)));
		if (this.#address.startsWith("+")) {
			// "@" is lws's way to write the NUL of an abstract name
			socket.connect({ path: this.#address.slice(1).replace(/^@/, "\0") });
		} else socket.connect({ host: this.#address, port: this.#port, localAddress });
	}

	get remoteAddress() {
		this.#check();
		return this.#address;
	}

	get remotePort() {
		this.#check();
		return this.#port;
	}

	get format() {
		this.#check();
		return this.#format;
	}

	set format(format) {
		this.#check();
		this.#format = checkFormat(format);
	}

	/**
	 * @param {[] | [count: number] | [buffer: ByteBuffer]} args
	 * @returns {ArrayBuffer | number | undefined}
	 */
	read(...args) {
		this.#check();
		if (this.#available === 0) return undefined;
		if (this.#format === "number") return this.#take(new Uint8Array(1))[0];

		const [wanted] = args;
		if (typeof wanted === "object" && wanted !== null) return this.#take(bytesOf(wanted)).length;
		const count = args.length === 0 ? this.#available : Math.trunc(Number(wanted)) || 0;
		// Before the allocation, which would have its own opinion on a negative count.
		if (count <= 0 || count > this.#available) throw new Error("invalid");
		const result = new ArrayBuffer(count);
		this.#take(new Uint8Array(result));
		return result;
	}

	/** @param {ByteBuffer | number} data */
	write(data) {
		this.#check();
		if (!this.#ready || this.#ended) throw new Error("not ready");
		// A copy: the application's buffer is its own again when write() returns.
		const bytes = this.#format === "number" ? Uint8Array.of(Number(data)) : new Uint8Array(bytesOf(data));
		const count = bytes.length;
		if (count > WRITE_BUDGET - this.#outstanding) throw new Error("would block");
		if (count > 0) {
			this.#outstanding += count;
			this.#socket.write(bytes, (error) => {
				if (error) return; // comes as an "error" event too
				this.#outstanding -= count;
				this.#trigger(WRITABLE);
			});
		}
		return WRITE_BUDGET - this.#outstanding;
	}

	close() {
		if (this.#closed) return;
		this.#closed = true;
		this.#chunks.length = 0;
		const socket = this.#socket;
		socket.pause(); // what still arrives is the peer's loss
		if (!this.#ready || this.#outstanding === 0) {
			socket.destroy();
			return;
		}
		socket.destroySoon();
		// It is the socket that keeps the program alive meanwhile.
		setTimeout(() => socket.destroy(), LINGER).unref();
	}

	#check() {
		if (this.#closed) throw new Error("closed");
	}

	/**
	 * Fills all of `out`, which must not be longer than what waits.
	 * @param {Uint8Array} out
	 */
	#take(out) {
		if (out.length === 0 || out.length > this.#available) throw new Error("invalid");
		let filled = 0;
		while (filled < out.length) {
			const chunk = this.#chunks[0] ?? NOTHING;
			const end = Math.min(chunk.length, this.#offset + out.length - filled);
			out.set(chunk.subarray(this.#offset, end), filled);
			filled += end - this.#offset;
			this.#offset = end;
			if (end === chunk.length) {
				this.#chunks.shift();
				this.#offset = 0;
			}
		}
		this.#available -= filled;
		if (this.#ended) {
			if (this.#available === 0) this.#trigger(ERROR);
		} else if (this.#available < READ_BUDGET && this.#socket.isPaused()) this.#socket.resume();
		return out;
	}

	/** @param {Uint8Array} chunk */
	#arrived(chunk) {
		this.#chunks.push(chunk);
		this.#available += chunk.length;
		if (this.#available >= READ_BUDGET) this.#socket.pause();
		this.#trigger(READABLE);
	}

	/**
	 * Node says "end" also when a reset arrived together with the last bytes. Only a write tells them apart; one of no
	 * bytes sends nothing. While bytes wait to leave, their fate will tell.
	 */
	#finished() {
		if (this.#closed) return;
		if (this.#outstanding > 0) return this.#end(undefined);
		this.#socket.write(NOTHING, (error) => {
			if (!error) this.#end(undefined); // otherwise it comes as an "error" event
		});
	}

	/**
	 * Nothing arrives any more, so ERROR is triggered once: here, or by the read that takes the last byte.
	 * @param {TCPFailure | undefined} failure
	 */
	#end(failure) {
		if (this.#closed || this.#ended) return;
		this.#ended = true;
		this.#failure = failure;
		if (this.#available === 0) this.#trigger(ERROR);
	}

	/** @param {number} flag */
	#trigger(flag) {
		if (this.#closed) return;
		this.#triggered |= flag;
		this.#post();
	}

	#post() {
		if (this.#posted || this.#triggered === 0) return;
		this.#posted = true;
		setImmediate(() => {
			this.#posted = false;
			if (!this.#closed) this.#deliver();
		});
	}

	/** One callback, and a new turn for what is left: nothing is lost when the callback throws. */
	#deliver() {
		const flag = this.#triggered & -this.#triggered;
		this.#triggered &= ~flag;
		this.#post();
		if (flag === READABLE) {
			if (this.#available > 0) this.#onReadable?.call(/** @type {any} */ (this), this.#available);
		} else if (flag === WRITABLE) {
			if (!this.#ended) this.#onWritable?.call(/** @type {any} */ (this), WRITE_BUDGET - this.#outstanding);
		} else if (flag === ERROR) {
			this.#onError?.call(/** @type {any} */ (this), this.#failure);
		}
	}
}
