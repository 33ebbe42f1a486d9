/** Request bodies, and responses that are read later. */
import {
	at,
	BEGUN,
	CHUNKED,
	CLOSED,
	COMPLETED,
	chunk,
	closed,
	FIN,
	failed,
	HEAD,
	head,
	LAST_CHUNK,
	of,
	one,
	received,
	type Scenario,
	sized,
	WRITEABLE,
} from "./scenario.js";
import type { Handler, Session, Stage } from "./stage.js";

const answered = (text: string) => [...HEAD, ...received(text), COMPLETED, ...CLOSED];
const OK = answered("ok");
const LENGTH_6 = [["Content-Length", "6"]] as const;

function say(stage: Stage, session: Session, result: number): void {
	stage.say(`${session.name} write gives ${result}`);
}

export const requests: Scenario[] = [
	one(
		"POST with Content-Length: each write after a WRITEABLE.",
		[sized("ok")],
		[...BEGUN, WRITEABLE, WRITEABLE, ...OK],
		{
			method: "POST",
			fields: LENGTH_6,
			body: ["abc", "def"],
		},
	),
	one("POST without Content-Length is chunked.", [sized("ok")], [...BEGUN, WRITEABLE, WRITEABLE, WRITEABLE, ...OK], {
		method: "POST",
		body: ["abc", "def", "ghi"],
	}),
	one("POST without a body needs no WRITEABLE.", [sized("ok")], [...BEGUN, ...OK], { method: "POST" }),
	one("FINAL without bytes ends a chunked body.", [sized("ok")], [...BEGUN, WRITEABLE, WRITEABLE, ...OK], {
		method: "POST",
		body: ["abc", ""],
	}),
	one("FINAL without bytes, and none before, is an empty chunked body.", [sized("ok")], [...BEGUN, WRITEABLE, ...OK], {
		method: "POST",
		body: [""],
	}),
	one(
		"FINAL before Content-Length is reached ends the request.",
		[sized("ok")],
		[...BEGUN, WRITEABLE, ...failed("app:body-too-short maybe")],
		{ method: "POST", fields: LENGTH_6, body: ["abc"] },
	),
	one("clientHttpBodyPending(false) ends a chunked body, as FINAL does.", [sized("ok")], [...BEGUN, WRITEABLE, ...OK], {
		method: "POST",
		body: [],
		on: {
			CLIENT_HTTP_WRITEABLE({ stage, session }) {
				stage.write(session, "abc");
				stage.bodyPending(session, false);
			},
		},
	}),
	one("clientHttpBodyPending(false) before the head is sent takes the body back.", [sized("ok")], [...BEGUN, ...OK], {
		method: "POST",
		on: {
			CLIENT_APPEND_HANDSHAKE_HEADER({ stage, session }) {
				stage.bodyPending(session, true);
				stage.bodyPending(session, false);
			},
		},
	}),
	one(
		"A write that finds no room is refused whole, and there is another WRITEABLE.",
		[sized("ok")],
		[...BEGUN, WRITEABLE, "a write gives 0", WRITEABLE, "a write gives 100", ...OK],
		{
			method: "POST",
			body: ["x".repeat(1000), "x".repeat(100)],
			on: {
				CLIENT_HTTP_WRITEABLE({ stage, session }) {
					say(stage, session, stage.write(session, session.body.shift() as string, session.body.length === 0));
					if (session.body.length > 0) stage.wantWritable(session);
				},
			},
		},
	),
	{
		title: "Content that was not read in its callback waits, and is announced once; a timer may read it.",
		run(stage) {
			stage.serve([sized("hello"), FIN]);
			const session = stage.request({ on: { RECEIVE_CLIENT_HTTP: () => 0 } });
			stage.advance(60_000);
			stage.clock.Timer.set(() => {
				const count = stage.read(session);
				stage.say(`read gives ${count}`);
			}, 1000);
			stage.advance(1000);
			stage.say(`read gives ${stage.read(session)}`);
		},
		trace: [
			...BEGUN,
			...HEAD,
			"RECEIVE_CLIENT_HTTP",
			...at(61_000, "RECEIVE_CLIENT_HTTP_READ 5 hello", COMPLETED, "read gives 5", ...CLOSED, "read gives -1"),
		],
	},
	{
		title: "More content that comes before the first is read is not announced again.",
		run(stage) {
			stage.serve((peer) => peer.deliver(`${head(200, "Content-Length: 9")}one`));
			const session = stage.request({ buffer: 4, on: { RECEIVE_CLIENT_HTTP: () => 0 } });
			stage.advance();
			stage.network.peer.deliver("two", "six");
			stage.advance();
			for (let i = 0; i < 3; i++) {
				stage.say(`read gives ${stage.read(session)}`);
				stage.advance();
			}
		},
		trace: [
			...BEGUN,
			...HEAD,
			...["onet", "wosi"].flatMap((text) => [
				"RECEIVE_CLIENT_HTTP",
				`RECEIVE_CLIENT_HTTP_READ 4 ${text}`,
				"read gives 4",
			]),
			"RECEIVE_CLIENT_HTTP",
			"RECEIVE_CLIENT_HTTP_READ 1 x",
			COMPLETED,
			"read gives 1",
			...CLOSED,
		],
	},
	{
		title: "A read when nothing waits gives 0 and calls nothing.",
		run(stage) {
			stage.serve([`${head(200, "Content-Length: 5")}he`]);
			const session = stage.request();
			stage.advance();
			stage.say(`read gives ${stage.read(session)}`);
			stage.network.peer.deliver("llo");
			stage.advance();
		},
		trace: [...BEGUN, ...HEAD, ...received("he"), "read gives 0", ...received("llo"), COMPLETED, ...CLOSED],
	},
	{
		title: "An end that comes while content waits is told after the content was read.",
		run(stage) {
			stage.serve([`${head(200, "Content-Length: 9")}one`, FIN]);
			const session = stage.request({ on: { RECEIVE_CLIENT_HTTP: () => 0 } });
			stage.advance(60_000);
			stage.read(session);
			stage.advance();
		},
		trace: [
			...BEGUN,
			...HEAD,
			"RECEIVE_CLIENT_HTTP",
			...at(60_000, "RECEIVE_CLIENT_HTTP_READ 3 one", ...closed("h1:truncated-body yes")),
		],
	},
	{
		title: "However often it is asked for, WRITEABLE comes once; without a body never.",
		run(stage) {
			stage.serve([sized("ok")]);
			const asks: Handler = ({ stage, session }) => {
				for (let i = 0; i < 3; i++) stage.wantWritable(session);
			};
			stage.request({ on: { CLIENT_HTTP_BIND_PROTOCOL: asks, CLIENT_APPEND_HANDSHAKE_HEADER: asks } });
			stage.advance();
			const post = stage.request({ method: "POST", body: [], on: { CLIENT_HTTP_BIND_PROTOCOL: asks } });
			for (let i = 0; i < 3; i++) stage.wantWritable(post);
			stage.advance();
			for (let i = 0; i < 3; i++) stage.wantWritable(post);
			stage.say("asked again");
			stage.advance();
			stage.close(post);
			stage.advance();
		},
		trace: [
			...BEGUN,
			...OK,
			...of("b", ...BEGUN, WRITEABLE),
			"asked again",
			...of("b", WRITEABLE, ...failed("app:closed maybe")),
		],
	},
	{
		title: "An upload goes on while the response comes in.",
		run(stage) {
			stage.isHeadEnough = true;
			stage.serve([head(200, "Content-Length: 6")]);
			const session = stage.request({ method: "POST", body: [] });
			stage.advance();
			for (const piece of ["abc", "def"]) {
				stage.write(session, piece, piece === "def");
				stage.network.peer.deliver(piece);
				stage.wantWritable(session);
				stage.advance();
			}
		},
		trace: [...BEGUN, WRITEABLE, ...HEAD, ...received("abc"), WRITEABLE, ...received("def"), COMPLETED, ...CLOSED],
	},
	{
		title: "A read from inside the last READ brings nothing, whatever follows the body.",
		run(stage) {
			stage.serve([`${head(200, "Content-Length: 6")}one`, "two", "rubbish"]);
			let calls = 0;
			const reads: Handler = ({ stage, session }) => {
				if (++calls < 10) stage.say(`read gives ${stage.read(session)}`);
			};
			const session = stage.request({
				buffer: 3,
				on: { RECEIVE_CLIENT_HTTP: () => 0, RECEIVE_CLIENT_HTTP_READ: reads },
			});
			stage.advance();
			stage.say(`read gives ${stage.read(session)}`);
			stage.advance();
		},
		trace: [
			...BEGUN,
			...HEAD,
			...received("one"),
			"RECEIVE_CLIENT_HTTP_READ 3 two",
			"read gives 0",
			COMPLETED,
			"read gives 3",
			"read gives 3",
			...CLOSED,
		],
	},
	{
		title: "A read from inside a READ brings the next chunk, and the outer one what is left.",
		run(stage) {
			let depth = 0;
			stage.serve([`${CHUNKED}${["a", "b", "c", "d"].map((text) => chunk(text)).join("")}${LAST_CHUNK}`]);
			stage.request({
				buffer: 2,
				on: {
					RECEIVE_CLIENT_HTTP_READ({ stage, session }) {
						if (++depth === 1) stage.say(`read gives ${stage.read(session)}`);
					},
				},
			});
			stage.advance();
		},
		trace: [
			...BEGUN,
			...HEAD,
			...received("a", "b", "c"),
			"read gives 2",
			"RECEIVE_CLIENT_HTTP_READ 1 d",
			COMPLETED,
			...CLOSED,
		],
	},
];
