/** What an application may do in every reason; `test/host/reentrancy.ts` does the same on XS. */
import { matrix, play } from "../golden/reentrancy.js";

describe("The client, when its application calls back", () => {
	for (const entry of matrix) it(entry.title, () => void play(entry));
});
