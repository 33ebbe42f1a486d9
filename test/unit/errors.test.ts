/** The codes of errors: what the code has, docs/errors.md has, and the other way round. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { errorCodes, faultCode, LwsError } from "lws-xs/engines/errors";

const ROOT = new URL("../../../", import.meta.url);
const DELIVERED = ["no", "maybe", "yes"];

function read(path: string): string {
	return readFileSync(new URL(path, ROOT), "utf8");
}

/** The rows of the table: code, meaning, delivered, what to do. */
function rows(): string[][] {
	const lines = read("docs/errors.md").split("\n");
	const table = lines.filter((line) => line.startsWith("| `"));
	return table.map((line) =>
		line
			.slice(1, -1)
			.split("|")
			.map((cell) => cell.trim()),
	);
}

/** Names and numbers of the faults, from the source: a const enum is not there when a program runs. */
function faults(): { name: string; value: number }[] {
	const [, body] = /enum Fault \{([^}]*)\}/.exec(read("modules/engines/errors.ts")) ?? [];
	return [...(body ?? "").matchAll(/(\w+) = (-\d+)/g)].map(([, name, value]) => ({
		name: name as string,
		value: Number(value),
	}));
}

describe("The codes of errors", () => {
	it("Each code is one row of docs/errors.md, and each row a code.", () => {
		const documented = rows().map(([code]) => code?.replaceAll("`", ""));
		const codes = errorCodes();
		assert.deepEqual([...documented].sort(), [...codes].sort());
		assert.equal(new Set(codes).size, codes.length);
	});

	it("Each row says what it means, what `delivered` can be, and what to do.", () => {
		for (const [code, meaning, delivered, remedy, ...rest] of rows()) {
			assert.match(meaning ?? "", /^[A-Z].*\.$/, code);
			assert.match(remedy ?? "", /^[A-Z].*\.$/, code);
			const values = (delivered ?? "").split(", ");
			assert.deepEqual(
				values,
				DELIVERED.filter((value) => values.includes(value)),
				code,
			);
			assert.ok(values.length > 0, code);
			assert.deepEqual(rest, [], code);
		}
	});

	it("Each fault has the code that its name says.", () => {
		const all = faults();
		/** From here on they are those of WebSocket. */
		const frames = all.findIndex(({ name }) => name === "ReservedBits");
		assert.ok(frames > 0);
		for (const [index, { name, value }] of all.entries()) {
			assert.equal(value, -1 - index, name);
			const cause = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`).slice(1);
			assert.equal(faultCode(value), `${index < frames ? "h1" : "ws"}:${cause}`);
			assert.ok(errorCodes().includes(faultCode(value)), name);
		}
	});

	it("What is no fault is one of the client itself.", () => {
		for (const value of [0, 1, -1 - faults().length, -1000]) assert.equal(faultCode(value), "internal:fault");
	});

	it("Each code that a module names is documented.", () => {
		const codes = errorCodes();
		const files = readdirSync(new URL("modules", ROOT), { recursive: true, encoding: "utf8" });
		const unknown: string[] = [];
		for (const file of files.filter((file) => file.endsWith(".ts"))) {
			for (const [, code] of read(`modules/${file}`).matchAll(/"((?:dns|tcp|timeout|h1|app|internal):[a-z-]+)"/g)) {
				if (!codes.includes(code as string)) unknown.push(`${file}: ${code}`);
			}
		}
		assert.deepEqual(unknown, []);
	});

	it("Each word that a host may give for the failure of a socket makes a documented code.", () => {
		const [, words] = /type TCPFailure = ([^;]*);/.exec(read("hosts/typings/tcp.d.ts")) ?? [];
		const codes = [...(words ?? "").matchAll(/"([a-z-]+)"/g)].map(([, word]) => `tcp:${word}`);
		assert.ok(codes.length > 0);
		for (const code of codes) assert.ok(errorCodes().includes(code), code);
	});

	it("An error has its code, its sentence and its detail in its message.", () => {
		const error = new LwsError("h1:not-http", "maybe");
		assert.ok(error instanceof Error);
		assert.equal(error.message, "h1:not-http: the peer does not speak HTTP");
		assert.equal(error.code, "h1:not-http");
		assert.equal(error.delivered, "maybe");
		assert.equal(new LwsError("tcp:refused", "no", "::1").message.endsWith(" (::1)"), true);
	});
});
