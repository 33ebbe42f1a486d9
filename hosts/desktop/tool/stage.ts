/** What a run happens on: the desktop as it is, the desktop with a record kept of it, or a record that is played. */
import type { HostClasses } from "lws-xs";
import Timer from "timer";
import type { Body } from "./body.js";
import { Output } from "./output.js";
import type { Recorder } from "./record/recorder.js";

/** Where a response goes. */
export type Sink = Pick<Output, "isStandard" | "write" | "finish" | "close"> & Partial<Pick<Output, "discard">>;

export interface Stage {
	/** Instead of the host's own. */
	readonly classes: Partial<HostClasses>;
	readonly Timer: typeof Timer;
	readonly recorder: Recorder | undefined;
	/** A transfer begins. Throws a Failure that is known before. */
	begin(transfer: number): void;
	/** `path` undefined: standard output; `from`: as Output has it. */
	openOutput(transfer: number, path: string | undefined, from?: number): Sink;
	/** `open` throws a Failure. */
	openBody(transfer: number, open: () => Body): Body;
}

export const DESKTOP: Stage = Object.freeze({
	classes: Object.freeze({}),
	Timer,
	recorder: undefined,
	begin() {},
	openOutput: (_transfer: number, path: string | undefined, from?: number) => new Output(path, from),
	openBody: (_transfer: number, open: () => Body) => open(),
});
