/** The dialer alone: what the golden traces of test/golden/dialing.ts cannot have, a host that fails and an end at any moment. */
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { Dialer } from "lws-xs/transport/dialer";
import { NameResolver } from "lws-xs/transport/resolver";
import type { ByteStream } from "lws-xs/transport/stream";
import type Timer from "timer";
import { Clock } from "../double/clock.js";
import { Faults } from "../double/faults.js";
import type { Peer } from "../double/peer.js";
import { Names } from "../double/resolver.js";
import { Network } from "../double/socket.js";

const NAME = "host.example";

interface Terms {
	addresses: readonly string[];
	/** What an address does; without it nothing. */
	connect?: (peer: Peer, scene: Scene) => void;
	faults?: Faults;
	/** Sockets that there can be at a time. */
	sockets?: number;
	/** There is none. */
	hasTimer?: boolean;
	localAddress?: string;
}

/** A dialer on a scripted network, and what it tells. */
class Scene {
	readonly told: string[] = [];
	readonly clock: Clock;
	readonly network: Network;
	readonly names: Names;
	readonly dialer: Dialer;
	stream: ByteStream | undefined;

	constructor({ addresses, connect, faults = new Faults(), sockets = 99, hasTimer = true, localAddress }: Terms) {
		this.clock = new Clock(faults);
		this.network = new Network(this.clock, faults);
		this.names = new Names(this.clock, faults);
		this.names.answer(NAME, ...addresses);
		this.network.onConnect = (peer) => connect?.(peer, this);
		const { network, clock, told } = this;
		const TCP = class extends network.TCP {
			constructor(options: ConstructorParameters<typeof network.TCP>[0]) {
				if (network.open >= sockets) throw new RangeError("no socket");
				super(options);
			}
		};
		const set = (): never => {
			throw new Error("no timer");
		};
		const host = {
			TCP: TCP as never,
			resolver: new NameResolver(this.names.Resolver, {}),
			Timer: (hasTimer ? clock.Timer : { ...clock.Timer, set }) as typeof Timer,
		};
		const say = (line: string): void => void told.push(clock.now > 0 ? `${line} @${clock.now}` : line);
		this.dialer = new Dialer(
			host,
			{ address: NAME, port: 80, localAddress },
			{
				resolved: () => say("resolved"),
				trying: (address) => say(`trying ${address}`),
				dialed: (stream, address) => {
					this.stream = stream;
					say(`dialed ${address}`);
				},
				undialed: (code, detail) => say(`undialed ${code}${detail === undefined ? "" : ` (${detail})`}`),
			},
		);
	}

	/** `milliseconds` after the beginning. */
	dial(milliseconds = 0): this {
		this.dialer.dial();
		this.clock.advance(milliseconds);
		return this;
	}

	/** Nothing is left but the stream that was handed out. */
	check(): void {
		strictEqual(this.network.open, this.stream ? 1 : 0, "open sockets");
		strictEqual(this.clock.timers, 0, "timers");
	}
}

const [A, B, C, D] = ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"] as const;
const never = () => {};

