/** What a request and a WebSocket of the tool have in common: the way to a connection, the heads, the end. */
import * as lws from "lws-xs";
import type Timer from "timer";
import { Exit, Failure, failureOf, messageOf } from "./exit.js";
import { HeadFinder } from "./head.js";
import { emptyResult, type Result } from "./result.js";
import type { Listener, Session } from "./session.js";
import type { Sink } from "./stage.js";
import { relaxedChecks } from "./tls.js";
import { parseUrl, type Url, withoutLogin } from "./url.js";
import { HeadPrinter, showNote, showTls } from "./verbose.js";

/** What comes of files, and of the TLS that was linked: no record has it otherwise. */
const OUTSIDE: readonly number[] = Object.freeze([
	Exit.Input,
	Exit.Handshake,
	Exit.LocalCertificate,
	Exit.Cipher,
	Exit.CAFile,
]);

export type ToolWsi = lws.Wsi<Listener | undefined>;

export abstract class Attempt implements Listener {
	/** Counted from 1, for --trace-wsi. */
	readonly number: number;
	protected readonly session: Session;
	protected readonly result: Result = emptyResult();
	protected url!: Url;
	protected output!: Sink;
	protected finder: HeadFinder | undefined;
	readonly #done: (result: Result) => void;
	#connectTimer: Timer | undefined;

	/** `done` comes in a later turn. */
	constructor(session: Session, number: number, done: (result: Result) => void) {
		this.session = session;
		this.number = number;
		this.#done = done;
	}

	abstract tell(event: lws.Event<Listener | undefined>): number;

	/** Throws a Failure. */
	protected readUrl(text: string): Url {
		this.result.url = withoutLogin(text);
		return parseUrl(text);
	}

	/** It has not even begun. */
	protected failStart(error: unknown, finish: () => void): void {
		const { stage } = this.session;
		this.fail(error);
		if (error instanceof Failure && OUTSIDE.includes(error.exit)) stage.recorder?.failed("fault", this.number, error);
		// not from in here: a thousand bad URLs are not to be a thousand calls deep
		stage.Timer.set(finish);
	}

	/** Of the connect info. `isTimed`: the time for the connection is measured here, by `time`. */
	protected connectInfo(isTimed: boolean) {
		const { options, context, wire } = this.session;
		const { address, port, path } = this.url;
		const { connectTimeout, maxTime } = options;
		// --resolve holds for numeric addresses, too, and those the library does not look up
		const isNumeric = /^[\d.]+$|:/.test(address);
		const limit = isTimed ? 0 : connectTimeout;
		return {
			context,
			address: (isNumeric && wire.addressesOf(address, port)?.[0]) || address,
			port,
			path,
			userdata: this as Listener,
			deadlines: { connect: limit, tls: limit, firstByte: 0, idle: 0, total: maxTime },
		};
	}

	/** curl's time for a connection is that of TCP and TLS together, where the library has one for each. */
	protected time(wsi: ToolWsi): void {
		const { stage, options } = this.session;
		this.#connectTimer = stage.Timer.set(() => {
			this.#connectTimer = undefined;
			const code = lws.transactionInfo(wsi)?.connected === undefined ? "timeout:connect" : "timeout:tls";
			this.fail(failureOf(new lws.LwsError(code, "no"), false));
			lws.close(wsi);
		}, options.connectTimeout);
	}

	protected endTime(): void {
		if (this.#connectTimer) this.session.stage.Timer.clear(this.#connectTimer);
		this.#connectTimer = undefined;
	}

	/** -i and -v show heads as they came. */
	protected listen(): void {
		const { options, wire } = this.session;
		const isOutput = options.isHeadShown || options.isHeadOnly;
		const printer = options.isVerbose ? new HeadPrinter("<") : undefined;
		wire.onConnected = wire.onBytes = wire.onSent = wire.onTunnel = undefined;
		if (options.isPipelined && printer)
			wire.onConnected = (remote) => showNote(`Connected to ${this.url.address} (${remote})`);
		if ((!isOutput && !printer) || options.isPipelined) return;
		const finder = new HeadFinder((buffer, end) => {
			printer?.feed(buffer, end);
			if (isOutput && !this.result.failure) this.guard(() => this.output.write(buffer, end));
		});
		finder.begin();
		wire.onConnected = (remote) => {
			// after a 417 another response follows here
			finder.begin();
			if (printer) showNote(`Connected to ${this.url.address} (${remote})`);
		};
		this.finder = finder;
		wire.onTunnel = (isBegun) => {
			if (!this.isTunnelled) return;
			finder.begin();
			if (printer && isBegun) showNote(`Establish HTTP proxy tunnel to ${this.url.address}:${this.url.port}`);
		};
		wire.onBytes = (buffer, count) => finder.feed(buffer, count);
	}

	/** Through an HTTP proxy it goes by CONNECT. */
	protected get isTunnelled(): boolean {
		return this.url.isSecure;
	}

	protected showConnection(wsi: ToolWsi): void {
		const isReused = lws.transactionInfo(wsi)?.isReused === true;
		if (isReused) showNote(`Using the connection to ${this.url.address} again`);
		const info = isReused ? undefined : lws.tlsInfo(wsi);
		if (info) showTls(info, lws.peerCertificate(wsi), relaxedChecks(this.session.options.tls));
	}

	/** The result of a callback: what is thrown becomes the reason for the end. */
	protected guard(work: () => void): number {
		try {
			work();
			return 0;
		} catch (error) {
			this.fail(error);
			return -1;
		}
	}

	protected fail(error: unknown): void {
		this.result.failure ??=
			error instanceof Failure ? error : new Failure(Exit.Internal, "internal:fault", messageOf(error));
	}

	/** `isLeft`: what is written stays as it is; otherwise a file is made, if there is none yet. */
	protected end(isLeft: boolean): void {
		const { result } = this;
		this.endTime();
		this.guard(() => (isLeft ? this.output?.close() : this.output.finish()));
		this.session.stage.recorder?.result(this.number, result);
		this.#done(result);
	}
}
