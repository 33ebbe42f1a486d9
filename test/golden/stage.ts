/**
 * A client on a scripted network, with virtual time: what golden traces and the tests of faults and re-entrancy share.
 * The application of a stage reads and writes as its requests say, `on` replaces what it does for a reason, and every
 * callback is a line of `log`.
 */
import * as lws from "lws-xs";
import { Clock } from "../double/clock.js";
import { Faults } from "../double/faults.js";
import type { Peer } from "../double/peer.js";
import { Names } from "../double/resolver.js";
import { Network } from "../double/socket.js";
import { ScriptedLayer, type Theatre } from "../double/tls.js";
import { closing, printable } from "../double/websocket.js";
import { type Life, reasonName, Witness } from "./witness.js";

/** A step of a server's answer besides bytes. */
export const FIN = Object.freeze({ step: "FIN" });
export const RESET = Object.freeze({ step: "RESET" });
export type Script = readonly (string | typeof FIN | typeof RESET)[] | ((peer: Peer) => void);

export type AnyWsi = lws.Wsi<never>;

export interface Call {
	stage: Stage;
	session: Session;
	wsi: AnyWsi;
	input: unknown;
	length: number;
}

// biome-ignore lint/suspicious/noConfusingVoidType: a handler without a return statement is meant to be allowed.
export type Handler = (call: Call) => number | undefined | void;
export type Handlers = Record<string, Handler>;

export interface RequestOptions extends Partial<lws.ConnectInfo<never>> {
	/** Fields that the application adds. */
	fields?: readonly (readonly [name: string, value: string])[];
	/** The request body, a piece for each write; the last one is FINAL. */
	body?: readonly string[];
	/** What happens for a reason instead of what the stage does. */
	on?: Handlers;
	/** Size of the application's buffer. */
	buffer?: number;
	/** Another context than the stage's own is not meant. */
	context?: never;
}

/** A request of the stage's application. */
export class Session implements Life {
	readonly name: string;
	readonly pwsi: { wsi: AnyWsi | undefined } = { wsi: undefined };
	readonly buffer: Uint8Array;
	readonly body: string[];
	readonly options: RequestOptions;
	word = "";
	isKept = false;
	/** What httpClientRead brought. */
	content = "";

	constructor(name: string, options: RequestOptions) {
		this.name = name;
		this.options = options;
		this.buffer = new Uint8Array(options.buffer ?? 64);
		this.body = [...(options.body ?? [])];
	}

	get wsi(): AnyWsi {
		return this.pwsi.wsi as AnyWsi;
	}

	/** Nothing else has no method. */
	get isWebSocket(): boolean {
		return "method" in this.options && this.options.method === undefined;
	}
}

export interface StageOptions extends Partial<lws.ContextInfo> {
	device?: boolean;
	faults?: Faults;
	/** All requests go over TLS, by sessions of this theatre. */
	tls?: Theatre;
	/** What transactionInfo goes by, instead of the stage's virtual time. */
	clock?: lws.Clock;
	/** The time of the day when virtual time begins, in milliseconds since 1970; absent: the machine's. */
	day?: number;
	/** For all requests that have none of their own. */
	on?: Handlers;
	/** PROTOCOL_INIT and PROTOCOL_DESTROY are lines of the log, too. */
	protocolLines?: boolean;
}

export class Stage {
	readonly clock: Clock;
	readonly network: Network;
	readonly names: Names;
	readonly witness = new Witness();
	readonly log: string[] = [];
	/** Requests as the servers saw them. */
	readonly requests: string[] = [];
	readonly sessions: Session[] = [];
	readonly context: lws.Context;
	readonly protocol: lws.Protocol<never>;
	/** What happens when a socket connects; the default accepts. */
	connect: (peer: Peer) => void = (peer) => peer.accept();
	/** When a server takes a request for complete, besides its framing. */
	isHeadEnough = false;
	readonly #options: StageOptions;
	readonly #scripts: Script[] = [];
	#protocolEvents = "";

