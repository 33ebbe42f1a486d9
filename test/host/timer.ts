/** Conformance of `timer` and `time`. The third argument may be `quick`, for a host on which everything takes long. */
import Time from "time";
import Timer from "timer";
import { argument, equal, test, throws } from "./harness.js";

const quick = argument(2) === "quick";

function sleep(milliseconds: number): Promise<void> {
	return new Promise((resolve) => {
		Timer.set(() => resolve(), milliseconds);
	});
}

test("A timer without a repetition calls once, not before its time, with itself.", async () => {
	const start = Time.ticks;
	let calls = 0;
	let elapsed = 0;
	let given: Timer | undefined;
	const timer = Timer.set((timer) => {
		calls++;
		elapsed = Time.delta(start);
		given = timer;
	}, 20);
	equal(typeof timer, "object");
	await sleep(60);
	equal(calls, 1);
	equal(elapsed >= 20, true, `${elapsed} ms`);
	equal(given, timer);
});

test("Without an interval the call comes in a later turn.", async () => {
	let called = false;
	Timer.set(() => {
		called = true;
	});
	equal(called, false);
	await Promise.resolve();
	equal(called, false);
	await sleep(5);
	equal(called, true);
});

test("A repeating timer calls until it is cleared.", async () => {
	const start = Time.ticks;
	const count = quick ? 3 : 10;
	let calls = 0;
	let elapsed = 0;
	await new Promise<void>((resolve) => {
		Timer.repeat((timer) => {
			if (++calls < count) return;
			elapsed = Time.delta(start);
			Timer.clear(timer);
			resolve();
		}, 10);
	});
	await sleep(30);
	equal(calls, count);
	equal(elapsed >= 10 * count, true, `${elapsed} ms`);
});

test("A repeating timer counts from when it was due, not from when it was called.", async () => {
	const start = Time.ticks;
	const times: number[] = [];
	const timer = Timer.repeat(() => times.push(Time.delta(start)), 200);
	Timer.delay(390);
	while (times.length < 2) await sleep(1);
	Timer.clear(timer);
	equal((times[0] ?? 0) >= 390, true, `the first after ${times[0]} ms`);
	// Due after 400 ms; one that drifts calls after 590.
	if (!quick) equal((times[1] ?? 0) < 580, true, `the second after ${times[1]} ms`);
});

test("The first interval and the repetition can differ.", async () => {
	const start = Time.ticks;
	const times: number[] = [];
	const timer = Timer.set(() => times.push(Time.delta(start)), 40, 5);
	while (times.length < 3) await sleep(1);
	Timer.clear(timer);
	equal((times[0] ?? 0) >= 40, true, `the first after ${times[0]} ms`);
	equal((times[2] ?? 0) >= 50, true, `the third after ${times[2]} ms`);
});

test("Timers call in the order of their times, and of their making.", async () => {
	const order: string[] = [];
	const note = (name: string) => () => order.push(name);
	Timer.set(note("late"), 60);
	Timer.set(note("early"), 20);
	Timer.set(note("first"), 0);
	Timer.set(note("second"), 0);
	await sleep(100);
	equal(order.join(), "first,second,early,late");
});

test("A cleared timer does not call, and what is not running can be cleared without harm.", async () => {
	let calls = 0;
	const timer = Timer.set(() => calls++, 5);
	Timer.clear(timer);
	Timer.clear(timer);
	Timer.clear(undefined);
	Timer.clear(null);
	for (const other of [{}, 5, "timer", () => {}]) Timer.clear(other as unknown as Timer);
	const ended = Timer.set(() => {}, 0);
	await sleep(20);
	Timer.clear(ended);
	equal(calls, 0);
});

test("A timer can be cleared by itself, and by another that is due at the same time.", async () => {
	let calls = 0;
	const timers: Timer[] = [];
	const own = Timer.repeat((timer) => {
		calls++;
		Timer.clear(timer);
		Timer.clear(timer);
	}, 1);
	equal(typeof own, "object");
	let first = 0;
	for (let i = 0; i < 3; i++) {
		const timer = Timer.set(() => {
			first++;
			for (const timer of timers) Timer.clear(timer);
		}, 5);
		timers.push(timer);
	}
	await sleep(30);
	equal(calls, 1);
	equal(first, 1);
});

