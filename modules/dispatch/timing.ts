/**
 * What one transaction has gone through: moments by the clock of the host. They are those of its last attempt, and what
 * has not happened is not there, so that it costs nothing.
 */

/** As the SDK's `time`. */
export interface Clock {
	/** Milliseconds from an arbitrary start; on a device a whole number of 32 bits that starts over. */
	readonly ticks: number;
}

/** Of the count of a device's clock, and half of it. */
const WHOLE = 0x1_0000_0000;
const HALF = 0x8000_0000;

export class Timing {
	// declared, not made: each comes when it happens
	declare readonly began: number;
	declare queued: number | undefined;
	declare assigned: number | undefined;
	declare resolved: number | undefined;
	declare connected: number | undefined;
	declare secured: number | undefined;
	declare requested: number | undefined;
	declare answered: number | undefined;
	declare ended: number | undefined;
	/** The address that was tried last. */
	declare address: string | undefined;
	/** Bytes. */
	declare sentHead: number;

	constructor(began: number) {
		this.began = began;
		this.sentHead = 0;
	}

	/** Another attempt begins. */
	restart(): void {
		this.assigned = this.requested = this.address = undefined;
		this.sentHead = 0;
	}

	/** Milliseconds from the beginning; a clock that was set back has stood still. */
	since(moment: number | undefined): number | undefined {
		if (moment === undefined) return undefined;
		const time = moment - this.began;
		return time >= 0 ? time : time < -HALF ? time + WHOLE : 0;
	}
}
