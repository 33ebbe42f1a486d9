/** Bytes that deep sleep leaves as they are, 2048 at most, and that sleep. */
export function retain(bytes: Uint8Array): boolean;
/** A copy; undefined when nothing is kept. */
export function retained(): Uint8Array | undefined;
/** Does not come back: the device restarts. */
export function deepSleep(milliseconds: number): void;
