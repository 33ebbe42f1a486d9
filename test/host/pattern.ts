/**
 * Bytes that can be known from their position alone, so that either side of the wire can check any part of a body that
 * it never holds. The period is prime: pieces of no usual size begin at the same place twice in a row.
 */
export const PERIOD = 1021;

export function patternByte(position: number): number {
	return Math.imul(position % PERIOD, 0x9e3779b1) >>> 24;
}
