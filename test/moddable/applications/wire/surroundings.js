/** What the desktop host has for its programs: arguments, a console, an end. */
import { environment, exit, print } from "desktop/process";
import Timer from "timer";

/** Until what the contexts still send has left. */
const PARTING = 200;

const text = environment("LWS_TEST_PLAN");
const plan = JSON.parse(text);
let left = plan.requests.length;

globalThis.argv = [text];
globalThis.console = {
	log(line) {
		print(line);
		if (--left === 0) Timer.set(() => exit(0), (plan.linger ?? 0) + PARTING);
	},
};
