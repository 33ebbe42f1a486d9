/** LCCSCF_PIPELINE: what goes out before answers have come, and whose answers they are. */
import * as lws from "lws-xs";
import { FOUR, got, type Play, play } from "./pipeline.js";
import { CHUNKED, chunk, head, LAST_CHUNK, type Scenario, sized } from "./scenario.js";

/** Answers each request at once, with its path. */
const echo: Play["answer"] = (peer, { path }) => peer.deliver(sized(path));

export const pipelining: Scenario[] = [
	play(
		"The first request goes alone; when its response has shown that the server persists, the others go without waiting.",
		{
			requests: FOUR,
			answer(peer, { path, nth }) {
				if (nth === 0) peer.deliver(sized(path));
				else this.hold(peer, sized(path), nth === 3);
			},
		},
		["1 > GET /a", "1 > GET /b", "1 > GET /c", "1 > GET /d", ...got(...FOUR)],
	),
	play(
		"They go as soon as the head of the first response is there, whose body is still to come.",
		{
			requests: ["/a", "/b"],
			answer(peer, { path, nth }) {
				if (nth === 0) peer.deliver(head(200, "Content-Length: 2"), "/");
				else peer.deliver("a", sized(path));
			},
		},
		["1 > GET /a", "1 > GET /b", ...got("/a", "/b")],
	),
	play(
		"No more than pipelineDepth are unanswered.",
		{
			requests: [...FOUR, "/e"],
			stage: { pipelineDepth: 2 },
			answer(peer, { path, nth }) {
				if (nth === 0) peer.deliver(sized(path));
				else
					this.stage.later(20, () => {
						this.stage.say(`1 < ${path}`);
						peer.deliver(sized(path));
					});
			},
		},
		[
			"1 > GET /a",
			"1 > GET /b",
			"1 > GET /c",
			"1 < /b",
			"1 < /c",
			"1 > GET /d",
			"1 > GET /e",
			"1 < /d",
			"1 < /e",
			...got(...FOUR, "/e"),
		],
	),
	play(
		"Responses of all framings in one segment are told apart.",
		{
			requests: ["/a", "/b", { path: "/c", method: "HEAD" }, "/d", "/e", "/f"],
			stage: { pipelineDepth: 9 },
			answer(peer, { path, nth }) {
				const answers = [
					sized("/a"),
					CHUNKED + chunk("/b") + LAST_CHUNK,
					head(200, "Content-Length: 77"),
					head(204),
					head(304, "Content-Length: 5"),
					`${head(103, "Link: x")}${sized(path)}`,
				];
				if (nth === 0) peer.deliver(answers[0] as string);
				else this.hold(peer, answers[nth] as string, nth === 5);
			},
		},
		[
			"1 > GET /a",
			"1 > GET /b",
			"1 > HEAD /c",
			"1 > GET /d",
			"1 > GET /e",
			"1 > GET /f",
			"/a: 200 /a",
			"/b: 200 /b",
			"/c: 200 ",
			"/d: 204 ",
			"/e: 304 ",
			"/f: 200 /f",
		],
	),
	play(
		"Responses that come byte by byte are told apart.",
		{
			requests: FOUR,
			answer(peer, { path, nth }) {
				const answer = nth % 2 === 0 ? sized(path) : CHUNKED + chunk(path) + LAST_CHUNK;
				peer.deliver(...answer);
			},
		},
		["1 > GET /a", "1 > GET /b", "1 > GET /c", "1 > GET /d", ...got(...FOUR)],
	),
	play(
		"An application that reads late holds up those behind it, and loses nothing of theirs.",
		{
			requests: [
				"/a",
				{
					path: "/b",
					on: {
						RECEIVE_CLIENT_HTTP({ stage, session }) {
							stage.clock.Timer.set(() => stage.read(session), 100);
						},
					},
				},
				"/c",
			],
			answer(peer, { path, nth }) {
				if (nth === 0) peer.deliver(sized(path));
				else this.hold(peer, sized(path), nth === 2);
			},
			time: 500,
		},
		["1 > GET /a", "1 > GET /b", "1 > GET /c", ...got("/a", "/b", "/c")],
	),
	play(
		"The fields of a response stand until its end has been told, though the next response has come.",
		{
			requests: ["/a", "/b", "/c"].map((path) => ({
				path,
				buffer: 20,
				on: {
					// after the first read the connection is posted, and only after the second the transaction is
					RECEIVE_CLIENT_HTTP({ stage, session }) {
						stage.clock.Timer.set(() => {
							stage.read(session);
							stage.read(session);
						}, 1);
					},
					CLOSED_CLIENT_HTTP({ stage, wsi }) {
						stage.say(`1 closed ${lws.headerValue(wsi, "x")}`);
					},
				},
			})),
			answer(peer, { path, nth }) {
				const answer = `${head(200, `X: ${path}`, "Content-Length: 40")}${path.repeat(20)}`;
				if (nth === 0) peer.deliver(answer);
				else this.hold(peer, answer, nth === 2);
			},
			time: 100,
		},
		[
			"1 > GET /a",
			"1 > GET /b",
			"1 > GET /c",
			"1 closed /a",
			"1 closed /b",
			"1 closed /c",
			...["/a", "/b", "/c"].map((path) => `${path}: 200 ${path.repeat(20)}`),
		],
	),
	play(
		"After Connection: close those without an answer are sent again, in order, on a new connection.",
		{
			requests: FOUR,
			answer(peer, { path, nth, connection }) {
				if (connection === 1 && nth === 1) {
					peer.deliver(head(200, "Connection: close", `Content-Length: ${path.length}`) + path);
					peer.finish();
				} else if (connection > 1 || nth === 0) peer.deliver(sized(path));
			},
		},
		["1 > GET /a", "1 > GET /b", "1 > GET /c", "1 > GET /d", "2 > GET /c", "2 > GET /d", ...got(...FOUR)],
	),
	play(
		"When a server closes after each answer without a word, everything is answered all the same, at last one by one.",
		{
			requests: [...FOUR, "/e"],
			answer(peer, { path, nth }) {
				if (nth === 0) peer.deliver(sized(path));
				if (nth === 1) peer.finish();
			},
		},
		[
			"1 > GET /a",
			"1 > GET /b",
			"1 > GET /c",
			"1 > GET /d",
			"1 > GET /e",
			"2 > GET /b",
			"2 > GET /c",
			"2 > GET /d",
			"2 > GET /e",
			"3 > GET /c",
			"3 > GET /d",
			"4 > GET /e",
			"5 > GET /d",
			...got(...FOUR, "/e"),
		],
	),
	play(
		"HTTP/1.0 is not pipelined, and is kept only when the server says so.",
		{
			requests: ["/a", "/b", "/c"],
			stage: { connections: 1 },
			answer(peer, { path, nth }) {
				const isKept = nth === 0;
				const field = isKept ? "Connection: keep-alive\r\n" : "";
				this.stage.later(9, () => {
					this.stage.say(`1 < ${path}`);
					peer.deliver(`HTTP/1.0 200 OK\r\n${field}Content-Length: 2\r\n\r\n${path}`);
					if (!isKept) peer.finish();
				});
			},
		},
		["1 > GET /a", "1 < /a", "1 > GET /b", "1 < /b", "2 > GET /c", "1 < /c", ...got("/a", "/b", "/c")],
	),
	play(
		"A POST waits until all before it are answered, and is followed by nothing before its own answer.",
		{
			requests: ["/a", "/b", { path: "/c", method: "POST" }, "/d", "/e"],
			answer(peer, { path, nth }) {
				if (nth === 0) peer.deliver(sized(path));
				else
					this.stage.later(9, () => {
						this.stage.say(`1 < ${path}`);
						peer.deliver(sized(path));
					});
			},
		},
		[
			"1 > GET /a",
			"1 > GET /b",
			"1 < /b",
			"1 > POST /c",
			"1 < /c",
			"1 > GET /d",
			"1 > GET /e",
			"1 < /d",
			"1 < /e",
			...got("/a", "/b", "/c", "/d", "/e"),
		],
	),
	play(
		"A PUT with a body is pipelined, and what follows waits until that body has left.",
		{
			requests: ["/a", { path: "/b", method: "PUT", fields: [["Content-Length", "4"]], body: ["12", "34"] }, "/c"],
			answer(peer, { path, nth }) {
				if (nth === 0) peer.deliver(sized(path));
				else this.hold(peer, sized(path), nth === 2);
			},
		},
		["1 > GET /a", "1 > PUT /b", "1 > GET /c", ...got("/a", "/b", "/c")],
	),
	play(
		"Who has not asked for it gets a connection of its own, and nothing goes behind it.",
		{
			requests: ["/a", { path: "/b", sslConnection: 0 }, "/c"],
			answer(peer, { path }) {
				if (path !== "/b") peer.deliver(sized(path));
			},
		},
		["1 > GET /a", "2 > GET /b", "1 > GET /c", "/a: 200 /a", "/b: goes on", "/c: 200 /c"],
	),
	play(
		"A request for another origin waits for a berth, and is not overtaken by those that could be pipelined.",
		{
			requests: ["/a", "/b", { path: "/c", address: "192.0.2.9" }, "/d", "/e"],
			stage: { connections: 1 },
			answer: echo,
		},
		["1 > GET /a", "1 > GET /b", "2 > GET /c", "3 > GET /d", "3 > GET /e", ...got("/a", "/b", "/c", "/d", "/e")],
	),
];
