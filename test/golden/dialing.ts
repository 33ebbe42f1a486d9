/** Names with several addresses: which of them are tried when (RFC 8305), and which one the request goes to. */
import type { TCPFailure } from "embedded:io/socket/tcp";
import * as lws from "lws-xs";
import type { Peer } from "../double/peer.js";
import { at, BEGUN, BOUND, CLOSED, COMPLETED, failed, HEAD, received, type Scenario, sized } from "./scenario.js";
import type { RequestOptions, Session, Stage } from "./stage.js";

/** What an address does, and after how many milliseconds; "never": nothing. */
type Behaviour = "never" | [after: number, what: "accepts" | TCPFailure];

/** Attempts are lines of the log, and so is the end of those that nobody has answered. */
function connect(stage: Stage, behaviours: Readonly<Record<string, Behaviour>>): void {
	stage.connect = (peer) => {
		const { address } = peer;
		const behaviour = behaviours[address] ?? "never";
		let isOver = false;
		stage.say(`${address} is tried`);
		peer.onClose = () => isOver || stage.say(`${address} is given up`);
		if (behaviour === "never") return;
		const [after, what] = behaviour;
		const act = (): void => {
			if (peer.client !== "open") return;
			isOver = true;
			answer(peer, what);
		};
		if (after === 0) act();
		else stage.clock.Timer.set(act, after);
	};
}

function answer(peer: Peer, what: "accepts" | TCPFailure): void {
	if (what === "accepts") peer.accept();
	else peer.fail(what);
}

interface Part {
	title: string;
	/** In the order of the resolver. */
	addresses: Readonly<Record<string, Behaviour>>;
	options?: RequestOptions;
	trace: readonly string[];
	/** Milliseconds until the end is looked at. */
	time?: number;
	meanwhile?: (stage: Stage, session: Session) => void;
}

function scenario({ title, addresses, options, trace, time = 30_000, meanwhile }: Part): Scenario {
	return {
		title,
		trace,
		run(stage) {
			connect(stage, addresses);
			stage.names.answer("host.example", ...Object.keys(addresses));
			stage.serve([sized("ok")]);
			const session = stage.request({ address: "host.example", ...options });
			meanwhile?.(stage, session);
			stage.advance(time - stage.clock.now);
			const info = lws.transactionInfo(session.wsi);
			stage.say(`${info?.remoteAddress}: ${session.wsi.error?.detail ?? "no detail"}`);
			stage.say(`${stage.network.open} open, ${stage.clock.timers} timers`);
		},
	};
}

/** The request is served by `address` from `time` on; the last line of the log comes later. */
function served(address: string, time: number, later = 30_000): string[] {
	const lines = [BEGUN[2] as string, ...HEAD, ...received("ok"), COMPLETED, ...CLOSED];
	return [...(time > 0 ? at(time, ...lines) : lines), ...at(later, `${address}: no detail`, "0 open, 0 timers")];
}

const unserved = (detail: string) => at(30_000, detail, "0 open, 0 timers");

const V4 = ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"] as const;
const V6 = ["2001:db8::1", "2001:db8::2", "2001:db8::3", "2001:db8::4"] as const;

/** As many addresses as `behaviours`, of both families, one after another. */
function both(...behaviours: Behaviour[]): Record<string, Behaviour> {
	const entries = behaviours.map((behaviour, i) => [(i % 2 ? V6 : V4)[i >> 1] as string, behaviour] as const);
	return Object.fromEntries(entries);
}

