/** What came of one transfer. Types only. */
import type { TransactionInfo } from "lws-xs";
import type { Failure } from "./exit.js";

export interface Result {
	url: string;
	status: number;
	/** "1.1"; "0" without a response. */
	version: string;
	/** Of the end; undefined when it has not even begun. */
	info: TransactionInfo | undefined;
	/** How many were followed. */
	redirects: number;
	failure: Failure | undefined;
}
