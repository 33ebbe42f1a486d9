/** One build at a time in one checkout. */
import { createHash } from "node:crypto";
import fs from "node:fs";
import net from "node:net";
import { say } from "./step.mjs";

/**
 * Waits until no other process builds in `folder`, and resolves to a function that lets the next one in.
 *
 * The lock is the name of a socket in Linux's abstract name space, not a file: the kernel takes it back when its owner
 * ends, however that happens, so a lock can never be stale. Systems without that name space build without a lock.
 */
export async function lock(folder) {
	if (process.platform !== "linux") return () => {};
	const name = createHash("sha256").update(fs.realpathSync(folder)).digest("hex").slice(0, 32);
	const address = `\0lws-xs-build-${name}`;
	let told = false;
	for (;;) {
		const release = await take(address);
		if (release) return release;
		await waitForOwner(address, (owner) => {
			if (!told) say(`Another build (process ${owner}) is running in this folder: waiting until it is done.`);
			told = true;
		});
	}
}

/** Resolves to the function that releases the lock, or to undefined when another process holds it. */
function take(address) {
	return new Promise((resolve, reject) => {
		const waiting = new Set();
		const server = net.createServer((connection) => {
			waiting.add(connection);
			connection.on("error", () => {});
			connection.unref();
			connection.write(String(process.pid));
		});
		server.on("error", (error) => (error.code === "EADDRINUSE" ? resolve(undefined) : reject(error)));
		server.listen(address, () => {
			server.unref();
			resolve(() => {
				server.close();
				for (const connection of waiting) connection.destroy();
			});
		});
	});
}

/** Calls `onOwner` with the id of the process that holds the lock; resolves when it holds it no more. */
function waitForOwner(address, onOwner) {
	return new Promise((resolve) => {
		const socket = net.connect(address);
		socket.setEncoding("utf8");
		socket.once("data", onOwner);
		// An error (the owner ended before we were connected) is followed by "close" as well.
		socket.on("error", () => {});
		socket.on("close", resolve);
	});
}
