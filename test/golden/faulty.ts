/**
 * Each operation of the host fails once, the n-th for every n until a run has none left: nothing may be thrown out of
 * the client, every request ends exactly once, and no socket, resolver or timer is left.
 */
import * as lws from "lws-xs";
import { Faults } from "../double/faults.js";
import type { Peer } from "../double/peer.js";
import { Theatre } from "../double/tls.js";
import { beSocks, beTunnel, SOCKS_PROXY } from "./proxy.js";
import { answers, raw, serve } from "./raw.js";
import { CHUNKED, chunk, LAST_CHUNK, sized } from "./scenario.js";
import { type Handler, type RequestOptions, type Session, Stage } from "./stage.js";

/** On what the scenarios are run. */
export const GROUNDS = Object.freeze(["desktop", "device", "TLS"] as const);
export type Ground = (typeof GROUNDS)[number];

/** More operations than any scenario has. */
const MOST = 1000;

export interface FaultScenario {
	title: string;
	run(stage: Stage): void;
	/** What a request that is completed may have brought: which one gets which answer depends on what failed. */
	contents: readonly string[];
}

/** With a timer of the application's, which may fail as well. */
export function later(stage: Stage, body: () => void): void {
	try {
		stage.clock.Timer.set(body, 10);
	} catch {
		body();
	}
}

/** The call may throw, when the host cannot even begin; then no callback comes. */
export function begin(stage: Stage, options: RequestOptions): Session | undefined {
	const before = stage.log.length;
	try {
		return stage.request(options);
	} catch (error) {
		if (stage.log.length > before) stage.witness.complain(undefined, `a request that threw was heard of: ${error}`);
		return undefined;
	}
}

/** With no clock but that of the wait. */
function waits(title: string, answer: (peer: Peer) => void): FaultScenario {
	return {
		title,
		run(stage) {
			stage.isHeadEnough = true;
			const script = (peer: Peer) => {
				const head = peer.onReceive;
				answer(peer);
				peer.onReceive = () => {
					if (!peer.text.endsWith("second")) return;
					peer.take();
					peer.onReceive = head;
					peer.deliver(sized("ok"));
				};
			};
			stage.serve(script, script);
			for (let i = 0; i < 2; i++) {
				const session = begin(stage, {
					method: "PUT",
					body: ["first", "second"],
					fields: [["Content-Length", "11"]],
					expectContinue: 1000,
					deadlines: { connect: 0, firstByte: 0, idle: 0, total: 0 },
				});
				stage.advance(100_000);
				if (session?.wsi) stage.close(session);
			}
		},
		contents: ["ok"],
	};
}

