/** The decompressor of RFC 1951 in TypeScript, for Node; `../lwsInflate.c` is the same in C, function by function. */
import { DeflateFault, Inflate, InflateState } from "lws-xs/native/deflate";
import { checkInteger, checkSpan } from "./checks.js";
import { distanceBase, distanceBits, lengthBase, lengthBits } from "./deflate-code.js";
import { CODE_SIZES, DISTANCES, InflateMemory, LITERALS, TAIL_LENGTH, USED_LITERALS, Word } from "./inflate-memory.js";

/** What a step may come to, besides a fault. */
const enum Step {
	GoOn,
	NeedsInput,
	NeedsRoom,
	Whole,
}

const MESSAGE_TAIL: readonly number[] = Object.freeze([0, 0, 0xff, 0xff]);
/** In which they are written (RFC 1951 section 3.2.7). */
const ORDER: readonly number[] = Object.freeze([16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]);
const END_OF_BLOCK = 256;

/** What one call works on. */
class Flow extends InflateMemory {
	readonly input: Uint8Array;
	at: number;
	readonly end: number;
	readonly output: Uint8Array;
	readonly start: number;
	out: number;
	readonly limit: number;
	readonly last: boolean;

	constructor(
		state: ArrayBuffer,
		input: Uint8Array,
		span: readonly [number, number],
		output: Uint8Array,
		room: readonly [number, number],
		last: boolean,
	) {
		super(state);
		this.input = input;
		[this.at, this.end] = span;
		this.output = output;
		this.start = this.out = room[0];
		this.limit = room[1];
		this.last = last;
	}

