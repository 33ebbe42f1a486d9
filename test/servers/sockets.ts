/** What Node's sockets leave to be said. */
import type net from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** Milliseconds that `until` waits at most. */
const PATIENCE = 5000;

/** Ends it by a RST. Node.js loses a socket that is reset while its FIN is under way: such a one is closed only. */
export function reset(socket: net.Socket): void {
	if (socket.writableEnded) socket.destroy();
	else socket.resetAndDestroy();
}

/** Resolves when the bytes have left this process, or never can. */
export function written(socket: net.Socket, bytes: Uint8Array): Promise<void> {
	return new Promise((resolve) => {
		socket.once("close", resolve);
		socket.write(bytes, () => {
			socket.off("close", resolve);
			resolve();
		});
	});
}

/** Resolves when `isSo` is true, and rejects when it does not come true. */
export async function until(isSo: () => boolean): Promise<void> {
	for (const end = Date.now() + PATIENCE; !isSo(); await sleep(2)) {
		if (Date.now() > end) throw new Error(`It did not come true: ${isSo}`);
	}
}
