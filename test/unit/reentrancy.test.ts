/** What an application may do in every reason; `test/host/reentrancy.ts` does the same on XS. */
import assert from "node:assert/strict";
import { Theatre } from "../double/tls.js";
import { matrix, play } from "../golden/reentrancy.js";

describe("The client, when its application calls back", () => {
	for (const entry of matrix) {
		it(entry.title, () => void play(entry));
		it(`Over TLS: ${entry.title}`, () => {
			const theatre = new Theatre();
			play(entry, theatre);
			assert.ok(theatre.sessions.every(({ isClosed }) => isClosed));
		});
	}
});
