/**
 * What the client holds in the heap, step by step: nothing yet, a context, a transaction under way, its connection idle,
 * and closed. It is preloaded like the library, as the modules of a device's application lie in its flash.
 *
 * Arguments: port, connections, file of a CA and version for TLS. Prints a line of JSON for each step.
 */
import { collect, statistics } from "desktop/memory";
import * as lws from "lws-xs";
import Timer from "timer";

/** Milliseconds that the idle connection is kept, of one tick, and the ticks after which it is looked at. */
const WARM = 1500;
const TICK = 250;
const OPEN = 3;
const CLOSED = 13;

class Footprint {
	readonly name = "footprint";
	readonly sizes = { connections: Number(argv[1]), keepWarm: WARM };
	readonly buffer = new Uint8Array(256);
	context: lws.Context | undefined;
	hasHead = false;
	ticks = 0;
	// there from the beginning, so that it is in no difference
	readonly timer = Timer.repeat(() => this.tick(), TICK);

	mark(step: string): void {
		collect();
		const { chunks, slots, slotSize, tlsHeap, tlsHeapPeak } = statistics();
		console.log(JSON.stringify({ step, chunks, slots, slotSize, tlsHeap, tlsHeapPeak }));
	}

	/** In a callback, when nothing of the main module's own evaluation is left. */
	begin(): void {
		const [, , authority, version] = argv;
		// the second time around, what the console itself keeps is there
		this.mark("empty");
		this.mark("empty");
		const sslMinimumVersion = version as lws.TLSVersion;
		const ssl = { sslCaFilepath: authority, sslMinimumVersion, sslMaximumVersion: sslMinimumVersion };
		const options = lws.LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
		this.context = lws.createContext({ ...this.sizes, protocols: [this], ...(authority ? { options, ...ssl } : {}) });
		this.mark("context");
		lws.clientConnectViaInfo({
			context: this.context,
			address: "127.0.0.1",
			port: Number(argv[0]),
			host: "localhost",
			path: "/small",
			method: "GET",
			sslConnection: authority ? lws.LCCSCF_USE_SSL : 0,
		});
	}

	callback(wsi: lws.Wsi, reason: number, _user: unknown, input: unknown, _length: number): number {
		switch (reason) {
			case lws.LWS_CALLBACK_RECEIVE_CLIENT_HTTP:
				if (!this.hasHead) this.mark("transaction");
				this.hasHead = true;
				lws.httpClientRead(wsi, this.buffer);
				break;
			case lws.LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
			case lws.LWS_CALLBACK_CLOSED_CLIENT_HTTP:
				if (input) console.error((input as Error).message);
				break;
			case lws.LWS_CALLBACK_WSI_DESTROY:
				this.ticks = 1;
				break;
		}
		return 0;
	}

	tick(): void {
		if (this.ticks > 0) this.ticks++;
		else if (!this.context) this.begin();
		if (this.ticks === OPEN) this.mark("idle");
		else if (this.ticks === CLOSED) this.end();
	}

	end(): void {
		this.mark("closed");
		Timer.clear(this.timer);
		const { connections } = this.sizes;
		const hasTLS = argv[2] !== undefined;
		console.log(JSON.stringify({ step: "plan", ...lws.memoryPlan({ connections }, hasTLS) }));
		lws.contextDestroy(this.context as lws.Context);
	}
}

/** As the arguments say. */
export function run(): void {
	new Footprint();
}
