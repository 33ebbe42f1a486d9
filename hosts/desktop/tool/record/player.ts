/**
 * Plays a record: what the network did then it does again, in that order and in virtual time, and what the client did then
 * it must do again. An event of the network waits until the client has done everything that comes before it.
 */
import type { TCPOptions } from "embedded:io/socket/tcp";
import type { ResolveRequest } from "embedded:network/dns/resolver/udp";
import type { HostClasses } from "lws-xs";
import { bytesToString, copyBytes } from "lws-xs/native/kernels";
import { Exit } from "../exit.js";
import type { Result } from "../result.js";
import type { Stage } from "../stage.js";
import { maskUrl } from "./arguments.js";
import { VirtualClock } from "./clock.js";
import type { Entry } from "./format.js";
import { Props } from "./props.js";
import { RecordReader, type Survey } from "./reader.js";
import { Kind, scriptedTLS } from "./scripted-session.js";
import { type Network, ScriptedSocket } from "./scripted-socket.js";

/** How what is received comes: `size` bytes at a time, 0 as it came then; with `at` there is a cut before that byte besides. */
export interface Cut {
	size: number;
	at?: number;
}

/** Where the client does something else than then. */
export class Difference {
	constructor(
		readonly line: number,
		readonly sentence: string,
	) {}
}

/** Milliseconds by which the client may be later than then: timers fire late, and some delays are drawn by lot. */
const SLACK = 2000;
/** Turns without an end. */
const MOST_TURNS = 1_000_000;
/** What is given to the client at once, at most. */
const SEGMENT = 65536;
/** Of a message. */
const EXCERPT = 60;

export class Player implements Network {
	current: ScriptedSocket | undefined;
	readonly stage: Stage;
	readonly #clock = new VirtualClock();
	readonly #reader: RecordReader;
	readonly #cut: Cut;
	readonly #props: Props;
	#ahead: Entry | undefined;
	readonly #sockets = new Map<number, ScriptedSocket>();
	/** Sockets that the client has made, and those that the record knows. */
	#made = 0;
	#known = 0;
	#lookups: ResolveRequest[] = [];
	#results: [transfer: number, result: Result][] = [];
	#code: number | undefined;
	/** It is a socket that could not be made. */
	#refusal: Entry | undefined;
	#received = 0;
	#turns = 0;

	/** Throws a Failure, as `play`. */
	constructor(path: string, survey: Survey, cut: Cut) {
		this.#reader = new RecordReader(path);
		this.#reader.heading();
		this.#cut = cut;
		this.#props = new Props(survey);
		this.stage = {
			classes: this.#classes(survey.heading.date),
			Timer: this.#clock.Timer,
			recorder: undefined,
			begin: (transfer) => this.#props.begin(transfer),
			openOutput: (transfer) => this.#props.output(transfer),
			openBody: (transfer) => this.#props.body(transfer),
		};
	}

