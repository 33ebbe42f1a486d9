/** The vectors of the engines of WebSocket and their fuzz, in Node; what a fault does to a connection. */
import assert from "node:assert/strict";
import { Fault } from "lws-xs/engines/errors";
import { closeStatus } from "lws-xs/engines/ws/frame";
import { WS_CHECKS } from "../vectors/ws-checks.js";
import { FrameFuzz } from "../vectors/ws-fuzz.js";

describe("The engines of WebSocket", () => {
	for (const { title, run } of WS_CHECKS) it(title, run);

	for (const seed of [1, 6455, 7692, 20111206]) {
		it(`Frames end alike, wherever they are cut (seed ${seed}).`, () => {
			new FrameFuzz(seed).run(3000);
		});
	}

	it("Data that is not what it says closes with 1007, anything else with 1002.", () => {
		assert.equal(closeStatus(Fault.BadUtf8), 1007);
		assert.equal(closeStatus(Fault.BadDeflate), 1007);
		for (let fault = Fault.ReservedBits; fault >= Fault.BadClose; fault--) {
			if (fault !== Fault.BadUtf8) assert.equal(closeStatus(fault), 1002, String(fault));
		}
	});
});
