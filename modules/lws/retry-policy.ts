/** What is tried again, as lws's lws_retry_bo_t says it. */
import type { Recovery } from "../dispatch/request.js";

/** A table of retries, and for a WebSocket how long its peer may be silent. */
export interface RetryPolicy {
	/** Milliseconds before each retry; when there are more of them, the last ones repeat. */
	readonly retryMsTable?: readonly number[];
	/** How many retries are made before the failure is told; default: as many as the table has entries. */
	readonly concealCount?: number;
	/** So many per cent of a wait are added to it at most, so that devices do not come all at once; default 30, as in lws. */
	readonly jitterPercent?: number;
	/**
	 * Of a WebSocket: seconds of silence after which the peer is asked by a Ping frame, and after which it counts as gone, with
	 * `timeout:pong`, or `timeout:idle` where nobody was asked before. Default 300 and 310, as in lws; 0: never. A silence is noticed up to a quarter later.
	 */
	readonly secsSinceValidPing?: number;
	readonly secsSinceValidHangup?: number;
}

interface RecoveryInfo {
	readonly retryAndIdlePolicy?: RetryPolicy;
	readonly replayable?: boolean;
	readonly maxResumes?: number;
}

/** As in lws, where a policy gives none. */
const DEFAULT_JITTER = 30;
/** As in lws: seconds. */
const DEFAULT_PING = 300;
const DEFAULT_HANGUP = 310;
const MILLISECONDS = 1000;
/** Half of what a timer takes: room for the jitter. */
const LONGEST = 0x1fff_ffff;

function check(name: string, value: number, limit = Number.MAX_SAFE_INTEGER): number {
	if (!Number.isInteger(value) || value < 0 || value > limit) throw new RangeError(`${name} is ${value}`);
	return value;
}

/** undefined: nothing is tried again. Throws RangeError for what cannot be. */
export function completeRecovery(info: RecoveryInfo): Recovery | undefined {
	const { retryAndIdlePolicy: policy, replayable = false, maxResumes = 0 } = info;
	check("maxResumes", maxResumes);
	if (!policy?.retryMsTable && !replayable && maxResumes === 0) return undefined;
	const table = policy?.retryMsTable;
	if (table?.length === 0) throw new RangeError("retryMsTable is empty");
	for (const wait of table ?? []) check("an entry of retryMsTable", wait, LONGEST);
	return {
		table,
		count: check("concealCount", policy?.concealCount ?? table?.length ?? 0),
		jitter: check("jitterPercent", table ? (policy?.jitterPercent ?? DEFAULT_JITTER) : 0, 100),
		isReplayable: replayable,
		resumes: maxResumes,
	};
}

/** Milliseconds of silence before a Ping, and before the end. */
export function completeValidity(policy: RetryPolicy | undefined): { ping: number; hangup: number } {
	const { secsSinceValidPing: ping = DEFAULT_PING, secsSinceValidHangup } = policy ?? {};
	// who gives one alone wants the other where lws has it: ten seconds later
	const hangup = secsSinceValidHangup ?? (ping === 0 ? 0 : ping + DEFAULT_HANGUP - DEFAULT_PING);
	const most = LONGEST / MILLISECONDS;
	return {
		ping: MILLISECONDS * check("secsSinceValidPing", ping, most),
		hangup: MILLISECONDS * check("secsSinceValidHangup", hangup, most),
	};
}
