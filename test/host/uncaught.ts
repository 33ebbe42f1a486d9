/**
 * Throws from a callback, which must end the program on every host. Arguments: the scripted server's port, and the
 * callback. That the exception was swallowed is printed.
 */
import TCP from "embedded:io/socket/tcp";
import Resolver from "embedded:network/dns/resolver/udp";
import Timer from "timer";
import { argument } from "./harness.js";

const port = Number(argument(0));
const which = argument(1);

function fail(callback: string): void {
	if (callback === which) throw new Error(`thrown by ${callback}`);
}

/** "FIN\n", or "ECHO\n!". */
const SCRIPT = which === "onError" ? [70, 73, 78, 10] : [69, 67, 72, 79, 10, 33];

const socket = new TCP({
	address: "127.0.0.1",
	port,
	onWritable() {
		fail("onWritable");
		this.write(Uint8Array.from(SCRIPT));
	},
	onReadable() {
		fail("onReadable");
	},
	onError() {
		fail("onError");
	},
});

new Resolver({}).resolve({
	host: "127.0.0.1",
	onResolved() {
		fail("onResolved");
	},
});

Timer.set(() => {
	fail("timer");
});

Timer.set(() => {
	socket.close();
	console.log("swallowed");
}, 1000);