export const faultScenarios: readonly FaultScenario[] = [
	{
		title: "GET twice on one connection",
		run(stage) {
			stage.names.answer("host.example", "192.0.2.1", "192.0.2.2");
			stage.serve([sized("one")], [`${CHUNKED}${chunk("two")}`, chunk("six") + LAST_CHUNK]);
			begin(stage, { address: "host.example" });
			stage.advance();
			begin(stage, { address: "host.example" });
			stage.advance(100_000);
		},
		contents: ["one", "twosix"],
	},
	{
		title: "POST in chunks",
		run(stage) {
			stage.serve([sized("ok")]);
			begin(stage, { method: "POST", body: ["first", "second", "third"] });
			stage.advance(100_000);
		},
		contents: ["ok"],
	},
	waits("PUT that waits for 100, which comes", (peer) => peer.deliver("HTTP/1.1 100 Continue\r\n\r\n")),
	waits("PUT that waits for 100 in vain", () => {}),
	waits("PUT that waits for 100, and is answered instead", (peer) => peer.deliver(sized("ok"))),
	{
		title: "GET from a name of which the first addresses do not answer",
		run(stage) {
			stage.names.answer("host.example", "2001:db8::1", "192.0.2.1", "192.0.2.2", "192.0.2.3");
			const waiting: Peer[] = [];
			stage.connect = (peer) => void (peer.address === "192.0.2.1" ? peer.refuse() : waiting.push(peer));
			stage.serve([sized("one")]);
			begin(stage, { address: "host.example" });
			stage.advance(600);
			// on the device the first address is the only one
			const answering = waiting.find(({ address, client }) => client === "open" && address === "192.0.2.3");
			(answering ?? waiting.find(({ client }) => client === "open"))?.accept();
			stage.advance(100_000);
		},
		contents: ["one"],
	},
	{
		title: "requests on two connections, one of which waits for its reader",
		run(stage) {
			stage.names.answer("host.example", "192.0.2.1");
			stage.serve([`${sized("hello")}`], [CHUNKED + chunk("one"), LAST_CHUNK]);
			const first = begin(stage, { buffer: 3, on: { RECEIVE_CLIENT_HTTP: () => 0 } });
			begin(stage, { address: "host.example" });
			for (let i = 0; i < 3; i++) {
				stage.advance(1000);
				if (first) stage.read(first);
			}
			stage.advance(100_000);
		},
		contents: ["hello", "one"],
	},
	{
		title: "a raw connection, held up now and then",
		run(stage) {
			serve(stage, answers);
			const pauses: Handler = ({ stage, session }) => {
				stage.flow(session, 0);
				later(stage, () => stage.flow(session, 1));
			};
			try {
				raw(stage, { body: ["first", "second", "third."], on: { RAW_RX: pauses } });
			} catch {
				// the host cannot even begin
			}
			stage.advance(100_000);
		},
		contents: ["FIRSTSECONDTHIRD."],
	},
	{
		title: "GET through an HTTP proxy, by a tunnel where there is TLS",
		run(stage) {
			stage.names.answer("proxy.example", "192.0.2.9");
			lws.setProxy(stage.context.vhosts[0] as lws.Vhost, "user:password@proxy.example:3128");
			if (stage.isSecure) beTunnel(stage);
			stage.serve([sized("hello")], [sized("hello")]);
			begin(stage, {});
			stage.advance(100_000);
		},
		contents: ["hello"],
	},
	{
		title: "GET through SOCKS, of a name that is looked up here",
		run(stage) {
			stage.names.answer("host.example", "192.0.2.1");
			lws.setSocks(stage.context.vhosts[0] as lws.Vhost, SOCKS_PROXY, false);
			beSocks(stage);
			stage.serve([sized("hello")], [sized("hello")]);
			begin(stage, { address: "host.example" });
			stage.advance(100_000);
		},
		contents: ["hello"],
	},
];

/** One run, in which the n-th operation fails. Gives what failed; undefined: there were not so many operations. */
export function runWithFault(scenario: FaultScenario, failAt: number, ground: Ground): string | undefined {
	const faults = new Faults();
	faults.failAt = failAt;
	const tls = ground === "TLS" ? new Theatre() : undefined;
	if (tls) tls.faults = faults;
	const stage = new Stage({ faults, device: ground === "device", tls, deadlines: { total: 60_000 } });
	try {
		scenario.run(stage);
		stage.advance();
		stage.destroy();
		stage.advance();
		// once more, for what the first call could not bring about
		stage.finish();
	} catch (error) {
		throw new Error(`${faults.failed} at ${failAt} was thrown out of the client\n${(error as Error).stack}`);
	}
	for (const session of stage.sessions) check(stage, session, scenario, ground);
	const [complaint] = stage.witness.complaints;
	if (complaint !== undefined) {
		throw new Error(`with operation ${failAt} (${faults.failed}) failed: ${complaint}\n${stage.log.join("\n")}`);
	}
	return faults.failed;
}

function check(stage: Stage, session: Session, { contents }: FaultScenario, ground: Ground): void {
	// a raw connection that ends in order has brought everything, too; the device calls every end so
	const isInOrder = ground !== "device" && session.word.includes("x") && session.wsi.error === undefined;
	// both Close frames say so everywhere
	const isClosed = session.word.includes("z") && session.wsi.error === undefined && contents.length > 0;
	const isComplete = session.word.includes("K") || isInOrder || isClosed;
	if (!isComplete || contents.includes(session.content)) return;
	stage.witness.complain(session, `it was completed with ${JSON.stringify(session.content)}`);
}

/** All runs of a scenario; gives how many there were. Those that are not as they must be throw, together, at the end. */
export function runWithFaults(scenario: FaultScenario, ground: Ground): number {
	const errors: string[] = [];
	for (let failAt = 1; failAt < MOST; failAt++) {
		let failed: string | undefined = "unknown";
		try {
			failed = runWithFault(scenario, failAt, ground);
		} catch (error) {
			errors.push((error as Error).message);
		}
		if (failed !== undefined) continue;
		if (errors.length > 0) throw new Error(`${errors.length} of ${failAt - 1} runs fail:\n${errors.join("\n\n")}`);
		return failAt - 1;
	}
	throw new Error(`it has not ended after ${MOST} runs: ${errors[0]}`);
}
