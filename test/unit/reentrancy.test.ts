/** What an application may do in every reason; `test/host/reentrancy.ts` does the same on XS. */
import assert from "node:assert/strict";
import { Theatre } from "../double/tls.js";
import { matrix, play } from "../golden/reentrancy.js";
import { playWebSocket, wsMatrix } from "../golden/reentrancy-ws.js";

describe("The client, when its application calls back", () => {
	for (const [entries, run] of [
		[matrix, play],
		[wsMatrix, playWebSocket],
	] as const) {
		for (const entry of entries) {
			it(entry.title, () => void run(entry));
			it(`Over TLS: ${entry.title}`, () => {
				const theatre = new Theatre();
				run(entry, theatre);
				assert.ok(theatre.sessions.every(({ isClosed }) => isClosed));
			});
		}
	}
});
