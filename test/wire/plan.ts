/** What the client program `test/host/wire-client.ts` is asked to do, and what it tells; types for both sides. */
import type { RetryPolicy, TransactionInfo } from "lws-xs";

export interface PlannedRequest {
	/** Index into the plan's contexts, 0 when absent. */
	context?: number;
	address?: string;
	/** Numeric address of the local interface. */
	iface?: string;
	port: number;
	path: string;
	/** The Host field; absent: "wire". */
	host?: string;
	/** GET when absent. */
	method?: string;
	origin?: string;
	fields?: [string, string][];
	body?: {
		size: number;
		framing: "length" | "chunked";
		/** The most that is written at a time; absent: what the client allows. */
		piece?: number;
	};
	/** The body is a form of these names and values, instead of `body`. */
	form?: string[];
	expectContinue?: number;
	/** Size of the buffer for httpClientRead, 4096 when absent. */
	buffer?: number;
	/** Milliseconds between an announcement and the read; absent: the read comes from inside the callback. */
	readAfter?: number;
	/** Closes the wsi once so many bytes of content have come. */
	closeAfter?: number;
	/** LCCSCF_… */
	sslConnection?: number;
	alpn?: string;
	pinnedPublicKeys?: string[];
	deadlines?: { connect?: number; tls?: number; firstByte?: number; idle?: number; total?: number };
	keepHeaders?: string[];
	maxRedirects?: number;
	retryAndIdlePolicy?: RetryPolicy;
	replayable?: boolean;
	maxResumes?: number;
	/** The body can be sent again. */
	canRewind?: boolean;
	authUsername?: string;
	authPassword?: string;
	bearer?: string;
	/** Names among `fields` that are for this origin only. */
	secrets?: string[];
	/** A raw connection, for which most of the rest is of no use. */
	raw?: PlannedRaw;
	/** Begins so many milliseconds after its turn. */
	delay?: number;
}

export interface PlannedRaw {
	/** So many bytes of the pattern are written. */
	send?: number;
	/** After each so many bytes what comes is held up for `pause` milliseconds, 1 when absent. */
	pauseEach?: number;
	pause?: number;
	/** What comes is held up for so many milliseconds from RAW_CONNECTED on. */
	hold?: number;
}

export interface PlannedContext {
	[option: string]: unknown;
	/** The addresses of names; with it no other name has any. */
	names?: Readonly<Record<string, readonly string[]>>;
	/** Milliseconds that the context's clock is ahead of the machine's. */
	ahead?: number;
	/** The members of these names as bytes. */
	inMemory?: Partial<Record<"sslCaMem" | "sslCertMem" | "sslPrivateKeyMem", string>>;
}

export interface Plan {
	/** Options of each context; one with the defaults when absent. */
	contexts?: PlannedContext[];
	requests: PlannedRequest[];
	/** How many run at a time, 1 when absent; the next one begins when one has ended. */
	parallel?: number;
	/** Every context but the first gets the session of the request before, as exported, through this change of one byte. */
	handOver?: { damage?: number };
	/** The contexts are destroyed so many milliseconds after the last request, 0 when absent. */
	linger?: number;
}

/** One line of the client's output: a request that has ended. */
export interface Result {
	id: number;
	status: number;
	reason: string;
	names: string[];
	/** All fields in their order, "name: value". */
	fields: string[];
	/** Of each redirect that was followed its status, and where it went. */
	redirects: string[];
	/** Bytes of content, and their checksum. */
	length: number;
	sum: number;
	/** Bytes of the request body that were taken. */
	sent: number;
	/** The callbacks in the order of their first coming, then how often those came that can come again. */
	callbacks: string;
	announced: number;
	/** Of a raw connection RAW_RX, and `announced` how often what came was held up. */
	reads: number;
	writeables: number;
	refused: number;
	error: string;
	/** The whole sentence. */
	message: string;
	delivered: string;
	tls: { version: string; cipher: string; protocol: string; isResumed: boolean } | undefined;
	certificate: { subject: string; issuer: string; names: string; validTo: string; fingerprint: string } | undefined;
	/** Bytes of the session that could be exported at the end, 0: none. */
	session: number;
	milliseconds: number;
	/** transactionInfo at the end; what has not happened is not there. */
	info: Partial<TransactionInfo>;
	/** Rules of the interface that were broken. */
	faults: string[];
}
