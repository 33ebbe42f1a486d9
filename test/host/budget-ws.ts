/**
 * One WebSocket in a heap as small as a device's, as `budget.ts`: it keeps next to nothing itself, and is preloaded like the
 * library.
 *
 * Arguments: port, then one of `take BYTES` (a message of that pattern comes), `give BYTES` (one goes), `many COUNT` (messages
 * go and come back), then the file of a CA for TLS or "-", then "deflate" or nothing. Prints lines of JSON.
 */

import { collect, statistics } from "desktop/memory";
import * as lws from "lws-xs";
import { PERIOD, patternByte } from "./pattern.js";

const BUFFER = 2048;
/** One byte in so many is compared: a lost or doubled byte shifts all that follow, so none goes unnoticed. */
const SAMPLE = 61;
/** Of each of many messages. */
const SMALL = 125;

class Budget {
	readonly name = "budget";
	readonly mode = argv[1];
	readonly size = Number(argv[2]);
	readonly buffer = new Uint8Array(BUFFER);
	position = 0;
	completed = 0;
	context: lws.Context | undefined;
	readonly authority = argv[3] === "-" ? undefined : argv[3];

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
			path: `/${this.mode}`,
			sslConnection: this.authority ? lws.LCCSCF_USE_SSL : 0,
		});
	}

	/** The next fragment, or one of many messages. */
	put(wsi: lws.Wsi, allowance: number): number {
		const { position, size, buffer } = this;
		if (this.mode === "many") {
			lws.write(wsi, buffer.subarray(0, SMALL), lws.LWS_WRITE_BINARY);
			return 0;
		}
		const start = position % PERIOD;
		const piece = Math.min(allowance, size - position, BUFFER - start);
		const mode = lws.writeWsFlags(lws.LWS_WRITE_BINARY, position === 0, position + piece === size);
		this.position += lws.write(wsi, buffer.subarray(start, start + piece), mode);
		if (this.position < size) lws.callbackOnWritable(wsi);
		return 0;
	}

	take(wsi: lws.Wsi, bytes: Uint8Array, length: number): number {
		const { mode, position } = this;
		if (mode === "give") return -1;
		for (let i = 0; i < length; i += SAMPLE) {
			if (bytes[i] !== patternByte(position + i)) throw new Error(`the byte at ${position + i} is another`);
		}
		this.position += length;
		if (!lws.isFinalFragment(wsi)) return 0;
		this.completed++;
		if (mode === "take") return -1;
		this.position = 0;
		if (this.completed === 10 || this.completed === this.size) this.mark(`after ${this.completed}`);
		if (this.completed === this.size) return -1;
		lws.callbackOnWritable(wsi);
		return 0;
	}

	callback(wsi: lws.Wsi, reason: number, _user: unknown, input: unknown, length: number): number {
		switch (reason) {
			case lws.LWS_CALLBACK_CLIENT_ESTABLISHED:
				for (let i = 0; i < BUFFER; i++) this.buffer[i] = patternByte(i);
				this.mark("established");
				if (this.mode !== "take") lws.callbackOnWritable(wsi);
				break;
			case lws.LWS_CALLBACK_CLIENT_RECEIVE:
				return this.take(wsi, input as Uint8Array, length);
			case lws.LWS_CALLBACK_CLIENT_WRITEABLE:
				return this.put(wsi, length);
			case lws.LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
			case lws.LWS_CALLBACK_CLIENT_CLOSED:
				if (input) console.error((input as Error).message);
				else if (this.mode !== "many") this.completed = 1;
				break;
			case lws.LWS_CALLBACK_WSI_DESTROY:
				lws.contextDestroy(this.context as lws.Context);
				break;
			case lws.LWS_CALLBACK_PROTOCOL_DESTROY:
				this.mark("destroyed");
				break;
		}
		return 0;
	}
}

/** As the arguments say. */
export function run(): void {
	const budget = new Budget();
	budget.mark("imported");
	const ssl = { options: lws.LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT, sslCaFilepath: budget.authority };
	// ciphertext has buffers of its own, of the same sizes
	const sizes = budget.authority
		? { receiveBuffer: 768, transmitBuffer: 512 }
		: { receiveBuffer: BUFFER, transmitBuffer: BUFFER };
	budget.context = lws.createContext({
		connections: 1,
		...sizes,
		protocols: [budget],
		...(budget.authority && ssl),
		...(argv[4] === "deflate" && { extensions: [lws.permessageDeflate()] }),
	});
	budget.mark("context");
	budget.begin();
}
