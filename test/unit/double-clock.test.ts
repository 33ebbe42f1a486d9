/** The rules of the virtual clock and of the scripted resolver. */
import assert from "node:assert/strict";
import type HostTimer from "timer";
import { Clock } from "../double/clock.js";
import { Names } from "../double/resolver.js";

describe("The virtual clock", () => {
	it("calls a timer at its time, with itself, and not before.", () => {
		const clock = new Clock();
		let given: HostTimer | undefined;
		const timer = clock.Timer.set((timer) => {
			given = timer;
		}, 10);
		assert.equal(clock.next, 10);
		clock.advance(9);
		assert.equal(given, undefined);
		clock.advance(1);
		assert.equal(given, timer);
		assert.equal(clock.timers, 0);
	});

	it("lets its time be seen at each call.", () => {
		const clock = new Clock();
		const times: number[] = [];
		clock.Timer.set(() => times.push(clock.Time.ticks), 7, 5);
		clock.advance(20);
		assert.deepEqual(times, [7, 12, 17]);
		assert.equal(clock.now, 20);
		assert.equal(clock.Time.delta(5), 15);
		assert.equal(clock.Time.delta(5, 6), 1);
		assert.equal(clock.Time.microseconds, 20_000);
	});

	it("calls timers in the order of their times, then of their making.", () => {
		const clock = new Clock();
		const order: string[] = [];
		clock.Timer.set(() => order.push("c"), 5);
		clock.Timer.set(() => order.push("a"), 2);
		clock.Timer.set(() => order.push("d"), 5);
		clock.Timer.set(() => order.push("b"), 3);
		clock.advance(5);
		assert.equal(order.join(""), "abcd");
	});

	it("calls a timer that is set in a call in a later pass, after the turns that were posted.", () => {
		const clock = new Clock();
		const order: string[] = [];
		clock.Timer.set(() => {
			clock.Timer.set(() => order.push("inner"), 0);
			clock.post(() => order.push("turn"));
			order.push("outer");
		});
		clock.Timer.set(() => order.push("next"));
		clock.advance(0);
		assert.deepEqual(order, ["outer", "next", "turn", "inner"]);
	});

	it("clears timers, also those that are due in the same pass, and ignores what is none.", () => {
		const clock = new Clock();
		const { Timer } = clock;
		let calls = 0;
		const timers: HostTimer[] = [];
		for (let i = 0; i < 2; i++) {
			const timer = Timer.repeat(() => {
				calls++;
				for (const timer of timers) Timer.clear(timer);
			}, 1);
			timers.push(timer);
		}
		clock.advance(10);
		assert.equal(calls, 1);
		Timer.clear(timers[0]);
		Timer.clear(undefined);
		Timer.clear({} as HostTimer);
		assert.equal(clock.timers, 0);
	});

	it("schedules a running timer anew, and throws for one that has ended.", () => {
		const clock = new Clock();
		const { Timer } = clock;
		let calls = 0;
		const timer = Timer.set(() => calls++, 5);
		clock.advance(4);
		Timer.schedule(timer, 5);
		clock.advance(4);
		assert.equal(calls, 0);
		clock.advance(1);
		assert.equal(calls, 1);
		assert.throws(() => Timer.schedule(timer, 1));
		assert.throws(() => Timer.schedule({} as HostTimer, 1));

		let second: HostTimer | undefined;
		Timer.set(() => second && Timer.schedule(second, 5), 10);
		second = Timer.set(() => calls++, 10);
		clock.advance(14);
		assert.equal(calls, 1, "it was due in the same pass");
		clock.advance(1);
		assert.equal(calls, 2);
	});

	it("holds a timer that is scheduled without an interval.", () => {
		const clock = new Clock();
		const { Timer } = clock;
		let calls = 0;
		const timer = Timer.set((timer) => {
			calls++;
			Timer.schedule(timer);
		}, 1);
		Timer.set(() => {}, 5);
		clock.advance(100);
		assert.equal(calls, 1);
		assert.equal(clock.timers, 1);
		assert.equal(clock.next, undefined);
		Timer.schedule(timer, 1);
		clock.advance(1);
		assert.equal(calls, 2);
	});

	it("ends a timer whose own call schedules it without a repetition, as the device does.", () => {
		const clock = new Clock();
		const { Timer } = clock;
		let calls = 0;
		Timer.repeat((timer) => {
			calls++;
			Timer.schedule(timer, 1);
		}, 1);
		clock.advance(100);
		assert.equal(calls, 1);
		assert.equal(clock.timers, 0);
	});

	it("lets what a callback throws out of advance(), and goes on afterwards.", () => {
		const clock = new Clock();
		let calls = 0;
		clock.Timer.set(() => {
			throw new Error("thrown");
		}, 5);
		clock.Timer.set(() => calls++, 5);
		assert.throws(() => clock.advance(10), /thrown/);
		clock.advance(0);
		assert.equal(calls, 1);
		assert.equal(clock.timers, 0);
	});

	it("runs posted turns one by one or all, without time passing.", () => {
		const clock = new Clock();
		const order: number[] = [];
		clock.post(() => {
			order.push(1);
			clock.post(() => order.push(3));
		});
		clock.post(() => order.push(2));
		assert.equal(clock.turns, 2);
		assert.equal(clock.step(), true);
		assert.deepEqual(order, [1]);
		assert.equal(clock.run(), 2);
		assert.deepEqual(order, [1, 2, 3]);
		assert.equal(clock.step(), false);
		assert.equal(clock.now, 0);
	});

	it("forbids to block.", () => {
		assert.throws(() => new Clock().Timer.delay(1));
	});
});

