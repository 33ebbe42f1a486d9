/** What came of one transfer. Types only. */
import type { Failure } from "./exit.js";
import type { Passage } from "./wire.js";

export interface Result {
	url: string;
	status: number;
	/** "1.1"; "0" without a response. */
	version: string;
	/** Bytes of content. */
	received: number;
	sent: number;
	passage: Passage;
	/** Microseconds. */
	ended: number;
	failure: Failure | undefined;
}
