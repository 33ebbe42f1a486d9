/** Redirects that are not followed: delivered, or errors; and what is peculiar to TLS. */
import * as lws from "lws-xs";
import { Theatre } from "../double/tls.js";
import {
	ALL,
	ANSWERED,
	DOWNGRADE,
	mark,
	moved,
	OK,
	type Options,
	scenario,
	tellRequests,
	to,
	WRITEABLE,
} from "./redirect.js";
import { BEGUN, failed, head, type Scenario } from "./scenario.js";

/** A redirect whose response is delivered. */
function delivered(title: string, location: string | undefined, options: Options & { status?: number } = {}): Scenario {
	const { status = 302, ...rest } = options;
	const fields = location === undefined ? [] : [`Location: ${location}`];
	return scenario(
		title,
		[`${head(status, ...fields, "Content-Length: 2")}ok`],
		[...BEGUN, ...ANSWERED, "> GET / | Host: h", "at 192.0.2.1:80"],
		rest,
	);
}

function refused(title: string, fields: string[], code = "h1:bad-location", more: Partial<Scenario> = {}): Scenario {
	return {
		...scenario(
			title,
			[head(302, ...fields, "Content-Length: 0")],
			[...BEGUN, ...failed(`${code} yes`), "> GET / | Host: h", "at 192.0.2.1:80"],
		),
		...more,
	};
}

function loop(limit: number | undefined, count: number): Scenario {
	return scenario(
		`A loop ends by the limit of ${limit ?? "4, the default"}.`,
		Array.from({ length: 9 }, () => moved("#x")),
		[
			...BEGUN,
			...Array.from({ length: count }, () => to("http://h/")),
			...failed("h1:too-many-redirects yes"),
			...Array.from({ length: count + 1 }, () => "> GET / | Host: h"),
			"at 192.0.2.1:80",
		],
		limit === undefined ? {} : { maxRedirects: limit },
	);
}

