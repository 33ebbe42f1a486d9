/** The tool: what the arguments ask for. The host calls `main` in the application's machine. */
import { statistics } from "desktop/memory";
import { exit } from "desktop/process";
import { writeError, writeOutput } from "desktop/stdio";
import { Exit, Failure, messageOf, usage } from "./exit.js";
import { type Options, parseOptions } from "./options.js";
import { Recorder } from "./record/recorder.js";
import { recordingStage } from "./record/recording.js";
import { replay } from "./record/replay.js";
import type { Result } from "./result.js";
import { runTransfers } from "./run.js";
import { Session } from "./session.js";
import { DESKTOP } from "./stage.js";
import { usageText, versionText } from "./usage.js";
import { writeOut } from "./writeout.js";

export default function main(args: readonly string[]): void {
	try {
		if (args[0] === "replay") {
			exit(replay(args.slice(1)));
			return;
		}
		const options = parseOptions(args);
		if (options.show === undefined) run(options);
		else writeOutput(options.show === "usage" ? usageText() : versionText());
	} catch (error) {
		end(error);
	}
}

function run(options: Options): void {
	// the host has made the heap before any of this ran, unless the number was out of its range
	if (options.heap !== undefined && options.heap !== statistics().limit) {
		throw usage("bad-number", "--heap wants a number of bytes from 4096 to 1024M");
	}
	const recorder = options.record === undefined ? undefined : new Recorder(options.record, options);
	if (recorder && !options.isSilent) {
		say(
			`lws-xs: ${options.record} will have all content that is sent and received; passwords and cookies are masked\n`,
		);
	}
	const stop = (code: number): never => {
		const last = recorder?.end(code) ?? code;
		if (recorder?.failure && (!options.isSilent || options.isErrorShown)) say(recorder.failure.line);
		return exit(last);
	};
	try {
		const session = new Session(options, recorder ? recordingStage(recorder) : DESKTOP);
		runTransfers(session, {
			transferred: (_transfer, result) => report(session, result),
			retried(result, warning) {
				tellFailure(options, result);
				if (!options.isSilent) say(warning);
			},
			ended(code) {
				if (options.isCounted) say(session.statistics);
				stop(code);
			},
			broken: (error) => end(error, stop),
		});
	} catch (error) {
		end(error, stop);
	}
}

function tellFailure(options: Options, { failure }: Result): void {
	if (failure && (!options.isSilent || options.isErrorShown)) say(failure.line);
}

/** Tells what came of a transfer; gives its exit code. */
function report(session: Session, result: Result): number {
	const { options, format } = session;
	const { failure } = result;
	tellFailure(options, result);
	let code: number = failure?.exit ?? Exit.Done;
	if (format !== undefined) {
		try {
			writeOutput(writeOut(format, result));
		} catch (error) {
			code ||= Exit.Output;
			if (!options.isSilent) say(new Failure(Exit.Output, "output:unwritable", messageOf(error)).line);
		}
	}
	return code;
}

function end(error: unknown, stop: (code: number) => never = exit): never {
	const failure = error instanceof Failure ? error : new Failure(Exit.Internal, "internal:fault", messageOf(error));
	say(failure.line);
	return stop(failure.exit);
}

/** When nobody reads standard error, the exit code still tells. */
function say(line: string): void {
	try {
		writeError(line);
	} catch {}
}
