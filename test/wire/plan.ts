/** What the client program `test/host/wire-client.ts` is asked to do, and what it tells; types for both sides. */
import type { DeflateOptions, RetryPolicy, TransactionInfo } from "lws-xs";

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
	deadlines?: { connect?: number; tls?: number; firstByte?: number; idle?: number; close?: number; total?: number };
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
	/** A WebSocket, likewise. */
	ws?: PlannedWs;
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

/**
 * A WebSocket sends all that it has to send, and closes when that is done and as much has come as it expects, but for one
 * that `stays`.
 */
export interface PlannedWs {
	/** The subprotocols that are offered, with commas between. */
	protocol?: string;
	/** One after another. */
	send?: PlannedMessage[];
	/** Ping frames with these texts, before the messages. */
	pings?: string[];
	/** Messages that are expected; pongs are, as many as there are pings. */
	receive?: number;
	/** It is refused in CLIENT_ESTABLISHED. */
	refuses?: boolean;
	/** The server is the one that closes, or nobody. */
	stays?: boolean;
	/** With what it closes; 1000 when absent. */
	status?: number;
	reason?: string;
	/** It closes by `close`, from outside of a callback, not by the result of one. */
	isOutside?: boolean;
	/** As for a raw connection; `hold` from CLIENT_ESTABLISHED on. */
	pauseEach?: number;
	pause?: number;
	hold?: number;
	/** By keepConnected, which is told to stop when so many connections have stood and ended. */
	kept?: number;
}

export interface PlannedMessage {
	/** Bytes: of the pattern, or of text, whose characters are whole only where ten divides it. */
	size: number;
	isText?: boolean;
	/** The longest fragment; absent: what the client allows. */
	piece?: number;
	/** These instead of the pattern, a character for each. */
	bytes?: string;
	/** How often it is sent, 1 when absent. */
	count?: number;
}

export interface PlannedContext {
	[option: string]: unknown;
	/** The addresses of names; with it no other name has any. */
	names?: Readonly<Record<string, readonly string[]>>;
	/** Milliseconds that the context's clock is ahead of the machine's. */
	ahead?: number;
	/** permessage-deflate is offered, with these options. */
	deflate?: DeflateOptions;
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
	/** Of a WebSocket. */
	ws?: ResultWs;
}

export interface ResultWs {
	/** Of the first messages "text" or "binary", length and checksum; how many there were; how many pieces. */
	messages: string[];
	count: number;
	/** Messages that were sent whole. */
	sent: number;
	pongs: string[];
	/** The Close frame of the server: its status and reason, "" when it has none; absent: none came first. */
	peerClose?: string;
	/** The subprotocol that the server chose. */
	protocol: string;
	/** How each connection ended: the code of an error, or "". */
	ends: string[];
	/** KeptConnection.attempts at each end. */
	attempts: number[];
}
