/** -L: why a redirect was not followed but delivered. */
import * as lws from "lws-xs";
import type { Body } from "./body.js";
import { Exit, Failure } from "./exit.js";

const REDIRECTS: readonly number[] = Object.freeze([301, 302, 303, 307, 308]);

/** What curl fails with there; undefined: the response is what was asked for. */
export function unfollowed(wsi: lws.AnyWsi, body: Body | undefined): Failure | undefined {
	const location = lws.headerValue(wsi, "location");
	if (!location || !REDIRECTS.includes(lws.httpClientHttpResponse(wsi))) return undefined;
	const scheme = /^[a-z][a-z0-9+.-]*:/i.exec(location)?.[0].toLowerCase();
	if (scheme !== undefined && scheme !== "http:" && (scheme !== "https:" || !wsi.vhost.ssl)) {
		return new Failure(
			Exit.NotHttp,
			"url:unsupported-scheme",
			`the server redirects to ${scheme}, which is not supported`,
		);
	}
	if (!body || body.isRepeatable) return undefined;
	return new Failure(Exit.Rewind, "input:no-rewind", "the server redirects, and the body cannot be read again");
}
