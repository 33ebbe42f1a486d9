/** Where a response goes: standard output, or a file that is made when the first byte comes. */
import File from "desktop/file";
import { writeOutput } from "desktop/stdio";
import { Exit, Failure, messageOf } from "./exit.js";
import type { Target } from "./options.js";
import { fileName, type Url } from "./url.js";

/** undefined: standard output. Throws a Failure. */
export function outputPath(target: Target, url: Url): string | undefined {
	if (!target.isNamedByUrl) return target.output === "-" ? undefined : target.output;
	const name = fileName(url);
	if (name === "") throw new Failure(Exit.Output, "output:no-name", "the URL has no file name for -O");
	return name;
}

export class Output {
	readonly #path: string | undefined;
	#file: File | undefined;
	#isWritten = false;
	/** What is there before it is kept. */
	readonly #from: number | undefined;

	/** Without a path it is standard output. `from`: a file is continued there, it is not emptied. */
	constructor(path: string | undefined, from: number | undefined) {
		this.#path = path;
		this.#from = from;
	}

	get isStandard(): boolean {
		return this.#path === undefined;
	}

	/** Writes the first `count` bytes. Throws a Failure. */
	write(buffer: Uint8Array, count: number): void {
		const bytes = count === buffer.length ? buffer : buffer.subarray(0, count);
		guarded(() => {
			if (this.#path === undefined) writeOutput(bytes);
			else this.#open(this.#path).write(bytes);
		});
	}

	/** A response without a byte leaves an empty file, as curl's does. Throws a Failure. */
	finish(): void {
		guarded(() => {
			if (this.#path !== undefined) this.#open(this.#path);
			this.close();
		});
	}

	/** Takes back what was written to a file, as far as it is new. Throws a Failure. */
	discard(): void {
		const path = this.#path;
		if (this.#isWritten && path !== undefined && this.#from === undefined) {
			guarded(() => new File({ path, mode: "w" }).close());
		}
	}

	close(): void {
		const file = this.#file;
		this.#file = undefined;
		file?.close();
	}

	#open(path: string): File {
		if (this.#file) return this.#file;
		this.#isWritten = true;
		if (this.#from === undefined) this.#file = new File({ path, mode: "w" });
		else {
			// makes it if it is not there
			new File({ path, mode: "a" }).close();
			this.#file = new File({ path, mode: "r+" });
			this.#file.position = this.#from;
		}
		return this.#file;
	}
}

function guarded(work: () => void): void {
	try {
		work();
	} catch (error) {
		throw new Failure(Exit.Output, "output:unwritable", messageOf(error));
	}
}
