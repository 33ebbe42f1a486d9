/**
 * In every reason, everything that an application can do: nothing is thrown out of the client, the rules of the witness
 * hold, and everything ends.
 */
import type { Theatre } from "../double/tls.js";
import { answers, raw, serve } from "./raw.js";
import { CHUNKED, chunk, LAST_CHUNK, sized } from "./scenario.js";
import { type Handler, RESET, type Session, STANDARD, Stage } from "./stage.js";

const REASONS: readonly string[] = [
	"PROTOCOL_INIT",
	"PROTOCOL_DESTROY",
	"CLIENT_HTTP_BIND_PROTOCOL",
	"WSI_CREATE",
	"CLIENT_APPEND_HANDSHAKE_HEADER",
	"CLIENT_HTTP_WRITEABLE",
	"CLIENT_FILTER_PRE_ESTABLISH",
	"ESTABLISHED_CLIENT_HTTP",
	"RECEIVE_CLIENT_HTTP",
	"RECEIVE_CLIENT_HTTP_READ",
	"COMPLETED_CLIENT_HTTP",
	"CLIENT_HTTP_DROP_PROTOCOL",
	"CLOSED_CLIENT_HTTP",
	"CLIENT_CONNECTION_ERROR",
	"CHILD_CLOSING",
	"WSI_DESTROY",
	"RAW_SKT_BIND_PROTOCOL",
	"RAW_CONNECTED",
	"RAW_RX",
	"RAW_WRITEABLE",
	"RAW_SKT_DROP_PROTOCOL",
	"RAW_CLOSE",
];

export type Act = (stage: Stage, session: Session) => void;

export const ACTS: Readonly<Record<string, Act>> = {
	"closes itself": (stage, session) => stage.close(session),
	"closes another": (stage, session) => {
		for (const other of stage.sessions) if (other !== session) stage.close(other);
	},
	// bounded: each new one comes to the same reason
	"connects a new one": (stage) => {
		if (stage.sessions.length < 8) stage.request({ path: "/new" });
	},
	"connects a child": (stage, session) => {
		if (stage.sessions.length < 8) stage.request({ path: "/child", parentWsi: session.wsi });
	},
	reads: (stage, session) => {
		stage.read(session);
	},
	"reads twice": (stage, session) => {
		stage.read(session);
		stage.read(session);
	},
	"reads another": (stage, session) => {
		for (const other of stage.sessions) if (other !== session) stage.read(other);
	},
	writes: (stage, session) => {
		stage.write(session, "w");
	},
	"writes the last": (stage, session) => {
		stage.write(session, "w", true);
	},
	// bounded: a raw connection can always be written
	"asks to write": (stage, session) => {
		if (session.word.length < 100) stage.wantWritable(session);
	},
	"says nothing is pending": (stage, session) => stage.bodyPending(session, false),
	"says something is pending": (stage, session) => stage.bodyPending(session, true),
	"holds up what comes": (stage, session) => {
		stage.flow(session, 0);
	},
	"lets come what was held up": (stage, session) => {
		stage.flow(session, 0);
		stage.flow(session, 1);
	},
	"connects a raw one": (stage) => {
		if (stage.sessions.length < 8) raw(stage, { body: ["new."] });
	},
	"destroys the context": (stage) => stage.destroy(),
	"destroys the context and connects": (stage) => {
		stage.destroy();
		// throws: the context is destroyed
		stage.request();
	},
	"closes itself and connects": (stage, session) => {
		stage.close(session);
		if (stage.sessions.length < 8) stage.request({ path: "/new" });
	},
	throws: () => {
		throw new Error("thrown");
	},
	"closes itself and throws": (stage, session) => {
		stage.close(session);
		throw new Error("thrown");
	},
};

/** Does `act` in a reason, but not for ever, and goes on as if nothing had happened. */
export function acting(act: Act, reason: string, counted: () => number): Handler {
	return (call) => {
		const { stage, session } = call;
		const count = counted();
		// not caught by the client's guard: the test must see it
		if (count === 1000) stage.witness.complain(session, "it does not come to an end");
		// the protocol's own reasons come without a session: what needs one is done to the first request
		const self = session ?? stage.sessions[0];
		if (self && count < 1000) act(stage, self);
		return session ? STANDARD[reason]?.(call) : 0;
	};
}

export interface Entry {
	title: string;
	reason: string;
	act: Act;
}

export const matrix: readonly Entry[] = REASONS.flatMap((reason) =>
	Object.entries(ACTS).map(([how, act]) => ({ title: `In ${reason} the application ${how}.`, reason, act })),
);

/**
 * A parent that posts in chunks and gets chunks, its child, a kept connection used twice, and a request that fails; for
 * reasons of raw connections a parent, a child and one that is reset as well. Gives the trace; throws when a rule was broken.
 */
export function play({ reason, act }: Entry, tls?: Theatre): string[] {
	let count = 0;
	const handler = acting(act, reason, () => ++count);
	const stage = new Stage({ tls, connections: 2, deadlines: { total: 50_000 }, on: { [reason]: handler } });
	serve(stage, (peer, text) => (text === "reset" ? peer.reset() : answers(peer, text)));
	const accept = stage.connect;
	stage.connect = (peer) => (peer.port !== 81 ? accept(peer) : peer.refuse());
	if (reason.startsWith("RAW_")) {
		const parent = raw(stage, { body: ["first", "second."] });
		raw(stage, { parentWsi: parent.wsi, body: ["child."] });
		raw(stage, { body: ["reset"] });
	}
	const chunked = [CHUNKED + chunk("one") + chunk("two"), chunk("six") + LAST_CHUNK];
	stage.serve(chunked, chunked, [sized("three")], chunked, [RESET], chunked);
	const parent = stage.request({ method: "POST", body: ["first", "second"], buffer: 4 });
	stage.request({ parentWsi: parent.wsi, method: "POST", body: ["child"] });
	stage.request({ buffer: 2 });
	stage.request({ port: 81 });
	stage.advance(100_000);
	if (!stage.context.isDestroyed) {
		stage.request({ method: "POST", body: ["late"] });
		stage.advance(100_000);
	}
	judge(stage, reason, () => count);
	return stage.log;
}

/** Everything has ended by itself. */
export function judge(stage: Stage, reason: string, counted: () => number): void {
	const alive = stage.sessions.filter((session) => !session.isKept && !session.word.includes("Y"));
	for (const session of alive)
		stage.witness.complain(session, `it is still there after its deadlines: ${session.word}`);
	stage.finish();
	if (counted() === 0) throw new Error(`${reason} did not come`);
	const [complaint] = stage.witness.complaints;
	if (complaint !== undefined) throw new Error(`${complaint}\n${stage.log.join("\n")}`);
}
