// @ts-check
/** `node --import ./hosts/node/register.js …`: makes the host modules and the global `trace` known. */
import { register } from "node:module";

register("./resolve.js", import.meta.url);

Object.assign(globalThis, {
	/** @param {unknown[]} items */
	trace(...items) {
		process.stdout.write(items.map(String).join(""));
	},
});