describe("The dialer", () => {
	it("has no timer where there is one address, and one where there are more.", () => {
		for (const [addresses, timers] of [
			[[A], 0],
			[[A, B], 1],
		] as const) {
			const scene = new Scene({ addresses }).dial();
			strictEqual(scene.clock.timers, timers);
			scene.dialer.cancel();
			scene.check();
		}
	});

	it("tries one address after another when the host has no timer.", () => {
		const connect = (peer: Peer, scene: Scene) => {
			if (peer.address === C) peer.accept();
			else scene.clock.Timer.set(() => peer.refuse(), 1000);
		};
		const scene = new Scene({ addresses: [A, B, C], hasTimer: false, connect }).dial(10_000);
		deepStrictEqual(scene.told, [
			"resolved",
			`trying ${A}`,
			`trying ${B} @1000`,
			`trying ${C} @2000`,
			`dialed ${C} @2000`,
		]);
		scene.check();
	});

	it("keeps an address for which there is no socket, until there is one.", () => {
		const connect = (peer: Peer, scene: Scene) => {
			if (peer.address === B) peer.accept();
			else scene.clock.Timer.set(() => peer.refuse(), 600);
		};
		const scene = new Scene({ addresses: [A, B], sockets: 1, connect }).dial(10_000);
		deepStrictEqual(scene.told, [
			"resolved",
			`trying ${A}`,
			`trying ${B} @250`,
			`trying ${B} @500`,
			`trying ${B} @600`,
			`dialed ${B} @600`,
		]);
		scene.check();
	});

	it("says that there is no socket when there is none at all.", () => {
		const scene = new Scene({ addresses: [A, B], sockets: 0 }).dial(10_000);
		deepStrictEqual(scene.told.slice(-1), ["undialed tcp:no-socket (host.example port 80, 2 addresses tried)"]);
		scene.check();
	});

	it("tries the address that has answered once more, and only that.", () => {
		const connect = (peer: Peer) => (peer.address === C ? peer.accept() : peer.refuse());
		const scene = new Scene({ addresses: [A, B, C, D], connect }).dial(1000);
		strictEqual(scene.told.at(-1), `dialed ${C}`);
		scene.stream?.abort();
		scene.stream = undefined;
		scene.told.length = 0;
		scene.network.onConnect = (peer) => peer.fail("timed-out");
		scene.dialer.again();
		scene.clock.advance(1000);
		deepStrictEqual(scene.told, [`trying ${C} @1000`, "undialed tcp:timed-out @1000"]);
		scene.check();
	});

	it("tells which address has answered when it was not the last that was tried.", () => {
		const connect = (peer: Peer, scene: Scene) => {
			if (peer.address === A) scene.clock.Timer.set(() => peer.accept(), 700);
		};
		const scene = new Scene({ addresses: [A, B, C], connect }).dial(1000);
		deepStrictEqual(scene.told.slice(-2), [`trying ${A} @700`, `dialed ${A} @700`]);
		strictEqual(scene.network.peers[0]?.client, "open");
		scene.check();
	});

	it("takes the first of two that answer at the same time, and gives up the other.", () => {
		const connect = (peer: Peer, scene: Scene) => {
			scene.clock.Timer.set(() => peer.accept(), 500 - scene.clock.now);
		};
		const scene = new Scene({ addresses: [A, B], connect }).dial(1000);
		deepStrictEqual(
			scene.network.peers.map(({ client }) => client),
			["open", "closed"],
		);
		strictEqual(scene.told.filter((line) => line.startsWith("dialed")).length, 1);
		scene.check();
	});

	it("takes a peer that speaks before it is known to have answered.", () => {
		const connect = (peer: Peer) => {
			peer.deliver("hello");
			peer.accept();
		};
		const scene = new Scene({ addresses: [A, B], connect }).dial(1000);
		strictEqual(scene.told.at(-1), `dialed ${A}`);
		scene.check();
	});

	it("leaves nothing and tells nothing when it is cancelled, at whatever moment.", () => {
		// A hangs, B is refused after a while, C hangs, D would answer
		const connect = (peer: Peer, scene: Scene) => {
			if (peer.address === B) scene.clock.Timer.set(() => peer.refuse(), 100);
			if (peer.address === D) scene.clock.Timer.set(() => peer.accept(), 100);
		};
		const moments: string[] = [];
		for (let time = 0; time < 1000; time += 25) {
			for (let turns = 0; turns < 4; turns++) {
				const scene = new Scene({ addresses: [A, B, C, D], connect });
				scene.dialer.dial();
				if (time > 0) scene.clock.advance(time);
				for (let i = 0; i < turns; i++) scene.clock.step();
				if (scene.stream) continue;
				moments.push(`${scene.network.open}`);
				const { length } = scene.told;
				scene.dialer.cancel();
				scene.clock.advance(10_000);
				strictEqual(scene.told.length, length, `${scene.told}`);
				scene.check();
			}
		}
		deepStrictEqual([...new Set(moments)].sort(), ["0", "1", "2", "3"]);
	});

	it("ends once and leaves nothing, whichever operation of the host fails.", () => {
		const ends = new Set<string>();
		for (let failAt = 1; ; failAt++) {
			const faults = new Faults();
			const scene = new Scene({ addresses: [A, B, C, D, "2001:db8::1"], faults });
			const waiting: Peer[] = [];
			scene.network.onConnect = (peer) => void (peer.address === B ? peer.refuse() : waiting.push(peer));
			faults.failAt = failAt;
			scene.dial(1000);
			for (let i = 0; i < 5 && !scene.stream; i++) {
				const [last] = waiting.filter(({ client }) => client === "open").slice(-1);
				if (i < 3) last?.fail("unreachable");
				else last?.accept();
				scene.clock.advance(3000);
			}
			const { failed } = faults;
			faults.failAt = undefined;
			const told = scene.told.filter((line) => /^(un)?dialed/.test(line));
			// who never answers is ended by the deadline above
			if (told.length === 0) scene.dialer.cancel();
			ok(told.length <= 1, `${failAt} ${failed}: ${scene.told}`);
			for (const line of told) ends.add((line.split(" ") as [string])[0]);
			scene.check();
			if (failed === undefined) break;
			ok(failAt < 100);
		}
		deepStrictEqual([...ends].sort(), ["dialed", "undialed"]);
	});

	it("gives the local address to each attempt, and tries none of the other family.", () => {
		const addresses = ["2001:db8::1", A, "2001:db8::2", B];
		const tried: (string | undefined)[] = [];
		const connect = (peer: Peer) => {
			tried.push(`${peer.address} from ${peer.localAddress}`);
			peer.refuse();
		};
		const scene = new Scene({ addresses, connect, localAddress: "2001:db8::9" }).dial(1000);
		deepStrictEqual(tried, ["2001:db8::1 from 2001:db8::9", "2001:db8::2 from 2001:db8::9"]);
		scene.check();
	});

	it("says nothing of how many addresses were tried when there was one.", () => {
		const scene = new Scene({ addresses: [A], connect: (peer) => peer.refuse() }).dial(1000);
		deepStrictEqual(scene.told, ["resolved", `trying ${A}`, "undialed tcp:refused"]);
		scene.check();
	});

	it("is not surprised by a name that has one address hundreds of times.", () => {
		const addresses = new Array(1000).fill(A);
		const scene = new Scene({ addresses, connect: never }).dial(60_000);
		strictEqual(scene.network.peers.length, 8);
		scene.dialer.cancel();
		scene.check();
	});
});
