/** What the library asks of a host that ECMA-419 has no module for. */

/** What a host knows of certificates: files, or resources in flash, and the CAs that it trusts by itself. */
declare module "lws-xs/host/trust" {
	/** All of a file; outside of the heap where the host can. Throws an Error that names the file and the reason. */
	export function readFile(path: string): ArrayBuffer | Uint8Array;
	/** The host's own CAs, PEM; undefined where there are none, as on a device without a bundle. */
	export function authorities(): ArrayBuffer | Uint8Array | undefined;
}

/** The resolver that is used where the application gives none; needs no options. */
declare module "lws-xs/host/resolver" {
	export { default } from "embedded:network/dns/resolver/udp";
}

/** Sizes and deadlines for contexts that do not give their own; on a device `config.lws` of the application's manifest. */
declare module "lws-xs/host/config" {
	const config: Readonly<Record<string, unknown>>;
	export default config;
}
