/**
 * One exchange, or many, in a heap as small as a device's. It keeps next to nothing itself, so that the figures are the
 * client's. It is preloaded like the library, as the modules of a device's application lie in its flash; the test's own
 * main module calls `run`.
 *
 * Arguments: port, then one of `get PATH BYTES`, `put BYTES length|chunked`, `raw BYTES -` (an echo), `many COUNT`,
 * `plan SIZES`, and the file of a
 * CA for TLS. Prints lines of JSON.
 */

import { collect, statistics } from "desktop/memory";
import * as lws from "lws-xs";
import { PERIOD, patternByte } from "./pattern.js";

/** The buffer of the application: for reading, and the most that is written at a time. */
const BUFFER = 2048;
/** One byte in so many is compared: a lost or doubled byte shifts all that follow, so none goes unnoticed. */
const SAMPLE = 61;

class Budget {
	readonly name = "budget";
	readonly mode = argv[1];
	readonly size = Number(argv[1] === "get" ? argv[3] : argv[2]);
	readonly count = argv[1] === "many" ? Number(argv[2]) : 1;
	// one period and a piece for writing, so that a piece can begin anywhere
	readonly buffer = new Uint8Array(BUFFER);
	position = 0;
	/** Of what has come back. */
	returned = 0;
	completed = 0;
	done = 0;
	context: lws.Context | undefined;
	/** The file of the CA; without it there is no TLS. */
	readonly authority = argv[1] === "many" ? argv[3] : argv[4];

	mark(step: string): void {
		collect();
		const { chunks, slots, peakHeap, tlsHeap } = statistics();
		const { position, completed } = this;
		console.log(JSON.stringify({ step, chunks, slots, peakHeap, tlsHeap, position, completed }));
	}

	begin(): void {
		lws.clientConnectViaInfo({
			context: this.context as lws.Context,
			address: "127.0.0.1",
			port: Number(argv[0]),
			host: "localhost",
			path: this.mode === "get" ? (argv[2] as string) : "/",
			method: this.mode === "raw" ? "RAW" : this.mode === "put" ? "PUT" : "GET",
			sslConnection: this.authority ? lws.LCCSCF_USE_SSL : 0,
		});
	}

	fill(): void {
		for (let i = 0; i < BUFFER; i++) this.buffer[i] = patternByte(i);
	}

	append(wsi: lws.Wsi): void {
		if (this.mode !== "put") return;
		this.fill();
		if (argv[3] === "length") lws.addHttpHeaderByName(wsi, "Content-Length", `${this.size}`);
		lws.clientHttpBodyPending(wsi, true);
		lws.callbackOnWritable(wsi);
	}

	put(wsi: lws.Wsi): void {
		const start = this.position % PERIOD;
		const piece = Math.min(lws.peerWriteAllowance(wsi), this.size - this.position, BUFFER - start);
		const isLast = this.position + piece === this.size;
		const bytes = this.buffer.subarray(start, start + piece);
		this.position += lws.write(
			wsi,
			bytes,
			isLast && this.mode === "put" ? lws.LWS_WRITE_HTTP_FINAL : lws.LWS_WRITE_HTTP,
		);
		if (this.position < this.size) lws.callbackOnWritable(wsi);
	}

	check(buffer: Uint8Array, position: number, length: number): void {
		for (let i = 0; i < length; i += SAMPLE) {
			if (buffer[i] !== patternByte(position + i)) throw new Error(`the byte at ${position + i} is another`);
		}
	}

	ended(): void {
		this.done++;
		if (this.done === 10 || this.done === this.count) this.mark(`after ${this.done}`);
		if (this.done < this.count) this.begin();
		else lws.contextDestroy(this.context as lws.Context);
	}

	callback(wsi: lws.Wsi, reason: number, _user: unknown, input: unknown, length: number): number {
		switch (reason) {
			case lws.LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER:
				this.append(wsi);
				break;
			case lws.LWS_CALLBACK_RAW_CONNECTED:
				this.fill();
				lws.callbackOnWritable(wsi);
				break;
			case lws.LWS_CALLBACK_RAW_RX:
				this.check(input as Uint8Array, this.returned, length);
				this.returned += length;
				if (this.returned === this.size) this.completed++;
				break;
			case lws.LWS_CALLBACK_RAW_WRITEABLE:
			case lws.LWS_CALLBACK_CLIENT_HTTP_WRITEABLE:
				this.put(wsi);
				break;
			case lws.LWS_CALLBACK_RECEIVE_CLIENT_HTTP:
				lws.httpClientRead(wsi, this.buffer);
				break;
			case lws.LWS_CALLBACK_RECEIVE_CLIENT_HTTP_READ:
				if (this.mode !== "get") break;
				this.check(this.buffer, this.position, length);
				this.position += length;
				break;
			case lws.LWS_CALLBACK_COMPLETED_CLIENT_HTTP:
				this.completed++;
				break;
			case lws.LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
			case lws.LWS_CALLBACK_RAW_CLOSE:
			case lws.LWS_CALLBACK_CLOSED_CLIENT_HTTP:
				if (input) console.error((input as Error).message);
				break;
			case lws.LWS_CALLBACK_WSI_DESTROY:
				this.ended();
				break;
			case lws.LWS_CALLBACK_PROTOCOL_DESTROY:
				this.mark("destroyed");
				break;
		}
		return 0;
	}

	/** Says what the context adds to the chunks. */
	plan(sizes: Partial<lws.Sizes>): void {
		collect();
		const before = statistics().chunks;
		this.context = lws.createContext({ ...sizes, protocols: [this] });
		collect();
		const added = statistics().chunks - before;
		console.log(JSON.stringify({ planned: lws.memoryPlan(sizes).total, added }));
	}
}

/** As the arguments say. */
export function run(): void {
	const budget = new Budget();
	if (budget.mode === "plan") {
		budget.plan(JSON.parse(argv[2] as string));
		return;
	}
	budget.mark("imported");
	const ssl = { options: lws.LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT, sslCaFilepath: budget.authority };
	// ciphertext has buffers of its own, of the same sizes
	const small = budget.authority ? { receiveBuffer: 768, transmitBuffer: 512 } : { receiveBuffer: BUFFER };
	const sizes = { connections: 1, ...small };
	budget.context = lws.createContext({ ...sizes, protocols: [budget], ...(budget.authority ? ssl : undefined) });
	budget.mark("context");
	budget.begin();
}