test("A timer can be scheduled anew: later, earlier, repeating, once.", async () => {
	const start = Time.ticks;
	let later = 0;
	let earlier = 0;
	let once = 0;
	let repeating = 0;
	const a = Timer.set(() => {
		later = Time.delta(start);
	}, 5);
	const b = Timer.set(() => {
		earlier = Time.delta(start);
	}, 10_000);
	const c = Timer.set(() => repeating++, 5);
	const d = Timer.repeat(() => once++, 5);
	Timer.schedule(a, 50);
	Timer.schedule(b, 10);
	Timer.schedule(c, 2, 2);
	Timer.schedule(d, 5);
	await sleep(100);
	equal(later >= 50, true, `${later} ms`);
	equal(earlier >= 10 && earlier < 5000, true, `${earlier} ms`);
	equal(repeating > 1, true);
	equal(once, 1);
	Timer.clear(c);
	throws(() => Timer.schedule(d, 5));
});

test("A timer that is scheduled without an interval is held until it is scheduled again.", async () => {
	let calls = 0;
	const timer = Timer.set(() => calls++, 5);
	Timer.schedule(timer);
	await sleep(20);
	equal(calls, 0);
	Timer.schedule(timer, 1);
	await sleep(20);
	equal(calls, 1);

	const repeating = Timer.repeat((timer) => {
		calls++;
		Timer.schedule(timer);
	}, 1);
	await sleep(20);
	equal(calls, 2);
	Timer.schedule(repeating, 1);
	await sleep(20);
	equal(calls, 3);
	Timer.clear(repeating);
});

test("A timer can be held by its own only call.", async () => {
	let calls = 0;
	const timer = Timer.set((timer) => {
		if (++calls === 1) Timer.schedule(timer);
	}, 1);
	await sleep(20);
	equal(calls, 1);
	Timer.schedule(timer, 1);
	await sleep(20);
	equal(calls, 2);
	throws(() => Timer.schedule(timer, 1));
});

test("A timer has ended when its own call schedules it without a repetition, and goes on with one.", async () => {
	let single = 0;
	let repeated = 0;
	const a = Timer.set((timer) => {
		single++;
		Timer.schedule(timer, 1);
	}, 1);
	const b = Timer.set((timer) => {
		if (++repeated === 1) Timer.schedule(timer, 1, 1000);
	}, 1);
	await sleep(50);
	equal(single, 1);
	equal(repeated, 2);
	throws(() => Timer.schedule(a, 1));
	Timer.clear(b);
});

test("A timer that has ended or was cleared cannot be scheduled, nor can anything else.", async () => {
	const ended = Timer.set(() => {}, 0);
	const cleared = Timer.set(() => {}, 1000);
	Timer.clear(cleared);
	await sleep(10);
	throws(() => Timer.schedule(ended, 10));
	throws(() => Timer.schedule(cleared, 10));
	throws(() => Timer.schedule({} as Timer, 10));
	throws(() => Timer.schedule(undefined as unknown as Timer, 10));
});

test("A timer that is set in a call comes in a later turn.", async () => {
	const order: string[] = [];
	Timer.set(() => {
		Timer.set(() => order.push("inner"), 0);
		order.push("outer");
	}, 0);
	Timer.set(() => order.push("next"), 0);
	// a loaded machine that collects at every allocation takes its time
	for (let i = 0; i < 100 && order.length < 3; i++) await sleep(20);
	equal(order.join(), "outer,next,inner");
});

test("A long interval does not call at once.", async () => {
	let calls = 0;
	const timer = Timer.set(() => calls++, 0x7fffffff);
	await sleep(20);
	equal(calls, 0);
	Timer.clear(timer);
});

test("Many timers all call.", async () => {
	const count = quick ? 10 : 50;
	let calls = 0;
	for (let i = 0; i < count; i++) Timer.set(() => calls++, i % 7);
	const start = Time.ticks;
	while (calls < count && Time.delta(start) < 60_000) await sleep(1);
	equal(calls, count);
});

test("Time goes on in whole milliseconds, never backwards.", async () => {
	const start = Time.ticks;
	const microseconds = Time.microseconds;
	equal(Number.isInteger(start), true);
	let last = start;
	for (let i = 0; i < 100; i++) {
		const now = Time.ticks;
		equal(now >= last, true);
		last = now;
	}
	await sleep(20);
	equal(Time.delta(start) >= 20, true);
	equal(Time.delta(10, 25), 15);
	equal(Time.microseconds - microseconds >= 19_000, true);
});

test("A delay blocks as long as it says.", () => {
	const start = Time.ticks;
	Timer.delay(15);
	equal(Time.delta(start) >= 14, true);
});
