/** TLS as a byte stream, over scripted sessions: what TLS itself does is tested on XS, by test/wire/tls.*. */
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { Security } from "lws-xs/transport/security";
import type { StreamSink } from "lws-xs/transport/stream";
import { TLSStream } from "lws-xs/transport/tls";
import { ScriptedStream } from "../double/stream.js";
import { Kind, record, records, Theatre } from "../double/tls.js";

const NOW = 1_800_000_000_000;

interface Terms {
	theatre?: Theatre;
	/** Of the stream below, when it opens. */
	room?: number;
	input?: number;
	output?: number;
	relaxed?: number;
	on?: Partial<StreamSink>;
}

/** A stream, what it tells, and the one below it. */
class Scene {
	readonly theatre: Theatre;
	readonly told: string[] = [];
	readonly stream: TLSStream;
	readonly lower: ScriptedStream;

	constructor({ theatre = new Theatre(), room = 10_000, input = 64, output = 64, relaxed = 0, on = {} }: Terms = {}) {
		this.theatre = theatre;
		const options = { host: "a", relaxed, minimum: 2, maximum: 3, protocols: "", suites: "", pins: new Uint8Array(0) };
		const { module } = theatre;
		const security = new Security(module, new module.Credentials(), theatre.store, options, "a 443", () => NOW);
		const say =
			(name: keyof StreamSink) =>
			(code?: string): void => {
				this.told.push(code === undefined ? name : `${name} ${code}`);
				(on[name] as ((code?: string) => void) | undefined)?.(code);
			};
		const sink = {
			opened: say("opened"),
			readable: say("readable"),
			writable: say("writable"),
			ended: say("ended"),
			broken: say("broken"),
		};
		const buffers = { input: new Uint8Array(input), output: new Uint8Array(output) };
		this.lower = new ScriptedStream(room);
		this.stream = new TLSStream(security, buffers, sink, this.lower);
	}

	/** Up to the end of the handshake. */
	open(): this {
		this.lower.open();
		this.lower.receive(record(Kind.Hello));
		this.told.length = 0;
		this.lower.written.length = 0;
		return this;
	}

	read(count = 1000): number[] {
		const buffer = new Uint8Array(count);
		return [...buffer.subarray(0, this.stream.read(buffer, 0, count))];
	}

	write(bytes: readonly number[]): number {
		return this.stream.write(Uint8Array.from(bytes), 0, bytes.length);
	}

	get session() {
		const [session] = this.theatre.sessions.slice(-1);
		ok(session);
		return session;
	}
}

function bytes(count: number, first = 0): number[] {
	return Array.from({ length: count }, (_, i) => (first + i) & 255);
}

