/** The files of a replay, of which there are none: bodies come from the record, and content goes nowhere. */
import { copyBytes } from "lws-xs/native/kernels";
import { Body } from "../body.js";
import { Failure } from "../exit.js";
import type { Sink } from "../stage.js";
import type { Entry } from "./format.js";
import type { Fault, Survey } from "./reader.js";

export class Props {
	readonly #survey: Survey;
	readonly #inputs = new Map<number, RecordedInput>();

	constructor(survey: Survey) {
		this.#survey = survey;
	}

	/** Throws what hindered the transfer before it began. */
	begin(transfer: number): void {
		const fault = this.#survey.faults.get(transfer);
		if (fault && fault.after === undefined) throw fault.failure;
	}

	hasFault(transfer: number): boolean {
		return this.#survey.faults.has(transfer);
	}

	output(transfer: number): Sink {
		return new RecordedOutput(this.#survey.faults.get(transfer));
	}

	body(transfer: number): Body {
		const { length, repeatable } = this.#survey.bodies.get(transfer) ?? { length: 0, repeatable: false };
		return new Body((onReady) => {
			const input = new RecordedInput(length ?? undefined, repeatable, onReady);
			this.#inputs.set(transfer, input);
			return [input];
		});
	}

	/** What is to be read next. */
	give(transfer: number, bytes: Uint8Array): void {
		this.#inputs.get(transfer)?.give(bytes);
	}

	end({ transfer, event, exit, code, sentence }: Entry): void {
		this.#inputs.get(transfer)?.give(event === "exhausted" ? undefined : new Failure(exit, code ?? "", sentence));
	}

	/** True: the client has begun it again since it was asked last. */
	takeRewind(transfer: number): boolean {
		const input = this.#inputs.get(transfer);
		if (!input || input.rewinds === 0) return false;
		input.rewinds--;
		return true;
	}
}

class RecordedInput {
	readonly length: number | undefined;
	readonly isRepeatable: boolean;
	rewinds = 0;
	readonly #onReady: () => void;
	/** undefined is the end. */
	#waiting: (Uint8Array | Failure | undefined)[] = [];

	constructor(length: number | undefined, isRepeatable: boolean, onReady: () => void) {
		this.length = length;
		this.isRepeatable = isRepeatable;
		this.#onReady = onReady;
	}

	give(what: Uint8Array | Failure | undefined): void {
		this.#waiting.push(what);
		this.#onReady();
	}

	read(buffer: Uint8Array): number {
		if (this.#waiting.length === 0) return 0;
		const first = this.#waiting[0];
		if (first instanceof Failure) throw first;
		if (!first) return -1;
		const count = copyBytes(buffer, 0, first, 0, Math.min(first.length, buffer.length));
		if (count < first.length) this.#waiting[0] = first.subarray(count);
		else this.#waiting.shift();
		return count;
	}

	rewind(): void {
		this.#waiting.length = 0;
		this.rewinds++;
	}

	close(): void {}
}

class RecordedOutput implements Sink {
	readonly isStandard = true;
	readonly #fault: Fault | undefined;
	#written = 0;

	constructor(fault: Fault | undefined) {
		this.#fault = fault;
	}

	write(_buffer: Uint8Array, count: number): void {
		this.#written += count;
		if (this.#fault && this.#written > (this.#fault.after ?? 0)) throw this.#fault.failure;
	}

	finish(): void {
		if (this.#fault) throw this.#fault.failure;
	}

	close(): void {}
}