export const dialing: Scenario[] = [
	scenario({
		title: "While the first address may still answer within a quarter of a second, it is the only one that is tried.",
		addresses: { [V6[0]]: [249, "accepts"], [V4[0]]: [0, "accepts"] },
		trace: [...BOUND, `${V6[0]} is tried`, ...served(V6[0], 249)],
	}),
	scenario({
		title:
			"After a quarter of a second the other family is tried, too; when it answers, the first attempt is given up.",
		addresses: { [V6[0]]: "never", [V6[1]]: "never", [V4[0]]: [30, "accepts"] },
		trace: [
			...BOUND,
			`${V6[0]} is tried`,
			...at(250, `${V4[0]} is tried`),
			...at(280, `${BEGUN[2]}`, `${V6[0]} is given up`),
			...served(V4[0], 280).slice(1),
		],
	}),
	scenario({
		title: "An address that answers late wins, when it is still the first to answer.",
		addresses: { [V6[0]]: [400, "accepts"], [V4[0]]: [500, "accepts"] },
		trace: [
			...BOUND,
			`${V6[0]} is tried`,
			...at(250, `${V4[0]} is tried`),
			...at(400, `${BEGUN[2]}`, `${V4[0]} is given up`),
			...served(V6[0], 400).slice(1),
		],
	}),
	scenario({
		title: "Families take turns, that of the first address first, each in its own order.",
		addresses: {
			[V6[0]]: [0, "refused"],
			[V6[1]]: [0, "refused"],
			[V6[2]]: [0, "refused"],
			[V4[0]]: [0, "refused"],
			[V4[1]]: [0, "accepts"],
		},
		trace: [...BOUND, ...[V6[0], V4[0], V6[1], V4[1]].map((address) => `${address} is tried`), ...served(V4[1], 0)],
	}),
	scenario({
		title: "A failure lets the next attempt begin at once, and the one after that a quarter of a second later.",
		addresses: both([100, "refused"], "never", [20, "accepts"]),
		trace: [
			...BOUND,
			`${V4[0]} is tried`,
			...at(100, `${V6[0]} is tried`),
			...at(350, `${V4[1]} is tried`),
			...at(370, `${BEGUN[2]}`, `${V6[0]} is given up`),
			...served(V4[1], 370).slice(1),
		],
	}),
	scenario({
		title: "Three attempts go on at a time; the oldest gives way to the fourth address after two seconds.",
		addresses: both("never", "never", "never", [1000, "accepts"]),
		trace: [
			...BOUND,
			`${V4[0]} is tried`,
			...at(250, `${V6[0]} is tried`),
			...at(500, `${V4[1]} is tried`),
			...at(2500, `${V4[0]} is given up`, `${V6[1]} is tried`),
			...at(3500, `${BEGUN[2]}`, `${V6[0]} is given up`, `${V4[1]} is given up`),
			...served(V6[1], 3500).slice(1),
		],
	}),
	scenario({
		title: "Of three attempts one fails: the fourth address is tried in its place.",
		addresses: both("never", [600, "refused"], "never", [0, "accepts"]),
		trace: [
			...BOUND,
			`${V4[0]} is tried`,
			...at(250, `${V6[0]} is tried`),
			...at(500, `${V4[1]} is tried`),
			...at(850, `${V6[1]} is tried`, `${BEGUN[2]}`, `${V4[0]} is given up`, `${V4[1]} is given up`),
			...served(V6[1], 850).slice(1),
		],
	}),
	scenario({
		title: "When all addresses fail, the first that a peer has refused is the error; it says how many were tried.",
		addresses: both([0, "unreachable"], [0, "refused"], [0, "timed-out"]),
		trace: [
			...BOUND,
			...[V4[0], V6[0], V4[1]].map((address) => `${address} is tried`),
			...failed("tcp:refused no"),
			...unserved(`${V4[1]}: host.example port 80, 3 addresses tried`),
		],
	}),
	scenario({
		title: "When there is a way to none of the addresses, the error is that of the last one.",
		addresses: both([0, "unreachable"], [0, "address"]),
		trace: [
			...BOUND,
			`${V4[0]} is tried`,
			`${V6[0]} is tried`,
			...failed("tcp:address no"),
			...unserved(`${V6[0]}: host.example port 80, 2 addresses tried`),
		],
	}),
	scenario({
		title: "An attempt that fails when all others have failed is the end.",
		addresses: both([700, "timed-out"], [0, "refused"], [0, "refused"]),
		trace: [
			...BOUND,
			`${V4[0]} is tried`,
			...at(250, `${V6[0]} is tried`, `${V4[1]} is tried`),
			...at(700, ...failed("tcp:refused no")),
			...unserved(`${V4[1]}: host.example port 80, 3 addresses tried`),
		],
	}),
	scenario({
		title: "Of a name with more addresses eight are tried.",
		addresses: Object.fromEntries(
			Array.from({ length: 100 }, (_, i): [string, Behaviour] => [`192.0.2.${i + 1}`, [0, "refused"]]),
		),
		trace: [
			...BOUND,
			...[1, 2, 3, 4, 5, 6, 7, 8].map((i) => `192.0.2.${i} is tried`),
			...failed("tcp:refused no"),
			...unserved("192.0.2.8: host.example port 80, 8 addresses tried"),
		],
	}),
	scenario({
		title: "The connect deadline ends all attempts, and no address is tried after it.",
		addresses: both("never", "never", "never", "never"),
		options: { deadlines: { connect: 600 } },
		trace: [
			...BOUND,
			`${V4[0]} is tried`,
			...at(250, `${V6[0]} is tried`),
			...at(500, `${V4[1]} is tried`),
			...at(600, `${failed("timeout:connect no")[0]}`, "CLIENT_HTTP_DROP_PROTOCOL", "WSI_DESTROY"),
			...at(600, ...[V4[1], V4[0], V6[0]].map((address) => `${address} is given up`)),
			...unserved(`${V4[1]}: no detail`),
		],
	}),
	scenario({
		title: "An application that closes ends all attempts.",
		addresses: both("never", "never", "never"),
		meanwhile(stage, session) {
			stage.advance(300);
			stage.close(session);
		},
		trace: [
			...BOUND,
			`${V4[0]} is tried`,
			...at(250, `${V6[0]} is tried`),
			...at(300, ...[V6[0], V4[0]].map((address) => `${address} is given up`), ...failed("app:closed no")),
			...unserved(`${V6[0]}: no detail`),
		],
	}),
	scenario({
		title: "With iface only addresses of its family are tried.",
		addresses: { [V6[0]]: "never", [V4[0]]: [0, "refused"], [V6[1]]: "never", [V4[1]]: [0, "accepts"] },
		options: { iface: "192.0.2.100" },
		trace: [...BOUND, `${V4[0]} is tried`, `${V4[1]} is tried`, ...served(V4[1], 0)],
	}),
	scenario({
		title: "With iface a name without an address of its family is an error.",
		addresses: { [V4[0]]: [0, "accepts"] },
		options: { iface: "2001:db8::100" },
		trace: [
			...BOUND,
			...failed("tcp:address no"),
			...unserved("undefined: the name has no address of the family of iface"),
		],
	}),
];
