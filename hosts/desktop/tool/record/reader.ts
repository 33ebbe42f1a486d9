/** Reads a record line by line, and checks it as a whole before it is played. */
import File from "desktop/file";
import { bytesToString, copyBytes, findByte } from "lws-xs/native/kernels";
import { Exit, Failure, messageOf } from "../exit.js";
import { type Entry, type Heading, LINE, Malformed, parseEntry, parseHeading } from "./format.js";

const LF = 0x0a;
const BUFFER = 16384;

export class RecordReader {
	/** Of the line that was read last, from 1. */
	line = 0;
	/** Bytes that were read. */
	size = 0;
	readonly #path: string;
	readonly #file: File;
	readonly #buffer = new Uint8Array(BUFFER);
	#at = 0;
	#end = 0;
	#text = new Uint8Array(BUFFER);

	/** Throws a Failure, as all of it. */
	constructor(path: string) {
		this.#path = path;
		this.#file = guarded(() => new File({ path }));
	}

	heading(): Heading {
		const line = this.#next();
		if (line === undefined) throw this.malformed("the record is empty");
		return this.#parsed(line, parseHeading);
	}

	/** undefined: the record is over. */
	entry(): Entry | undefined {
		const line = this.#next();
		return line === undefined ? undefined : this.#parsed(line, parseEntry);
	}

	malformed(why: string): Failure {
		return new Failure(Exit.Input, "record:malformed", `${this.#path} line ${this.line}: ${why}`);
	}

	close(): void {
		this.#file.close();
	}

	#parsed<T>(line: string, parse: (line: string) => T): T {
		try {
			return parse(line);
		} catch (error) {
			throw error instanceof Malformed ? this.malformed(error.message) : error;
		}
	}

	#next(): string | undefined {
		this.line++;
		for (let length = 0; ; ) {
			if (this.#at === this.#end) {
				this.#at = 0;
				this.#end = guarded(() => this.#file.read(this.#buffer));
				this.size += this.#end;
				if (this.#end === 0) {
					if (length > 0) throw this.malformed("the line is cut off");
					return undefined;
				}
			}
			const found = findByte(this.#buffer, LF, this.#at, this.#end);
			const to = found < 0 ? this.#end : found;
			const count = to - this.#at;
			if (length + count > LINE) throw this.malformed(`the line has more than ${LINE} bytes`);
			if (length + count > this.#text.length) this.#grow(length + count);
			copyBytes(this.#text, length, this.#buffer, this.#at, to);
			length += count;
			this.#at = found < 0 ? to : to + 1;
			if (found >= 0) return bytesToString(this.#text, 0, length);
		}
	}

	#grow(length: number): void {
		const text = new Uint8Array(Math.min(LINE, length * 2));
		copyBytes(text, 0, this.#text, 0, this.#text.length);
		this.#text = text;
	}
}

function guarded<T>(work: () => T): T {
	try {
		return work();
	} catch (error) {
		throw new Failure(Exit.Input, "record:unreadable", messageOf(error));
	}
}

/** A Failure that came from outside of the wire: of files, and of the keys that are in them. */
export interface Fault {
	failure: Failure;
	/** Bytes that the output had taken; undefined: it came before anything else. */
	after: number | undefined;
}

/** What must be known of a record before it is played. */
export interface Survey {
	heading: Heading;
	/** Bytes of the record, and those that were received. */
	size: number;
	received: number;
	bodies: Map<number, Pick<Entry, "length" | "repeatable">>;
	faults: Map<number, Fault>;
}

/** Throws a Failure that names the line. */
export function survey(path: string): Survey {
	const reader = new RecordReader(path);
	try {
		const found: Survey = { heading: reader.heading(), size: 0, received: 0, bodies: new Map(), faults: new Map() };
		const most = found.heading.arguments.length;
		let connections = 0;
		let time = 0;
		let last: Entry | undefined;
		for (let entry = reader.entry(); entry; entry = reader.entry()) {
			if (last?.event === "exit") throw reader.malformed("something follows the exit");
			last = entry;
			if (entry.time < time) throw reader.malformed('"time" goes back');
			time = entry.time;
			if (entry.event === "connect") {
				if (entry.connection !== ++connections) throw reader.malformed(`it is connection ${connections}`);
			} else if (entry.connection !== undefined && (entry.connection < 1 || entry.connection > connections)) {
				throw reader.malformed("there is no such connection");
			}
			if (entry.transfer !== undefined && (entry.transfer < 1 || entry.transfer > most)) {
				throw reader.malformed("there is no such transfer");
			}
			if (entry.exit !== undefined && entry.exit > 255) throw reader.malformed('"exit" is no exit code');
			if (entry.event === "received") found.received += entry.bytes.length;
			if (entry.event === "body") found.bodies.set(entry.transfer, entry);
			if (entry.event === "fault") {
				const { exit, code, sentence, after } = entry;
				found.faults.set(entry.transfer, { failure: new Failure(exit, code ?? "", sentence), after });
			}
		}
		if (last?.event !== "exit") throw reader.malformed("the record ends before the run does");
		found.size = reader.size;
		return found;
	} finally {
		reader.close();
	}
}
