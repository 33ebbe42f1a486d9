/**
 * Carries out a plan (test/wire/plan.ts), its argument as JSON, and prints a line of JSON for each request that has
 * ended. It ends by itself when the contexts are destroyed: a socket or timer left behind would keep it alive.
 */
import {
	addHttpHeaderByName,
	type Context,
	callbackOnWritable,
	clientConnectViaInfo,
	clientHttpBodyPending,
	close,
	contextDestroy,
	createContext,
	exportSession,
	FormWriter,
	headerNames,
	headerValue,
	httpClientHttpResponse,
	httpClientRead,
	httpClientReasonPhrase,
	importSession,
	LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER,
	LWS_CALLBACK_CLIENT_CONNECTION_ERROR,
	LWS_CALLBACK_CLIENT_FILTER_PRE_ESTABLISH,
	LWS_CALLBACK_CLIENT_HTTP_BIND_PROTOCOL,
	LWS_CALLBACK_CLIENT_HTTP_DROP_PROTOCOL,
	LWS_CALLBACK_CLIENT_HTTP_REDIRECT,
	LWS_CALLBACK_CLIENT_HTTP_WRITEABLE,
	LWS_CALLBACK_CLOSED_CLIENT_HTTP,
	LWS_CALLBACK_COMPLETED_CLIENT_HTTP,
	LWS_CALLBACK_ESTABLISHED_CLIENT_HTTP,
	LWS_CALLBACK_PROTOCOL_DESTROY,
	LWS_CALLBACK_PROTOCOL_INIT,
	LWS_CALLBACK_RECEIVE_CLIENT_HTTP,
	LWS_CALLBACK_RECEIVE_CLIENT_HTTP_READ,
	LWS_CALLBACK_WSI_CREATE,
	LWS_CALLBACK_WSI_DESTROY,
	LWS_WRITE_HTTP,
	LWS_WRITE_HTTP_FINAL,
	type LwsError,
	type Protocol,
	peerCertificate,
	peerWriteAllowance,
	permessageDeflate,
	tlsInfo,
	transactionInfo,
	type Wsi,
	write,
} from "lws-xs";
import Time from "time";
import Timer from "timer";
import type { Plan, PlannedContext, PlannedRequest, Result } from "../wire/plan.js";
import { resolverOf } from "./resolver-of.js";
import { checksum } from "./sequence.js";
import { emptyResult, piece, RawRunning } from "./wire-raw.js";
import { WSRunning } from "./wire-ws.js";

const NAMES: Readonly<Record<number, string>> = Object.freeze({
	[LWS_CALLBACK_CLIENT_CONNECTION_ERROR]: "CONNECTION_ERROR",
	[LWS_CALLBACK_CLIENT_FILTER_PRE_ESTABLISH]: "FILTER",
	[LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER]: "APPEND",
	[LWS_CALLBACK_WSI_CREATE]: "CREATE",
	[LWS_CALLBACK_WSI_DESTROY]: "DESTROY",
	[LWS_CALLBACK_ESTABLISHED_CLIENT_HTTP]: "ESTABLISHED",
	[LWS_CALLBACK_CLOSED_CLIENT_HTTP]: "CLOSED",
	[LWS_CALLBACK_RECEIVE_CLIENT_HTTP]: "RECEIVE",
	[LWS_CALLBACK_COMPLETED_CLIENT_HTTP]: "COMPLETED",
	[LWS_CALLBACK_RECEIVE_CLIENT_HTTP_READ]: "READ",
	[LWS_CALLBACK_CLIENT_HTTP_WRITEABLE]: "WRITEABLE",
	[LWS_CALLBACK_CLIENT_HTTP_DROP_PROTOCOL]: "DROP",
	[LWS_CALLBACK_CLIENT_HTTP_BIND_PROTOCOL]: "BIND",
	[LWS_CALLBACK_CLIENT_HTTP_REDIRECT]: "REDIRECT",
});

