/** Writes a record as the run goes on: each event at once, so that a crash leaves what there was. */
import File from "desktop/file";
import { VERSION } from "desktop/version";
import { stringToBytes } from "lws-xs/native/kernels";
import type { SessionInfo, Failure as TLSFailure } from "lws-xs/native/tls/session";
import Time from "time";
import { Exit, Failure, messageOf } from "../exit.js";
import type { Options } from "../options.js";
import type { Result } from "../result.js";
import { maskUrl, recordedArguments } from "./arguments.js";
import { bytesLines, type EventName, eventLine, headingLine } from "./format.js";
import { Masker } from "./masker.js";

const MICROSECONDS = 1000;
/** Of a code point in UTF-8. */
const LONGEST = 4;

type Direction = "sent" | "received";
type Maskers = Record<Direction, Masker>;

export class Recorder {
	readonly #file: File;
	readonly #begun = Time.microseconds;
	readonly #connections = new Map<number, Maskers>();
	#buffer = new Uint8Array(1024);
	/** Why it could not be written to the end. */
	failure: Failure | undefined;

	/** Throws a Failure. */
	constructor(path: string, options: Options) {
		try {
			this.#file = new File({ path, mode: "w" });
		} catch (error) {
			throw unwritable(error);
		}
		this.#write(headingLine({ version: VERSION, date: Date.now(), arguments: recordedArguments(options) }));
		if (this.failure) throw this.failure;
	}

	note(event: EventName, members: Readonly<Record<string, unknown>>): void {
		const time = Math.floor((Time.microseconds - this.#begun) / MICROSECONDS);
		this.#write(eventLine(time, event, members));
	}

	connect(connection: number, address: string, port: number, failure: string | undefined): void {
		this.#connections.set(connection, { sent: new Masker(true), received: new Masker(false) });
		this.note("connect", { connection, address, port, failure });
	}

	/** The first `count` bytes. `hasMore`: others had come with them. */
	bytes(connection: number, direction: Direction, bytes: Uint8Array, count: number, hasMore = false): void {
		const masker = this.#connections.get(connection)?.[direction];
		if (!masker) return;
		const masked = masker.feed(bytes, count);
		this.#bytes(connection, direction, masked, masker.length, hasMore);
	}

	#bytes(connection: number, event: Direction, bytes: Uint8Array, end: number, hasMore: boolean): void {
		bytesLines((members) => this.note(event, { connection, ...members }), bytes, end, hasMore);
	}

	/** What follows is that of a session of TLS. */
	secure(connection: number): void {
		this.#flush(connection);
		this.#connections.set(connection, { sent: new Masker(false), received: new Masker(false) });
	}

	secured(connection: number, { version, cipher, protocol, isResumed }: SessionInfo): void {
		this.note("secured", { connection, tls: { version, cipher, protocol, isResumed } });
	}

	/** Without the CA that the server has sent: a replay has no use for it. */
	unsecured(connection: number, { pin, authority, ...tls }: TLSFailure): void {
		this.#flush(connection);
		this.note("unsecured", { connection, tls });
	}

	finished(connection: number): void {
		this.#flush(connection);
		this.note("finished", { connection });
	}

	ended(connection: number, failure: string | undefined): void {
		this.#flush(connection);
		this.note("ended", { connection, failure });
	}

	closed(connection: number): void {
		this.#flush(connection);
		this.#connections.delete(connection);
		this.note("closed", { connection });
	}

	#flush(connection: number): void {
		const maskers = this.#connections.get(connection);
		for (const direction of ["sent", "received"] as const) {
			const masker = maskers?.[direction];
			if (masker) this.#bytes(connection, direction, masker.flush(), masker.length, false);
		}
	}

	input(transfer: number, bytes: Uint8Array, count: number): void {
		bytesLines((members) => this.note("input", { transfer, ...members }), bytes, count, false);
	}

	failed(event: "unreadable" | "fault", transfer: number, failure: Failure, after?: number): void {
		const { exit, code, sentence } = failure;
		this.note(event, { transfer, exit, code, sentence, after });
	}

	result(transfer: number, { failure, info, url, status, version, redirects }: Result): void {
		const { received = 0, sent = 0 } = info ?? {};
		const { exit = Exit.Done, code } = failure ?? {};
		this.note("result", { transfer, url: maskUrl(url), exit, code, status, version, redirects, received, sent });
	}

	/** The end. Gives the exit code, which is another one when the record is not whole. */
	end(exit: number): number {
		this.note("exit", { exit });
		try {
			this.#file.close();
		} catch (error) {
			this.failure ??= unwritable(error);
		}
		return exit || (this.failure?.exit ?? Exit.Done);
	}

	/** Not thrown: the transfer goes on, and is told at the end. */
	#write(line: string): void {
		if (this.failure) return;
		try {
			let count = stringToBytes(line, this.#buffer, 0);
			if (count < 0) {
				this.#buffer = new Uint8Array(line.length * LONGEST);
				count = stringToBytes(line, this.#buffer, 0);
			}
			this.#file.write(this.#buffer.subarray(0, count));
		} catch (error) {
			this.failure = unwritable(error);
		}
	}
}

function unwritable(error: unknown): Failure {
	return new Failure(Exit.Output, "record:unwritable", messageOf(error));
}
