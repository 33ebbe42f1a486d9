/** A WebSocket of the tool, from its options to what came of it. */
import { writeError } from "desktop/stdio";
import * as lws from "lws-xs";
import { bytesToString } from "lws-xs/native/kernels";
import type Timer from "timer";
import { Attempt, type ToolWsi } from "./attempt.js";
import { Exit, Failure, failureOf, messageOf, usage } from "./exit.js";
import type { Target } from "./options.js";
import { outputPath } from "./output.js";
import { makeRequest, type Request } from "./request.js";
import { retryAfter } from "./retry.js";
import type { Listener } from "./session.js";
import { flagsOf, secure } from "./tls.js";
import { bytesText, HeadPrinter, showNote } from "./verbose.js";
import { EchoSender, type Sender, SourceSender } from "./ws-sender.js";
import { GivenMessages, Lines, type Source } from "./ws-source.js";

const CR = 0x0d;
const LINE_END = Uint8Array.of(0x0a);
const SWITCHING_PROTOCOLS = 101;
/** What says that all is well; 1005 is no status. */
const QUIET: readonly number[] = Object.freeze([lws.LWS_CLOSE_STATUS_NORMAL, lws.LWS_CLOSE_STATUS_GOINGAWAY, 1005]);
/** Milliseconds that the Pong at the end of standard input is waited for. */
const PATIENCE = 5000;
/** Its payload; nobody else's Pong is taken for it. */
const FAREWELL = Uint8Array.of(0x65, 0x6e, 0x64);
const SUBPROTOCOL = "sec-websocket-protocol";

export class WebSocketTransfer extends Attempt {
	#request!: Request;
	#source: Source | undefined;
	#sender: Sender | undefined;
	#echo: EchoSender | undefined;
	/** Messages, and bytes of the present one. */
	#received = 0;
	#length = 0;
	/** What was asked for has been done, however it ends. */
	#isComplete = false;
	/** The Ping at the end of standard input: wanted, then under way. */
	#farewell: "none" | "wanted" | "sent" = "none";
	#patience: Timer | undefined;

	/** Starts it; `done` comes in a later turn. */
	start(target: Target): void {
		const { options, wire, stage } = this.session;
		try {
			this.url = this.readUrl(target.url as string);
			this.result.url = this.url.effective;
			this.output = this.result.output = stage.openOutput(this.number, outputPath(target, this.url));
			wire.begin(this.url.port);
			this.#request = makeRequest(options, target, this.url, (open) => open());
			this.result.isRepeatable = true;
			this.#source = this.#openSource();
			this.listen();
			this.#connect();
		} catch (error) {
			this.failStart(error, () => this.#finish());
		}
	}

	#openSource(): Source | undefined {
		const { messages, isEcho } = this.session.options.ws;
		if (isEcho) return undefined;
		const buffer = this.session.readBuffer;
		return messages.length > 0 ? new GivenMessages(messages, buffer) : new Lines(buffer);
	}

