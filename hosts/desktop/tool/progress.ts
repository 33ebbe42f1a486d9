/** The progress line on standard error, in curl's columns, for a transfer that takes its time. */
import { writeError } from "desktop/stdio";
import Time from "time";
import Timer from "timer";

/** Transfers that are shorter show nothing; milliseconds. */
const PATIENCE = 500;
const INTERVAL = 1000;

const HEADING = `  % Total    % Received % Xferd  Average Speed   Time    Time     Time  Current
                                 Dload  Upload   Total   Spent    Left  Speed
`;

/** Bytes; a total of 0 is not known. */
export interface Amounts {
	received: number;
	receivedTotal: number;
	sent: number;
	sentTotal: number;
}

/** Five characters. */
function size(bytes: number): string {
	const units = ["", "k", "M", "G", "T", "P"];
	let value = bytes;
	let unit = 0;
	for (const limit = () => (unit === 0 ? 99_999 : 9_999); value > limit() && unit < units.length - 1; unit++)
		value /= 1024;
	return `${Math.floor(value)}${units[unit]}`.padStart(5);
}

function time(seconds: number): string {
	if (!(seconds > 0 && seconds < 360_000)) return "--:--:--";
	const two = (value: number) => String(Math.floor(value)).padStart(2, "0");
	return `${String(Math.floor(seconds / 3600)).padStart(2)}:${two((seconds / 60) % 60)}:${two(seconds % 60)}`;
}

function percent(part: number, whole: number): string {
	return String(whole > 0 ? Math.floor((part * 100) / whole) : 0).padStart(3);
}

export class Progress {
	readonly #amounts: () => Amounts;
	readonly #begun = Time.ticks;
	#timer: Timer | undefined;
	#isShown = false;
	#lastTicks = Time.ticks;
	#lastBytes = 0;

	constructor(amounts: () => Amounts) {
		this.#amounts = amounts;
		this.#timer = Timer.set(() => this.#show(), PATIENCE, INTERVAL);
	}

	end(): void {
		Timer.clear(this.#timer);
		this.#timer = undefined;
		if (!this.#isShown) return;
		this.#show();
		writeError("\n");
	}

	#show(): void {
		if (!this.#isShown) writeError(HEADING);
		this.#isShown = true;
		const { received, receivedTotal, sent, sentTotal } = this.#amounts();
		const elapsed = Math.max(Time.delta(this.#begun), 1) / 1000;
		const bytes = received + sent;
		const total = receivedTotal + sentTotal;
		const current = (bytes - this.#lastBytes) / (Math.max(Time.delta(this.#lastTicks), 1) / 1000);
		this.#lastTicks = Time.ticks;
		this.#lastBytes = bytes;
		const estimate = total > 0 && bytes > 0 ? (elapsed * total) / bytes : 0;
		const columns = [
			`${percent(bytes, total)} ${size(total)}`,
			`${percent(received, receivedTotal)} ${size(received)}`,
			`${percent(sent, sentTotal)} ${size(sent)}`,
			`${size(received / elapsed)}  ${size(sent / elapsed)} ${time(estimate)} ${time(elapsed)} ${time(estimate - elapsed)} ${size(current)}`,
		];
		writeError(`\r${columns.join("  ")}`);
	}
}