	#classes(date: number): Partial<HostClasses> {
		const player = this;
		const clock = this.#clock;
		class TCP extends ScriptedSocket {
			static readonly extras = Object.freeze(["localAddress", "unix"]);
			constructor(options: TCPOptions) {
				super(player, options);
			}
		}
		class Resolver {
			resolve(request: ResolveRequest): void {
				player.#lookups.push(request);
			}
			close(): void {}
		}
		return {
			TCP: TCP as unknown as HostClasses["TCP"],
			Resolver: Resolver as unknown as HostClasses["Resolver"],
			Timer: clock.Timer,
			Time: clock.Time,
			TLS: scriptedTLS(() => {
				const socket = player.current ?? player.#sockets.get(player.#made);
				if (!socket) throw new Error("there is no connection");
				socket.secure();
				return socket;
			}),
			now: () => date + clock.now,
		};
	}

	// for the sockets, and for who runs the transfers

	connecting(socket: ScriptedSocket, address: string, port: number): number {
		const number = ++this.#made;
		const refusal = this.#refusal;
		if (refusal?.connection === number && refusal.address === address && refusal.port === port) {
			throw new Error(refusal.failure);
		}
		this.#sockets.set(number, socket);
		return number;
	}

	post(work: () => void): void {
		this.#clock.Timer.set(work, 0);
	}

	transferred(transfer: number, result: Result): number {
		this.#results.push([transfer, result]);
		return result.failure?.exit ?? Exit.Done;
	}

	ended(code: number): void {
		this.#code = code;
	}

	/** Runs the client, which `begin` starts; gives the first difference. */
	play(begin: () => void): Difference | undefined {
		try {
			begin();
			for (let entry = this.#next(); entry; entry = this.#next()) this.#meet(entry);
			return undefined;
		} catch (error) {
			if (error instanceof Difference) return error;
			throw error;
		} finally {
			this.#reader.close();
		}
	}

	// the record

	#next(): Entry | undefined {
		const entry = this.#ahead ?? this.#reader.entry();
		this.#ahead = undefined;
		return entry;
	}

	/** Of an event whose bytes have several lines, all. */
	#joined(entry: Entry): Uint8Array {
		const parts = [entry.bytes];
		let length = entry.bytes.length;
		for (let last = entry; last.more && length < SEGMENT; ) {
			const next = this.#reader.entry();
			if (next?.event !== entry.event || next.connection !== entry.connection || next.transfer !== entry.transfer) {
				this.#ahead = next;
				break;
			}
			parts.push(next.bytes);
			length += next.bytes.length;
			last = next;
		}
		if (parts.length === 1) return entry.bytes;
		const whole = new Uint8Array(length);
		let at = 0;
		for (const part of parts) at += copyBytes(whole, at, part, 0, part.length);
		return whole;
	}

	#differs(sentence: string): Difference {
		return new Difference(this.#reader.line, sentence);
	}

	#meet(entry: Entry): void {
		const socket = this.#sockets.get(entry.connection);
		switch (entry.event) {
			case "resolve":
				this.#await(
					entry,
					() => this.#lookups.some(({ host }) => host === entry.host),
					() => `the client does not look up ${entry.host}`,
				);
				return;
			case "connect":
				this.#connect(entry);
				return;
			case "sent":
				this.#compare(entry);
				return;
			case "closed":
				this.#close(entry, socket);
				return;
			case "rewound":
				this.#await(
					entry,
					() => this.#props.takeRewind(entry.transfer),
					() => "the client does not begin the body again",
				);
				return;
			case "result":
				this.#await(
					entry,
					() => this.#results.length > 0,
					() => `transfer ${entry.transfer} does not end`,
				);
				this.#check(entry);
				return;
			case "exit":
				this.#finish(entry);
				return;
			default:
				this.#happen(entry, socket);
		}
	}

	/** The network does something. */
	#happen(entry: Entry, socket: ScriptedSocket | undefined): void {
		this.#settle();
		while (this.#clock.passTo(entry.time)) this.#settle();
		if (entry.time > this.#clock.now) this.#clock.now = entry.time;
		switch (entry.event) {
			case "resolved":
			case "unresolved":
				this.#answer(entry);
				break;
			case "opened":
				socket?.open(entry.room);
				break;
			case "room":
				socket?.giveRoom(entry.room);
				break;
			case "received":
				this.#deliver(socket, this.#joined(entry));
				break;
			case "secured":
			case "unsecured":
				if (!socket?.isSecure) break;
				socket.tls = entry.tls;
				socket.deliverRecord(entry.event === "secured" ? Kind.Secured : Kind.Unsecured);
				break;
			case "finished":
				if (socket?.isSecure) socket.deliverRecord(Kind.Finished);
				break;
			case "ended":
				socket?.end(entry.failure);
				break;
			case "input":
				this.#props.give(entry.transfer, this.#joined(entry));
				break;
			case "exhausted":
			case "unreadable":
				this.#props.end(entry);
				break;
			default:
		}
		this.#settle();
	}

	#answer(entry: Entry): void {
		const found = this.#lookups.findIndex(({ host }) => host === entry.host);
		const [request] = found < 0 ? [] : this.#lookups.splice(found, 1);
		if (entry.event === "unresolved") request?.onError?.call(undefined as never, entry.host);
		else request?.onResolved?.call(undefined as never, entry.host, entry.addresses[0] ?? "", entry.addresses);
	}

	#deliver(socket: ScriptedSocket | undefined, bytes: Uint8Array): void {
		const { size, at = 0 } = this.#cut;
		const begun = this.#received;
		this.#received += bytes.length;
		for (let from = 0; from < bytes.length; ) {
			let to = size > 0 ? Math.min(bytes.length, from + size) : bytes.length;
			if (at > begun + from && at < begun + to) to = at - begun;
			// a record of TLS has no more
			if (socket?.isSecure) to = Math.min(to, from + 16384);
			const piece = to - from === bytes.length ? bytes : bytes.slice(from, to);
			if (socket?.isSecure) socket.deliverRecord(Kind.Data, piece);
			else socket?.deliver(piece);
			this.#settle();
			from = to;
		}
	}

	// the client

	#settle(): void {
		while (this.#clock.turn()) this.#count();
	}

	#count(): void {
		if (++this.#turns > MOST_TURNS) throw this.#differs("the client does not come to rest");
	}

	/** Lets it run, and time pass, until it has done what it did then. */
	#await(entry: Entry, isDone: () => boolean, why: () => string, help?: () => boolean): void {
		this.#turns = 0;
		while (!isDone()) {
			if (this.#clock.turn()) this.#count();
			else if (help?.()) this.#count();
			else if (this.#clock.passTo(entry.time + SLACK)) this.#count();
			else throw this.#differs(why());
		}
	}

	#connect(entry: Entry): void {
		const { connection, address, port, failure } = entry;
		this.#known = connection;
		if (failure !== undefined) this.#refusal = entry;
		this.#await(
			entry,
			() => this.#made >= connection,
			() => `the client does not connect to ${address} port ${port}`,
		);
		this.#refusal = undefined;
		const socket = this.#sockets.get(connection);
		if (failure === undefined && (socket?.address !== address || socket.port !== port)) {
			throw this.#differs(`it connects to ${socket?.address} port ${socket?.port}, not to ${address} port ${port}`);
		}
	}

	#compare(entry: Entry): void {
		const { bytes, connection } = entry;
		const socket = this.#sockets.get(connection);
		let at = 0;
		this.#await(
			entry,
			() => {
				at = socket?.compare(bytes, at) ?? 0;
				if (at < 0) throw this.#sends(connection, socket?.excerpt, bytes.subarray(-1 - at));
				return at === bytes.length;
			},
			() => `on connection ${connection} the client does not send ${excerpt(bytes.subarray(Math.max(at, 0)))}`,
			() => socket?.makeRoom() === true,
		);
	}

	#sends(connection: number, found: Uint8Array | undefined, expected: Uint8Array): Difference {
		const sent = excerpt(found ?? new Uint8Array(0));
		return this.#differs(`on connection ${connection} the client sends ${sent}, not ${excerpt(expected)}`);
	}

	#close(entry: Entry, socket: ScriptedSocket | undefined): void {
		if (!socket) return;
		this.#await(
			entry,
			() => socket.isClosed,
			() => `the client does not close connection ${entry.connection}`,
		);
		this.#checkUnexpected(socket);
		this.#sockets.delete(entry.connection);
	}

	#checkUnexpected(socket: ScriptedSocket): void {
		const { unexpected, number, excerpt: sent } = socket;
		if (unexpected > 0) throw this.#differs(`on connection ${number} the client sends ${excerpt(sent)} besides`);
	}

	#check(entry: Entry): void {
		const [transfer, { failure, info, url, status, version, redirects }] = this.#results.shift() as [number, Result];
		const found: Partial<Entry> = {
			transfer,
			url: maskUrl(url),
			exit: failure?.exit ?? Exit.Done,
			code: failure?.code,
		};
		Object.assign(found, { status, version, redirects });
		// where the output fails depends on how the content is cut
		if (!this.#props.hasFault(transfer)) Object.assign(found, { received: info?.received ?? 0, sent: info?.sent ?? 0 });
		for (const [name, value] of Object.entries(found)) {
			const expected = entry[name as keyof Entry];
			if (value === expected) continue;
			const reason = failure ? ` (${failure.message})` : "";
			throw this.#differs(`transfer ${transfer} has ${name} ${value}, not ${expected}${reason}`);
		}
	}

	#finish(entry: Entry): void {
		this.#await(
			entry,
			() => this.#code !== undefined || this.#results.length > 0,
			() => "the run does not end",
		);
		if (this.#code === undefined) throw this.#differs("there is one transfer more");
		if (this.#code !== entry.exit) throw this.#differs(`the exit code is ${this.#code}, not ${entry.exit}`);
		if (this.#made > this.#known) throw this.#differs("the client makes one connection more");
		for (const socket of this.#sockets.values()) this.#checkUnexpected(socket);
	}
}

function excerpt(bytes: Uint8Array): string {
	const end = Math.min(bytes.length, EXCERPT);
	return `${JSON.stringify(bytesToString(bytes, 0, end))}${end < bytes.length ? "…" : ""}`;
}
