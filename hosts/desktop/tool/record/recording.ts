/** The desktop, with a record kept of what a run has of it. */
import { Body } from "../body.js";
import { Failure } from "../exit.js";
import { DESKTOP, type Sink, type Stage } from "../stage.js";
import type { Recorder } from "./recorder.js";

export function recordingStage(recorder: Recorder): Stage {
	return {
		...DESKTOP,
		recorder,
		openOutput: (transfer, path) => new NotedSink(recorder, transfer, DESKTOP.openOutput(transfer, path)),
		openBody: (transfer, open) => notedBody(recorder, transfer, open()),
	};
}

/** Notes when the output fails. */
class NotedSink implements Sink {
	readonly isStandard: boolean;
	readonly #recorder: Recorder;
	readonly #transfer: number;
	readonly #sink: Sink;
	#written = 0;

	constructor(recorder: Recorder, transfer: number, sink: Sink) {
		this.#recorder = recorder;
		this.#transfer = transfer;
		this.#sink = sink;
		this.isStandard = sink.isStandard;
	}

	write(buffer: Uint8Array, count: number): void {
		try {
			this.#sink.write(buffer, count);
			this.#written += count;
		} catch (error) {
			this.#note(error);
		}
	}

	finish(): void {
		try {
			this.#sink.finish();
		} catch (error) {
			this.#note(error);
		}
	}

	close(): void {
		this.#sink.close();
	}

	#note(error: unknown): never {
		if (error instanceof Failure) this.#recorder.failed("fault", this.#transfer, error, this.#written);
		throw error;
	}
}

/** Notes what is read of it. */
function notedBody(recorder: Recorder, transfer: number, body: Body): Body {
	const { length, isRepeatable } = body;
	recorder.note("body", { transfer, length: length ?? null, repeatable: isRepeatable });
	return new Body((onReady) => {
		body.onReady = onReady;
		return [
			{
				length,
				isRepeatable,
				read(buffer) {
					let count = 0;
					try {
						count = body.read(buffer);
					} catch (error) {
						if (error instanceof Failure) recorder.failed("unreadable", transfer, error);
						throw error;
					}
					if (count > 0) recorder.input(transfer, buffer, count);
					else if (count < 0) recorder.note("exhausted", { transfer });
					return count;
				},
				rewind() {
					recorder.note("rewound", { transfer });
					body.rewind();
				},
				close: () => body.close(),
			},
		];
	});
}
