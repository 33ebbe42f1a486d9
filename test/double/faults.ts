/** Counts the operations of the doubles and lets a chosen one fail, so that a test can try every one in turn. */
export class Faults {
	/** Operations so far, the failed one included. */
	operations = 0;
	/** The operation that fails, counted from 1; undefined: none. */
	failAt: number | undefined;
	/** What the failed operation was. */
	failed: string | undefined;

	/** Called by the doubles at the start of an operation. */
	count(kind: string): void {
		this.operations++;
		if (this.operations !== this.failAt) return;
		this.failed = kind;
		throw new Error(`operation ${this.operations} fails: ${kind}`);
	}
}
