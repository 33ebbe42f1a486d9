/** Makes records by the tool, looks into them, changes and replays them; for the tests here. */
import { match, ok, strictEqual } from "node:assert";
import { readFileSync, writeFileSync } from "node:fs";
import { type Folder, type Outcome, tool } from "./tool.js";

/** The exit code of a replay that is another one. */
export const DIFFERS = 118;

export interface Line {
	event: string;
	[name: string]: unknown;
}

/** One record at a time. */
export class Records {
	readonly path: string;

	constructor(folder: Folder) {
		this.path = folder.at("record.jsonl");
	}

	readonly text = (): string => readFileSync(this.path, "utf8");

	readonly lines = (): Line[] => {
		const [, ...events] = this.text().trimEnd().split("\n");
		return events.map((line) => JSON.parse(line) as Line);
	};

	readonly count = (event: string): number => this.lines().filter((line) => line.event === event).length;

	readonly record = async (args: string[], code = 0, input?: string | Buffer): Promise<Outcome> => {
		const outcome = await tool(["-s", "--record", this.path, ...args], input === undefined ? {} : { input });
		strictEqual(outcome.code, code, outcome.stderr);
		return outcome;
	};

	/** It is the same. */
	readonly replays = async (...args: string[]): Promise<Outcome> => {
		const outcome = await tool(["replay", this.path, ...args]);
		strictEqual(outcome.code, 0, outcome.stderr + this.text().slice(0, 3000));
		match(outcome.stdout, /: the same\n$/);
		return outcome;
	};

	readonly differs = async (why: RegExp): Promise<void> => {
		const outcome = await tool(["replay", this.path]);
		match(outcome.stderr, /^lws-xs: \(118\) replay:differs: as recorded: .* line \d+: /);
		match(outcome.stderr, why);
		strictEqual(outcome.code, DIFFERS);
	};

	/** Changes the record. */
	readonly edit = (from: string | RegExp, to: string): void => {
		const text = this.text();
		const edited = text.replace(from, to);
		ok(edited !== text, `${from} is not in the record`);
		writeFileSync(this.path, edited);
	};
}
