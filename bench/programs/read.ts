/** The bare read loop: everything that comes goes into one buffer of the given size. Arguments: port, size. */

import TCP from "embedded:io/socket/tcp";
import { exit } from "desktop/process";

const size = Number(argv[1]);
const buffer = new Uint8Array(size);
let total = 0;

new TCP({
	address: "127.0.0.1",
	port: Number(argv[0]),
	onReadable(count) {
		while (count >= size) {
			this.read(buffer);
			count -= size;
			total += size;
		}
		if (count > 0) total += this.read(new Uint8Array(buffer.buffer, 0, count)) ?? 0;
	},
	onError(failure) {
		this.close();
		if (failure) {
			console.error(`tcp:${failure}`);
			exit(1);
		}
		console.log(total);
	},
});
