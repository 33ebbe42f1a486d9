/** Credentials as HTTP has them in a field (RFC 7617, RFC 6750). They are secrets: no message of an error has them. */
import Base64 from "base64";
import { stringToBytes } from "lws-xs/native/kernels";
import { isFieldValue, isTarget } from "../engines/h1/request.js";

/** Of UTF-8, for one character. */
const LONGEST_CHARACTER = 4;

/**
 * The value of an Authorization or Proxy-Authorization field: "Basic " and user and password, as UTF-8 in base64. Throws a
 * TypeError for a user with a colon in it, and for CR, LF and NUL (RFC 7617 section 2). Source: lws_http_basic_auth_gen.
 *
 * @example
 * addHttpHeaderByName(wsi, "Authorization", httpBasicAuthGen("Aladdin", "open sesame"));
 */
export function httpBasicAuthGen(user: string, password: string): string {
	if (user.includes(":")) throw new TypeError("the name of a user has no colon in it");
	const text = `${user}:${password}`;
	if (!isFieldValue(text)) throw new TypeError("user or password has CR, LF or NUL in it");
	const bytes = new Uint8Array(LONGEST_CHARACTER * text.length);
	return `Basic ${Base64.encode(bytes.slice(0, stringToBytes(text, bytes, 0)).buffer)}`;
}

/** The members of a connect info about them. */
export interface AuthInfo {
	/**
	 * User and password for the origin (Basic, RFC 7617), which are sent at once. A redirect to another origin leaves them
	 * out; a field Authorization of the application takes their place.
	 */
	authUsername?: string;
	authPassword?: string;
	/** A token for the origin (Bearer, RFC 6750), sent the same way. */
	bearer?: string;
}

/** The value of the Authorization field; undefined: none is asked for. Throws a TypeError for what cannot be. */
export function authorizationOf({ authUsername, authPassword, bearer }: AuthInfo): string | undefined {
	if (bearer === undefined) {
		if (authUsername === undefined && authPassword !== undefined) throw new TypeError("authUsername is missing");
		return authUsername === undefined ? undefined : httpBasicAuthGen(authUsername, authPassword ?? "");
	}
	if (authUsername !== undefined) throw new TypeError("authUsername and bearer exclude each other");
	if (!isTarget(bearer)) throw new TypeError("bearer is empty, or has white space or a control character in it");
	return `Bearer ${bearer}`;
}
