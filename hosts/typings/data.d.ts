/** Modules that the Moddable SDK has under `modules/data` and `modules/crypt`, as far as this project uses them. */
declare module "base64" {
	const Base64: {
		encode(buffer: ArrayBuffer | Uint8Array): string;
		decode(text: string): ArrayBuffer;
	};
	export default Base64;
}

declare module "logical" {
	/** In place, on the whole of `target`; a shorter `source` repeats. */
	const Logical: {
		xor(target: ArrayBuffer | Uint8Array, source: ArrayBuffer | Uint8Array | number): void;
		and(target: ArrayBuffer | Uint8Array, source: ArrayBuffer | Uint8Array | number): void;
		or(target: ArrayBuffer | Uint8Array, source: ArrayBuffer | Uint8Array | number): void;
	};
	export default Logical;
}

declare module "rng" {
	/** Random bytes: the kernel's on the desktop, `esp_fill_random` on ESP32. */
	const RNG: { get(count: number): ArrayBuffer };
	export default RNG;
}

declare module "crypt" {
	type Digestible = string | ArrayBuffer | ArrayBufferView;

	/**
	 * A hash in pieces. A string counts as its UTF-8; what NUL in it counts as differs between hosts. An unknown type
	 * throws. After `close` only `reset` may be called: other hosts throw, the SDK's gives nonsense.
	 */
	export class Digest {
		constructor(type: "MD5" | "SHA1" | "SHA224" | "SHA256" | "SHA384" | "SHA512");
		write(data: Digestible): void;
		/** The hash of all that was written; with `more` it can be written on. */
		close(more?: boolean): ArrayBuffer;
		/** Begins anew. */
		reset(): void;
		/** Bytes of a block, and of the result. */
		readonly blockSize: number;
		readonly outputSize: number;
		/** All at once: `reset`, `write` of each part, `close`. */
		process(...parts: Digestible[]): ArrayBuffer;
		/** As `write`. */
		update(data: Digestible): void;
	}
	const Crypt: Readonly<{ Digest: typeof Digest }>;
	export default Crypt;
}

declare module "text/decoder" {
	export default class TextDecoder {
		constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
		decode(buffer?: ArrayBuffer | Uint8Array, options?: { stream?: boolean }): string;
		readonly encoding: string;
	}
}

declare module "url" {
	export class URL {
		constructor(url: string, base?: string | URL);
		href: string;
		readonly origin: string;
		protocol: string;
		username: string;
		password: string;
		host: string;
		hostname: string;
		port: string;
		pathname: string;
		search: string;
		hash: string;
		toString(): string;
	}
	export class URLSearchParams {
		constructor(init?: string);
		get(name: string): string | null;
		toString(): string;
	}
	export { URL as default };
}
