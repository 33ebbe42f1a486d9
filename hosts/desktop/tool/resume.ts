/** -C: from where a file is continued, and whether the server does that. */
import File from "desktop/file";
import * as lws from "lws-xs";
import { Exit, Failure } from "./exit.js";
import type { Options, Target } from "./options.js";

/** From which byte the response is wanted, and how much of the file stays; undefined: it is emptied. */
export function keptOf(
	path: string | undefined,
	target: Target,
	continueAt: Options["continueAt"],
): { offset: number; from: number | undefined } {
	const size = path === undefined || continueAt === undefined ? 0 : sizeOf(path);
	const offset = continueAt === "-" ? size : (continueAt ?? 0);
	// what was there stays, and of what a try before this one has added a number says nothing
	if (offset > 0) target.kept ??= size;
	return { offset, from: continueAt === "-" && offset > 0 ? size : target.kept };
}

/** Bytes of a file, 0 when there is none. */
function sizeOf(path: string): number {
	try {
		const file = new File({ path });
		const size = file.size ?? 0;
		file.close();
		return size;
	} catch {
		return 0;
	}
}

/**
 * What the response to a request for what follows `offset` is: the rest, something that is read but not kept, nothing that
 * is worth reading, or a reason to fail.
 */
export function judge(wsi: lws.AnyWsi, offset: number): Failure | "rest" | "other" | "nothing" {
	const range = lws.headerValue(wsi, "content-range") ?? "";
	if (Number(/\d+/.exec(range)?.[0]) === offset && !/\*\s*\//.test(range)) return "rest";
	const status = lws.httpClientHttpResponse(wsi);
	// curl: in both cases the file is there already
	if (status === 416) return "other";
	if (status === 200 && Number(lws.headerValue(wsi, "content-length")) === offset) return "nothing";
	return new Failure(Exit.Range, "range:refused", "the server sends no byte ranges: the file cannot be continued");
}
