/** What all transfers of one run share: options, client, buffers, and what they have of the host. */
import { statistics } from "desktop/memory";
import { writeError } from "desktop/stdio";
import * as lws from "lws-xs";
import { messageOf, usage } from "./exit.js";
import type { Options } from "./options.js";
import { proxiesOf } from "./proxy.js";
import type { Stage } from "./stage.js";
import { Wire } from "./wire.js";
import { readFormat } from "./writeout.js";
import { isWebSocket } from "./ws-options.js";

/** Without --heap there is room; connections to as many hosts are kept for the URLs to come. */
const DESKTOP = Object.freeze({
	connections: 4,
	receiveBuffer: 16384,
	transmitBuffer: 16384,
	headTable: 16384,
	headFields: 128,
});

/** Whoever hears what happens to its own wsi. */
export interface Listener {
	/** For --trace-wsi. */
	readonly number: number;
	tell(event: lws.Event<Listener | undefined>): number;
}

/** With room the window is any that a server has, and what is sent is compressed, too. */
function extensionsOf({ targets, ws, heap }: Options): lws.VhostInfo["extensions"] {
	if (!ws.isDeflateOffered || !targets.some(({ url = "" }) => isWebSocket(url))) return undefined;
	return [lws.permessageDeflate(heap === undefined ? { serverMaxWindowBits: 15, compress: true } : {})];
}

const REASON = "LWS_CALLBACK_";

export class Session {
	readonly options: Options;
	readonly stage: Stage;
	readonly wire: Wire;
	readonly context: lws.Context;
	readonly format: string | undefined;
	/** Content of responses is read into it. */
	readonly readBuffer: Uint8Array;
	/** The names of the reasons, for --trace-wsi. */
	readonly #reasons = new Map<number, string>();

	/** Throws a Failure. */
	constructor(options: Options, stage: Stage) {
		this.options = options;
		this.stage = stage;
		this.format = options.writeOut === undefined ? undefined : readFormat(options.writeOut);
		this.wire = new Wire(options, stage);
		const sizes = options.heap === undefined ? DESKTOP : {};
		const isAlone = options.isPipelined || options.heap !== undefined;
		const receiveBuffer = options.rxBuffer ?? (options.heap === undefined ? DESKTOP.receiveBuffer : undefined);
		// a redirect may lead there; in a small heap the CAs of all the world have no place
		const mayBecome = options.isFollowing && options.heap === undefined;
		const isSecure = mayBecome || options.targets.some(({ url }) => url !== undefined && /^(https|wss):/i.test(url));
		const proxies = proxiesOf(options, stage);
		try {
			this.context = lws.createContext({
				...sizes,
				...(isAlone && { connections: 1 }),
				receiveBuffer,
				...proxies,
				extensions: extensionsOf(options),
				protocols: [{ name: "tool", callback: (...event: lws.Event<Listener | undefined>) => this.#tell(event) }],
				host: { ...this.wire.classes(isSecure), ...(isSecure && { authorities: () => undefined }) },
			});
		} catch (error) {
			throw usage("bad-number", `--rx-buffer or a proxy cannot be: ${messageOf(error)}`);
		}
		this.readBuffer = new Uint8Array(receiveBuffer ?? lws.memoryPlan({ connections: 1 }).receiveBuffers);
		if (options.isTraced) {
			for (const [name, value] of Object.entries(lws)) {
				if (name.startsWith(REASON)) this.#reasons.set(value as number, name.slice(REASON.length));
			}
		}
	}

	#tell(event: lws.Event<Listener | undefined>): number {
		const [, reason, listener, , length] = event;
		if (this.options.isTraced) {
			writeError(`${listener?.number ?? 0} ${this.#reasons.get(reason) ?? reason} ${length}\n`);
		}
		return listener?.tell(event) ?? 0;
	}

	/** The line of --stats. */
	get statistics(): string {
		const { peakHeap, heap, chunks, slots, gcs, tlsHeapPeak } = statistics();
		const { bytesIn, bytesOut, connections } = this.wire;
		const figures = { peakHeap, heap, chunks, slots, gcs, tlsHeapPeak, bytesIn, bytesOut, connections };
		return `${JSON.stringify(figures)}\n`;
	}
}
