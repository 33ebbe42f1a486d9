import { ALL, ANSWERED, mark, moved, OK, type Options, scenario, tellRequests, to, WRITEABLE } from "./redirect.js";
import { at, BEGUN, CLOSED, COMPLETED, failed, HEAD, head, type Scenario } from "./scenario.js";

/** A POST of "abc" that is redirected to /n, and what is asked then. */
function post(status: number, trace: readonly string[], second: string, options: Options = {}): Scenario {
	return scenario(
		`${status} of ${options.method ?? "POST"}${options.rewind ? ", whose body can be had again" : ""}: ${second}.`,
		[moved("/n", status), OK],
		[
			...BEGUN,
			WRITEABLE,
			to("http://h/n", status),
			...trace,
			...ANSWERED,
			`> ${options.method ?? "POST"} / | Host: h | Content-Type: x | A: b | Content-Length: 3 | abc`,
			`> ${second}`,
			"at 192.0.2.1:80",
		],
		{
			method: "POST",
			fields: [
				["Content-Type", "x"],
				["A", "b"],
				["Content-Length", "3"],
			],
			body: ["abc"],
			...options,
		},
	);
}

/** The body again after `rewind`. */
const again: Options = {
	rewind() {},
	on: {
		CLIENT_HTTP_WRITEABLE({ stage, session }) {
			stage.write(session, "abc", true);
		},
	},
};
const KEPT = " / | Host: h | Content-Type: x | A: b | Content-Length: 3 | abc";
const REPEATED = KEPT.replace(" /", " /n");

const followed = (uri: string, ...lines: string[]) => [...BEGUN, to(uri), ...ANSWERED, "> GET / | Host: h", ...lines];

