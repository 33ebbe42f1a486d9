/** Modules that only the desktop host has; they serve its tools, tests and examples, never `modules/`. */
declare module "desktop/file" {
	export interface FileOptions {
		path: string;
		/** "r" read (default), "r+" read and write, "w" create or empty, "a" append. */
		mode?: "r" | "r+" | "w" | "a";
	}
	/** A file in pieces. Calls block. Failures throw an Error that names the file and the reason. */
	export default class File {
		constructor(options: FileOptions);
		/** Up to a buffer full from the current position; returns the count, 0 at the end. */
		read(buffer: ArrayBuffer | Uint8Array): number;
		/** All of `buffer`; returns its byte length. */
		write(buffer: ArrayBuffer | Uint8Array): number;
		/** Bytes; undefined for what is no regular file. */
		readonly size: number | undefined;
		/** Bytes from the start; undefined for what cannot seek. */
		position: number | undefined;
		close(): void;
	}
}

declare module "desktop/stdio" {
	/** Standard input by events. It keeps the program alive until it is closed or has ended. */
	export class Input {
		/** `onReadable` comes when a read will not block; the next one only after a read. */
		constructor(options: { onReadable: (this: Input) => void });
		/** The count of bytes read; 0: nothing now, wait for `onReadable`; -1: the end. */
		read(buffer: ArrayBuffer | Uint8Array): number;
		close(): void;
	}
	/** Writes all of a string or buffer; blocks while the reader is slow. */
	export function writeOutput(data: string | ArrayBuffer | Uint8Array): void;
	export function writeError(data: string | ArrayBuffer | Uint8Array): void;
	/** Whether standard input (0), output (1) or error (2) is a terminal. */
	export function isTerminal(descriptor: 0 | 1 | 2): boolean;
}

/** Only in build/lws-xs: made of package.json when the tool is embedded. */
declare module "desktop/version" {
	export const VERSION: string;
}

declare module "desktop/process" {
	/** Ends the process at once, with an exit code (0 when absent). */
	export function exit(status?: number): never;
	/** The value of an environment variable. */
	export function environment(name: string): string | undefined;
}

declare module "desktop/memory" {
	export interface HeapStatistics {
		/** Bytes of the static heap. */
		limit: number;
		/** Bytes in use: chunks, slots and the stack's area. */
		heap: number;
		/** The most of it that was ever set aside. */
		peakHeap: number;
		/** Bytes of chunks in use (strings, buffers, byte arrays). */
		chunks: number;
		/** Slots in use, and the bytes of one: 16 on 32-bit machines, 32 on 64-bit ones. */
		slots: number;
		slotSize: number;
		/** Garbage collections so far. */
		gcs: number;
		/** Bytes that mbedTLS has allocated, outside of the static heap, and the most that it ever had. */
		tlsHeap: number;
		tlsHeapPeak: number;
	}
	export function statistics(): HeapStatistics;
	/** Collects garbage now. */
	export function collect(): void;
}
