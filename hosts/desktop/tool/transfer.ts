/** One request of the tool, from its options to what came of it. */
import { isTerminal, writeError } from "desktop/stdio";
import * as lws from "lws-xs";
import { stringToBytes } from "lws-xs/native/kernels";
import type Timer from "timer";
import type { Body } from "./body.js";
import { Exit, Failure, failureOf, messageOf, usage } from "./exit.js";
import { HeadFinder, knownHead } from "./head.js";
import type { Target } from "./options.js";
import { outputPath } from "./output.js";
import { type Amounts, Progress } from "./progress.js";
import { unfollowed } from "./redirect.js";
import { makeRequest, type Request } from "./request.js";
import { emptyResult, type Result } from "./result.js";
import { judge, keptOf } from "./resume.js";
import { retryAfter } from "./retry.js";
import type { Listener, Session } from "./session.js";
import { type CaReport, reportMissing, reportTrusted } from "./show-ca.js";
import type { Sink } from "./stage.js";
import { flagsOf, relaxedChecks, secure } from "./tls.js";
import { Upload } from "./upload.js";
import { parseUrl, type Url, withFileName, withoutLogin } from "./url.js";
import { HeadPrinter, showNote, showRequest, showTls } from "./verbose.js";

const CLIENT_ERROR = 400;
/** curl goes from https to http, too. */
const FOLLOWED = lws.LCCSCF_ACCEPT_TLS_DOWNGRADE_REDIRECTS;
const DELIVERED = lws.LCCSCF_HTTP_NO_FOLLOW_REDIRECT;

/** What comes of files, and of the TLS that was linked: no record has it otherwise. */
const OUTSIDE: readonly number[] = Object.freeze([
	Exit.Input,
	Exit.Handshake,
	Exit.LocalCertificate,
	Exit.Cipher,
	Exit.CAFile,
]);

type Wsi = lws.Wsi<Listener | undefined>;

export class Transfer implements Listener {
	/** Counted from 1, for --trace-wsi. */
	readonly number: number;
	readonly #session: Session;
	readonly #done: (result: Result) => void;
	readonly #result: Result;
	#url!: Url;
	#request!: Request;
	#output!: Sink;
	#progress: Progress | undefined;
	#isComplete = false;
	#upload: Upload | undefined;
	#connectTimer: Timer | undefined;
	#finder: HeadFinder | undefined;

	constructor(session: Session, number: number, done: (result: Result) => void) {
		this.#session = session;
		this.number = number;
		this.#done = done;
		this.#result = emptyResult();
	}

