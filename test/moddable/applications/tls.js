/** The application of test/moddable.mjs with TLS: mbedTLS on the SDK's XS begins a handshake, and refuses what is none. */
import { exit, print } from "desktop/process";
import { Credentials, library, Session } from "lws-xs/native/tls/session";

const CLIENT_HELLO = 1;
const output = new Uint8Array(1024);
const answer = Uint8Array.of(0x48, 0x54, 0x54, 0x50);
const credentials = new Credentials();
const options = { relaxed: 0, minimum: 2, maximum: library().hasTLS13 ? 3 : 2, protocols: "http/1.1", suites: "" };
const session = new Session(credentials, {
	...options,
	host: "localhost",
	now: Date.now() / 1000,
	pins: new Uint8Array(0),
});

session.handshake(output, 0, 0, output);
const hello = output[5] === CLIENT_HELLO && session.produced > 100 ? "hello" : "no hello";
session.handshake(answer, 0, answer.length, output);
const { isForeign } = session.failure();
session.close();
credentials.close();

print(`${library().version.split(".")[0] >= 2 ? "mbedTLS" : ""} ${hello} ${isForeign ? "refused" : "taken"}`);
exit(0);