/** The longest piece of a body that is written at a time. */
const PIECE = 16 * 1024;

const plan: Plan = JSON.parse(argv[0] as string);
let started = 0;
let finished = 0;

interface Told {
	/** Gives the result of the callback. */
	tell(wsi: Wsi<never>, reason: number, input: unknown, length: number): number | undefined;
}

class Running {
	readonly id: number;
	readonly request: PlannedRequest;
	readonly result: Result;
	readonly buffer: Uint8Array;
	readonly start = Time.ticks;
	readonly callbacks: string[] = [];
	readonly #pwsi: { wsi: Wsi<Running> | undefined } = { wsi: undefined };
	/** A call of ours into the client is under way, from which no callback may come. */
	#busy = false;
	#unread = false;
	#ends = 0;
	#form: FormWriter | undefined;

	constructor(id: number, request: PlannedRequest) {
		this.id = id;
		this.request = request;
		this.buffer = new Uint8Array(request.buffer ?? 4096);
		this.result = emptyResult(id);
	}

	begin(): void {
		const { request } = this;
		this.#busy = true;
		clientConnectViaInfo<Running>({
			context: contexts[request.context ?? 0] as Context,
			address: request.address ?? "127.0.0.1",
			iface: request.iface,
			port: request.port,
			path: request.path,
			host: request.host ?? "wire",
			origin: request.origin,
			method: request.method ?? "GET",
			userdata: this,
			pwsi: this.#pwsi,
			sslConnection: request.sslConnection,
			alpn: request.alpn,
			pinnedPublicKeys: request.pinnedPublicKeys,
			deadlines: request.deadlines,
			keepHeaders: request.keepHeaders,
			maxRedirects: request.maxRedirects,
			retryAndIdlePolicy: request.retryAndIdlePolicy,
			replayable: request.replayable,
			maxResumes: request.maxResumes,
			authUsername: request.authUsername,
			authPassword: request.authPassword,
			bearer: request.bearer,
			expectContinue: request.expectContinue,
			rewind: request.canRewind ? () => (this.result.sent = 0) : undefined,
		});
		this.#busy = false;
	}

