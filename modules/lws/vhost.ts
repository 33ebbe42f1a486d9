/** A vhost: a set of protocols, and the connections that are made for them. */
import { Berth } from "../dispatch/berth.js";
import type { OpeningHost } from "../dispatch/opening.js";
import { Pool } from "../dispatch/pool.js";
import type { Turn } from "../dispatch/turn.js";
import type { Extension } from "../roles/role.js";
import type { CipherBuffers } from "../transport/tls.js";
import { LWS_CALLBACK_PROTOCOL_DESTROY, LWS_CALLBACK_PROTOCOL_INIT } from "./constants.js";
import { cipherSizes, type Sizes } from "./options.js";
import type { Context, Protocol, Vhost, Wsi } from "./protocol.js";
import type { Proxies } from "./proxy.js";
import type { ClientSsl } from "./ssl.js";
import { ClientWsi } from "./wsi.js";

/** What TLS needs besides, for a connection with that berth. */
function makeCipherBuffers({ input, output }: Berth): CipherBuffers {
	const sizes = cipherSizes({ receiveBuffer: input.length, transmitBuffer: output.length });
	return { input: new Uint8Array(sizes.input), output: new Uint8Array(sizes.output) };
}

export class ClientVhost implements Vhost {
	readonly name: string;
	readonly context: Context;
	readonly protocols: readonly Protocol[];
	readonly pool: Pool;
	declare proxies: Proxies | undefined;
	declare extension: Extension | undefined;
	readonly #alive: Wsi[] = [];
	/** One for each protocol: what it is told about itself is told on these. */
	#spokesmen: Wsi[] | undefined;
	#ssl: ClientSsl | undefined;

	constructor(context: Context, host: OpeningHost, name: string, protocols: readonly Protocol[], sizes: Sizes) {
		this.context = context;
		this.name = name;
		this.protocols = protocols;
		const berths: Berth[] = [];
		for (let i = 0; i < sizes.connections; i++) berths.push(new Berth(sizes));
		this.pool = new Pool(host, berths, sizes);
	}

	get turn(): Turn {
		return this.context.host.turn;
	}

	/** How its connections are secured; undefined before initVhostClientSsl. */
	get ssl(): ClientSsl | undefined {
		return this.#ssl;
	}

	/** From now on there is TLS. */
	secure(ssl: ClientSsl): void {
		this.#ssl = ssl;
		this.pool.secure(makeCipherBuffers);
	}

	initProtocols(): void {
		if (this.#spokesmen) return;
		this.#spokesmen = this.protocols.map((protocol) => new ClientWsi(this, protocol, undefined, undefined));
		for (const wsi of this.#spokesmen) wsi.call(LWS_CALLBACK_PROTOCOL_INIT, undefined, 0);
	}

	remember(wsi: Wsi): void {
		this.#alive.push(wsi);
	}

	forget(wsi: Wsi): void {
		const index = this.#alive.indexOf(wsi);
		if (index >= 0) this.#alive.splice(index, 1);
		if (this.context.isDestroyed && this.#alive.length === 0) this.finish();
	}

	/** The context has been destroyed: every wsi ends in a later turn, then the protocols are told. */
	destroy(end: (wsi: Wsi) => void): void {
		if (this.#alive.length === 0) this.finish();
		else for (const wsi of [...this.#alive]) end(wsi);
	}

	private finish(): void {
		this.pool.close();
		this.#ssl?.close();
		const spokesmen = this.#spokesmen;
		this.#spokesmen = undefined;
		if (!spokesmen) return;
		this.turn.post({
			postedNext: undefined,
			runPosted() {
				for (const wsi of spokesmen) wsi.call(LWS_CALLBACK_PROTOCOL_DESTROY, undefined, 0);
			},
		});
	}
}