	/** Starts it; `done` comes in a later turn. */
	start(target: Target): void {
		const { options, wire, stage } = this.#session;
		const text = target.url as string;
		this.#result.url = withoutLogin(text);
		try {
			const { upload } = target;
			const url = parseUrl(text);
			this.#url = upload === undefined || upload === "-" || upload === "." ? url : withFileName(url, upload);
			this.#result.url = this.#url.effective;
			const path = outputPath(target, this.#url);
			const kept = keptOf(path, target, options.continueAt);
			this.#offset = kept.offset;
			this.#output = this.#result.output = stage.openOutput(this.number, path, kept.from);
			stage.begin(this.number);
			wire.begin(this.#url.port);
			const openBody = (open: () => Body): Body => stage.openBody(this.number, open);
			this.#request = makeRequest(options, target, this.#url, openBody, this.#offset);
			this.#result.isRepeatable = this.#request.body?.isRepeatable ?? true;
			this.#listen();
			const wsi = this.#connect();
			if (this.#isProgressWanted) this.#progress = new Progress(() => this.#amountsOf(wsi));
		} catch (error) {
			this.#fail(error);
			if (error instanceof Failure && OUTSIDE.includes(error.exit)) stage.recorder?.failed("fault", this.number, error);
			// not from in here: a thousand bad URLs are not to be a thousand calls deep
			stage.Timer.set(() => this.#finish());
		}
	}

	get #isProgressWanted(): boolean {
		const { options } = this.#session;
		return !options.isSilent && !options.isPipelined && isTerminal(2) && !(this.#output.isStandard && isTerminal(1));
	}

	#connect(): Wsi {
		const { options, context, wire } = this.#session;
		const { address, port, path } = this.#url;
		const { isSecure } = this.#url;
		if (options.tls.isCaShown && !isSecure) throw usage("no-tls", "--show-ca wants an https URL");
		const { isFollowing, isPipelined } = options;
		// curl's one time for TCP and TLS would run while a request waits for those before it
		const isTimed = isSecure && !isPipelined;
		if (isSecure || (isFollowing && options.heap === undefined)) secure(context.vhosts[0] as lws.Vhost, options.tls);
		const { body } = this.#request;
		const { connectTimeout } = options;
		// --resolve holds for numeric addresses, too, and those the library does not look up
		const isNumeric = /^[\d.]+$|:/.test(address);
		try {
			const wsi = lws.clientConnectViaInfo<Listener | undefined>({
				context,
				address: (isNumeric && wire.addressesOf(address, port)?.[0]) || address,
				port,
				path,
				host: this.#request.host,
				method: this.#request.method,
				sslConnection:
					(isSecure ? lws.LCCSCF_USE_SSL : 0) |
					flagsOf(options.tls) |
					(isFollowing ? FOLLOWED : DELIVERED) |
					(isPipelined ? lws.LCCSCF_PIPELINE : 0),
				maxRedirects: options.maxRedirects,
				rewind: body?.isRepeatable ? () => this.#upload?.rewind() : undefined,
				userdata: this,
				deadlines: {
					connect: isTimed && !isFollowing ? 0 : connectTimeout,
					tls: isTimed && !isFollowing ? 0 : connectTimeout,
					firstByte: 0,
					idle: 0,
					total: options.maxTime,
				},
			});
			if (isTimed) this.#connectTimer = this.#session.stage.Timer.set(() => this.#expire(wsi), connectTimeout);
			return wsi;
		} catch (error) {
			throw usage("bad-request", messageOf(error));
		}
	}

	/** curl's time for a connection is that of TCP and TLS together, where the library has one for each. */
	#expire(wsi: Wsi): void {
		this.#connectTimer = undefined;
		const code = lws.transactionInfo(wsi)?.connected === undefined ? "timeout:connect" : "timeout:tls";
		this.#fail(failureOf(new lws.LwsError(code, "no"), false));
		lws.close(wsi);
	}

	#endConnectTimer(): void {
		if (this.#connectTimer) this.#session.stage.Timer.clear(this.#connectTimer);
		this.#connectTimer = undefined;
	}

	/** -i and -v show heads as they came. */
	#listen(): void {
		const { options, wire } = this.#session;
		const isOutput = options.isHeadShown || options.isHeadOnly;
		const printer = options.isVerbose ? new HeadPrinter() : undefined;
		wire.onConnected = wire.onBytes = wire.onTunnel = undefined;
		if (options.isPipelined && printer)
			wire.onConnected = (remote) => showNote(`Connected to ${this.#url.address} (${remote})`);
		if ((!isOutput && !printer) || options.isPipelined) return;
		const finder = new HeadFinder((buffer, end) => {
			printer?.feed(buffer, end);
			if (isOutput && !this.#result.failure) this.#guard(() => this.#output.write(buffer, end));
		});
		finder.begin();
		wire.onConnected = (remote) => {
			// after a 417 another response follows here
			finder.begin();
			if (printer) showNote(`Connected to ${this.#url.address} (${remote})`);
		};
		this.#finder = finder;
		wire.onTunnel = (isBegun) => {
			if (!this.#url.isSecure) return;
			finder.begin();
			if (printer && isBegun) showNote(`Establish HTTP proxy tunnel to ${this.#url.address}:${this.#url.port}`);
		};
		wire.onBytes = (buffer, count) => finder.feed(buffer, count);
	}

	/** One callback of the library. */
	tell(event: lws.Event<Listener | undefined>): number {
		const [wsi, reason, , input, length] = event;
		switch (reason) {
			case lws.LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER:
				return this.#append(wsi);
			case lws.LWS_CALLBACK_CLIENT_HTTP_REDIRECT:
				return this.#redirected(wsi, input, length);
			case lws.LWS_CALLBACK_CLIENT_HTTP_WRITEABLE:
				return this.#guard(() => this.#upload?.write(wsi, length));
			case lws.LWS_CALLBACK_ESTABLISHED_CLIENT_HTTP:
				return this.#established(wsi);
			case lws.LWS_CALLBACK_RECEIVE_CLIENT_HTTP:
				lws.httpClientRead(wsi, this.#session.readBuffer);
				return 0;
			case lws.LWS_CALLBACK_RECEIVE_CLIENT_HTTP_READ:
				return this.#content(input, length);
			case lws.LWS_CALLBACK_COMPLETED_CLIENT_HTTP:
				this.#isComplete = true;
				return 0;
			case lws.LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
			case lws.LWS_CALLBACK_CLOSED_CLIENT_HTTP:
				if (input && !this.#isComplete) this.#failed(input);
				this.#result.status = lws.httpClientHttpResponse(wsi) || this.#result.status;
				return 0;
			case lws.LWS_CALLBACK_WSI_DESTROY:
				this.#result.info = lws.transactionInfo(wsi);
				this.#finish();
				return 0;
			default:
				return 0;
		}
	}

	#append(wsi: Wsi): number {
		this.#endConnectTimer();
		if (!this.#session.options.tls.isCaShown) return this.#guard(() => this.#addFields(wsi));
		this.#guard(() => this.#report(reportTrusted(this.#server, lws.peerCertificate(wsi))));
		return -1;
	}

	/** Not from `tell`, for which each variable that a function keeps is a slot of stack. */
	#redirected(wsi: Wsi, uri: string, status: number): number {
		return this.#guard(() => this.#follow(wsi, uri, status));
	}

	#follow(wsi: Wsi, uri: string, status: number): void {
		const { options, wire } = this.#session;
		const result = this.#result;
		this.#url = parseUrl(uri);
		result.url = uri;
		result.status = status;
		result.redirects++;
		this.#upload?.pause();
		wire.begin(this.#url.port);
		if (options.isVerbose) showNote(`Issue another request to this URL: ${uri}`);
		if (options.isPipelined) return;
		// until then the body of this response may come
		wire.onSend = () => {
			this.#finder?.begin();
			const transaction = wsi.transaction;
			if (!options.isVerbose || !transaction) return;
			const { request, fields } = transaction;
			showRequest(request.method, request.target, fields[1] as string, fields.slice(2));
		};
	}

	/** Nowhere does the stack go deeper than to here, so not by way of `#guard`. */
	#content(bytes: Uint8Array, length: number): number {
		try {
			if (!this.#isUnwanted) this.#output.write(bytes, length);
			return 0;
		} catch (error) {
			this.#fail(error);
			return -1;
		}
	}

	#failed(error: lws.LwsError): void {
		const report = this.#session.options.tls.isCaShown && reportMissing(this.#server, error);
		if (report) this.#guard(() => this.#report(report));
		else this.#result.failure ??= failureOf(error, this.#upload?.isSending ?? false);
	}

	get #server(): string {
		return `${this.#url.address} port ${this.#url.port}`;
	}

	/** What --show-ca was asked for. */
	#report({ text, pem }: CaReport): void {
		this.#isComplete = true;
		const { options } = this.#session;
		if (!options.isSilent || options.isErrorShown) writeError(text);
		if (pem === undefined) return;
		const bytes = new Uint8Array(pem.length);
		this.#output.write(bytes, stringToBytes(pem, bytes, 0));
	}

	#addFields(wsi: Wsi): void {
		const { method, host, fields, body } = this.#request;
		// what a SOCKS proxy has said is no head
		this.#finder?.begin();
		if (this.#session.options.isVerbose) {
			const isReused = lws.transactionInfo(wsi)?.isReused === true;
			if (isReused) showNote(`Using the connection to ${this.#url.address} again`);
			const info = isReused ? undefined : lws.tlsInfo(wsi);
			if (info) showTls(info, lws.peerCertificate(wsi), relaxedChecks(this.#session.options.tls));
			showRequest(method, this.#url.path, host, fields);
		}
		try {
			for (let i = 0; i < fields.length; i += 2) {
				lws.addHttpHeaderByName(wsi, fields[i] as string, fields[i + 1] as string);
			}
		} catch (error) {
			throw usage("bad-field", messageOf(error));
		}
		if (body) this.#upload = new Upload(wsi, body, this.#session.readBuffer.length);
	}

	/** On the wire the heads of a pipeline lie among bodies. */
	#showHead(wsi: Wsi): void {
		const { isHeadShown, isHeadOnly, isVerbose, isPipelined } = this.#session.options;
		if (!isPipelined || !(isHeadShown || isHeadOnly || isVerbose)) return;
		const head = knownHead(wsi);
		if (isVerbose) new HeadPrinter().feed(head, head.length);
		if (isHeadShown || isHeadOnly) this.#output.write(head, head.length);
	}

	#established(wsi: Wsi): number {
		const { options } = this.#session;
		const result = this.#result;
		this.#guard(() => this.#showHead(wsi));
		result.status = lws.httpClientHttpResponse(wsi);
		// of 1.0 curl says "1"
		result.version = wsi.transaction?.minor === 0 ? "1" : "1.1";
		result.retryAfter = retryAfter(wsi);
		if (options.isFollowing) result.failure ??= unfollowed(wsi, this.#request.body);
		if (result.failure) return -1;
		if (options.isFailing && result.status >= CLIENT_ERROR) {
			this.#fail(new Failure(Exit.HttpStatus, "http:status", `the server answered ${result.status}`));
			return -1;
		}
		const answer = this.#offset > 0 && this.#request.method === "GET" ? judge(wsi, this.#offset) : "rest";
		this.#isUnwanted = answer === "other";
		if (answer !== "rest" && answer !== "other") {
			if (answer === "nothing") this.#isComplete = true;
			else this.#fail(answer);
			return -1;
		}
		// -I with another method: the content is not wanted
		if (options.isHeadOnly && this.#request.method !== "HEAD") {
			this.#isComplete = true;
			return -1;
		}
		this.#receivedTotal = Number(lws.headerValue(wsi, "content-length") ?? 0);
		return 0;
	}

	/** What -C asks for begins there. */
	#offset = 0;
	#isUnwanted = false;
	#receivedTotal = 0;

	#amountsOf(wsi: Wsi): Amounts {
		const { received = 0, sent = 0 } = lws.transactionInfo(wsi) ?? {};
		return { received, receivedTotal: this.#receivedTotal, sent, sentTotal: this.#request.body?.length ?? 0 };
	}

	/** The result of a callback: what is thrown becomes the reason for the end. */
	#guard(work: () => void): number {
		try {
			work();
			return 0;
		} catch (error) {
			this.#fail(error);
			return -1;
		}
	}

	#fail(error: unknown): void {
		this.#result.failure ??=
			error instanceof Failure ? error : new Failure(Exit.Internal, "internal:fault", messageOf(error));
	}

	#finish(): void {
		const result = this.#result;
		this.#progress?.end();
		this.#endConnectTimer();
		this.#request?.body?.close();
		// what --show-ca has not written is no empty file
		const isLeft = result.failure !== undefined || this.#session.options.tls.isCaShown;
		this.#guard(() => (isLeft ? this.#output?.close() : this.#output.finish()));
		this.#session.stage.recorder?.result(this.number, result);
		this.#done(result);
	}
}
