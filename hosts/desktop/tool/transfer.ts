/** One request of the tool, from its options to what came of it. */
import { isTerminal, writeError } from "desktop/stdio";
import * as lws from "lws-xs";
import { stringToBytes } from "lws-xs/native/kernels";
import { Attempt, type ToolWsi as Wsi } from "./attempt.js";
import type { Body } from "./body.js";
import { Exit, Failure, failureOf, messageOf, usage } from "./exit.js";
import { knownHead } from "./head.js";
import type { Target } from "./options.js";
import { outputPath } from "./output.js";
import { type Amounts, Progress } from "./progress.js";
import { unfollowed } from "./redirect.js";
import { makeRequest, type Request } from "./request.js";
import { judge, keptOf } from "./resume.js";
import { retryAfter } from "./retry.js";
import type { Listener } from "./session.js";
import { type CaReport, reportMissing, reportTrusted } from "./show-ca.js";
import { flagsOf, secure } from "./tls.js";
import { Upload } from "./upload.js";
import { parseUrl, withFileName } from "./url.js";
import { HeadPrinter, showNote, showRequest } from "./verbose.js";

const CLIENT_ERROR = 400;
/** curl goes from https to http, too. */
const FOLLOWED = lws.LCCSCF_ACCEPT_TLS_DOWNGRADE_REDIRECTS;
const DELIVERED = lws.LCCSCF_HTTP_NO_FOLLOW_REDIRECT;

export class Transfer extends Attempt {
	#request!: Request;
	#progress: Progress | undefined;
	#isComplete = false;
	#upload: Upload | undefined;

	/** Starts it; `done` comes in a later turn. */
	start(target: Target): void {
		const { options, wire, stage } = this.session;
		try {
			const { upload } = target;
			const url = this.readUrl(target.url as string);
			this.url = upload === undefined || upload === "-" || upload === "." ? url : withFileName(url, upload);
			this.result.url = this.url.effective;
			const path = outputPath(target, this.url);
			const kept = keptOf(path, target, options.continueAt);
			this.#offset = kept.offset;
			this.output = this.result.output = stage.openOutput(this.number, path, kept.from);
			stage.begin(this.number);
			wire.begin(this.url.port);
			const openBody = (open: () => Body): Body => stage.openBody(this.number, open);
			this.#request = makeRequest(options, target, this.url, openBody, this.#offset);
			this.result.isRepeatable = this.#request.body?.isRepeatable ?? true;
			this.listen();
			const wsi = this.#connect();
			if (this.#isProgressWanted) this.#progress = new Progress(() => this.#amountsOf(wsi));
		} catch (error) {
			this.failStart(error, () => this.#finish());
		}
	}

	get #isProgressWanted(): boolean {
		const { options } = this.session;
		return !options.isSilent && !options.isPipelined && isTerminal(2) && !(this.output.isStandard && isTerminal(1));
	}

	#connect(): Wsi {
		const { options, context } = this.session;
		const { isSecure } = this.url;
		if (options.tls.isCaShown && !isSecure) throw usage("no-tls", "--show-ca wants an https URL");
		const { isFollowing, isPipelined } = options;
		// curl's one time for TCP and TLS would run while a request waits for those before it
		const isTimed = isSecure && !isPipelined;
		if (isSecure || (isFollowing && options.heap === undefined)) secure(context.vhosts[0] as lws.Vhost, options.tls);
		const { body, host, method } = this.#request;
		try {
			const wsi = lws.clientConnectViaInfo<Listener | undefined>({
				...this.connectInfo(isTimed && !isFollowing),
				host,
				method,
				sslConnection:
					(isSecure ? lws.LCCSCF_USE_SSL : 0) |
					flagsOf(options.tls) |
					(isFollowing ? FOLLOWED : DELIVERED) |
					(isPipelined ? lws.LCCSCF_PIPELINE : 0),
				maxRedirects: options.maxRedirects,
				rewind: body?.isRepeatable ? () => this.#upload?.rewind() : undefined,
			});
			if (isTimed) this.time(wsi);
			return wsi;
		} catch (error) {
			throw usage("bad-request", messageOf(error));
		}
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
				return this.guard(() => this.#upload?.write(wsi, length));
			case lws.LWS_CALLBACK_ESTABLISHED_CLIENT_HTTP:
				return this.#established(wsi);
			case lws.LWS_CALLBACK_RECEIVE_CLIENT_HTTP:
				lws.httpClientRead(wsi, this.session.readBuffer);
				return 0;
			case lws.LWS_CALLBACK_RECEIVE_CLIENT_HTTP_READ:
				return this.#content(input, length);
			case lws.LWS_CALLBACK_COMPLETED_CLIENT_HTTP:
				this.#isComplete = true;
				return 0;
			case lws.LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
			case lws.LWS_CALLBACK_CLOSED_CLIENT_HTTP:
				if (input && !this.#isComplete) this.#failed(input);
				this.result.status = lws.httpClientHttpResponse(wsi) || this.result.status;
				return 0;
			case lws.LWS_CALLBACK_WSI_DESTROY:
				this.result.info = lws.transactionInfo(wsi);
				this.#finish();
				return 0;
			default:
				return 0;
		}
	}

	#append(wsi: Wsi): number {
		this.endTime();
		if (!this.session.options.tls.isCaShown) return this.guard(() => this.#addFields(wsi));
		this.guard(() => this.#report(reportTrusted(this.#server, lws.peerCertificate(wsi))));
		return -1;
	}

	/** Not from `tell`, for which each variable that a function keeps is a slot of stack. */
	#redirected(wsi: Wsi, uri: string, status: number): number {
		return this.guard(() => this.#follow(wsi, uri, status));
	}

	#follow(wsi: Wsi, uri: string, status: number): void {
		const { options, wire } = this.session;
		const result = this.result;
		this.url = parseUrl(uri);
		result.url = uri;
		result.status = status;
		result.redirects++;
		this.#upload?.pause();
		wire.begin(this.url.port);
		if (options.isVerbose) showNote(`Issue another request to this URL: ${uri}`);
		if (options.isPipelined) return;
		// until then the body of this response may come
		wire.onSend = () => {
			this.finder?.begin();
			const transaction = wsi.transaction;
			if (!options.isVerbose || !transaction) return;
			const { request, fields } = transaction;
			showRequest(request.method, request.target, fields[1] as string, fields.slice(2));
		};
	}

	/** Nowhere does the stack go deeper than to here, so not by way of `#guard`. */
	#content(bytes: Uint8Array, length: number): number {
		try {
			if (!this.#isUnwanted) this.output.write(bytes, length);
			return 0;
		} catch (error) {
			this.fail(error);
			return -1;
		}
	}

	#failed(error: lws.LwsError): void {
		const report = this.session.options.tls.isCaShown && reportMissing(this.#server, error);
		if (report) this.guard(() => this.#report(report));
		else this.result.failure ??= failureOf(error, this.#upload?.isSending ?? false);
	}

	get #server(): string {
		return `${this.url.address} port ${this.url.port}`;
	}

	/** What --show-ca was asked for. */
	#report({ text, pem }: CaReport): void {
		this.#isComplete = true;
		const { options } = this.session;
		if (!options.isSilent || options.isErrorShown) writeError(text);
		if (pem === undefined) return;
		const bytes = new Uint8Array(pem.length);
		this.output.write(bytes, stringToBytes(pem, bytes, 0));
	}

	#addFields(wsi: Wsi): void {
		const { method, host, fields, body } = this.#request;
		// what a SOCKS proxy has said is no head
		this.finder?.begin();
		if (this.session.options.isVerbose) {
			this.showConnection(wsi);
			showRequest(method, this.url.path, host, fields);
		}
		try {
			for (let i = 0; i < fields.length; i += 2) {
				lws.addHttpHeaderByName(wsi, fields[i] as string, fields[i + 1] as string);
			}
		} catch (error) {
			throw usage("bad-field", messageOf(error));
		}
		if (body) this.#upload = new Upload(wsi, body, this.session.readBuffer.length);
	}

