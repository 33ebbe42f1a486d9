// @ts-check
/** `node hosts/node/run.js FILE [ARG…]`: runs one module, its arguments in `globalThis.argv`, as the desktop host does. */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import "./register.js";

const [file, ...args] = process.argv.slice(2);
if (file === undefined) {
	console.error("usage: node hosts/node/run.js FILE [ARG…]");
	process.exit(2);
}
Object.assign(globalThis, { argv: args });
await import(pathToFileURL(resolve(file)).href);
