// @ts-check
/** On a device files of certificates are resources in flash, and no CA is trusted by itself: hosts/typings/host. */
import Resource from "Resource";

/** @param {string} path */
export function readFile(path) {
	return new Resource(path);
}

export function authorities() {
	return undefined;
}