export const redirects: Scenario[] = [
	...[301, 302, 303, 307, 308].map((status) =>
		scenario(
			`${status} of GET is followed on the same connection, and the wsi is told once.`,
			[moved("/n?q#f", status), OK],
			[
				...BEGUN,
				to("http://h/n?q", status),
				...ANSWERED,
				"> GET / | Host: h",
				"> GET /n?q | Host: h",
				"at 192.0.2.1:80",
			],
		),
	),
	post(301, [], "GET /n | Host: h | A: b"),
	post(302, [], "GET /n | Host: h | A: b"),
	post(303, [], "GET /n | Host: h | A: b"),
	post(303, [], "GET /n | Host: h | A: b", { method: "PUT" }),
	post(307, [WRITEABLE], `POST${REPEATED}`, again),
	post(308, [WRITEABLE], `POST${REPEATED}`, again),
	post(301, [WRITEABLE], `PUT${REPEATED}`, { ...again, method: "PUT" }),
	scenario(
		"303 of HEAD stays HEAD.",
		[moved("/n", 303), head(200)],
		[
			...BEGUN,
			to("http://h/n", 303),
			...HEAD,
			COMPLETED,
			...CLOSED,
			"> HEAD / | Host: h",
			"> HEAD /n | Host: h",
			"at 192.0.2.1:80",
		],
		{ method: "HEAD" },
	),
	scenario(
		"307 of a POST without a body is followed.",
		[moved("/n", 307), OK],
		[
			...BEGUN,
			to("http://h/n", 307),
			...ANSWERED,
			"> POST / | Host: h | Content-Length: 0",
			"> POST /n | Host: h | Content-Length: 0",
			"at 192.0.2.1:80",
		],
		{ method: "POST" },
	),
	scenario(
		"307 of a POST whose body cannot be had again is delivered.",
		[moved("/n", 307, "ok")],
		[
			...BEGUN,
			WRITEABLE,
			...ANSWERED,
			"> POST / | Host: h | Transfer-Encoding: chunked | 3 | abc | 0",
			"at 192.0.2.1:80",
		],
		{ method: "POST", body: ["abc"] },
	),
	scenario(
		"A chunked body that came before its redirect is sent again whole.",
		[moved("/n", 308), OK],
		[
			...BEGUN,
			WRITEABLE,
			to("http://h/n", 308),
			WRITEABLE,
			...ANSWERED,
			"> POST / | Host: h | Transfer-Encoding: chunked | 3 | abc | 0",
			"> POST /n | Host: h | Transfer-Encoding: chunked | 3 | abc | 0",
			"at 192.0.2.1:80",
		],
		{ method: "POST", body: ["abc"], ...again },
	),
	{
		title: "A redirect before the body has been sent is followed on another connection.",
		run(stage) {
			stage.isHeadEnough = true;
			stage.serve([moved("/n", 303)], [OK]);
			const session = stage.request({ method: "POST", fields: [["Content-Length", "6"]], body: [] });
			stage.advance();
			stage.say(`write gives ${stage.write(session, "abcdef", true)}`);
			tellRequests(stage);
		},
		trace: [
			...BEGUN,
			WRITEABLE,
			to("http://h/n", 303),
			...ANSWERED,
			"write gives -1",
			"> POST / | Host: h | Content-Length: 6",
			"> GET /n | Host: h",
			"at 192.0.2.1:80 192.0.2.1:80",
		],
	},
	scenario(
		"Another origin gets its own Host, and no secrets.",
		[moved("http://other:8080/n"), OK],
		[
			...BEGUN,
			to("http://other:8080/n"),
			...ANSWERED,
			`> GET / | Host: h | ${ALL}`,
			"> GET /n | Host: other:8080 | A: b",
			"at 192.0.2.1:80 192.0.2.9:8080",
		],
		mark,
	),
	scenario(
		"Another port is another origin, and secrets do not come back.",
		[moved("//h:81/n"), moved("http://192.0.2.1/m"), OK],
		[
			...BEGUN,
			to("http://h:81/n"),
			to("http://192.0.2.1/m"),
			...ANSWERED,
			`> GET / | Host: h | ${ALL}`,
			"> GET /n | Host: h:81 | A: b",
			"> GET /m | Host: 192.0.2.1 | A: b",
			"at 192.0.2.1:80 192.0.2.8:81",
		],
		mark,
	),
	scenario(
		"The same origin, spelt out in another way, keeps connection, Host and secrets.",
		[moved("HTTP://H:80/a/../n"), OK],
		[
			...BEGUN,
			to("http://h/n"),
			...ANSWERED,
			`> GET / | Host: h | ${ALL}`,
			`> GET /n | Host: h | ${ALL}`,
			"at 192.0.2.1:80",
		],
		mark,
	),
	scenario(
		"Location is kept though keepHeaders does not name it.",
		[moved("/n"), OK],
		followed("http://h/n", "> GET /n | Host: h", "at 192.0.2.1:80"),
		{ keepHeaders: ["x"] },
	),
	scenario(
		"A relative Location goes on from the path of its request.",
		[moved("../n"), OK],
		[...BEGUN, to("http://h/a/n"), ...ANSWERED, "> GET /a/b/c?q | Host: h", "> GET /a/n | Host: h", "at 192.0.2.1:80"],
		{ path: "/a/b/c?q" },
	),
	scenario(
		"An IPv6 address is asked without its brackets.",
		[moved("http://[2001:db8::1]/n"), OK],
		followed("http://[2001:db8::1]/n", "> GET /n | Host: [2001:db8::1]", "at 192.0.2.1:80 2001:db8::1:80"),
	),
	scenario(
		"A small body of a redirect is read away, also in chunks.",
		[`${head(302, "Location: /n", "Transfer-Encoding: chunked")}3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n`, OK],
		followed("http://h/n", "> GET /n | Host: h", "at 192.0.2.1:80"),
	),
	scenario(
		"A large body of a redirect is not read to its end, and its connection closed.",
		[moved("/n", 302, "x".repeat(16385)), OK],
		followed("http://h/n", "> GET /n | Host: h", "at 192.0.2.1:80 192.0.2.1:80"),
	),
	scenario(
		"A body that does not come is waited for a second.",
		[`${head(302, "Location: /n", "Content-Length: 9")}abc`, OK],
		[
			...BEGUN,
			to("http://h/n"),
			...at(1000, ...ANSWERED, "> GET / | Host: h", "> GET /n | Host: h", "at 192.0.2.1:80 192.0.2.1:80"),
		],
		{ time: 1000 },
	),
	scenario(
		"The total deadline counts all of them.",
		[moved("/n"), `${head(302, "Location: /m", "Content-Length: 9")}abc`],
		[
			...BEGUN,
			to("http://h/n"),
			to("http://h/m"),
			...at(300, ...failed("timeout:total yes"), "> GET / | Host: h", "> GET /n | Host: h", "at 192.0.2.1:80"),
		],
		{ deadlines: { total: 300 }, time: 300 },
	),
];
