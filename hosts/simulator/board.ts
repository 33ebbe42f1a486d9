/** The simulator as a board: its network is the machine's, and what it keeps is gone when it ends. */
import Timer from "timer";

const memory: { bytes: Uint8Array | undefined } = { bytes: undefined };

export function watchNetwork(_changed: (isUp: boolean) => void): void {
	// the machine's network is not ours to watch
}

export function keep(bytes: Uint8Array): boolean {
	memory.bytes = bytes;
	return true;
}

export function kept(): Uint8Array | undefined {
	return memory.bytes;
}

export function sleep(milliseconds: number, again: () => void): void {
	Timer.set(again, milliseconds);
}
