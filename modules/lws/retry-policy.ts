/** What is tried again, as lws's lws_retry_bo_t says it. */
import type { Recovery } from "../dispatch/request.js";

/** A table of retries; lws's `secs_since_valid_ping` and `_hangup` come with WebSocket, which is not built in yet. */
export interface RetryPolicy {
	/** Milliseconds before each retry; when there are more of them, the last ones repeat. */
	readonly retryMsTable: readonly number[];
	/** How many retries are made before the failure is told; default: as many as the table has entries. */
	readonly concealCount?: number;
	/** So many per cent of a wait are added to it at most, so that devices do not come all at once; default 30, as in lws. */
	readonly jitterPercent?: number;
}

interface RecoveryInfo {
	readonly retryAndIdlePolicy?: RetryPolicy;
	readonly replayable?: boolean;
	readonly maxResumes?: number;
}

/** As in lws, where a policy gives none. */
const DEFAULT_JITTER = 30;
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
	if (!policy && !replayable && maxResumes === 0) return undefined;
	const table = policy?.retryMsTable;
	if (table?.length === 0) throw new RangeError("retryMsTable is empty");
	for (const wait of table ?? []) check("an entry of retryMsTable", wait, LONGEST);
	return {
		table,
		count: check("concealCount", policy?.concealCount ?? table?.length ?? 0),
		jitter: check("jitterPercent", table ? (policy.jitterPercent ?? DEFAULT_JITTER) : 0, 100),
		isReplayable: replayable,
		resumes: maxResumes,
	};
}
