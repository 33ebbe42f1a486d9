/** What the tests of https share: contexts with TLS, and LCCSCF flags by name. */
import type { TlsServerOptions } from "../servers/tls.js";
import type { PlannedContext, PlannedRequest } from "./plan.js";

/** lws's bits, written once more on purpose: a test that imported them could not see them change. */
export const USE_SSL = 1;
export const ALLOW_SELFSIGNED = 2;
export const SKIP_HOSTNAME = 4;
export const ALLOW_EXPIRED = 8;
export const ALLOW_INSECURE = 16;
export const GLOBAL_INIT = 1 << 12;

type Version = "1.2" | "1.3";

/** A context that trusts `authorities`, PEM, and speaks `version` only. */
export function secureContext(authorities: string, version?: Version, more: PlannedContext = {}): PlannedContext {
	const versions = version && { sslMinimumVersion: version, sslMaximumVersion: version };
	const { inMemory, ...options } = more;
	return { options: GLOBAL_INIT, ...versions, ...options, inMemory: { sslCaMem: authorities, ...inMemory } };
}

export function secureRequest(port: number, more: Partial<PlannedRequest> = {}): PlannedRequest {
	const { sslConnection = 0, ...members } = more;
	return { port, path: "/", host: "localhost", ...members, sslConnection: sslConnection | USE_SSL };
}

/** A server's options for one version only. */
export function onlyVersion(version: Version): Pick<TlsServerOptions, "minVersion" | "maxVersion"> {
	return { minVersion: `TLSv${version}`, maxVersion: `TLSv${version}` };
}
