/** What a host knows of certificates: files, or resources in flash, and the CAs that it trusts by itself. */

/** All of a file; outside of the heap where the host can. Throws an Error that names the file and the reason. */
export function readFile(path: string): ArrayBuffer | Uint8Array;
/** The host's own CAs, PEM; undefined where there are none, as on a device without a bundle. */
export function authorities(): ArrayBuffer | Uint8Array | undefined;
