/** Connections that cannot be made, and deadlines. */
import {
	at,
	BEGUN,
	BOUND,
	CLOSED,
	COMPLETED,
	closed,
	failed,
	got,
	HEAD,
	head,
	RECEIVE,
	read,
	received,
	type Scenario,
	sized,
	WRITEABLE,
} from "./scenario.js";
import type { RequestOptions, Script, Stage } from "./stage.js";

const never = () => {};

/** A request in whose course a day passes. */
function slow(title: string, script: Script, trace: readonly string[], options: RequestOptions = {}): Scenario {
	return {
		title,
		trace,
		run(stage) {
			stage.serve(script);
			stage.request(options);
			stage.advance(86_400_000);
		},
	};
}

/** Bytes that come one by one. */
function drip(stage: Stage, bytes: string, interval: number): void {
	for (const byte of bytes) {
		stage.network.peer.deliver(byte);
		stage.advance(interval);
	}
}

const LONG = 3_000_000;

export const failures: Scenario[] = [
	{
		title: "A refused connection is a connection error; the head is not asked for.",
		run(stage) {
			stage.connect = (peer) => peer.refuse();
			stage.request();
			stage.advance();
		},
		trace: [...BOUND, ...failed("tcp:refused no")],
	},
	{
		title: "The device does not say why there is no connection.",
		stage: { device: true },
		run(stage) {
			stage.connect = (peer) => peer.refuse();
			stage.request();
			stage.advance();
		},
		trace: [...BOUND, ...failed("tcp:other no")],
	},
	{
		title: "An unreachable address is a connection error.",
		run(stage) {
			stage.connect = (peer) => peer.fail("unreachable");
			stage.request();
			stage.advance();
		},
		trace: [...BOUND, ...failed("tcp:unreachable no")],
	},
	{
		title: "A name without an address is a connection error.",
		run(stage) {
			stage.request({ address: "nowhere.example" });
			stage.advance();
		},
		trace: [...BOUND, ...failed("dns:not-found no")],
	},
	{
		title: "All addresses of a name are tried in their order, until one answers.",
		run(stage) {
			const tried: string[] = [];
			stage.connect = (peer) => {
				tried.push(peer.address);
				if (peer.address === "192.0.2.3") peer.accept();
				else peer.refuse();
			};
			stage.names.answer("host.example", "192.0.2.1", "2001:db8::2", "192.0.2.3", "192.0.2.4");
			stage.serve([sized("three")]);
			stage.request({ address: "host.example" });
			stage.advance();
			stage.say(`tried ${tried.join(" ")}, ${stage.network.open} open`);
		},
		trace: [...got(received("three")), "tried 192.0.2.1 2001:db8::2 192.0.2.3, 1 open"],
	},
	{
		title: "When no address answers, the refusal of a peer is the error.",
		run(stage) {
			stage.connect = (peer) => peer.fail(peer.address === "192.0.2.2" ? "unreachable" : "refused");
			stage.names.answer("host.example", "192.0.2.1", "192.0.2.2");
			stage.request({ address: "host.example" });
			stage.advance();
			stage.say(`${stage.network.peers.length} tried, ${stage.network.open} open`);
		},
		trace: [...BOUND, ...failed("tcp:refused no"), "2 tried, 0 open"],
	},
	{
		title: "The device's resolver gives one address, which is tried.",
		stage: { device: true },
		run(stage) {
			stage.names.answer("host.example", "192.0.2.1", "192.0.2.2");
			stage.serve([sized("one")]);
			stage.request({ address: "host.example" });
			stage.advance();
			stage.say(`connected to ${stage.network.peer.address}`);
		},
		trace: [...got(received("one")), "connected to 192.0.2.1"],
	},
	{
		title: "The connect deadline ends an attempt that nobody answers.",
		run(stage) {
			stage.connect = never;
			stage.request();
			stage.advance(19_999);
			stage.say("still waiting");
			stage.advance(1);
			stage.say(`${stage.network.open} open`);
		},
		trace: [...BOUND, "still waiting @19999", ...at(20_000, ...failed("timeout:connect no"), "0 open")],
	},
	{
		title: "The connect deadline covers all addresses together.",
		run(stage) {
			stage.connect = never;
			stage.names.answer("host.example", "192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4");
			stage.request({ address: "host.example" });
			stage.advance(25_000);
			stage.say(`${stage.network.peers.length} tried, ${stage.network.open} open`);
		},
		trace: [...BOUND, ...at(20_000, ...failed("timeout:connect no")), "4 tried, 0 open @25000"],
	},
	{
		title: "The connect deadline covers the resolver, whose late answer then means nothing.",
		run(stage) {
			stage.names.hold("host.example");
			stage.names.answer("host.example", "192.0.2.1");
			stage.request({ address: "host.example" });
			stage.advance(20_000);
			stage.names.release("host.example");
			stage.advance();
			stage.say(`${stage.network.peers.length} tried`);
		},
		trace: [...BOUND, ...at(20_000, ...failed("timeout:connect no"), "0 tried")],
	},
	slow(
		"The first-byte deadline ends a silence after the request.",
		[],
		[...BEGUN, ...at(20_000, ...failed("timeout:first-byte maybe"))],
	),
	{
		title: "Interim responses do not restart the first-byte clock.",
		run(stage) {
			stage.serve([]);
			stage.request();
			stage.advance();
			for (let i = 0; i < 3; i++) {
				stage.advance(7000);
				if (stage.network.open > 0) stage.network.peer.deliver(head("102 Processing"));
			}
			stage.advance();
		},
		trace: [...BEGUN, ...at(20_000, ...failed("timeout:first-byte maybe"))],
	},
	{
		title: "The first-byte deadline runs until the head is complete: one that drips does not extend it.",
		run(stage) {
			stage.serve([]);
			stage.request();
			stage.advance();
			drip(stage, "HTTP/1.1 20", 1900);
			stage.advance();
		},
		trace: [...BEGUN, ...at(20_000, ...failed("timeout:first-byte maybe"))],
	},
	{
		title: "Without a first-byte deadline the idle deadline ends a silence in the head.",
		run(stage) {
			stage.serve([]);
			stage.request({ deadlines: { firstByte: 0 } });
			stage.advance(LONG);
			stage.network.peer.deliver("HTTP/1.1 ");
			stage.advance(LONG);
		},
		trace: [...BEGUN, ...at(LONG + 20_000, ...failed("timeout:idle maybe"))],
	},
	{
		title: "The idle deadline ends a silence in the body; each byte starts it anew.",
		run(stage) {
			stage.serve([head(200, "Content-Length: 5")]);
			stage.request();
			stage.advance();
			drip(stage, "abc", 15_000);
			stage.advance(LONG);
		},
		trace: [
			...BEGUN,
			...HEAD,
			...received("a"),
			...at(15_000, ...received("b")),
			...at(30_000, ...received("c")),
			...at(55_000, ...closed("timeout:idle yes")),
		],
	},
	{
		title: "The idle clock does not run while announced content is unread, and starts with the read.",
		run(stage) {
			stage.serve([`${head(200, "Content-Length: 5")}abc`]);
			const session = stage.request({ on: { RECEIVE_CLIENT_HTTP: () => 0 } });
			stage.advance(LONG);
			stage.read(session);
			stage.advance(LONG);
		},
		trace: [...BEGUN, ...HEAD, RECEIVE, `${read("abc")} @${LONG}`, ...at(LONG + 25_000, ...closed("timeout:idle yes"))],
	},
	{
		title: "The idle clock does not run while the application could write and does not.",
		run(stage) {
			stage.serve([sized("ok")]);
			const session = stage.request({ method: "POST", body: [] });
			stage.advance(LONG);
			stage.write(session, "at last", true);
			stage.advance();
		},
		trace: [...BEGUN, WRITEABLE, ...at(LONG, ...HEAD, ...received("ok"), COMPLETED, ...CLOSED)],
	},
	{
		title: "The idle deadline ends an upload whose server takes no more.",
		run(stage) {
			stage.connect = (peer) => {
				peer.automatic = false;
				peer.accept();
			};
			stage.request({
				method: "POST",
				body: [],
				on: {
					CLIENT_HTTP_WRITEABLE({ stage, session, length }) {
						stage.write(session, "x".repeat(length));
						stage.wantWritable(session);
					},
				},
			});
			stage.advance(LONG);
			stage.log.splice(BEGUN.length, stage.log.lastIndexOf(WRITEABLE) - BEGUN.length);
		},
		trace: [...BEGUN, WRITEABLE, ...at(25_000, ...failed("timeout:idle maybe"))],
	},
	{
		title: "An application that asks again after a refused write does not keep the machine busy.",
		run(stage) {
			stage.connect = (peer) => {
				peer.automatic = false;
				peer.accept();
			};
			let count = 0;
			stage.request({
				method: "POST",
				body: [],
				on: {
					CLIENT_HTTP_WRITEABLE({ stage, session }) {
						if (++count > 100) throw new Error("busy");
						stage.write(session, "x".repeat(200));
						stage.wantWritable(session);
					},
				},
			});
			stage.advance(LONG);
			stage.log.splice(BEGUN.length, stage.log.lastIndexOf(WRITEABLE) - BEGUN.length);
		},
		trace: [...BEGUN, WRITEABLE, ...at(25_000, ...failed("timeout:idle maybe"))],
	},
	{
		title: "The total deadline ends what never ends.",
		run(stage) {
			stage.serve([head(200, "Content-Length: 99")]);
			stage.request({ deadlines: { total: 50_000 } });
			stage.advance();
			drip(stage, "abcdefgh", 10_000);
			stage.advance();
		},
		trace: [
			...BEGUN,
			...HEAD,
			...received("a"),
			...["b", "c", "d", "e"].flatMap((byte, i) => at(10_000 * (i + 1), ...received(byte))),
			...at(50_000, ...closed("timeout:total yes")),
		],
	},
	{
		title: "The total deadline counts the time in the queue.",
		stage: { connections: 1 },
		run(stage) {
			stage.request({ deadlines: { firstByte: 0 } });
			stage.request({ deadlines: { total: 5000 } });
			stage.advance(5000);
		},
		trace: [
			...BOUND,
			...BOUND.map((line) => `b ${line}`),
			"CLIENT_APPEND_HANDSHAKE_HEADER",
			...at(5000, ...failed("timeout:total no").map((line) => `b ${line}`)),
			...at(5000, ...failed("app:context-destroyed maybe")),
		],
	},
	slow("A deadline of 0 is none.", [], [...BEGUN, ...at(86_400_000, ...failed("app:context-destroyed maybe"))], {
		deadlines: { firstByte: 0, idle: 0, connect: 0, total: 0 },
	}),
];