	/** All whole bytes that there is room for; a message has four more than were sent (RFC 7692 section 7.2.2). */
	#refill(): void {
		for (let bits = this.get(Word.Bits); bits <= 24; bits += 8) {
			let byte: number;
			if (this.at < this.end) byte = this.input[this.at++] as number;
			else if (this.last && this.get(Word.Tail) < TAIL_LENGTH) {
				byte = MESSAGE_TAIL[this.get(Word.Tail)] as number;
				this.set(Word.Tail, this.get(Word.Tail) + 1);
			} else return;
			this.set(Word.Hold, this.get(Word.Hold) | (byte << bits));
			this.set(Word.Bits, bits + 8);
		}
	}

	#takeBits(count: number): number {
		const hold = this.get(Word.Hold);
		this.set(Word.Hold, hold >>> count);
		this.set(Word.Bits, this.get(Word.Bits) - count);
		return hold & ((1 << count) - 1);
	}

	#toBoundary(): void {
		this.#takeBits(this.get(Word.Bits) & 7);
	}

	#dropBits(): void {
		this.set(Word.Hold, 0);
		this.set(Word.Bits, 0);
	}

	/** As much of a match as there is room for. */
	#takeMatch(): number {
		const { output, window } = this;
		const distance = this.get(Word.Distance);
		const count = Math.min(this.get(Word.Length), this.limit - this.out);
		for (const stop = this.out + count; this.out < stop; this.out++) {
			const from = this.out - distance;
			output[this.out] = (
				from >= this.start ? output[from] : window[(this.get(Word.Next) + from - this.start) & (window.length - 1)]
			) as number;
		}
		this.set(Word.Length, this.get(Word.Length) - count);
		if (this.get(Word.Length) > 0) {
			this.set(Word.State, InflateState.Match);
			return Step.NeedsRoom;
		}
		this.set(Word.State, InflateState.Symbol);
		return Step.GoOn;
	}

	#makeFixed(): number {
		this.set(Word.State, InflateState.Symbol);
		if (this.get(Word.Fixed) !== 0) return Step.GoOn;
		// RFC 1951 section 3.2.6
		this.lengths.fill(8, 0, 144).fill(9, 144, 256).fill(7, 256, 280).fill(8, 280, LITERALS);
		this.lengths.fill(5, LITERALS, LITERALS + DISTANCES + 2);
		this.literal.make(this.lengths, 0, LITERALS);
		this.distance.make(this.lengths, LITERALS, DISTANCES + 2);
		this.set(Word.Fixed, 1);
		return Step.GoOn;
	}

	#takeHeader(): number {
		// A block that is the last of its stream may end a message without the empty block that else ends it.
		const isEnd = this.get(Word.Final) !== 0 && this.last && this.at === this.end;
		if (isEnd && this.get(Word.Bits) === 8 * this.get(Word.Tail)) {
			this.#dropBits();
			this.set(Word.Tail, TAIL_LENGTH);
		}
		this.#refill();
		if (this.get(Word.Bits) < 3) {
			if (this.get(Word.Tail) < TAIL_LENGTH || this.get(Word.Bits) > 0) return Step.NeedsInput;
			this.set(Word.Tail, 0);
			this.set(Word.Final, 0);
			return Step.Whole;
		}
		this.set(Word.Final, this.#takeBits(1));
		switch (this.#takeBits(2)) {
			case 0:
				this.#toBoundary();
				this.set(Word.State, InflateState.StoredLength);
				return Step.GoOn;
			case 1:
				return this.#makeFixed();
			case 2:
				this.set(Word.Fixed, 0);
				this.set(Word.State, InflateState.Sizes);
				return Step.GoOn;
		}
		// RFC 1951 section 3.2.3: reserved
		return DeflateFault.BadDeflate;
	}

	/** RFC 7692 section 7.2.3.4: after a last block a stream may begin, at the next byte. */
	#endBlock(): number {
		if (this.get(Word.Final) !== 0) this.#toBoundary();
		this.set(Word.State, InflateState.Header);
		return Step.GoOn;
	}

	#takeStoredLength(): number {
		this.#refill();
		if (this.get(Word.Bits) < 32) return Step.NeedsInput;
		const hold = this.get(Word.Hold);
		this.set(Word.Length, hold & 0xffff);
		// RFC 1951 section 3.2.4
		if (hold >>> 16 !== (~hold & 0xffff)) return DeflateFault.BadDeflate;
		this.#dropBits();
		this.set(Word.State, InflateState.Stored);
		return Step.GoOn;
	}

	#takeStored(): number {
		for (let length = this.get(Word.Length); length > 0; length--) {
			if (this.at === this.end && this.get(Word.Bits) < 8) this.#refill();
			const isHeld = this.get(Word.Bits) >= 8;
			if (!isHeld && this.at === this.end) return Step.NeedsInput;
			if (this.out === this.limit) return Step.NeedsRoom;
			this.output[this.out++] = isHeld ? this.#takeBits(8) : (this.input[this.at++] as number);
			this.set(Word.Length, length - 1);
		}
		return this.#endBlock();
	}

	#takeSizes(): number {
		this.#refill();
		if (this.get(Word.Bits) < 14) return Step.NeedsInput;
		this.set(Word.Literals, 257 + this.#takeBits(5));
		this.set(Word.Distances, 1 + this.#takeBits(5));
		this.set(Word.Codes, 4 + this.#takeBits(4));
		// RFC 1951 section 3.2.7: HLIT is at most 286; the distance codes 30 and 31 never occur (section 3.2.5)
		if (this.get(Word.Literals) > USED_LITERALS || this.get(Word.Distances) > DISTANCES) return DeflateFault.BadDeflate;
		this.lengths.fill(0, 0, CODE_SIZES);
		this.set(Word.Index, 0);
		this.set(Word.State, InflateState.CodeSizes);
		return Step.GoOn;
	}

	#takeCodeSizes(): number {
		for (let index = this.get(Word.Index); index < this.get(Word.Codes); index++) {
			this.#refill();
			if (this.get(Word.Bits) < 3) return Step.NeedsInput;
			this.lengths[ORDER[index] as number] = this.#takeBits(3);
			this.set(Word.Index, index + 1);
		}
		// RFC 1951 section 3.2.2: what is a code has as many as its lengths allow, no more and no less
		if (this.literal.make(this.lengths, 0, CODE_SIZES) !== 0) return DeflateFault.BadDeflate;
		this.set(Word.Index, 0);
		this.set(Word.State, InflateState.Lengths);
		return Step.GoOn;
	}

	#makeCodes(): number {
		const literals = this.get(Word.Literals);
		// RFC 1951 section 3.2.7: without an end no block can end
		if (this.lengths[END_OF_BLOCK] === 0) return DeflateFault.BadDeflate;
		if (this.literal.make(this.lengths, 0, literals) < 0) return DeflateFault.BadDeflate;
		if (this.distance.make(this.lengths, literals, this.get(Word.Distances)) < 0) return DeflateFault.BadDeflate;
		this.set(Word.State, InflateState.Symbol);
		return Step.GoOn;
	}

	#takeLengths(): number {
		const total = this.get(Word.Literals) + this.get(Word.Distances);
		for (let index = this.get(Word.Index); index < total; ) {
			this.#refill();
			const found = this.literal.find(this.get(Word.Hold), this.get(Word.Bits), LITERALS);
			if (found < 0) return DeflateFault.BadDeflate;
			let symbol = found >> 4;
			const extra = symbol < 16 ? 0 : symbol === 16 ? 2 : symbol === 17 ? 3 : 7;
			if (found === 0 || (found & 15) + extra > this.get(Word.Bits)) return Step.NeedsInput;
			this.#takeBits(found & 15);
			let count = 1;
			if (symbol >= 16) {
				count = this.#takeBits(extra) + (symbol === 18 ? 11 : 3);
				// RFC 1951 section 3.2.7: 16 repeats the one before, and there must be one; all belong to one table
				if ((symbol === 16 && index === 0) || index + count > total) return DeflateFault.BadDeflate;
				symbol = symbol === 16 ? (this.lengths[index - 1] as number) : 0;
			}
			this.lengths.fill(symbol, index, index + count);
			index += count;
			this.set(Word.Index, index);
		}
		return this.#makeCodes();
	}

	#takeDistanceBits(symbol: number): number {
		const extra = distanceBits(symbol);
		if (extra > 0) this.#refill();
		if (this.get(Word.Bits) < extra) return Step.NeedsInput;
		const distance = distanceBase(symbol) + this.#takeBits(extra);
		this.set(Word.Distance, distance);
		// RFC 1951 section 3.2: not beyond the start of the output; RFC 7692 section 7.1.2.1: nor of the window
		const there = Math.min(this.window.length, this.get(Inflate.Have) + this.out - this.start);
		return distance <= there ? this.#takeMatch() : DeflateFault.BadDeflate;
	}

	#takeDistance(): number {
		this.#refill();
		const found = this.distance.find(this.get(Word.Hold), this.get(Word.Bits), DISTANCES);
		if (found === 0) return Step.NeedsInput;
		// RFC 1951 section 3.2.6: 30 and 31 never occur
		if (found < 0 || found >> 4 >= DISTANCES) return DeflateFault.BadDeflate;
		this.#takeBits(found & 15);
		this.set(Word.Distance, found >> 4);
		this.set(Word.State, InflateState.DistanceBits);
		return this.#takeDistanceBits(found >> 4);
	}

	#takeSymbol(): number {
		this.#refill();
		const found = this.literal.find(this.get(Word.Hold), this.get(Word.Bits), LITERALS);
		if (found <= 0) return found < 0 ? DeflateFault.BadDeflate : Step.NeedsInput;
		const symbol = found >> 4;
		if (symbol < END_OF_BLOCK) {
			if (this.out === this.limit) return Step.NeedsRoom;
			this.#takeBits(found & 15);
			this.output[this.out++] = symbol;
			return Step.GoOn;
		}
		if (symbol === END_OF_BLOCK) {
			this.#takeBits(found & 15);
			return this.#endBlock();
		}
		// RFC 1951 section 3.2.6: 286 and 287 never occur
		if (symbol >= USED_LITERALS) return DeflateFault.BadDeflate;
		const extra = lengthBits(symbol - 257);
		if ((found & 15) + extra > this.get(Word.Bits)) return Step.NeedsInput;
		this.#takeBits(found & 15);
		this.set(Word.Length, lengthBase(symbol - 257) + this.#takeBits(extra));
		this.set(Word.State, InflateState.Distance);
		return this.#takeDistance();
	}

	#step(): number {
		switch (this.get(Word.State) as InflateState) {
			case InflateState.Header:
				return this.#takeHeader();
			case InflateState.StoredLength:
				return this.#takeStoredLength();
			case InflateState.Stored:
				return this.#takeStored();
			case InflateState.Sizes:
				return this.#takeSizes();
			case InflateState.CodeSizes:
				return this.#takeCodeSizes();
			case InflateState.Lengths:
				return this.#takeLengths();
			case InflateState.Symbol:
				return this.#takeSymbol();
			case InflateState.Distance:
				return this.#takeDistance();
			case InflateState.DistanceBits:
				return this.#takeDistanceBits(this.get(Word.Distance));
			case InflateState.Match:
				return this.out === this.limit ? Step.NeedsRoom : this.#takeMatch();
			case InflateState.Bad:
				return DeflateFault.BadDeflate;
		}
	}

	/** What was written is what the next call may go back to. */
	#keep(): void {
		const { window, output, start, out } = this;
		const next = this.get(Word.Next);
		const size = window.length;
		for (let at = Math.max(start, out - size), to = next; at < out; at++, to++)
			window[to & (size - 1)] = output[at] as number;
		this.set(Word.Next, (next + Math.min(size, out - start)) & (size - 1));
		this.set(Inflate.Have, Math.min(size, this.get(Inflate.Have) + out - start));
	}

	run(): number {
		let result: number;
		do result = this.#step();
		while (result === Step.GoOn);
		// RFC 7692 section 7.2.2: with its tail, a message ends where a block does
		if (result < 0 || (this.last && result === Step.NeedsInput)) {
			this.set(Word.State, InflateState.Bad);
			return DeflateFault.BadDeflate;
		}
		this.set(Inflate.Left, result === Step.NeedsRoom ? this.end - this.at : -1);
		this.#keep();
		return this.out - this.start;
	}
}

export function inflate(
	state: ArrayBuffer,
	input: Uint8Array,
	start: number,
	end: number,
	output: Uint8Array,
	at: number,
	limit: number,
	last: number,
): number {
	checkSpan(input, start, end);
	checkSpan(output, at, limit);
	checkInteger(last, 0, 1);
	return new Flow(state, input, [start, end], output, [at, limit], last === 1).run();
}
