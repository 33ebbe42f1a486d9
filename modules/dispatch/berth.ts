/** The memory of one connection, reserved once and lent to one connection after another. */
import { HeadTable, headTableSize } from "../engines/head-table.js";
import type { Buffers } from "../roles/role.js";
import type { CipherBuffers } from "../transport/tls.js";

export interface BerthSizes {
	/** Bytes of input, output, and names and values of fields; then the number of fields. */
	readonly receiveBuffer: number;
	readonly transmitBuffer: number;
	readonly headTable: number;
	readonly headFields: number;
}

export class Berth implements Buffers {
	readonly input: Uint8Array;
	inputStart = 0;
	inputEnd = 0;
	readonly output: Uint8Array;
	readonly table: HeadTable;
	/** Only where there is TLS; declared, not made, because elsewhere each berth is a slot smaller without it. */
	declare cipher: CipherBuffers | undefined;

	/** One block for all of it: each buffer of its own would cost three slots more, and what a block costs. */
	constructor({ receiveBuffer, transmitBuffer, headTable, headFields }: BerthSizes) {
		const table = headTableSize(headTable, headFields);
		const memory = new ArrayBuffer(table + receiveBuffer + transmitBuffer);
		// the table first, as its words have to lie on a boundary
		this.table = new HeadTable(headTable, headFields, memory);
		this.input = new Uint8Array(memory, table, receiveBuffer);
		this.output = new Uint8Array(memory, table + receiveBuffer, transmitBuffer);
	}
}
