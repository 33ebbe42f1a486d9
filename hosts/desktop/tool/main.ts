/** The tool: one transfer after another, as the arguments ask for. The host calls `main` in the application's machine. */
import { exit } from "desktop/process";
import { writeError, writeOutput } from "desktop/stdio";
import { Exit, Failure, messageOf } from "./exit.js";
import { type Options, parseOptions } from "./options.js";
import type { Result } from "./result.js";
import { Session } from "./session.js";
import { Transfer } from "./transfer.js";
import { usageText, versionText } from "./usage.js";
import { writeOut } from "./writeout.js";

export default function main(args: readonly string[]): void {
	try {
		const options = parseOptions(args);
		if (options.show === undefined) run(options);
		else writeOutput(options.show === "usage" ? usageText() : versionText());
	} catch (error) {
		end(error);
	}
}

function run(options: Options): void {
	const session = new Session(options);
	const targets = options.targets.filter(({ url }) => url !== undefined);
	let at = 0;
	const next = (): void => {
		const target = targets[at++];
		if (target) new Transfer(session, at, finished).start(target);
	};
	const finished = (result: Result): void => {
		try {
			const code = report(session, result);
			if (at < targets.length) next();
			else {
				if (options.isCounted) say(session.statistics);
				exit(code);
			}
		} catch (error) {
			end(error);
		}
	};
	next();
}

/** Tells what came of a transfer; gives its exit code. The last one's is the tool's, as it is curl's. */
function report(session: Session, result: Result): number {
	const { options, format } = session;
	const { failure } = result;
	if (failure && (!options.isSilent || options.isErrorShown)) say(failure.line);
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

function end(error: unknown): never {
	const failure = error instanceof Failure ? error : new Failure(Exit.Internal, "internal:fault", messageOf(error));
	say(failure.line);
	return exit(failure.exit);
}

/** When nobody reads standard error, the exit code still tells. */
function say(line: string): void {
	try {
		writeError(line);
	} catch {}
}
