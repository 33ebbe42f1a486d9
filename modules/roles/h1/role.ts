/** HTTP/1.1 on one connection (RFC 9112), one exchange at a time. Between two exchanges whatever comes is unsolicited. */
import type { Carrier, Exchange, Order, Role } from "../role.js";
import { type ExchangeOwner, H1Exchange } from "./exchange.js";

export class H1Role implements Role, ExchangeOwner {
	readonly #carrier: Carrier;
	#exchange: H1Exchange | undefined;

	constructor(carrier: Carrier) {
		this.#carrier = carrier;
	}

	get canTake(): boolean {
		return this.#exchange === undefined;
	}

	submit(order: Order): Exchange {
		const exchange = new H1Exchange(this, this.#carrier, order);
		this.#exchange = exchange;
		exchange.writable();
		return exchange;
	}

	left(): void {
		this.#exchange = undefined;
	}

	received(): void {
		this.#exchange?.received();
		// RFC 9112 section 9.2: bytes without a request cannot be trusted to answer the next one
		if (!this.#exchange && this.#carrier.available > 0) this.#carrier.finished(false);
	}

	writable(): void {
		this.#exchange?.writable();
	}

	ended(code: string | undefined, detail?: unknown): void {
		if (this.#exchange) this.#exchange.ended(code, detail);
		else this.#carrier.finished(false);
	}
}