describe("The scripted resolver", () => {
	function ask(names: Names, host: string): string[] {
		const log: string[] = [];
		const resolver = new names.Resolver({});
		resolver.resolve({
			host,
			onResolved(host, address, addresses) {
				assert.equal(this, resolver);
				log.push(`${host} ${address} ${addresses}`);
			},
			onError: (host) => log.push(`${host} not found`),
		});
		assert.deepEqual(log, [], "nothing comes from inside the call");
		return log;
	}

	it("answers as scripted, in a later turn.", () => {
		const names = new Names();
		names.answer("example.com", "192.0.2.1", "2001:db8::1");
		const logs = ["example.com", "localhost", "192.0.2.7", "::1", "unknown"].map((host) => ask(names, host));
		names.clock.run();
		assert.deepEqual(logs.flat(), [
			"example.com 192.0.2.1 192.0.2.1,2001:db8::1",
			"localhost 127.0.0.1 127.0.0.1",
			"192.0.2.7 192.0.2.7 192.0.2.7",
			"::1 ::1 ::1",
			"unknown not found",
		]);
		assert.equal(names.asked.length, 5);
	});

	it("holds an answer until it is released.", () => {
		const names = new Names();
		names.answer("example.com", "192.0.2.1");
		names.hold("example.com");
		const log = ask(names, "example.com");
		names.clock.advance(60_000);
		assert.deepEqual(log, []);
		names.answer("example.com");
		names.release("example.com");
		names.clock.run();
		assert.deepEqual(log, ["example.com not found"]);
	});

	it("gives only the address in device mode.", () => {
		const names = new Names(undefined, undefined, { device: true });
		const log = ask(names, "localhost");
		names.clock.run();
		assert.deepEqual(log, ["localhost 127.0.0.1 undefined"]);
	});

	it("calls nothing after close(), and then throws.", () => {
		const names = new Names();
		const resolver = new names.Resolver({});
		let called = false;
		const note = () => {
			called = true;
		};
		resolver.resolve({ host: "localhost", onResolved: note, onError: note });
		assert.equal(names.open, 1);
		resolver.close();
		resolver.close();
		names.clock.run();
		assert.equal(called, false);
		assert.equal(names.open, 0);
		assert.throws(() => resolver.resolve({ host: "localhost", onResolved: note }));
	});

	it("throws for a request without host or callback.", () => {
		const resolver = new new Names().Resolver({});
		assert.throws(() => resolver.resolve({ host: "localhost" }));
		assert.throws(() => resolver.resolve({ host: "", onError() {} }));
	});
});