	/** Everything that the protocol is told of this request. */
	tell(wsi: Wsi<Running>, reason: number, input: unknown, length: number): undefined {
		const name = NAMES[reason] ?? `${reason}`;
		if (!this.callbacks.includes(name)) this.callbacks.push(name);
		if (this.#busy) this.fault(`${name} from inside a call`);
		if (this.#pwsi.wsi !== wsi) this.fault(`${name} for another wsi than pwsi's`);
		if (this.#ends > 0 && name !== "DROP" && name !== "DESTROY") this.fault(`${name} after the end`);
		switch (reason) {
			case LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER:
				this.#append(wsi);
				break;
			case LWS_CALLBACK_CLIENT_HTTP_REDIRECT:
				this.result.redirects.push(`${length} ${input}`);
				break;
			case LWS_CALLBACK_CLIENT_HTTP_WRITEABLE:
				this.result.writeables++;
				this.#write(wsi);
				break;
			case LWS_CALLBACK_CLIENT_FILTER_PRE_ESTABLISH:
				this.#look(wsi);
				break;
			case LWS_CALLBACK_RECEIVE_CLIENT_HTTP:
				this.#announced(wsi);
				break;
			case LWS_CALLBACK_RECEIVE_CLIENT_HTTP_READ:
				this.#content(wsi, input as Uint8Array, length);
				break;
			case LWS_CALLBACK_COMPLETED_CLIENT_HTTP:
				this.#compare(wsi);
				break;
			case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
			case LWS_CALLBACK_CLOSED_CLIENT_HTTP: {
				if (++this.#ends > 1) this.fault("a second end");
				const error = input as LwsError | undefined;
				this.result.error = error?.code ?? "";
				this.result.message = error?.message ?? "";
				this.result.delivered = error?.delivered ?? "";
				if (reason === LWS_CALLBACK_CLOSED_CLIENT_HTTP) this.#compare(wsi);
				break;
			}
			case LWS_CALLBACK_WSI_DESTROY:
				this.#finish(wsi);
				break;
		}
	}

	fault(what: string): void {
		if (this.result.faults.length < 5) this.result.faults.push(what);
	}

	#append(wsi: Wsi<Running>): void {
		const { body, form, fields = [], secrets = [] } = this.request;
		for (const [name, value] of fields) addHttpHeaderByName(wsi, name, value, secrets.includes(name));
		if (form) this.#form = new FormWriter(form);
		const size = this.#form?.length ?? (body?.framing === "length" ? body.size : undefined);
		if (size !== undefined) addHttpHeaderByName(wsi, "Content-Length", `${size}`);
		if (!body && !form) return;
		clientHttpBodyPending(wsi, true);
		this.#busy = true;
		callbackOnWritable(wsi);
		this.#busy = false;
	}

	#writeForm(wsi: Wsi<Running>, form: FormWriter): void {
		const count = form.emit(this.buffer, 0, Math.min(this.buffer.length, peerWriteAllowance(wsi)));
		this.#busy = true;
		const mode = form.done ? LWS_WRITE_HTTP_FINAL : LWS_WRITE_HTTP;
		this.result.sent += write(wsi, this.buffer.subarray(0, count), mode);
		if (!form.done) callbackOnWritable(wsi);
		this.#busy = false;
	}

	#write(wsi: Wsi<Running>): void {
		if (this.#form) {
			this.#writeForm(wsi, this.#form);
			return;
		}
		const { body } = this.request;
		if (!body) {
			this.fault("WRITEABLE without a body");
			return;
		}
		const { result } = this;
		const allowance = peerWriteAllowance(wsi);
		if (allowance === 0 && body.size > 0) this.fault("WRITEABLE without an allowance");
		const count = Math.min(allowance, body.size - result.sent, body.piece ?? PIECE, PIECE);
		const isLast = result.sent + count === body.size;
		this.#busy = true;
		const taken = write(wsi, piece(result.sent, count), isLast ? LWS_WRITE_HTTP_FINAL : LWS_WRITE_HTTP);
		if (taken === count) result.sent += count;
		else result.refused++;
		if (result.sent < body.size) callbackOnWritable(wsi);
		this.#busy = false;
	}

	#look(wsi: Wsi<Running>): void {
		const { result } = this;
		result.status = httpClientHttpResponse(wsi);
		result.reason = httpClientReasonPhrase(wsi);
		result.names = headerNames(wsi);
		result.fields = fieldsOf(wsi);
		result.tls = tlsInfo(wsi);
		result.certificate = peerCertificate(wsi);
	}

	/** The head stays readable until the end; that of a response that is continued is another one. */
	#compare(wsi: Wsi<Running>): void {
		if (httpClientHttpResponse(wsi) !== this.result.status) this.fault("the status has changed");
		if (wsi.transaction?.resume) return;
		if (fieldsOf(wsi).join("\n") !== this.result.fields.join("\n")) this.fault("the fields have changed");
	}

	#announced(wsi: Wsi<Running>): void {
		this.result.announced++;
		if (this.#unread) this.fault("announced twice without a read");
		this.#unread = true;
		const { readAfter } = this.request;
		if (readAfter === undefined) this.#read(wsi);
		else Timer.set(() => this.#read(wsi), readAfter);
	}

	#read(wsi: Wsi<Running>): void {
		this.#unread = false;
		const before = this.result.length;
		const count = httpClientRead(wsi, this.buffer);
		const delivered = this.result.length - before;
		if (count >= 0 && count !== delivered) this.fault(`a read of ${delivered} bytes returns ${count}`);
	}

	#content(wsi: Wsi<Running>, bytes: Uint8Array, length: number): void {
		const { result } = this;
		result.reads++;
		if (bytes !== this.buffer) this.fault("READ with another buffer");
		if (!(length > 0 && length <= bytes.length)) this.fault(`READ of ${length} bytes`);
		result.length += length;
		result.sum = checksum(result.sum, bytes, length);
		if (result.length >= (this.request.closeAfter ?? Number.POSITIVE_INFINITY)) close(wsi);
	}

	#finish(wsi: Wsi<Running>): void {
		const { result } = this;
		const session = exportSession(wsi);
		result.session = session?.byteLength ?? 0;
		if (session && plan.handOver) handOver(session, (this.request.context ?? 0) + 1, plan.handOver.damage);
		if (this.#ends !== 1) this.fault(`${this.#ends} ends before DESTROY`);
		result.callbacks = this.callbacks.join(" ");
		result.sum >>>= 0;
		result.milliseconds = Time.delta(this.start);
		result.info = transactionInfo(wsi) ?? {};
		if (result.info.received !== result.length) this.fault(`${result.info.received} bytes received`);
		// a body that was taken and not sent is none
		if ((result.info.sent ?? 0) > result.sent) this.fault(`${result.info.sent} bytes sent`);
		end(result);
	}
}

