/** Where a response goes: standard output, or a file that is made when the first byte comes. */
import File from "desktop/file";
import { writeOutput } from "desktop/stdio";
import { Exit, Failure, messageOf } from "./exit.js";

export class Output {
	readonly #path: string | undefined;
	#file: File | undefined;

	/** undefined: standard output. */
	constructor(path: string | undefined) {
		this.#path = path;
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

	close(): void {
		const file = this.#file;
		this.#file = undefined;
		file?.close();
	}

	#open(path: string): File {
		this.#file ??= new File({ path, mode: "w" });
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