	#connect(): void {
		const { options, context } = this.session;
		const { isSecure } = this.url;
		const { ping = 0 } = options.ws;
		if (isSecure) secure(context.vhosts[0] as lws.Vhost, options.tls);
		try {
			const wsi = lws.clientConnectViaInfo<Listener | undefined>({
				...this.connectInfo(isSecure),
				host: this.#request.host,
				protocol: this.#protocols,
				sslConnection: (isSecure ? lws.LCCSCF_USE_SSL : 0) | flagsOf(options.tls),
				retryAndIdlePolicy: { secsSinceValidPing: ping, secsSinceValidHangup: 2 * ping },
			});
			if (isSecure) this.time(wsi);
		} catch (error) {
			throw usage("bad-request", messageOf(error));
		}
	}

	/** Of --ws-protocol, and of -H as users of curl give them. */
	get #protocols(): string {
		const { fields } = this.#request;
		const names = this.session.options.ws.protocols ?? "";
		const all = names === "" ? [] : [names];
		for (let i = 0; i < fields.length; i += 2) {
			if (fields[i]?.toLowerCase() === SUBPROTOCOL) all.push(fields[i + 1] as string);
		}
		return all.join(",");
	}

	protected override get isTunnelled(): boolean {
		return true;
	}

	protected override listen(): void {
		super.listen();
		if (!this.session.options.isVerbose) return;
		const { wire } = this.session;
		const printer = new HeadPrinter(">");
		let isHead = true;
		// of a CONNECT, and of the handshake
		this.#showRequest = () => {
			isHead = true;
		};
		wire.onSent = (buffer, start, end) => {
			if (!isHead) return;
			const bytes = buffer.subarray(start, end);
			printer.feed(bytes, bytes.length);
			// an empty line ends it; nothing is sent with it
			isHead = bytes[bytes.length - 2] !== CR || bytes[bytes.length - 4] !== CR;
		};
	}

	/** -v: what is sent now is a head. */
	#showRequest: () => void = () => {};

	/** One callback of the library. */
	tell(event: lws.Event<Listener | undefined>): number {
		const [wsi, reason, , input, length] = event;
		switch (reason) {
			case lws.LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER:
				return this.guard(() => this.#append(wsi));
			case lws.LWS_CALLBACK_ESTABLISHED_CLIENT_HTTP:
				return this.#responded(wsi);
			case lws.LWS_CALLBACK_RECEIVE_CLIENT_HTTP_READ:
				return this.guard(() => this.#refused(input, length));
			case lws.LWS_CALLBACK_CLIENT_ESTABLISHED:
				return this.guard(() => this.#open(wsi));
			case lws.LWS_CALLBACK_CLIENT_RECEIVE:
				return this.#content(wsi, input, length);
			case lws.LWS_CALLBACK_CLIENT_WRITEABLE:
				return this.#write(wsi, length);
			case lws.LWS_CALLBACK_CLIENT_RECEIVE_PONG:
				return this.#ponged(wsi, length);
			case lws.LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
				return this.guard(() => this.#closed(input, length));
			case lws.LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
			case lws.LWS_CALLBACK_CLIENT_CLOSED:
				if (input && !this.#isComplete) this.#failed(wsi, input);
				return 0;
			case lws.LWS_CALLBACK_WSI_DESTROY:
				this.result.info = lws.transactionInfo(wsi);
				this.#finish();
				return 0;
			default:
				return 0;
		}
	}

	#append(wsi: ToolWsi): void {
		const { fields } = this.#request;
		this.endTime();
		// what a SOCKS proxy has said is no head
		this.finder?.begin();
		if (this.session.options.isVerbose) this.showConnection(wsi);
		this.#showRequest();
		try {
			for (let i = 0; i < fields.length; i += 2) {
				const name = fields[i] as string;
				if (name.toLowerCase() !== SUBPROTOCOL) lws.addHttpHeaderByName(wsi, name, fields[i + 1] as string);
			}
		} catch (error) {
			throw usage("bad-field", messageOf(error));
		}
	}

	#responded(wsi: ToolWsi): number {
		const { result } = this;
		result.status = lws.httpClientHttpResponse(wsi);
		result.version = "1.1";
		result.retryAfter = retryAfter(wsi);
		return 0;
	}

	/** The body of an answer that opens no WebSocket says why, and is only shown where the head is. */
	#refused(bytes: Uint8Array, length: number): void {
		const { isHeadShown, isVerbose } = this.session.options;
		if (isHeadShown) this.output.write(bytes, length);
		else if (isVerbose) writeError(`${bytesToString(bytes, 0, length)}\n`);
	}

	#open(wsi: ToolWsi): void {
		const { isVerbose } = this.session.options;
		this.result.isRepeatable = false;
		if (this.#source) this.#sender = new SourceSender(wsi, this.#source, isVerbose);
		else this.#sender = this.#echo = new EchoSender(this.session.readBuffer.length, isVerbose);
		if (this.#isEnough) lws.callbackOnWritable(wsi);
	}

	#content(wsi: ToolWsi, bytes: Uint8Array, length: number): number {
		try {
			this.#length += length;
			if (this.#echo) this.#echo.take(wsi, bytes, length);
			else if (length > 0) this.output.write(bytes, length);
			return lws.isFinalFragment(wsi) ? this.#message(wsi) : 0;
		} catch (error) {
			return this.#abandon(wsi, error);
		}
	}

	/** A message is complete. */
	#message(wsi: ToolWsi): number {
		const isBinary = lws.frameIsBinary(wsi);
		if (!this.#echo && !isBinary) this.output.write(LINE_END, 1);
		this.#received++;
		if (this.session.options.isVerbose) {
			showNote(`Received: ${isBinary ? "binary" : "text"}, a message of ${bytesText(this.#length)}`);
		}
		this.#length = 0;
		return this.#endIfEnough(wsi);
	}

	#write(wsi: ToolWsi, allowance: number): number {
		try {
			if (this.#farewell === "wanted") this.#sayFarewell(wsi);
			else this.#sender?.write(wsi, allowance);
			if (!this.#sender?.isDone) return 0;
			const { count, messages } = this.session.options.ws;
			if (count === undefined && messages.length === 0 && !this.#echo && this.#farewell === "none") {
				this.#farewell = "wanted";
				this.#sayFarewell(wsi);
			}
			return this.#endIfEnough(wsi);
		} catch (error) {
			return this.#abandon(wsi, error);
		}
	}

	/** What a server has to say to what was sent comes before the Pong; after a Close frame nothing would be read. */
	#sayFarewell(wsi: ToolWsi): void {
		if (lws.write(wsi, FAREWELL, lws.LWS_WRITE_PING) === 0) {
			lws.callbackOnWritable(wsi);
			return;
		}
		this.#farewell = "sent";
		this.#patience ??= this.session.stage.Timer.set(() => {
			this.#patience = undefined;
			lws.close(wsi);
		}, PATIENCE);
	}

	#ponged(wsi: ToolWsi, length: number): number {
		if (this.#farewell !== "sent" || length !== FAREWELL.length) return 0;
		return this.#close(wsi);
	}

	/** So many messages have come as --ws-count asks for, and what was given to be sent has been. */
	get #isEnough(): boolean {
		const { count, messages } = this.session.options.ws;
		if (count === undefined || this.#received < count) return false;
		return (messages.length === 0 && count > 0) || this.#sender?.isDone === true;
	}

	#endIfEnough(wsi: ToolWsi): number {
		return this.#isEnough ? this.#close(wsi) : 0;
	}

	/** The result of a callback. */
	#close(wsi: ToolWsi): number {
		this.#isComplete = true;
		lws.closeReason(wsi, lws.LWS_CLOSE_STATUS_NORMAL);
		return -1;
	}

	#abandon(wsi: ToolWsi, error: unknown): number {
		this.fail(error);
		lws.closeReason(wsi, lws.LWS_CLOSE_STATUS_GOINGAWAY);
		return -1;
	}

	#closed(payload: Uint8Array, length: number): void {
		const status = length < 2 ? 1005 : ((payload[0] as number) << 8) | (payload[1] as number);
		const reason = length > 2 ? ` ${JSON.stringify(bytesToString(payload, 2, length))}` : "";
		const { isSilent, isVerbose } = this.session.options;
		if (isVerbose) showNote(`The server closes: ${status}${reason}`);
		else if (!isSilent && !QUIET.includes(status))
			writeError(`Warning: the server has closed with ${status}${reason}\n`);
	}

	#failed(wsi: ToolWsi, error: lws.LwsError): void {
		const status = lws.httpClientHttpResponse(wsi);
		if (status > 0 && status !== SWITCHING_PROTOCOLS && error.code.startsWith("ws:")) {
			this.fail(new Failure(Exit.HttpStatus, error.code, `the server answered ${status}`));
		} else this.result.failure ??= failureOf(error, false);
	}

	#finish(): void {
		if (this.#patience) this.session.stage.Timer.clear(this.#patience);
		this.#source?.close();
		// what was not opened leaves no file
		this.end(this.result.failure !== undefined);
	}
}
