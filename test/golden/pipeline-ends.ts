/** Pipelines that end early: who is answered, who fails, and who is sent again. */
import { FOUR, got, PIPELINE, play } from "./pipeline.js";
import { head, type Scenario, sized } from "./scenario.js";
import type { Session } from "./stage.js";

export const pipelineEnds: Scenario[] = [
	play(
		"When the first one is given up, those behind it are sent again.",
		{
			requests: FOUR,
			answer(peer, { path, nth, connection }) {
				if (nth === 0 || connection > 1) peer.deliver(sized(path));
				else if (nth === 3) this.stage.close(this.stage.sessions[1] as Session);
			},
		},
		[
			"1 > GET /a",
			"1 > GET /b",
			"1 > GET /c",
			"1 > GET /d",
			"2 > GET /c",
			"2 > GET /d",
			"/a: 200 /a",
			"/b: 0 app:closed maybe",
			"/c: 200 /c",
			"/d: 200 /d",
		],
	),
	...[1, 100, 300].map((size) =>
		play(
			`Answers of ${size} bytes that come together with the end are all read, while others wait to be sent.`,
			{
				requests: ["/a", "/b", "/c", "/d", "/e", "/f", "/g", "/h"],
				stage: { connections: 1 },
				answer(peer, { path, nth, connection }) {
					const answer = sized(path.padEnd(size, "."));
					if (nth === 0 || connection > 1) peer.deliver(answer);
					else if (nth < 4) this.hold(peer, answer, false);
					else peer.finish(this.take(answer));
				},
			},
			[
				...["/a", "/b", "/c", "/d", "/e"].map((path) => `1 > GET ${path}`),
				...["/f", "/g", "/h"].map((path) => `2 > GET ${path}`),
				...["/a", "/b", "/c", "/d", "/e", "/f", "/g", "/h"].map((path) => `${path}: 200 ${path.padEnd(size, ".")}`),
			],
		),
	),
	play(
		"Those that are sent again go before all that have not been sent, though all began at the same time.",
		{
			requests: ["/a", "/b", "/c", "/d", "/e", "/f", "/g", "/h", "/i"],
			stage: { connections: 1 },
			answer(peer, { path, nth }) {
				if (nth < 2) peer.deliver(sized(path));
				else if (nth === 2) peer.finish(`${head(200, "Connection: close", "Content-Length: 2")}${path}`);
			},
		},
		[
			...["/a", "/b", "/c", "/d", "/e", "/f"].map((path) => `1 > GET ${path}`),
			...["/d", "/e", "/f", "/g", "/h", "/i"].map((path) => `2 > GET ${path}`),
			...["/g", "/h", "/i"].map((path) => `3 > GET ${path}`),
			...got("/a", "/b", "/c", "/d", "/e", "/f", "/g", "/h", "/i"),
		],
	),
	play(
		"When the next request cannot be written, the answers that have been read are told all the same.",
		{
			requests: ["/a", "/b", "/c", "/d", "/e", "/f"],
			stage: { connections: 1 },
			answer(peer, { path, nth, connection }) {
				const { faults } = this.stage.network;
				if (nth === 0 || connection > 1) peer.deliver(sized(path));
				else if (nth < 4) this.hold(peer, sized(path), false);
				else {
					// these are read, and the request has a clock
					faults.failAt = faults.operations + 3;
					peer.deliver(this.take(sized(path)));
				}
			},
		},
		[
			...["/a", "/b", "/c", "/d", "/e"].map((path) => `1 > GET ${path}`),
			"2 > GET /f",
			...got("/a", "/b", "/c", "/d", "/e", "/f"),
		],
	),
	play(
		"One that is given up behind another leaves that its answer, and the connection serves nobody after that.",
		{
			requests: ["/a", "/b", "/c"],
			answer(peer, { path, nth, connection }) {
				if (nth === 0 || connection > 1) peer.deliver(sized(path));
				else if (nth === 2) {
					this.stage.close(this.stage.sessions[2] as Session);
					this.stage.request({ buffer: 4096, ...PIPELINE, path: "/d" });
					peer.deliver(...sized("/b"), ...sized("/c"));
				}
			},
		},
		[
			"1 > GET /a",
			"1 > GET /b",
			"1 > GET /c",
			"2 > GET /d",
			"/a: 200 /a",
			"/b: 200 /b",
			"/c: 0 app:closed maybe",
			"/d: 200 /d",
		],
	),
	play(
		"The clock for the first byte of a response runs when those before it are answered.",
		{
			requests: [
				"/a",
				{ path: "/b", deadlines: { firstByte: 0, idle: 0 } },
				{ path: "/c", deadlines: { firstByte: 100, idle: 100 } },
			],
			answer(peer, { path, nth }) {
				if (nth === 0) peer.deliver(sized(path));
				else if (nth === 1) this.stage.clock.Timer.set(() => peer.deliver(sized(path)), 1000);
			},
			time: 1050,
		},
		["1 > GET /a", "1 > GET /b", "1 > GET /c", "/a: 200 /a", "/b: 200 /b", "/c: goes on"],
	),
	play(
		"It runs out for who is not answered then.",
		{
			requests: [
				"/a",
				{ path: "/b", deadlines: { firstByte: 0, idle: 0 } },
				{ path: "/c", deadlines: { firstByte: 100, idle: 100 } },
				{ path: "/d", deadlines: { total: 2000 } },
			],
			answer(peer, { path, nth, connection }) {
				if (nth === 0 && connection === 1) peer.deliver(sized(path));
				else if (nth === 1) this.stage.clock.Timer.set(() => peer.deliver(sized(path)), 1000);
			},
			time: 3000,
		},
		[
			"1 > GET /a",
			"1 > GET /b",
			"1 > GET /c",
			"1 > GET /d",
			"2 > GET /d",
			"/a: 200 /a",
			"/b: 200 /b",
			"/c: 0 timeout:first-byte maybe",
			"/d: 0 timeout:total maybe",
		],
	),
	play(
		"An answer too many is nobody's: the next request goes elsewhere.",
		{
			requests: ["/a", "/b"],
			answer(peer, { path, nth, connection }) {
				if (nth === 0 || connection > 1) peer.deliver(sized(path));
				else {
					peer.deliver(sized(path) + sized("evil"));
					this.stage.clock.Timer.set(() => this.stage.request({ buffer: 4096, ...PIPELINE, path: "/c" }), 10);
				}
			},
			time: 20,
		},
		["1 > GET /a", "1 > GET /b", "2 > GET /c", ...got("/a", "/b", "/c")],
	),
	play(
		"What the server has sent before it ended is delivered, and the rest is sent again.",
		{
			requests: FOUR,
			answer(peer, { path, nth, connection }) {
				if (nth === 0 || connection > 1) peer.deliver(sized(path));
				else this.hold(peer, sized(path), nth === 2);
				if (nth === 2 && connection === 1) peer.finish();
			},
		},
		["1 > GET /a", "1 > GET /b", "1 > GET /c", "1 > GET /d", "2 > GET /d", ...got(...FOUR)],
	),
	play(
		"A malformed response is an error of its request alone.",
		{
			requests: FOUR,
			answer(peer, { path, nth, connection }) {
				if (connection > 1 || nth === 0) peer.deliver(sized(path));
				else this.hold(peer, nth === 1 ? "HTTP/1.1 200 OK\r\nno colon\r\n\r\n" : sized(path), nth === 3);
			},
		},
		[
			"1 > GET /a",
			"1 > GET /b",
			"1 > GET /c",
			"1 > GET /d",
			"2 > GET /c",
			"2 > GET /d",
			"/a: 200 /a",
			"/b: 0 h1:bad-field-name maybe",
			"/c: 200 /c",
			"/d: 200 /d",
		],
	),
	play(
		"A body until the end of the connection ends with it, and those behind are sent again.",
		{
			requests: ["/a", "/b", "/c"],
			answer(peer, { path, nth, connection }) {
				if (nth === 0 || connection > 1) peer.deliver(sized(path));
				else if (nth === 2) {
					peer.deliver(`${head(200)}${path}`);
					peer.finish();
				}
			},
		},
		["1 > GET /a", "1 > GET /b", "1 > GET /c", "2 > GET /c", "/a: 200 /a", "/b: 200 /c", "/c: 200 /c"],
	),
	play(
		"A truncated body is an error, and those behind are sent again.",
		{
			requests: ["/a", "/b", "/c"],
			answer(peer, { path, nth, connection }) {
				if (nth === 0 || connection > 1) peer.deliver(sized(path));
				else if (nth === 2) {
					peer.deliver(`${head(200, "Content-Length: 9")}12`);
					peer.finish();
				}
			},
		},
		[
			"1 > GET /a",
			"1 > GET /b",
			"1 > GET /c",
			"2 > GET /c",
			"/a: 200 /a",
			"/b: 200 h1:truncated-body yes",
			"/c: 200 /c",
		],
	),
	play(
		"All of them end with their context.",
		{
			requests: FOUR,
			answer(peer, { path, nth }) {
				if (nth === 0) peer.deliver(sized(path));
				if (nth === 2) this.stage.destroy();
			},
		},
		[
			"1 > GET /a",
			"1 > GET /b",
			"1 > GET /c",
			"1 > GET /d",
			"/a: 200 /a",
			"/b: 0 app:context-destroyed maybe",
			"/c: 0 app:context-destroyed maybe",
			"/d: 0 app:context-destroyed maybe",
		],
	),
];
