/**
 * What a transaction takes while it waits in the queue: many of them wait behind one that is never answered. Arguments: port,
 * how many. Prints bytes for each, besides the application's strings.
 */
import { collect, statistics } from "desktop/memory";
import * as lws from "lws-xs";
import Timer from "timer";

/** Milliseconds until what was asked for has come to rest. */
const QUIET = 200;

class Queue {
	readonly name = "queue";
	readonly count = Number(argv[1]);
	context: lws.Context | undefined;

	callback(): number {
		return 0;
	}

	used(): number {
		collect();
		const { chunks, slots, slotSize } = statistics();
		return chunks + slots * slotSize;
	}

	ask(count: number): void {
		for (let i = 0; i < count; i++) {
			lws.clientConnectViaInfo({
				context: this.context as lws.Context,
				address: "127.0.0.1",
				port: Number(argv[0]),
				host: "localhost",
				path: "/silent",
				method: "GET",
				sslConnection: lws.LCCSCF_PIPELINE,
			});
		}
	}

	begin(): void {
		this.context = lws.createContext({ connections: 1, protocols: [this] });
		// the first is served; the second and the third make the room that lists have to spare
		this.ask(3);
		Timer.set(() => {
			this.used();
			const before = this.used();
			this.ask(this.count);
			Timer.set(() => {
				console.log((this.used() - before) / this.count);
				lws.contextDestroy(this.context as lws.Context);
			}, QUIET);
		}, QUIET);
	}
}

/** As the arguments say. */
export function run(): void {
	const queue = new Queue();
	// nothing of the main module's own evaluation is left then
	Timer.set(() => queue.begin());
}
