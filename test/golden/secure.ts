/** What TLS adds: how it fails, and how it ends. */
import type { Peer } from "../double/peer.js";
import { Kind, record, Theatre } from "../double/tls.js";
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
	read,
	received,
	type Scenario,
	sized,
} from "./scenario.js";
import { FIN, type Stage } from "./stage.js";

const UNTIL_CLOSE = head("200 OK");
const DAY = 86_400_000;

/** A request to a server that does as `meet` says when the connection stands, and knows no TLS by itself. */
function handshake(title: string, meet: (peer: Peer, stage: Stage) => void, trace: readonly string[]): Scenario {
	return {
		title,
		stage: { tls: new Theatre() },
		trace,
		run(stage) {
			stage.connect = (peer) => {
				peer.layer = undefined;
				peer.accept();
				meet(peer, stage);
			};
			stage.request();
			stage.advance(DAY);
		},
	};
}

function answered(title: string, script: (peer: Peer) => void, trace: readonly string[]): Scenario {
	return {
		title,
		stage: { tls: new Theatre() },
		trace,
		run(stage) {
			stage.serve(script);
			stage.request();
			stage.advance();
		},
	};
}

export const secure: Scenario[] = [
	handshake(
		"An alert in the handshake is a connection error, and the head is not asked for.",
		(peer) => peer.deliver(record(Kind.Alert)),
		[...BOUND, ...failed("tls:alert no")],
	),
	handshake("A server that says nothing to the ClientHello has its time.", () => {}, [
		...BOUND,
		...at(20_000, ...failed("timeout:tls no")),
	]),
	handshake("A handshake that drips has no more.", (peer, stage) => drip(peer, stage, 3), [
		...BOUND,
		...at(20_000, ...failed("timeout:tls no")),
	]),
	handshake("A FIN in the handshake ends it.", (peer) => peer.finish(record(Kind.Hello, [1]).slice(0, 3)), [
		...BOUND,
		...failed("tls:closed no"),
	]),
	handshake("So does a reset.", (peer, stage) => stage.later(3, () => peer.reset()), [
		...BOUND,
		...failed("tcp:reset no"),
	]),
	answered(
		"A body that ends by close is complete after close_notify.",
		(peer) => {
			peer.deliver(UNTIL_CLOSE, "hello");
			peer.finish();
		},
		got(received("hello")),
	),
	answered(
		"Without close_notify it is truncated.",
		(peer) => {
			peer.deliver(UNTIL_CLOSE, "hello");
			peer.finishRaw();
		},
		[...BEGUN, ...HEAD, ...received("hello"), ...closed("tls:truncated yes")],
	),
	answered(
		"A body whose length is known is complete without it.",
		(peer) => {
			peer.deliver(sized("hello"));
			peer.finishRaw();
		},
		got(received("hello")),
	),
	answered(
		"An alert in the middle of a body ends it.",
		(peer) => {
			peer.deliver(`${head("200 OK", "Content-Length: 10")}hello`);
			peer.deliverRaw(record(Kind.Alert));
		},
		[...BEGUN, ...HEAD, ...received("hello"), ...closed("tls:alert yes")],
	),
	{
		title: "A connection that the server has ended in order is made anew, and its session resumed.",
		stage: { tls: new Theatre() },
		run(stage) {
			stage.serve(
				(peer) => {
					peer.deliverRaw(record(Kind.Ticket));
					peer.deliver(sized("one"));
					stage.later(5, () => peer.finish());
				},
				[sized("two"), FIN],
			);
			stage.request();
			stage.advance(100);
			stage.request();
			stage.advance();
			stage.say(`${stage.network.peers.length} connections`);
		},
		trace: [
			...BEGUN,
			...HEAD,
			"RECEIVE_CLIENT_HTTP",
			read("one"),
			COMPLETED,
			...CLOSED,
			...[...BEGUN, ...HEAD, "RECEIVE_CLIENT_HTTP", read("two"), COMPLETED, ...CLOSED].map((line) => `b ${line} @100`),
			"2 connections @100",
		],
	},
];

/** A byte each second, of a record without end. */
function drip(peer: Peer, stage: Stage, byte: number): void {
	peer.deliver([Kind.Data, 255, 255]);
	const next = () => {
		if (peer.client !== "open") return;
		peer.deliver([byte]);
		stage.clock.Timer.set(next, 1000);
	};
	stage.clock.Timer.set(next, 1000);
}