export const redirectEnds: Scenario[] = [
	loop(undefined, 4),
	loop(0, 0),
	loop(2, 2),
	delivered("LCCSCF_HTTP_NO_FOLLOW_REDIRECT: it is delivered.", "/n", {
		sslConnection: lws.LCCSCF_HTTP_NO_FOLLOW_REDIRECT,
	}),
	delivered("Without Location it is delivered.", undefined),
	delivered("An empty Location is none.", ""),
	delivered("Another scheme is delivered.", "ftp://h/"),
	delivered("https is delivered where there is no TLS.", "https://h/"),
	delivered("A Location that does not fit the table is none.", `/${"x".repeat(3000)}`),
	delivered("300 is no redirect that is followed.", "/n", { status: 300 }),
	delivered("305 is no redirect that is followed.", "/n", { status: 305 }),
	refused("A port above 65535 is refused.", ["Location: http://h:99999/"]),
	refused("Userinfo is refused.", ["Location: http://a:b@h/"]),
	refused("A UNIX socket is refused.", ["Location: http://+/run/x"]),
	refused("A control character is refused.", ["Location: /a\x01b"]),
	refused("A folded Location is refused.", ["Location: /a\r\n b"]),
	refused("Two Locations are refused.", ["Location: /a", "Location: /b"]),
	{
		title: "A result other than 0 of HTTP_REDIRECT ends the wsi.",
		run(stage) {
			stage.serve([moved("/n")]);
			stage.request({ on: { CLIENT_HTTP_REDIRECT: () => 1 } });
			stage.advance();
			tellRequests(stage);
		},
		trace: [...BEGUN, to("http://h/n"), ...failed("app:callback-refused yes"), "> GET / | Host: h", "at 192.0.2.1:80"],
	},
	{
		title: "An exception in HTTP_REDIRECT ends the wsi.",
		run(stage) {
			stage.serve([moved("/n")]);
			stage.request({
				on: {
					CLIENT_HTTP_REDIRECT() {
						throw new Error("no");
					},
				},
			});
			stage.advance();
		},
		trace: [...BEGUN, to("http://h/n"), ...failed("app:callback-threw yes")],
	},
	{
		title: "Status and fields of the redirect can be looked at in HTTP_REDIRECT; its content cannot be read.",
		run(stage) {
			stage.serve([moved("/n", 302, "body")], [OK]);
			stage.request({
				on: {
					CLIENT_HTTP_REDIRECT({ session }) {
						const { wsi } = session;
						stage.say(`${lws.httpClientHttpResponse(wsi)} ${lws.headerValue(wsi, "location")} ${stage.read(session)}`);
					},
				},
			});
			stage.advance();
		},
		trace: [...BEGUN, to("http://h/n"), "302 /n 0", ...ANSWERED],
	},
	{
		title: "A wsi that is closed while the body of its redirect is awaited ends at once.",
		run(stage) {
			stage.serve([`${head(302, "Location: /n", "Content-Length: 9")}abc`]);
			const session = stage.request();
			stage.advance();
			stage.close(session);
			stage.advance();
			stage.say(`the client's end is ${stage.network.peer.client}`);
		},
		trace: [...BEGUN, to("http://h/n"), ...failed("app:closed yes"), "the client's end is closed"],
	},
	scenario(
		"What a POST has done stays done, when what its redirect leads to cannot be reached.",
		[moved("http://nowhere/n", 303)],
		[
			...BEGUN,
			to("http://nowhere/n", 303),
			...failed("dns:not-found yes"),
			"> POST / | Host: h | Content-Length: 0",
			"at 192.0.2.1:80",
		],
		{ method: "POST" },
	),
	scenario(
		"A GET that is redirected to where nobody is has not been delivered.",
		[moved("http://nowhere/n")],
		[...BEGUN, to("http://nowhere/n"), ...failed("dns:not-found no"), "> GET / | Host: h", "at 192.0.2.1:80"],
	),
	{
		title: "An exception of rewind ends the wsi.",
		run(stage) {
			stage.serve([moved("/n", 307)]);
			stage.request({
				method: "POST",
				body: ["abc"],
				rewind() {
					throw new Error("gone");
				},
			});
			stage.advance();
		},
		trace: [...BEGUN, WRITEABLE, to("http://h/n", 307), ...failed("app:callback-threw no")],
	},
];

/** Of its own, as these are over TLS. */
export const secureRedirects: Scenario[] = [
	{
		...scenario(
			"https to http is an error.",
			[moved("http://other/n")],
			[...BEGUN, ...failed("h1:redirect-downgrade yes"), "> GET / | Host: h", "at 192.0.2.1:443"],
			{ port: 443 },
		),
		stage: { tls: new Theatre() },
	},
	{
		...scenario(
			"https to https keeps the session's rules, and to another port it is another origin.",
			[moved("https://other:4443/n"), OK],
			[
				...BEGUN,
				to("https://other:4443/n"),
				...ANSWERED,
				`> GET / | Host: h | ${ALL}`,
				"> GET /n | Host: other:4443 | A: b",
				"at 192.0.2.1:443 192.0.2.9:4443",
			],
			{ ...mark, port: 443 },
		),
		stage: { tls: new Theatre() },
	},
	{
		title: "LCCSCF_ACCEPT_TLS_DOWNGRADE_REDIRECTS: https to http is followed, without secrets.",
		stage: { tls: new Theatre() },
		run(stage) {
			stage.connect = (peer) => {
				if (peer.port === 80) peer.layer = undefined;
				peer.accept();
			};
			stage.serve([moved("http://h/n")], [OK]);
			stage.request({ ...mark, port: 443, sslConnection: DOWNGRADE });
			stage.names.answer("h", "192.0.2.8");
			stage.advance();
			tellRequests(stage);
		},
		trace: [
			...BEGUN,
			to("http://h/n"),
			...ANSWERED,
			`> GET / | Host: h | ${ALL}`,
			"> GET /n | Host: h | A: b",
			"at 192.0.2.1:443 192.0.2.8:80",
		],
	},
];
