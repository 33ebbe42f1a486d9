/** What `test/host/repeat.ts` is asked to do again and again, and the running of it. */
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { createInterface } from "node:readline";
import type { RetryPolicy } from "lws-xs";
import { PRODUCTS } from "../desktop/host.js";
import type { Run } from "../wire/run.js";

export interface Repetition {
	port: number;
	address?: string;
	/** Those that the address has when it is a name. */
	addresses?: string[];
	/** What is counted: one request, or as many at a time. */
	parallel?: number;
	path: string;
	count: number;
	/** The first mark; the second one is at `count`. */
	first: number;
	/**
	 * Those of raw connections: take what comes; write, and close when it has come back; hold up what comes. Of WebSockets: take
	 * what comes; close when a message has come; hold up what comes; write for as long as there is room.
	 */
	behaviour:
		| "read"
		| "throw"
		| "refuse"
		| "close"
		| "upload"
		| "expect"
		| "rawRead"
		| "rawEcho"
		| "rawHold"
		| "wsRead"
		| "wsClose"
		| "wsHold"
		| "wsWrite";
	/** https, for "localhost", with these CAs trusted, PEM. */
	trusted?: string;
	/** Further flags. */
	sslConnection?: number;
	/** Options of the context besides. */
	context?: Record<string, unknown>;
	/** So many sessions are kept to be resumed; absent: none. */
	sessions?: number;
	retryAndIdlePolicy?: RetryPolicy;
	maxResumes?: number;
	deadlines?: { connect?: number; tls?: number; firstByte?: number; idle?: number; close?: number; total?: number };
}

export interface Mark {
	done: number;
	/** How the last one ended. */
	code: string;
	chunks: number;
	slots: number;
	/** Bytes of mbedTLS. */
	tlsHeap: number;
	/** Descriptors of the process, counted from outside. */
	descriptors: number;
}

/** Gives the marks; rejects when the program does not end in order. */
export function repeat(run: Run, library: string[], repetition: Repetition): Promise<Mark[]> {
	return new Promise((resolve, reject) => {
		const args = [...library, ...run.options, "build/test/xs/repeat.js", JSON.stringify(repetition)];
		const child = spawn(PRODUCTS[run.variant], args);
		const marks: Mark[] = [];
		let errors = "";
		child.stderr.on("data", (data) => {
			errors += data;
		});
		child.stdin.on("error", () => {});
		createInterface({ input: child.stdout }).on("line", (line) => {
			marks.push({ ...JSON.parse(line), descriptors: readdirSync(`/proc/${child.pid}/fd`).length });
			child.stdin.write("\n");
		});
		child.once("error", reject);
		child.once("close", (code) => {
			if (code === 0 && errors === "") resolve(marks);
			else reject(new Error(`the client ended with ${code}: ${errors}`));
		});
	});
}
