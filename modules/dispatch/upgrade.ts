/**
 * From HTTP/1.1 to WebSocket: the handshake is one exchange of HTTP/1.1 (RFC 6455 section 4, RFC 9110 section 7.8), between
 * whose order and role this stands. When the answer is 101, and right, the connection gets another role, and what was read
 * ahead stays in the input for it.
 *
 * Any other answer is an error of its own (section 4.1). Its head can be asked about until the order has ended, and the
 * beginning of its body, which mostly says why, is told as well.
 */

import type { HeadTable } from "../engines/head-table.js";
import { H1Role } from "../roles/h1/role.js";
import {
	type BodyHandler,
	BodyKind,
	type Carrier,
	type Exchange,
	type Order,
	type OrderRequest,
	Taking,
	type Upgradable,
	type WebSocketRequest,
} from "../roles/role.js";
import { acceptFor, handshakeFields, makeKey, readAgreement } from "../roles/ws/handshake.js";
import { WSRole } from "../roles/ws/role.js";

/** Bytes of the body of a refusal that are told, and the milliseconds that they are waited for. */
const REFUSAL_BODY = 4096;
const REFUSAL_TIME = 1000;

const SWITCHING_PROTOCOLS = 101;

export class UpgradeRole extends H1Role {
	readonly #carrier: Carrier;

	constructor(carrier: Carrier) {
		super(carrier);
		this.#carrier = carrier;
	}

	/** Nothing is sent behind a handshake (RFC 6455 section 4.1). */
	override takes(): Taking {
		return Taking.Never;
	}

	override submit(order: Order): Exchange {
		const upgrade = new Upgrade(this, this.#carrier, order);
		upgrade.exchange = super.submit(upgrade);
		return upgrade;
	}
}

/** The code of an LwsError for a status other than 101. */
function refusalCode(status: number): string {
	switch (status) {
		case 401:
			return "ws:unauthorized";
		case 407:
			return "ws:proxy-authentication";
		default:
			return status >= 300 && status < 400 ? "ws:redirected" : "ws:refused";
	}
}

class Upgrade implements Order, Exchange, BodyHandler {
	readonly request: OrderRequest;
	readonly fields: readonly string[];
	readonly bodyKind = BodyKind.None;
	readonly bodyLength = 0;
	readonly handler = this;
	/** That of HTTP/1.1; none while it is being submitted. */
	exchange: Exchange | undefined;
	readonly allowance = 0;
	readonly worthwhile = 0;
	readonly bodySent = 0;
	bodyReceived = 0;
	readonly #role: Upgradable;
	readonly #carrier: Carrier;
	readonly #order: Order;
	readonly #key: string = makeKey();
	/** The status of a refusal. */
	#status = 0;
	/** What has taken over. */
	#next: WSRole | undefined;

	constructor(role: Upgradable, carrier: Carrier, order: Order) {
		this.#role = role;
		this.#carrier = carrier;
		this.#order = order;
		this.request = order.request;
		this.fields = [...order.fields, ...handshakeFields(this.#key, order.request.websocket as WebSocketRequest)];
	}

	// the order of the exchange

	get isReplayable(): boolean {
		return this.#order.isReplayable;
	}

	get table(): HeadTable | undefined {
		return this.#order.table;
	}

	sending(count: number): void {
		this.#order.sending(count);
	}

	sent(): void {
		this.#order.sent();
	}

	answering(): void {
		this.#order.answering();
	}

	responded(status: number, minor: number, reason: string, table: HeadTable): boolean {
		const order = this.#order;
		if (status !== SWITCHING_PROTOCOLS) {
			this.#status = status;
			if (!order.responded(status, minor, reason, table)) return false;
			if (this.exchange) order.awaits?.(REFUSAL_TIME);
			return true;
		}
		const websocket = this.request.websocket as WebSocketRequest;
		const { code, detail, codec } = readAgreement(table, acceptFor(this.#key), websocket);
		if (!order.responded(status, minor, reason, table)) return false;
		if (code !== undefined) {
			order.failed(code, detail);
			return false;
		}
		const next = new WSRole(this.#carrier, order, websocket, codec);
		this.#role.detach();
		this.#next = next;
		this.#carrier.become?.(next);
		next.open();
		return false;
	}

	completed(): void {
		this.refused();
	}

	unanswered(code: string, detail?: unknown, isBehind?: boolean): void {
		this.#order.unanswered(code, detail, isBehind);
	}

	failed(code: string, detail?: unknown): void {
		if (this.#status > 0) this.refused();
		else this.#order.failed(code, detail);
	}

	private refused(): void {
		this.#order.bodyReceived = this.bodyReceived;
		this.#order.failed(refusalCode(this.#status), this.#status);
	}

	// the handler of the body of a refusal

	bodyWritable(): void {}

	announced(exchange: Exchange): void {
		const { output } = this.#carrier.buffers;
		do {
			exchange.read(output);
			if (this.bodyReceived >= REFUSAL_BODY) {
				this.refused();
				return;
			}
		} while (exchange.announce());
	}

	content(buffer: Uint8Array, count: number): boolean {
		this.bodyReceived += count;
		return this.#order.handler.content(buffer, count);
	}

	// the exchange of the order, until the handshake is done

	get isAnnounced(): boolean {
		return false;
	}

	get progress(): number {
		return this.exchange?.progress ?? 0;
	}

	announce(): boolean {
		return false;
	}

	/** What comes is told unasked. */
	read(): number {
		return 0;
	}

	write(): boolean {
		return false;
	}

	/** The body of a refusal was waited for long enough. */
	proceed(): void {
		if (this.#status > 0) this.refused();
	}

	cancel(): void {
		(this.#next ?? this.exchange)?.cancel();
	}
}
