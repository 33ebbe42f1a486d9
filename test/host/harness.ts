/**
 * A test harness for programs that run on XS and in Node alike, also in a small fixed heap: nothing is kept of a test
 * but its title and its body. Tests run one after another once the module has loaded, and each prints a line,
 *
 *     ok - TITLE
 *     not ok - TITLE: MESSAGE
 *
 * at the end follows `N passed, N failed`. When a test has failed, the program then ends by an exception.
 */
import Timer from "timer";

/** Milliseconds that a test may wait; one that computes for longer is not interrupted. */
const LIMIT = 10_000;

interface Test {
	readonly title: string;
	readonly body: () => unknown;
	readonly limit: number;
}

const tests: Test[] = [];

/** What the functions below throw: its message says it all, other errors are printed with their stack. */
class Failure extends Error {}

/** Registers a test. `body` fails by throwing, or by a promise that is rejected or takes longer than `limit`. */
export function test(title: string, body: () => unknown, limit = LIMIT): void {
	if (tests.push({ title, body, limit }) === 1) Timer.set(() => void run());
}

async function run(): Promise<void> {
	let failed = 0;
	for (const { title, body, limit } of tests) {
		try {
			await settle(body, limit);
			console.log(`ok - ${title}`);
		} catch (error) {
			failed++;
			console.log(`not ok - ${title}: ${error instanceof Error ? error.message : String(error)}`);
			if (error instanceof Error && !(error instanceof Failure)) console.log(error.stack);
		}
	}
	console.log(`${tests.length - failed} passed, ${failed} failed`);
	// From a callback: no host lets an exception there pass, while a rejection may be ignored.
	if (failed > 0) {
		Timer.set(() => {
			throw new Error(`${failed} of ${tests.length} tests failed`);
		});
	}
}

async function settle(body: () => unknown, limit: number): Promise<void> {
	let timer: Timer | undefined;
	const end = new Promise<never>((_resolve, reject) => {
		timer = Timer.set(() => reject(new Failure(`it has not ended after ${limit} ms`)), limit);
	});
	try {
		await Promise.race([body(), end]);
	} finally {
		Timer.clear(timer);
	}
}

/** An argument of the program. */
export function argument(index: number): string | undefined {
	return (globalThis as { argv?: readonly string[] }).argv?.[index];
}

export function fail(message: string): never {
	throw new Failure(message);
}

/** Compares as `Object.is` does; `what` names the value in the message. */
export function equal(actual: unknown, expected: unknown, what = "the value"): void {
	if (!Object.is(actual, expected)) fail(`${what} is ${show(actual)}, not ${show(expected)}`);
}

export function same(actual: Uint8Array, expected: Uint8Array, what = "the bytes"): void {
	const length = Math.min(actual.length, expected.length);
	for (let i = 0; i < length; i++) {
		if (actual[i] !== expected[i]) fail(`${what}: at ${i} is ${actual[i]}, not ${expected[i]}`);
	}
	if (actual.length !== expected.length) fail(`${what}: there are ${actual.length}, not ${expected.length}`);
}

/** Returns what `body` throws, which must be an instance of `expected`. */
export function throws(
	body: () => unknown,
	expected: abstract new (...parameters: never[]) => Error = Error,
	what = "the call",
): Error {
	try {
		body();
	} catch (error) {
		if (error instanceof expected) return error;
		fail(`${what} throws ${String(error)}, which is no ${expected.name}`);
	}
	fail(`${what} throws nothing, where ${expected.name} was expected`);
}

function show(value: unknown): string {
	return typeof value === "string" ? JSON.stringify(value) : String(value);
}
