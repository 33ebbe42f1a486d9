/** `lws-xs replay FILE`: the run of a record once more, as it came and cut otherwise. */
import { statistics } from "desktop/memory";
import { writeError, writeOutput } from "desktop/stdio";
import { Exit, Failure, messageOf, usage } from "../exit.js";
import { type Options, parseOptions } from "../options.js";
import { runTransfers } from "../run.js";
import { Session } from "../session.js";
import { type Cut, type Difference, Player } from "./player.js";
import { type Survey, survey } from "./reader.js";

/** A record that is played with a cut at each place has so many bytes in all these runs at most: two seconds. */
const ALL_RUNS = 8_388_608;
/** Received bytes of one that is played byte by byte: ten seconds or so. */
const LONG = 1_048_576;

interface Wish {
	path: string;
	/** undefined: whole, in single bytes and at each place, as far as that takes no long time. */
	cut: number | "each" | undefined;
	isVerbose: boolean;
	isTraced: boolean;
	isSilent: boolean;
	isCounted: boolean;
}

/** Gives the exit code. Throws a Failure. */
export function replay(args: readonly string[]): number {
	const wish = parse(args);
	replayAll(wish);
	if (wish.isCounted) writeError(`${JSON.stringify(statistics())}\n`);
	return Exit.Done;
}

function replayAll(wish: Wish): void {
	const found = survey(wish.path);
	const { heading, size, received } = found;
	const say = (text: string) => {
		if (!wish.isSilent) writeOutput(`${text}\n`);
	};
	say(`${wish.path}: lws-xs ${heading.version}, ${new Date(heading.date).toISOString()}, ${received} bytes received`);
	let isFirst = true;
	const run = (cut: Cut, name: string): void => {
		const difference = play(wish, found, cut, isFirst);
		isFirst = false;
		if (!difference) return;
		const sentence = `${name}: ${wish.path} line ${difference.line}: ${difference.sentence}`;
		throw new Failure(Exit.Differs, "replay:differs", sentence);
	};
	const { cut } = wish;
	if (typeof cut === "number") {
		const name = cut === 0 ? "as recorded" : `in pieces of ${cut}`;
		run({ size: cut }, name);
		say(`${name}: the same`);
		return;
	}
	run({ size: 0 }, "as recorded");
	say("as recorded: the same");
	if (received <= LONG || cut === "each") {
		run({ size: 1 }, "in pieces of 1");
		say("in pieces of 1: the same");
	}
	if (received > 1 && (received * size <= ALL_RUNS || cut === "each")) {
		for (let at = 1; at < received; at++) run({ size: 0, at }, `cut at ${at}`);
		say(`cut at 1 to ${received - 1}: the same`);
	}
}

function parse(args: readonly string[]): Wish {
	const wish: Wish = { path: "", cut: undefined, isVerbose: false, isTraced: false, isSilent: false, isCounted: false };
	const paths: string[] = [];
	for (let i = 0; i < args.length; i++) {
		const arg = args[i] as string;
		if (arg === "--cut") wish.cut = parseCut(args[++i]);
		else if (arg === "-v" || arg === "--verbose") wish.isVerbose = true;
		else if (arg === "--trace-wsi") wish.isTraced = true;
		else if (arg === "-s" || arg === "--silent") wish.isSilent = true;
		else if (arg === "--stats") wish.isCounted = true;
		else if (arg.startsWith("-")) throw usage("unknown-option", `${arg} is no option of replay`);
		else paths.push(arg);
	}
	if (paths.length !== 1) throw usage("no-record", "replay wants the name of one record");
	return { ...wish, path: paths[0] as string };
}

function parseCut(value: string | undefined): number | "each" {
	if (value === "each") return value;
	if (value === undefined || !/^\d{1,9}$/.test(value)) {
		throw usage("bad-number", '--cut wants a number of bytes, or "each"');
	}
	return Number(value);
}

function play(wish: Wish, found: Survey, cut: Cut, isFirst: boolean): Difference | undefined {
	const options = optionsOf(wish, found);
	options.isVerbose = isFirst && wish.isVerbose;
	options.isTraced = isFirst && wish.isTraced;
	const player = new Player(wish.path, found, cut);
	return player.play(() => {
		try {
			runTransfers(new Session(options, player.stage), {
				transferred: (transfer, result) => player.transferred(transfer, result),
				// --record excludes --retry
				retried() {},
				ended: (code) => player.ended(code),
				broken: (error) => broken(error),
			});
		} catch (error) {
			player.ended(broken(error));
		}
	});

	function broken(error: unknown): number {
		const failure = error instanceof Failure ? error : new Failure(Exit.Internal, "internal:fault", messageOf(error));
		if (isFirst) writeError(failure.line);
		return failure.exit;
	}
}

/** Those of the record, less what reads or writes files. */
function optionsOf({ path }: Wish, { heading }: Survey): Options {
	let options: Options;
	try {
		options = parseOptions(heading.arguments);
	} catch (error) {
		throw new Failure(Exit.Input, "record:malformed", `${path} line 1: ${(error as Failure).sentence}`);
	}
	if (options.show) throw new Failure(Exit.Input, "record:malformed", `${path} line 1: its arguments run nothing`);
	options.headers = options.headers.filter((field) => !field.startsWith("@"));
	options.writeOut = undefined;
	options.isSilent = true;
	options.isErrorShown = options.isCounted = false;
	// what the handshake came to is in the record
	const { tls } = options;
	tls.caFile = tls.certificateFile = tls.keyFile = tls.password = undefined;
	tls.isInsecure = true;
	tls.isCaShown = false;
	return options;
}
