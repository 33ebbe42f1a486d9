/** Sizes and limits of a context, with their defaults: those of a device, or what the host configures. */
import config from "lws-xs/host/config";
import type { Deadlines } from "../dispatch/deadline.js";
import { FIELD_BYTES, HEAD_STATE_BYTES } from "../engines/head-table.js";
import type { Extension } from "../roles/role.js";
import { RECORD_OVERHEAD } from "../transport/tls.js";
import type { AnyProtocol } from "./protocol.js";
import type { ProxyInfo } from "./proxy.js";

/** What a vhost reserves when it is made, and how long it waits. Bytes and milliseconds. */
export interface Sizes {
	/** Connections at a time, idle ones included. More requests wait in a queue. */
	connections: number;
	/** The receive buffer of a connection. */
	receiveBuffer: number;
	/** The transmit buffer: a request head may be longer, a chunk of a body may not. */
	transmitBuffer: number;
	/** The fields of a response: bytes of names and values, and their number. */
	headTable: number;
	headFields: number;
	/** How long an idle connection is kept; 0: not at all. */
	keepWarm: number;
	/** Requests with LCCSCF_PIPELINE that one connection carries at a time. */
	pipelineDepth: number;
}

/**
 * Two connections at 1536 + 1024 + 2048 bytes: an upload and a poll side by side, in 10 KB. 1536 is one segment of lwIP
 * (1436 bytes) and a bit.
 */
export const DEVICE_SIZES: Readonly<Sizes> = Object.freeze({
	connections: 2,
	receiveBuffer: 1536,
	transmitBuffer: 1024,
	headTable: 2048,
	headFields: 32,
	keepWarm: 5000,
	pipelineDepth: 4,
});

/** lws: 20 seconds for each stage, 5 for a Close frame; the total is up to the application. */
export const DEFAULT_DEADLINES: Readonly<Deadlines> = Object.freeze({
	connect: 20_000,
	tls: 20_000,
	firstByte: 20_000,
	idle: 20_000,
	close: 5000,
	total: 0,
});

/** Below these a connection could not work. */
const MINIMA: Readonly<Sizes> = Object.freeze({
	connections: 1,
	receiveBuffer: 64,
	transmitBuffer: 64,
	headTable: 512,
	headFields: 8,
	keepWarm: 0,
	pipelineDepth: 1,
});

const MAXIMUM = 0x3fff_ffff;

export interface VhostInfo extends Partial<Sizes>, ProxyInfo {
	name?: string;
	/** The first one serves requests that name no protocol. */
	protocols: readonly AnyProtocol[];
	/** What WebSockets may compress their messages by: at most one, made by permessageDeflate. Default: none. */
	extensions?: readonly Extension[];
}

/** Fills in what is missing, from the host's configuration first; throws a RangeError for what cannot be. */
export function completeSizes(info: Partial<Sizes>): Sizes {
	const sizes = { ...DEVICE_SIZES };
	const configured: Partial<Sizes> = config;
	for (const name of Object.keys(sizes) as (keyof Sizes)[]) {
		const value = info[name] ?? configured[name];
		if (value === undefined) continue;
		if (!Number.isInteger(value) || value < MINIMA[name] || value > MAXIMUM) {
			throw new RangeError(`${name} is ${value}: it must be a whole number of at least ${MINIMA[name]}`);
		}
		sizes[name] = value;
	}
	return sizes;
}

/** Those of a context that gives none. */
export function defaultDeadlines(): Deadlines {
	const configured: { deadlines?: Partial<Deadlines> } = config;
	return completeDeadlines(configured.deadlines, DEFAULT_DEADLINES);
}

export function completeDeadlines(info: Partial<Deadlines> | undefined, base: Deadlines): Deadlines {
	if (info === undefined) return base;
	const deadlines = { ...base };
	for (const name of Object.keys(deadlines) as (keyof Deadlines)[]) {
		const value = info?.[name];
		if (value === undefined) continue;
		checkTime(name, value);
		deadlines[name] = value;
	}
	return deadlines;
}

/** Throws a RangeError for what is no time. */
export function checkTime(name: string, value: number): void {
	if (!Number.isInteger(value) || value < 0 || value > MAXIMUM) {
		throw new RangeError(`the time ${name} is ${value}: it must be a whole number of milliseconds, 0 for none`);
	}
}

/** Bytes of every part that a vhost with these options reserves. */
export interface MemoryPlan {
	receiveBuffers: number;
	transmitBuffers: number;
	headTables: number;
	/** With TLS only: a record's ciphertext on its way in, and out. */
	cipherBuffers: number;
	total: number;
}

/** The two buffers of ciphertext of a connection: as much at a time as of plaintext. */
export function cipherSizes(sizes: Pick<Sizes, "receiveBuffer" | "transmitBuffer">): { input: number; output: number } {
	return { input: sizes.receiveBuffer, output: sizes.transmitBuffer + RECORD_OVERHEAD };
}

/**
 * What createContext reserves for these options, in bytes, before any request is made: buffers of all connections, and
 * with `hasTLS` those that initVhostClientSsl adds; what mbedTLS takes lies outside of the heap and comes to it. The
 * objects around them come to it: docs/footprint.md has them.
 *
 * @example
 * memoryPlan({ connections: 1 }).total // 5156
 */
export function memoryPlan(info: Partial<Sizes>, hasTLS = false): MemoryPlan {
	const sizes = completeSizes(info);
	const { input, output } = cipherSizes(sizes);
	const cipherBuffers = hasTLS ? sizes.connections * (input + output) : 0;
	const receiveBuffers = sizes.connections * sizes.receiveBuffer;
	const transmitBuffers = sizes.connections * sizes.transmitBuffer;
	const headTables = sizes.connections * (HEAD_STATE_BYTES + sizes.headTable + FIELD_BYTES * sizes.headFields);
	const total = receiveBuffers + transmitBuffers + headTables + cipherBuffers;
	return { receiveBuffers, transmitBuffers, headTables, cipherBuffers, total };
}