describe("TLS as a byte stream", () => {
	it("opens when the handshake is done, and not before.", () => {
		const scene = new Scene();
		scene.lower.open();
		deepStrictEqual(scene.told, []);
		strictEqual(scene.stream.room, 0);
		strictEqual(scene.write([1]), 0);
		deepStrictEqual(records(scene.lower.written), [{ kind: Kind.Hello, content: new Array(20).fill(7) }]);
		scene.lower.receive(record(Kind.Hello));
		deepStrictEqual(scene.told, ["opened"]);
		ok(scene.stream.room > 0);
	});

	it("comes through a handshake of single bytes, with an output and a room smaller than its message.", () => {
		const theatre = new Theatre();
		theatre.helloLength = 500;
		const scene = new Scene({ theatre, room: 0, output: 7 });
		scene.lower.open();
		for (let i = 0; i < 503; i++) scene.lower.drain(1);
		strictEqual(records(scene.lower.written)[0]?.content.length, 500);
		scene.lower.drain(1000);
		for (const byte of record(Kind.Hello, bytes(300))) scene.lower.receive([byte]);
		deepStrictEqual(scene.told, ["opened"]);
	});

	it("gives what came in one piece with the end of the handshake.", () => {
		const scene = new Scene();
		scene.lower.open();
		scene.lower.receive([...record(Kind.Hello), ...record(Kind.Data, [1, 2, 3])]);
		deepStrictEqual(scene.told, ["opened", "readable"]);
		strictEqual(scene.stream.available, 3);
		deepStrictEqual(scene.read(), [1, 2, 3]);
	});

	it("gives every byte once, however records and segments are cut.", () => {
		const content = bytes(700);
		const wire = [0, 1, 2, 3, 4, 5, 6].flatMap((i) => record(Kind.Data, content.slice(100 * i, 100 * i + 100)));
		for (const size of [1, 2, 3, 5, 64, 103, 1000]) {
			for (const room of [1, 7, 99, 100, 101, 1000]) {
				const scene = new Scene().open();
				const got: number[] = [];
				for (let at = 0; at < wire.length; at += size) {
					scene.lower.receive(wire.slice(at, at + size));
					while (scene.stream.available > 0) got.push(...scene.read(room));
				}
				deepStrictEqual(got, content, `segments of ${size}, reads of ${room}`);
				ok(scene.told.every((word) => word === "readable"));
			}
		}
	});

	it("tells nothing of records without content.", () => {
		const scene = new Scene().open();
		scene.lower.receive([...record(Kind.Data), ...record(Kind.Data)]);
		deepStrictEqual(scene.told, []);
	});

	it("takes no more from the stream below than it has to while nobody reads.", () => {
		const scene = new Scene().open();
		const wire = Array.from({ length: 20 }, () => record(Kind.Data, bytes(40))).flat();
		scene.lower.receive(wire);
		strictEqual(scene.stream.available, 40);
		const { available } = scene.lower;
		ok(available >= wire.length - 64);
		scene.lower.receive(record(Kind.Data, bytes(40)));
		strictEqual(scene.lower.available, available + 43);
	});

	it("writes one record for a write, if there is room for all of it, and nothing else.", () => {
		const scene = new Scene({ output: 128, room: 23 + 60 }).open();
		strictEqual(scene.stream.room, 60 - 48);
		strictEqual(scene.write(bytes(13)), 0);
		strictEqual(scene.write(bytes(12)), 12);
		deepStrictEqual(records(scene.lower.written), [{ kind: Kind.Data, content: bytes(12) }]);
		strictEqual(scene.stream.room, 0);
		scene.lower.drain(200);
		deepStrictEqual(scene.told, ["writable"]);
		strictEqual(scene.stream.room, 128 - 48);
	});

	it("leaves the application's bytes as they are.", () => {
		const scene = new Scene({ output: 128 }).open();
		const given = Uint8Array.from(bytes(50));
		strictEqual(scene.stream.write(given, 10, 40), 30);
		deepStrictEqual([...given], bytes(50));
		deepStrictEqual(records(scene.lower.written), [{ kind: Kind.Data, content: bytes(30, 10) }]);
	});

	it("ends in order after close_notify, when everything before it has been read.", () => {
		const scene = new Scene().open();
		scene.lower.receive([...record(Kind.Data, [1, 2]), ...record(Kind.Close)]);
		deepStrictEqual(scene.told, ["readable"]);
		deepStrictEqual(scene.read(1), [1]);
		deepStrictEqual(scene.told, ["readable"]);
		deepStrictEqual(scene.read(), [2]);
		deepStrictEqual(scene.told, ["readable", "broken"]);
		ok(scene.session.isClosed && scene.lower.isAborted);
		strictEqual(scene.stream.available, 0);
	});

	it("is truncated when the stream below ends without close_notify.", () => {
		const scene = new Scene().open();
		scene.lower.receive(record(Kind.Data, [1, 2]));
		scene.lower.end();
		deepStrictEqual(scene.told, ["readable"]);
		deepStrictEqual(scene.read(), [1, 2]);
		deepStrictEqual(scene.told, ["readable", "broken tls:truncated"]);
	});

	it("is truncated at once when nothing is left to be read.", () => {
		const scene = new Scene().open();
		scene.lower.end();
		deepStrictEqual(scene.told, ["ended tls:truncated"]);
		ok(scene.session.isClosed);
	});

	it("is truncated inside a record, too.", () => {
		const wire = record(Kind.Data, bytes(9));
		for (let at = 0; at < wire.length; at++) {
			const scene = new Scene().open();
			scene.lower.receive(wire.slice(0, at));
			scene.lower.end();
			deepStrictEqual(scene.told, ["ended tls:truncated"], `after ${at} bytes`);
		}
	});

	it("hands on what the stream below ended of.", () => {
		const scene = new Scene().open();
		scene.lower.end("tcp:reset");
		deepStrictEqual(scene.told, ["ended tcp:reset"]);
		const other = new Scene().open();
		other.lower.break("tcp:other");
		deepStrictEqual(other.told, ["broken tcp:other"]);
	});

	it("fails when the stream below ends at any byte of the handshake.", () => {
		const wire = record(Kind.Hello, bytes(9));
		for (let at = 0; at < wire.length; at++) {
			const scene = new Scene();
			scene.lower.open();
			scene.lower.receive(wire.slice(0, at));
			scene.lower.end();
			deepStrictEqual(scene.told, ["ended tls:closed"], `after ${at} bytes`);
			ok(scene.session.isClosed);
		}
		const early = new Scene();
		early.lower.end("tcp:refused");
		deepStrictEqual(early.told, ["ended tcp:refused"]);
	});

	it("is broken by any write that breaks the stream below, and asks nothing of its session any more.", () => {
		const theatre = new Theatre();
		theatre.helloLength = 100;
		theatre.finishedLength = 100;
		theatre.isGenerous = true;
		for (let breaksAt = 1; breaksAt <= 7; breaksAt++) {
			const scene = new Scene({ theatre, output: 64 });
			scene.lower.breaksAt = breaksAt;
			scene.lower.open();
			scene.lower.receive(record(Kind.Hello));
			scene.write(bytes(10));
			scene.lower.drain(100);
			scene.stream.abort();
			ok(scene.session.isClosed && scene.lower.isAborted, `write ${breaksAt}`);
			const ends = scene.told.filter((word) => word.startsWith("broken") || word.startsWith("ended"));
			ok(ends.length <= 1, `write ${breaksAt}: ${scene.told}`);
			if (ends.length > 0) strictEqual(scene.told.at(-1), "broken tcp:other");
		}
	});

	it("says the alert that ended it.", () => {
		const scene = new Scene();
		scene.lower.open();
		scene.lower.receive(record(Kind.Alert));
		deepStrictEqual(scene.told, ["ended tls:alert"]);
		const later = new Scene().open();
		later.lower.receive([...record(Kind.Data, [5]), ...record(Kind.Alert)]);
		deepStrictEqual(later.read(), [5]);
		deepStrictEqual(later.told, ["readable", "broken tls:alert"]);
	});

	it("does not begin when the clock stands before the day of the build, unless dates do not count.", () => {
		const theatre = new Theatre();
		theatre.built = NOW / 1000 + 1;
		const scene = new Scene({ theatre });
		scene.lower.open();
		deepStrictEqual(scene.told, ["ended tls:clock-not-set"]);
		deepStrictEqual(scene.lower.written, []);
		const relaxed = new Scene({ theatre, relaxed: 4 });
		relaxed.lower.open();
		deepStrictEqual(relaxed.told, []);
	});

	it("says what mbedTLS does not take.", () => {
		const theatre = new Theatre();
		theatre.refusal = "no such suite";
		const scene = new Scene({ theatre });
		scene.lower.open();
		deepStrictEqual(scene.told, ["ended tls:set-up"]);
		ok(scene.lower.isAborted);
	});

	it("keeps a ticket whenever it comes, and the next session has it.", () => {
		const theatre = new Theatre();
		const scene = new Scene({ theatre }).open();
		strictEqual(scene.session.options.resume, undefined);
		scene.lower.receive([...record(Kind.Data, [1]), ...record(Kind.Ticket)]);
		strictEqual(theatre.kept.size, 0);
		scene.read();
		strictEqual(theatre.kept.size, 1);
		const next = new Scene({ theatre }).open();
		ok(next.session.options.resume);
		strictEqual(next.stream.info()?.isResumed, true);
	});

	it("takes the ticket that still waits when it is given up.", () => {
		const scene = new Scene().open();
		scene.lower.receive(record(Kind.Data, [1]));
		scene.read();
		// it has come, and nobody was told yet
		const { readable } = Object.getPrototypeOf(scene.stream);
		scene.stream.readable = () => {};
		scene.lower.receive(record(Kind.Ticket));
		scene.stream.readable = readable;
		scene.stream.abort();
		strictEqual(scene.theatre.kept.size, 1);
	});

	it("says that nothing will follow when it is given up, and tells nothing more.", () => {
		const scene = new Scene().open();
		scene.stream.abort();
		deepStrictEqual(records(scene.lower.written), [{ kind: Kind.Close, content: [] }]);
		ok(scene.session.isClosed && scene.lower.isAborted);
		scene.stream.abort();
		strictEqual(scene.write([1]), 0);
		deepStrictEqual(scene.read(), []);
		strictEqual(scene.stream.info(), undefined);
		deepStrictEqual(scene.told, []);
	});

	it("can be given up from every one of its calls.", () => {
		for (const reason of ["opened", "readable", "writable"] as const) {
			const scene: Scene = new Scene({ on: { [reason]: () => scene.stream.abort() }, room: 100, output: 128 });
			scene.lower.open();
			scene.lower.receive([...record(Kind.Hello), ...record(Kind.Data, [1])]);
			if (!scene.lower.isAborted) scene.write(bytes(8));
			scene.lower.drain(100);
			strictEqual(scene.told.at(-1), reason);
			ok(scene.lower.isAborted, reason);
			ok(scene.theatre.sessions.every(({ isClosed }) => isClosed));
		}
	});
});