	/** On the wire the heads of a pipeline lie among bodies. */
	#showHead(wsi: Wsi): void {
		const { isHeadShown, isHeadOnly, isVerbose, isPipelined } = this.session.options;
		if (!isPipelined || !(isHeadShown || isHeadOnly || isVerbose)) return;
		const head = knownHead(wsi);
		if (isVerbose) new HeadPrinter("<").feed(head, head.length);
		if (isHeadShown || isHeadOnly) this.output.write(head, head.length);
	}

	#established(wsi: Wsi): number {
		const { options } = this.session;
		const result = this.result;
		this.guard(() => this.#showHead(wsi));
		result.status = lws.httpClientHttpResponse(wsi);
		// of 1.0 curl says "1"
		result.version = wsi.transaction?.minor === 0 ? "1" : "1.1";
		result.retryAfter = retryAfter(wsi);
		if (options.isFollowing) result.failure ??= unfollowed(wsi, this.#request.body);
		if (result.failure) return -1;
		if (options.isFailing && result.status >= CLIENT_ERROR) {
			this.fail(new Failure(Exit.HttpStatus, "http:status", `the server answered ${result.status}`));
			return -1;
		}
		const answer = this.#offset > 0 && this.#request.method === "GET" ? judge(wsi, this.#offset) : "rest";
		this.#isUnwanted = answer === "other";
		if (answer !== "rest" && answer !== "other") {
			if (answer === "nothing") this.#isComplete = true;
			else this.fail(answer);
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

	#finish(): void {
		this.#progress?.end();
		this.#request?.body?.close();
		// what --show-ca has not written is no empty file
		this.end(this.result.failure !== undefined || this.session.options.tls.isCaShown);
	}
}
