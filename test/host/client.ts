/**
 * What the TCP programs share: a socket that keeps a log of its callbacks, and that ends the program when one of them
 * breaks a rule that holds always (`this`, no callback from inside a call, none after close, onError once).
 */
import TCP, { type TCPFailure, type TCPOptions } from "embedded:io/socket/tcp";
import Time from "time";
import Timer from "timer";
import { argument, equal } from "./harness.js";

/** What a desktop host lets an application write before anything has left. */
export const BUDGET = 65536;

/** Longer than anything takes here, also with a garbage collection at every allocation; in milliseconds. */
export const PATIENCE = 60_000;

/** How long nothing has to happen until the tests believe that nothing will. */
const QUIET = 40;

const NOTHING = new Uint8Array(0);

export const port = Number(argument(0));
/** 0 where the machine has no IPv6. */
export const port6 = Number(argument(1));
/** Small sizes and counts, for runs with a garbage collection at every allocation. */
export const quick = argument(2) === "quick";

export function sleep(milliseconds: number): Promise<void> {
	return new Promise((resolve) => {
		Timer.set(() => resolve(), milliseconds);
	});
}

/** Long enough for whatever is under way here. */
export function quiet(): Promise<void> {
	return sleep(QUIET);
}

/** Looks each millisecond; `what` is for the message when it does not come to pass. */
export function until(what: string, condition: () => boolean): Promise<void> {
	return new Promise((resolve, reject) => {
		const start = Time.ticks;
		Timer.repeat((timer) => {
			if (condition()) resolve();
			else if (Time.delta(start) > PATIENCE) reject(new Error(`waited in vain for ${what}`));
			else return;
			Timer.clear(timer);
		}, 1);
	});
}

/** The message of the exception, or "" when there is none. XS may put the name of the function before it. */
export function failureOf(body: () => void): string {
	try {
		body();
		return "";
	} catch (error) {
		return (error as Error).message;
	}
}

/** Fails unless `body` throws an error that says so. */
export function refuses(body: () => void, message: string): void {
	const actual = failureOf(body);
	equal(actual.includes(message) ? message : actual, message);
}

export function ascii(text: string): Uint8Array {
	const bytes = new Uint8Array(text.length);
	for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
	return bytes;
}

export function text(bytes: Uint8Array): string {
	let text = "";
	for (const byte of bytes) text += String.fromCharCode(byte);
	return text;
}

export interface Handlers {
	readable?: (client: Client, count: number) => void;
	writable?: (client: Client, room: number) => void;
	error?: (client: Client, failure: TCPFailure | undefined) => void;
}

export class Client {
	readonly socket: TCP;
	/** The arguments of the callbacks, in the order of their coming. */
	readonly readable: number[] = [];
	readonly writable: number[] = [];
	readonly errors: (TCPFailure | undefined)[] = [];
	/** What may be read: as onReadable said, less what was read since. */
	waiting = 0;
	/** The callbacks by first letter: "w", "r", "e". */
	log = "";
	closed = false;
	readonly #handlers: Handlers;
	#busy = true;

	/** Sends `command` as its first line; none: nothing is sent. */
	constructor(command: string, handlers: Handlers = {}, options: Partial<TCPOptions> = {}) {
		const client = this;
		this.#handlers = handlers;
		this.socket = new TCP({
			address: "127.0.0.1",
			port,
			onReadable(count) {
				client.#enter(this, "r");
				if (!(count > 0)) throw new Error(`onReadable came with ${count} bytes`);
				client.readable.push(count);
				client.waiting = count;
				client.#handlers.readable?.(client, count);
			},
			onWritable(room) {
				client.#enter(this, "w");
				client.writable.push(room);
				if (client.writable.length === 1 && command !== "") client.write(ascii(`${command}\n`));
				client.#handlers.writable?.(client, room);
			},
			onError(failure) {
				client.#enter(this, "e");
				client.errors.push(failure);
				if (client.errors.length > 1) throw new Error("onError came twice");
				client.#handlers.error?.(client, failure);
			},
			...options,
		});
		this.#busy = false;
	}

	/** What the last onReadable said. */
	get announced(): number {
		return this.readable[this.readable.length - 1] ?? 0;
	}

	get ended(): boolean {
		return this.errors.length > 0;
	}

	write(bytes: Uint8Array | number): number | undefined {
		return this.#call(() => this.socket.write(bytes));
	}

	/** Fills all of `buffer`. */
	fill(buffer: Uint8Array): number | undefined {
		const count = this.#call(() => this.socket.read(buffer));
		this.waiting -= count ?? 0;
		return count;
	}

	/** All that waits. */
	all(): Uint8Array {
		const bytes = this.#call(() => this.socket.read());
		this.waiting = 0;
		return bytes instanceof ArrayBuffer ? new Uint8Array(bytes) : NOTHING;
	}

	close(): void {
		this.#call(() => this.socket.close());
		this.closed = true;
	}

	/** Waits for `count` bytes, none of which has been read. */
	async arrival(count: number): Promise<void> {
		await until(`${count} bytes`, () => this.announced >= count);
	}

	/** Waits until nothing can be written any more: the end has come, even if it is not told for bytes that wait. */
	async shut(): Promise<void> {
		await until("the end of writing", () => failureOf(() => this.write(NOTHING)) !== "");
	}

	/** Waits until the command has been sent and nothing was heard but that. */
	async connection(): Promise<void> {
		await until("the connection", () => this.log === "ww");
	}

	async end(): Promise<void> {
		await until("the end", () => this.ended);
	}

	#call<T>(body: () => T): T {
		this.#busy = true;
		try {
			return body();
		} finally {
			this.#busy = false;
		}
	}

	#enter(self: TCP, letter: string): void {
		this.log += letter;
		if (this.#busy) throw new Error(`a callback came from inside a call: ${this.log}`);
		if (this.closed) throw new Error(`a callback came after close(): ${this.log}`);
		if (self !== this.socket) throw new Error("a callback has another `this`");
	}
}

/** Sends `command` to the server, and gives its answer up to its FIN as text, white space trimmed. */
export async function ask(command: string, options: Partial<TCPOptions> = {}): Promise<string> {
	let answer = "";
	const readable = (client: Client) => {
		answer += text(client.all());
	};
	const client = new Client(command, { readable }, options);
	await client.end();
	client.close();
	return answer.trim();
}

/** Asks until the answer is `expected`; gives the last one. */
export async function eventually(command: string, expected: string): Promise<string> {
	for (let i = 0; i < 200; i++) {
		if ((await ask(command)) === expected) break;
		await sleep(10);
	}
	return ask(command);
}
