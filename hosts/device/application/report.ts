/** What the console is told: progress of a transfer, and how much memory is in use. */
import Instrumentation from "instrumentation";
import Time from "time";

/** Milliseconds between two lines of progress. */
const PERIOD = 1000;

const FIGURES = Object.freeze([
	"XS Chunk Heap Used",
	"XS Slot Heap Used",
	"XS Stack Used",
	"System Free Memory",
	"Network Sockets",
] as const);

/** One line, of the figures that this board has; a build without -d or -i has none. */
export function reportMemory(): void {
	const parts: string[] = [];
	for (const name of FIGURES) {
		const value = Instrumentation.get(Instrumentation.map(name));
		if (value !== undefined) parts.push(`${name} ${value}`);
	}
	if (parts.length > 0) trace(`memory: ${parts.join(", ")}\n`);
}

export class Progress {
	bytes = 0;
	readonly #what: string;
	readonly #start = Time.ticks;
	#shown = Time.ticks;

	constructor(what: string) {
		this.#what = what;
	}

	advance(bytes: number): void {
		this.bytes += bytes;
		if (Time.delta(this.#shown, Time.ticks) < PERIOD) return;
		this.#shown = Time.ticks;
		this.show("…");
	}

	show(end: string): void {
		const milliseconds = Time.delta(this.#start, Time.ticks);
		trace(`${this.#what}: ${this.bytes} bytes in ${milliseconds} ms${end}\n`);
	}
}
