/** What came of one transfer. */
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
	/** Milliseconds, by Retry-After. */
	retryAfter: number;
	/** The request can be sent again. */
	isRepeatable: boolean;
	/** What a retry takes back. */
	output: { discard?(): void } | undefined;
}

export function emptyResult(): Result {
	return {
		url: "",
		status: 0,
		version: "0",
		info: undefined,
		redirects: 0,
		failure: undefined,
		retryAfter: 0,
		isRepeatable: false,
		output: undefined,
	};
}