	constructor(options: StageOptions = {}) {
		this.#options = options;
		const faults = options.faults ?? new Faults();
		this.clock = new Clock(faults);
		this.network = new Network(this.clock, faults, { device: options.device ?? false });
		this.names = new Names(this.clock, faults, { device: options.device ?? false });
		this.network.onConnect = (peer) => {
			if (options.tls) peer.layer = new ScriptedLayer(peer);
			peer.onReceive = (each) => this.#receive(each);
			this.connect(peer);
		};
		this.protocol = { name: "http", callback: (...event) => this.#callback(...event) };
		const {
			device: _device,
			faults: _faults,
			clock: _clock,
			tls,
			on: _on,
			protocolLines: _lines,
			day,
			...info
		} = options;
		this.context = lws.createContext({
			host: {
				TCP: this.network.TCP,
				Resolver: this.names.Resolver,
				Timer: this.clock.Timer,
				Time: options.clock ?? this.clock.Time,
				resolver: {},
				...(day !== undefined && { now: () => day + this.clock.now }),
				...(tls && { TLS: tls.module, authorities: () => undefined }),
			},
			options: tls ? lws.LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT : 0,
			protocols: [this.protocol],
			receiveBuffer: 256,
			transmitBuffer: 256,
			...info,
		});
	}

	get isSecure(): boolean {
		return this.#options.tls !== undefined;
	}

	/** Each request that comes gets the next of `scripts`; one for which there is none gets no answer. */
	serve(...scripts: Script[]): void {
		this.#scripts.push(...scripts);
	}

	/** Begins a request; its name is a, b, c… */
	request(options: RequestOptions = {}): Session {
		const session = new Session(String.fromCharCode(97 + this.sessions.length), options);
		this.witness.call("clientConnectViaInfo", () => lws.clientConnectViaInfo(this.#infoFor(session)));
		return this.#watch(session);
	}

	/** The same for a connection that is kept: the session is that of each attempt. */
	keep(options: RequestOptions): lws.KeptConnection<never> {
		const session = new Session(String.fromCharCode(97 + this.sessions.length), options);
		session.isKept = true;
		const kept = this.witness.call("keepConnected", () => lws.keepConnected(this.#infoFor(session)));
		this.#watch(session);
		return kept;
	}

	#watch(session: Session): Session {
		this.sessions.push(session);
		this.witness.watch(session);
		return session;
	}

	#infoFor(session: Session): lws.ConnectInfo<never> {
		const { fields: _fields, body: _body, on: _on, buffer: _buffer, context: _context, ...info } = session.options;
		return {
			context: this.context,
			address: "192.0.2.1",
			port: 80,
			host: "h",
			path: "/",
			method: "GET",
			userdata: session as never,
			pwsi: session.pwsi,
			...info,
			sslConnection: (info.sslConnection ?? 0) | (this.#options.tls ? lws.LCCSCF_USE_SSL : 0),
		};
	}

	say(line: string): void {
		this.log.push(this.clock.now > 0 ? `${line} @${this.clock.now}` : line);
	}

	/** Lets virtual milliseconds pass, with all that happens in them. */
	advance(milliseconds = 0): void {
		this.clock.advance(milliseconds);
	}

	/** The end of a test: destroys the context if that has not been done, and complains of what is left. */
	finish(): void {
		this.advance();
		this.destroy();
		this.advance();
		this.witness.judge();
		const left = { sockets: this.network.open, resolvers: this.names.open, timers: this.clock.timers };
		for (const [what, count] of Object.entries(left)) {
			if (count > 0) this.witness.complain(undefined, `${count} ${what} are left`);
		}
		if (this.#protocolEvents !== "" && this.#protocolEvents !== "ID") {
			this.witness.complain(undefined, `the protocol was told ${this.#protocolEvents}, not once of init and destroy`);
		}
	}

	// calls of the application

	/** Gives what httpClientRead gives, and keeps the content. */
	read(session: Session): number {
		session.word += "r";
		return this.witness.call("httpClientRead", () => lws.httpClientRead(session.wsi, session.buffer));
	}

	write(session: Session, text: string, last = false): number {
		const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
		const mode = last ? lws.LWS_WRITE_HTTP_FINAL : lws.LWS_WRITE_HTTP;
		return this.witness.call("write", () => lws.write(session.wsi, bytes, mode));
	}

	/** A message of a WebSocket, or what `mode` says. */
	send(session: Session, text: string, mode = lws.LWS_WRITE_TEXT): number {
		const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
		return this.witness.call("write", () => lws.write(session.wsi, bytes, mode));
	}

	wantWritable(session: Session): void {
		this.witness.call("callbackOnWritable", () => lws.callbackOnWritable(session.wsi));
	}

	bodyPending(session: Session, pending: boolean): void {
		this.witness.call("clientHttpBodyPending", () => lws.clientHttpBodyPending(session.wsi, pending));
	}

	addField(session: Session, name: string, value: string): void {
		this.witness.call("addHttpHeaderByName", () => lws.addHttpHeaderByName(session.wsi, name, value));
	}

	/** Gives what rxFlowControl gives. */
	flow(session: Session, enable: 0 | 1): number {
		return this.witness.call("rxFlowControl", () => lws.rxFlowControl(session.wsi, enable));
	}

	close(session: Session): void {
		this.witness.call("close", () => lws.close(session.wsi));
	}

	destroy(): void {
		this.witness.call("contextDestroy", () => lws.contextDestroy(this.context));
	}

	// the application's callback

	#callback(...event: lws.Event<never>): number | undefined {
		const [wsi, reason, user, input, length] = event;
		const name = reasonName(reason);
		const session = user as unknown as Session | undefined;
		if (!session) {
			this.#protocolEvents += name === "PROTOCOL_INIT" ? "I" : "D";
			if (this.#options.protocolLines) this.say(name);
			const handler = this.#options.on?.[name];
			const call = { stage: this, session: undefined as unknown as Session, wsi, input, length };
			return this.witness.callback(undefined, wsi, name, () => handler?.(call) ?? 0);
		}
		this.say(this.#line(session, wsi, name, input, length));
		const handler = session.options.on?.[name] ?? this.#options.on?.[name] ?? STANDARD[name];
		return this.witness.callback(
			session,
			wsi,
			name,
			() => handler?.({ stage: this, session, wsi, input, length }) ?? 0,
		);
	}

	#line(session: Session, wsi: AnyWsi, name: string, input: unknown, length: number): string {
		let line = session === this.sessions[0] ? name : `${session.name} ${name}`;
		const isUnasked = name === "RAW_RX" || (name === "RECEIVE_CLIENT_HTTP_READ" && session.isWebSocket);
		if (input === session.buffer || isUnasked) {
			const bytes = input as Uint8Array;
			let text = "";
			for (let i = 0; i < length; i++) text += String.fromCharCode(bytes[i] as number);
			session.content += text;
			if (length === 0) this.witness.complain(session, "a READ came with nothing");
			line += ` ${length} ${text}`;
		} else if (input instanceof lws.LwsError) {
			line += ` ${length} ${input.code} ${input.delivered}`;
			if (CLOSES.includes(name) && input !== wsi.error) this.witness.complain(session, "its error is another");
		} else if (name === "CHILD_CLOSING") {
			line += ` ${length} ${this.sessions.find((each) => each.wsi === input)?.name}`;
		} else if (name.endsWith("_WRITEABLE") && length === lws.peerWriteAllowance(wsi) && length > 0) {
			// how much room that is depends on sizes that are not the trace's concern
			line += input === undefined ? "" : " with input";
		} else if (input instanceof Uint8Array) line += this.#frameLine(session, wsi, name, input, length);
		else if (input !== undefined || length !== 0) line += ` ${length} ${input}`;
		return line;
	}

	/** A piece of a message, or a control frame. */
	#frameLine(session: Session, wsi: AnyWsi, name: string, input: Uint8Array, length: number): string {
		if (name === "WS_PEER_INITIATED_CLOSE") return ` ${length} ${closing(input, length)}`.trimEnd();
		let line = ` ${length} ${printable(input, 0, length)}`.trimEnd();
		if (name !== "CLIENT_RECEIVE") return line;
		for (let i = 0; i < length; i++) session.content += String.fromCharCode(input[i] as number);
		if (lws.isFirstFragment(wsi)) line += " first";
		if (lws.isFinalFragment(wsi)) line += " final";
		if (lws.frameIsBinary(wsi)) line += " binary";
		const remaining = lws.remainingPacketPayload(wsi);
		return remaining > 0 ? `${line} +${remaining}` : line;
	}

	// the server

	#receive(peer: Peer): void {
		const text = peer.text;
		const end = text.indexOf("\r\n\r\n") + 4;
		if (end < 4) return;
		if (!this.isHeadEnough) {
			const length = /^content-length: (\d+)\r$/im.exec(text.slice(0, end))?.[1];
			if (length !== undefined && text.length < end + Number(length)) return;
			if (/^transfer-encoding:/im.test(text.slice(0, end)) && !text.endsWith("\r\n0\r\n\r\n", text.length)) return;
		}
		const script = this.#scripts.shift();
		this.requests.push(text);
		peer.take();
		if (script) this.play(peer, script);
	}

	/** A server does what `script` says. */
	play(peer: Peer, script: Script): void {
		if (typeof script === "function") {
			script(peer);
			return;
		}
		for (const step of script) {
			if (typeof step === "string") peer.deliver(step);
			else if (step === FIN) peer.finish();
			// what was delivered before is a turn each, and a reset overtakes it
			else this.later(script.length + 1, () => peer.reset());
		}
	}

	/** Calls `body` after so many turns. */
	later(turns: number, body: () => void): void {
		this.clock.post(turns === 0 ? body : () => this.later(turns - 1, body));
	}
}

/** Their error is the wsi's. */
const CLOSES: readonly string[] = ["CLOSED_CLIENT_HTTP", "RAW_CLOSE", "CLIENT_CLOSED"];

/** What the application does unless a test wants something else. */
export const STANDARD: Handlers = {
	CLIENT_APPEND_HANDSHAKE_HEADER({ stage, session }) {
		for (const [name, value] of session.options.fields ?? []) stage.addField(session, name, value);
		if (session.options.body === undefined || session.isWebSocket) return;
		stage.bodyPending(session, true);
		stage.wantWritable(session);
	},
	CLIENT_HTTP_WRITEABLE({ stage, session }) {
		const piece = session.body.shift();
		if (piece === undefined) return;
		stage.write(session, piece, session.body.length === 0);
		if (session.body.length > 0) stage.wantWritable(session);
	},
	RAW_CONNECTED({ stage, session }) {
		if (session.body.length > 0) stage.wantWritable(session);
	},
	RAW_WRITEABLE({ stage, session }) {
		const piece = session.body.shift();
		if (piece === undefined) return;
		stage.write(session, piece);
		if (session.body.length > 0) stage.wantWritable(session);
	},
	CLIENT_ESTABLISHED({ stage, session }) {
		if (session.body.length > 0) stage.wantWritable(session);
	},
	CLIENT_WRITEABLE({ stage, session }) {
		const piece = session.body.shift();
		if (piece === undefined) return;
		stage.send(session, piece);
		if (session.body.length > 0) stage.wantWritable(session);
	},
	RECEIVE_CLIENT_HTTP({ stage, session }) {
		return stage.read(session) < 0 ? -1 : 0;
	},
};
