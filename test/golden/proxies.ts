/** Through proxies: what they are told, and that the application is told the same as without. */
import { Theatre } from "../double/tls.js";
import { beSocks, beTunnel, HTTP_PROXY, SOCKS_METHOD, SOCKS_PROXY, SOCKS_REPLY, SOCKS_STATUS } from "./proxy.js";
import { BEGUN as RAW_BEGUN, CLOSED as RAW_CLOSED, raw, rx } from "./raw.js";
import { at, BOUND, failed, got, received, type Scenario, sized } from "./scenario.js";
import type { RequestOptions, Session, Stage, StageOptions } from "./stage.js";

const OK = got(received("ok"));
const BASIC = "Basic dXNlcjpwYXNzd29yZA==";
const GREETING = "5 2 0 2";
const LOGIN = "1 4 117 115 101 114 8 112 97 115 115 119 111 114 100";

interface Told {
	trace: readonly string[];
	/** What came to the proxy and the server, without line ends. */
	requests: readonly string[];
}

function through(
	title: string,
	stage: StageOptions,
	begin: (stage: Stage) => void,
	{ trace, requests }: Told,
	options: RequestOptions = {},
	later: (stage: Stage) => void = () => {},
): Scenario {
	return {
		title,
		stage,
		trace: [...trace, ...requests.map((each) => `> ${each}`)],
		run(stage) {
			stage.serve([sized("ok")]);
			begin(stage);
			stage.request(options);
			stage.advance();
			later(stage);
			stage.advance(30_000);
			for (const each of stage.requests) stage.log.push(`> ${each.trimEnd().split("\r\n").join(" | ")}`);
		},
	};
}

const http: StageOptions = { httpProxyAddress: HTTP_PROXY };
const socks: StageOptions = { socksProxyAddress: SOCKS_PROXY };
const CONNECT = `CONNECT 192.0.2.1:80 HTTP/1.1 | Host: 192.0.2.1:80 | Proxy-Authorization: ${BASIC}`;
const GET = "GET / HTTP/1.1 | Host: h";
const NUMERIC = "5 1 0 1 192 0 2 1 0 80";

/** Those that need no TLS. */
const plain: Scenario[] = [
	through("A proxy that forwards is asked in absolute-form.", http, () => {}, {
		trace: OK,
		requests: [`GET http://192.0.2.1/ HTTP/1.1 | Host: h | Proxy-Authorization: ${BASIC}`],
	}),
	through("SOCKS with user and password, and a numeric address.", socks, beSocks, {
		trace: OK,
		requests: [GREETING, LOGIN, NUMERIC, GET],
	}),
	through(
		"SOCKS with a name that is looked up there.",
		socks,
		beSocks,
		{ trace: OK, requests: [GREETING, LOGIN, "5 1 0 3 4 104 111 115 116 1 187", GET] },
		{ address: "host", port: 443 },
	),
	through(
		"SOCKS with a name that is looked up here.",
		{ ...socks, socksProxyResolvesNames: false },
		(stage) => {
			stage.names.answer("host", "192.0.2.1");
			beSocks(stage);
		},
		{ trace: OK, requests: [GREETING, LOGIN, NUMERIC, GET] },
		{ address: "host" },
	),
	through("SOCKS that refuses.", socks, (stage) => beSocks(stage, SOCKS_METHOD, SOCKS_STATUS, [5, 5]), {
		trace: [...BOUND, ...failed("socks:refused no")],
		requests: [GREETING, LOGIN, NUMERIC],
	}),
	through("SOCKS that stops has the time of a connection.", socks, (stage) => beSocks(stage, SOCKS_METHOD, [1]), {
		trace: [...BOUND, ...at(20_000, ...failed("timeout:connect no"))],
		requests: [GREETING, LOGIN],
	}),
	through(
		"The application ends it while the SOCKS server is silent.",
		socks,
		(stage) => {
			beSocks(stage, SOCKS_METHOD, []);
		},
		{ trace: [...BOUND, ...failed("app:closed no")], requests: [GREETING, LOGIN] },
		{},
		(stage) => stage.close(stage.sessions[0] as Session),
	),
];

/** A raw connection, with what follows the proxy's answer in the same segment. */
function rawThrough(
	title: string,
	stage: StageOptions,
	answers: readonly string[],
	trace: readonly string[],
): Scenario {
	return {
		title,
		stage,
		trace,
		run(stage) {
			const left = [...answers];
			stage.connect = (peer) => {
				peer.accept();
				peer.onReceive = () => {
					peer.take();
					const answer = left.shift();
					if (answer === undefined) return;
					if (left.length > 0) peer.deliver(answer);
					else peer.finish(`${answer}hello`);
				};
			};
			raw(stage);
			stage.advance();
		},
	};
}

const RAW_TRACE = [...RAW_BEGUN, rx("hello"), ...RAW_CLOSED];
const bytes = (list: readonly number[]) => String.fromCharCode(...list);

export const proxies: Scenario[] = [
	rawThrough(
		"A raw connection through a tunnel gets all that comes, also with the proxy's answer and the end.",
		http,
		["HTTP/1.1 200 OK\r\n\r\n"],
		RAW_TRACE,
	),
	rawThrough(
		"A raw connection through SOCKS gets all that comes.",
		socks,
		[SOCKS_METHOD, SOCKS_STATUS, SOCKS_REPLY].map(bytes),
		RAW_TRACE,
	),
	...plain,
	...plain.map((each) => ({ ...each, title: `On the device: ${each.title}`, stage: { ...each.stage, device: true } })),
	through("A tunnel with TLS through it.", { ...http, tls: new Theatre() }, beTunnel, {
		trace: OK,
		requests: [CONNECT, GET],
	}),
	through("TLS through SOCKS.", { ...socks, tls: new Theatre() }, beSocks, {
		trace: OK,
		requests: [GREETING, LOGIN, NUMERIC, GET],
	}),
	through(
		"A tunnel that is refused.",
		{ ...http, tls: new Theatre() },
		(stage) => beTunnel(stage, "HTTP/1.1 403 No\r\n\r\n"),
		{ trace: [...BOUND, ...failed("proxy:refused no")], requests: [CONNECT] },
	),
	through(
		"A proxy that does not answer CONNECT has the time of a connection.",
		{ ...http, tls: new Theatre() },
		(stage) => beTunnel(stage, "HTTP/1.1 200 OK\r\n"),
		{ trace: [...BOUND, ...at(20_000, ...failed("timeout:connect no"))], requests: [CONNECT] },
	),
];
