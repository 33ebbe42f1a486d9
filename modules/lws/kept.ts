/**
 * A connection that comes back: when it has ended, for whatever reason, another one is made, after longer and longer waits.
 * Each is a wsi of its own, as in lws, so that the application sees every beginning and end.
 */
import type Timer from "timer";
import { backOff } from "../dispatch/retry.js";
import type { Posted } from "../dispatch/turn.js";
import { type ConnectInfo, clientConnectViaInfo } from "./connect.js";
import type { Wsi } from "./protocol.js";
import { completeRecovery, type RetryPolicy } from "./retry-policy.js";
import type { ClientWsi } from "./wsi.js";

/** Milliseconds; the longest is what a server that was restarted can bear from all of its clients. */
const DEFAULT_TABLE: readonly number[] = Object.freeze([1000, 2000, 4000, 8000, 15_000, 30_000]);

export interface KeptConnection<User = unknown> {
	/** The present one, or the last, which has ended. */
	readonly wsi: Wsi<User>;
	/** Attempts that have failed one after another, or stood for a shorter time than the wait before them. */
	readonly attempts: number;
	/** No other connection is made; the present one stays, and can be ended by `close`. */
	stop(): void;
}

const SWITCHING_PROTOCOLS = 101;

class Keeper<User> implements KeptConnection<User>, Posted {
	postedNext: Posted | undefined;
	attempts = 0;
	wsi: Wsi<User>;
	readonly #info: ConnectInfo<User>;
	readonly #table: readonly number[];
	readonly #jitter: number;
	#wait = 0;
	#timer: Timer | undefined;
	#isStopped = false;

	constructor(info: ConnectInfo<User>) {
		const { retryMsTable = DEFAULT_TABLE, ...policy }: RetryPolicy = info.retryAndIdlePolicy ?? {};
		const recovery = completeRecovery({ retryAndIdlePolicy: { ...policy, retryMsTable } });
		this.#table = retryMsTable;
		this.#jitter = recovery?.jitter ?? 0;
		// it is retried here, not there
		this.#info = { ...info, retryAndIdlePolicy: policy };
		this.wsi = this.connect();
	}

	stop(): void {
		this.#isStopped = true;
		if (this.#timer) this.#info.context.host.Timer.clear(this.#timer);
		this.#timer = undefined;
	}

	private connect(): Wsi<User> {
		const wsi = clientConnectViaInfo(this.#info) as ClientWsi<User>;
		wsi.keeper = () => this.ended(wsi);
		return wsi;
	}

	/** From the turn, with nothing of the application under way. */
	private ended({ transaction }: ClientWsi<User>): void {
		const { context } = this.#info;
		if (this.#isStopped || context.isDestroyed) return;
		const { answered, connected, secured, ended = 0 } = transaction?.timing ?? {};
		// with status 101 a WebSocket stood, if the answer was right; an end of what was wrong with it followed at once
		const isOpen = transaction?.status === SWITCHING_PROTOCOLS;
		const isSecure = transaction?.request.destination.security !== undefined;
		const stood = this.#info.method !== undefined ? (isSecure ? secured : connected) : isOpen ? answered : undefined;
		// a server that takes every connection and ends it at once is not to be asked more and more often
		if (stood !== undefined && ended - stood > this.#wait) this.attempts = 0;
		this.wait();
	}

	private wait(): void {
		this.#wait = backOff(this.#table, this.#jitter, this.attempts);
		this.attempts++;
		const { Timer, turn } = this.#info.context.host;
		try {
			this.#timer = Timer.set(() => {
				this.#timer = undefined;
				turn.enter();
				this.runPosted();
				turn.leave();
			}, this.#wait);
		} catch {
			// the host has no timer now: in the next turn that there is
			turn.post(this);
		}
	}

	runPosted(): void {
		const { context, parentWsi } = this.#info;
		if (this.#isStopped || context.isDestroyed || parentWsi?.isEnded) return;
		try {
			this.wsi = this.connect();
		} catch {
			// `newUser` of the application has thrown: the host's timer must not hear of it
			this.wait();
		}
	}
}

/**
 * Connects, and connects again when the connection has ended or could not be made, until `stop`: after the waits of
 * `retryAndIdlePolicy` (default 1, 2, 4, 8, 15, then each 30 seconds), each with its jitter, from the first one again when a
 * connection has stood for longer than the last wait. `info` is as for clientConnectViaInfo, and throws the same; each
 * connection is another wsi, with all the callbacks of one, and `userdata`, if it is given, is the same for all.
 * For a WebSocket, or "RAW". Source: lws_retry_sul_schedule_retry_wsi.
 *
 * @example
 * const kept = keepConnected({ context, address: "192.168.1.7", port: 80, host: "device", path: "/events" });
 * // later
 * kept.stop();
 * close(kept.wsi);
 */
export function keepConnected<User = unknown>(info: ConnectInfo<User>): KeptConnection<User> {
	if (info.method !== undefined && info.method !== "RAW") throw new TypeError("a request ends: it is not kept");
	return new Keeper(info);
}
