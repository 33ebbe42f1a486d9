/**
 * The way through an HTTP proxy by CONNECT (RFC 9110 section 9.3.6): one exchange of HTTP/1.1 in the buffers of the
 * connection that is being made, after which the stream leads to the other end. Credentials are sent at once; there is
 * no second attempt, so a proxy that asks for them for ever is refused the first time.
 */
import { H1Role } from "../roles/h1/role.js";
import {
	type BodyHandler,
	BodyKind,
	type Carrier,
	type Order,
	type OrderRequest,
	type Upgradable,
} from "../roles/role.js";
import type { Passage, PassageOwner } from "../transport/socks.js";
import type { ByteStream, StreamSink } from "../transport/stream.js";
import type { Berth } from "./berth.js";

/** Of the answer nothing but the status is looked at. */
const NOTHING_KEPT: readonly string[] = Object.freeze([]);
/** What the role calls an end before the answer, or in the middle of it. */
const CLOSED: readonly string[] = Object.freeze(["h1:empty-reply", "h1:truncated-head"]);
/** Proxy Authentication Required (RFC 9110 section 15.5.8). */
const WANTS_CREDENTIALS = 407;

export class TunnelPassage implements Passage, Carrier, Order, StreamSink {
	readonly buffers: Berth;
	readonly request: OrderRequest;
	readonly fields: readonly string[];
	readonly bodyKind = BodyKind.None;
	readonly bodyLength = 0;
	readonly isReplayable = false;
	/** The answer is not needed once its status has been seen. */
	readonly table = undefined;
	declare bodyReceived: number | undefined;
	declare bodySent: number | undefined;
	/** Never asked for: there is no body either way. */
	declare readonly handler: BodyHandler;
	/** Of the proxy, until the tunnel is there or not to be had. */
	stream: ByteStream | undefined;
	readonly #owner: PassageOwner;
	readonly #role: Upgradable;
	/** The tunnel is there; what was read ahead of it stays in the buffers. */
	#isPassed = false;
	#code = "";
	#detail: unknown;

	/** `authority` is host and port; `fields` are those for the proxy. The stream stands. */
	constructor(owner: PassageOwner, stream: ByteStream, buffers: Berth, authority: string, fields: readonly string[]) {
		this.#owner = owner;
		this.stream = stream;
		this.buffers = buffers;
		this.request = { method: "CONNECT", target: authority, keepHeaders: NOTHING_KEPT, isPipelined: false };
		this.fields = ["Host", authority, ...fields];
		this.#role = new H1Role(this);
		stream.sink = this;
	}

	begin(): void {
		this.#role.submit(this);
		// it may speak before it is asked
		this.readable();
	}

	abort(): void {
		const stream = this.stream;
		this.stream = undefined;
		stream?.abort();
	}

	/** What has come of an event is told when the role is done with it. */
	private settle(): void {
		const stream = this.stream;
		if (!stream) return;
		if (this.#isPassed) {
			this.stream = undefined;
			this.#owner.passed(stream);
		} else if (this.#code !== "") {
			this.abort();
			this.#owner.unpassed(this.#code, this.#detail);
		}
	}

	// the sink of the stream

	opened(): void {}

	readable(): void {
		try {
			if (this.available > 0) this.#role.received();
		} catch (exception) {
			this.failed("internal:fault", exception);
		}
		this.settle();
	}

	writable(): void {
		try {
			this.#role.writable();
		} catch (exception) {
			this.failed("internal:fault", exception);
		}
		this.settle();
	}

	ended(code: string | undefined, detail?: unknown): void {
		this.#role.ended(code, detail);
		this.settle();
	}

	/** From inside a call of the role, and so of one of the above. */
	broken(code: string | undefined): void {
		this.failed(code ?? "tcp:reset");
	}

	// the carrier of the role

	get available(): number {
		return this.stream?.available ?? 0;
	}

	fill(): number {
		const { buffers } = this;
		buffers.inputStart = 0;
		buffers.inputEnd = this.read(buffers.input, 0, buffers.input.length);
		return buffers.inputEnd;
	}

	read(buffer: Uint8Array, start: number, end: number): number {
		return this.stream?.read(buffer, start, end) ?? 0;
	}

	again(): void {}

	persists(): void {}

	ready(): void {}

	finished(): void {}

	// the order

	sending(): void {}

	sent(): void {}

	answering(): void {}

	responded(status: number): boolean {
		if (status >= 300) this.failed(status === WANTS_CREDENTIALS ? "proxy:authentication" : "proxy:refused", status);
		else this.#isPassed = true;
		this.#role.detach();
		return false;
	}

	completed(): void {}

	unanswered(code: string): void {
		this.failed(code);
	}

	failed(code: string, detail?: unknown): void {
		if (this.#code !== "") return;
		const isClosed = code.startsWith("tcp:") || CLOSED.includes(code);
		const isMalformed = !isClosed && code.startsWith("h1:");
		this.#code = isClosed ? "proxy:closed" : isMalformed ? "proxy:malformed" : code;
		this.#detail = isClosed || isMalformed ? code : detail;
	}
}
