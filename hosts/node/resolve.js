// @ts-check
/** Loader hook that gives the host modules of the SDK their files here. */

/** @type {Readonly<Record<string, string>>} */
const HOST = Object.freeze({
	timer: "./timer.js",
	time: "./time.js",
	"embedded:io/socket/tcp": "./tcp.js",
	"embedded:network/dns/resolver/udp": "./resolver.js",
	rng: "./rng.js",
	crypt: "./crypt.js",
	base64: "./base64.js",
	logical: "./logical.js",
	"text/decoder": "./textdecoder.js",
	"lws-xs/host/config": "./config.js",
	"lws-xs/host/resolver": "./resolver.js",
	"lws-xs/host/trust": "./trust.js",
	url: "./url.js",
});

const PACKAGE = new URL("../../", import.meta.url).href;

/**
 * An installed package that imports "url" means Node's module of that name. This package may itself be an
 * installed one, so its own place does not count.
 * @param {string} importer
 */
function isForeign(importer) {
	const path = importer.startsWith(PACKAGE) ? importer.slice(PACKAGE.length - 1) : importer;
	return path.includes("/node_modules/");
}

/** @type {import("node:module").ResolveHook} */
export function resolve(specifier, context, next) {
	const file = Object.hasOwn(HOST, specifier) ? HOST[specifier] : undefined;
	if (file === undefined || isForeign(context.parentURL ?? "")) return next(specifier, context);
	return { url: new URL(file, import.meta.url).href, shortCircuit: true };
}