function end(result: Result): void {
	console.log(JSON.stringify(result));
	finished++;
	if (started < plan.requests.length) startNext();
	else if (finished === started) Timer.set(destroy, plan.linger ?? 0);
}

function fieldsOf(wsi: Wsi<Running>): string[] {
	const seen: Record<string, number> = {};
	return headerNames(wsi).map((name) => {
		const nth = seen[name] ?? 0;
		seen[name] = nth + 1;
		return `${name}: ${headerValue(wsi, name, nth)}`;
	});
}

function startNext(): void {
	const id = started++;
	const request = plan.requests[id] as PlannedRequest;
	if (request.delay === undefined) begin(id, request);
	else Timer.set(() => begin(id, request), request.delay);
}

function begin(id: number, request: PlannedRequest): void {
	const context = contexts[request.context ?? 0] as Context;
	if (request.raw) new RawRunning(id, request, end).begin(context);
	else if (request.ws) new WSRunning(id, request, end).begin(context);
	else new Running(id, request).begin();
}

/** Gives a session to the context `index`, with the byte at `damage` changed. */
function handOver(session: ArrayBuffer, index: number, damage: number | undefined): void {
	const context = contexts[index];
	if (!context) return;
	const bytes = new Uint8Array(session).slice();
	const [vhost] = context.vhosts;
	if (damage !== undefined) bytes[damage % bytes.length] = (bytes[damage % bytes.length] as number) ^ 0x55;
	const isTaken = vhost ? importSession(vhost, bytes) : false;
	if (isTaken !== (damage === undefined)) throw new Error(`a session was ${isTaken ? "" : "not "}taken`);
}

function bytesOf(text: string): Uint8Array {
	return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function make({ ahead = 0, names, inMemory = {}, deflate, ...options }: PlannedContext): Context {
	const members = Object.entries(inMemory).map(([name, text]) => [name, bytesOf(text)]);
	return createContext({
		...options,
		...Object.fromEntries(members),
		...(deflate && { extensions: [permessageDeflate(deflate)] }),
		host: { now: () => Date.now() + ahead, ...(names && { Resolver: resolverOf(names) }) },
		protocols: [protocol as unknown as Protocol<never>],
	});
}

function destroy(): void {
	for (const context of contexts) contextDestroy(context);
}

const protocol: Protocol<Told> = {
	name: "wire",
	callback(wsi, reason, user, input, length) {
		if (reason === LWS_CALLBACK_PROTOCOL_INIT || reason === LWS_CALLBACK_PROTOCOL_DESTROY) return 0;
		return user.tell(wsi as Wsi<never>, reason, input, length) ?? 0;
	},
};

const contexts: Context[] = (plan.contexts ?? [{}]).map(make);
for (let i = Math.min(plan.parallel ?? 1, plan.requests.length); i > 0; i--) startNext();
