/** Small files that are read whole: fields for -H, a format for -w. */
import File from "desktop/file";
import { bytesToString } from "lws-xs/native/kernels";
import { Exit, Failure, messageOf } from "./exit.js";

/** What is longer is cut. */
const LIMIT = 65536;

/** "-" is standard input. Throws a Failure. */
export function readTextFile(path: string): string {
	const bytes = new Uint8Array(LIMIT);
	let count = 0;
	try {
		const file = new File({ path: path === "-" ? "/dev/stdin" : path });
		for (let got = -1; got !== 0 && count < LIMIT; count += got) got = file.read(bytes.subarray(count));
		file.close();
	} catch (error) {
		throw new Failure(Exit.Input, "input:unreadable", messageOf(error));
	}
	return bytesToString(bytes, 0, count);
}
