// @ts-check
/** The digests of the SDK's `crypt` over Node's. */
import { createHash } from "node:crypto";
import { bytesOf } from "./bytes.js";

/** @type {Readonly<Record<string, number>>} */
const BLOCK_SIZES = Object.freeze({ MD5: 64, SHA1: 64, SHA224: 64, SHA256: 64, SHA384: 128, SHA512: 128 });

export class Digest {
	#name;
	/** @type {import("node:crypto").Hash | undefined} undefined after close */
	#hash;

	/** @param {string} type */
	constructor(type) {
		this.#name = String(type);
		if (!Object.hasOwn(BLOCK_SIZES, this.#name)) throw new Error("crypt: unsupported digest");
		this.reset();
	}

	/** @param {string | ArrayBuffer | ArrayBufferView} data */
	write(data) {
		const bytes = typeof data === "string" ? data : bytesOf(data);
		this.#open("write").update(bytes);
	}

	/** @param {boolean} [more] */
	close(more) {
		const hash = this.#open("close");
		this.#hash = more ? hash.copy() : undefined;
		return new Uint8Array(hash.digest()).buffer;
	}

	reset() {
		this.#hash = createHash(this.#name);
	}

	get blockSize() {
		return BLOCK_SIZES[this.#name];
	}

	get outputSize() {
		return createHash(this.#name).digest().length;
	}

	/** @param {(string | ArrayBuffer | ArrayBufferView)[]} parts */
	process(...parts) {
		this.reset();
		for (const part of parts) this.write(part);
		return this.close();
	}

	/** @param {string | ArrayBuffer | ArrayBufferView} data */
	update(data) {
		this.write(data);
	}

	/** @param {string} what */
	#open(what) {
		if (this.#hash === undefined) throw new Error(`crypt: can't call digest ${what} after close`);
		return this.#hash;
	}
}

export default Object.freeze({ Digest });
