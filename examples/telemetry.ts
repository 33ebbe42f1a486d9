/**
 * Uploads a file and the machine's own measurements by streamed POST, fetches both back by GET through the chunk callback,
 * and verifies every byte. Run by `npm start`; arguments: the collector's port, the file, where to keep the measurements,
 * and the CA that has issued the collector's certificate, PEM.
 *
 * The file goes with a Content-Length, the measurements in chunks, since nobody knows how long they will be.
 */

import File from "desktop/file";
import { statistics } from "desktop/memory";
import { exit } from "desktop/process";
import {
	addHttpHeaderByName,
	callbackOnWritable,
	clientConnectViaInfo,
	clientHttpBodyPending,
	contextDestroy,
	createContext,
	httpClientHttpResponse,
	httpClientRead,
	LCCSCF_USE_SSL,
	LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER,
	LWS_CALLBACK_CLIENT_CONNECTION_ERROR,
	LWS_CALLBACK_CLIENT_HTTP_WRITEABLE,
	LWS_CALLBACK_CLOSED_CLIENT_HTTP,
	LWS_CALLBACK_COMPLETED_CLIENT_HTTP,
	LWS_CALLBACK_ESTABLISHED_CLIENT_HTTP,
	LWS_CALLBACK_RECEIVE_CLIENT_HTTP,
	LWS_CALLBACK_RECEIVE_CLIENT_HTTP_READ,
	LWS_CALLBACK_WSI_DESTROY,
	LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT,
	LWS_WRITE_HTTP,
	LWS_WRITE_HTTP_FINAL,
	type Protocol,
	tlsInfo,
	type Wsi,
	write,
} from "lws-xs";
import Time from "time";

/** Bytes of one write and of one read. */
const PIECE = 1000;

const port = Number(argv[0]);
const file = argv[1] ?? "";
const piece = new Uint8Array(PIECE);
const wanted = new Uint8Array(PIECE);
let secured = "";

interface Job {
	method: "POST" | "GET";
	path: string;
	/** Read for POST and compared with for GET, one file after another. */
	files: string[];
	index: number;
	open: File | undefined;
	bytes: number;
	begun: number;
	ready: number;
	answered: number;
}

const measurements = ["/proc/loadavg", "/proc/meminfo"];
// what is measured changes while we look: it is kept in a file of its own for the comparison
const kept = argv[2] ?? "";

const jobs: Pick<Job, "method" | "path" | "files">[] = [
	{ method: "POST", path: "/file", files: [file] },
	{ method: "POST", path: "/measurements", files: [kept] },
	{ method: "GET", path: "/file", files: [file] },
	{ method: "GET", path: "/measurements", files: [kept] },
];

function fail(sentence: string): never {
	console.error(`telemetry: ${sentence}`);
	return exit(1);
}

function keepMeasurements(): void {
	const out = new File({ path: kept, mode: "w" });
	for (const path of measurements) {
		const source = new File({ path });
		for (let count = source.read(piece); count > 0; count = source.read(piece)) {
			out.write(count === PIECE ? piece : piece.subarray(0, count));
		}
		source.close();
	}
	out.close();
}

/** The next bytes of the job's files into all of `into`; fewer at the end. */
function readOn(job: Job, into: Uint8Array): number {
	job.open ??= new File({ path: job.files[job.index] ?? "" });
	let filled = 0;
	while (filled < into.length) {
		const count = job.open.read(filled === 0 ? into : into.subarray(filled));
		if (count === 0) break;
		filled += count;
	}
	return filled;
}

function sendOn(wsi: Wsi<Job>, job: Job, allowance: number): void {
	const size = Math.min(PIECE, allowance);
	const count = readOn(job, size === PIECE ? piece : piece.subarray(0, size));
	const last = count < size;
	write(wsi, count === PIECE ? piece : piece.subarray(0, count), last ? LWS_WRITE_HTTP_FINAL : LWS_WRITE_HTTP);
	job.bytes += count;
	if (!last) callbackOnWritable(wsi);
}

