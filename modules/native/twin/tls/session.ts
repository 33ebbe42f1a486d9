/**
 * No TLS: there is no mbedTLS below Node, nor in a build of the SDK that leaves it out. The stream above is tested with
 * scripted sessions, https itself on XS.
 */

function missing(): never {
	throw new Error("TLS is not in this build");
}

export class Credentials {
	constructor() {
		missing();
	}
}

export class Session {
	constructor() {
		missing();
	}
}

export function sessionIdentity(): undefined {
	return undefined;
}

export function knowsSuite(): boolean {
	return false;
}

export function library() {
	return { version: "", hasTLS13: false, built: 0 };
}
