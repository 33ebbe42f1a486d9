/** Random streams of frames. */
import { Fuzz } from "./fuzz.js";
import { framesOutcome } from "./ws-check.js";
import { FrameStream } from "./ws-streams.js";

export class FrameFuzz extends Fuzz {
	#isCompressed = false;

	protected next(): Uint8Array {
		this.#isCompressed = this.chance.random(2) === 0;
		const stream = new FrameStream(this.chance).addFrames(this.#isCompressed);
		return stream.bytes.slice(0, stream.length);
	}

	protected outcomeOf(bytes: Uint8Array, ends: readonly number[]): string {
		const outcome = framesOutcome(this.#isCompressed, bytes, ends);
		const last = outcome.slice(outcome.lastIndexOf(" ") + 1);
		return last.startsWith("ws:") || last === "end" ? outcome : `${outcome} other`;
	}
}