function compare(job: Job, bytes: Uint8Array, count: number): void {
	if (readOn(job, count === PIECE ? wanted : wanted.subarray(0, count)) !== count)
		fail(`${job.path} came back too long`);
	for (let i = 0; i < count; i++)
		if (bytes[i] !== wanted[i]) fail(`byte ${job.bytes + i} of ${job.path} is not what was sent`);
	job.bytes += count;
}

function milliseconds(from: number, to: number): string {
	return `${((to - from) / 1000).toFixed(1)} ms`.padStart(9);
}

function report(job: Job): void {
	const now = Time.microseconds;
	const phases = [
		milliseconds(job.begun, job.ready),
		milliseconds(job.ready, job.answered),
		milliseconds(job.answered, now),
	];
	console.log(
		`${job.method.padEnd(5)}${job.path.padEnd(14)}${String(job.bytes).padStart(9)} bytes ${phases.join(" ")}`,
	);
}

function size(path: string): number {
	const source = new File({ path });
	const bytes = source.size ?? 0;
	source.close();
	return bytes;
}

const telemetry: Protocol<Job> = {
	name: "telemetry",
	callback(wsi, reason, job, input, length) {
		switch (reason) {
			case LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER:
				job.ready = Time.microseconds;
				if (job.method === "GET") break;
				if (job.path === "/file") addHttpHeaderByName(wsi, "Content-Length", String(size(file)));
				clientHttpBodyPending(wsi, true);
				callbackOnWritable(wsi);
				break;
			case LWS_CALLBACK_CLIENT_HTTP_WRITEABLE:
				sendOn(wsi, job, length);
				break;
			case LWS_CALLBACK_ESTABLISHED_CLIENT_HTTP:
				job.answered = Time.microseconds;
				secured = `${tlsInfo(wsi)?.version} ${tlsInfo(wsi)?.cipher}`;
				if (httpClientHttpResponse(wsi) !== 200) fail(`${job.path}: status ${httpClientHttpResponse(wsi)}`);
				break;
			case LWS_CALLBACK_RECEIVE_CLIENT_HTTP:
				httpClientRead(wsi, piece);
				break;
			case LWS_CALLBACK_RECEIVE_CLIENT_HTTP_READ:
				if (job.method === "GET") compare(job, input, length);
				break;
			case LWS_CALLBACK_COMPLETED_CLIENT_HTTP:
				if (job.method === "GET" && readOn(job, wanted) > 0) fail(`${job.path} came back too short`);
				report(job);
				break;
			case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
				return fail(input.message);
			case LWS_CALLBACK_CLOSED_CLIENT_HTTP:
				if (input) fail(input.message);
				break;
			case LWS_CALLBACK_WSI_DESTROY:
				job.open?.close();
				next();
				break;
		}
		return 0;
	},
};

const context = createContext({
	connections: 1,
	receiveBuffer: 1536,
	transmitBuffer: 1024,
	headTable: 1024,
	options: LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT,
	sslCaFilepath: argv[3],
	protocols: [telemetry],
});

function next(): void {
	const job = jobs.shift();
	if (!job) {
		const heap = statistics();
		console.log(`4 requests on one connection over ${secured}, its certificate verified`);
		const { peakHeap, limit, tlsHeapPeak } = heap;
		console.log(`every byte verified; peak heap ${peakHeap} of ${limit} bytes, besides ${tlsHeapPeak} of mbedTLS`);
		contextDestroy(context);
		return;
	}
	clientConnectViaInfo<Job>({
		context,
		address: "127.0.0.1",
		port,
		// the name that the certificate must have
		host: `localhost:${port}`,
		sslConnection: LCCSCF_USE_SSL,
		path: job.path,
		method: job.method,
		userdata: { ...job, index: 0, open: undefined, bytes: 0, begun: Time.microseconds, ready: 0, answered: 0 },
	});
}

keepMeasurements();
console.log("                                    to connection  to answer  to the end");
next();
