/** What is wrong with the arguments of a call is thrown by that call, and nothing else happens. */
import assert from "node:assert/strict";
import * as lws from "lws-xs";
import { sized } from "../golden/scenario.js";
import { type RequestOptions, type Session, Stage } from "../golden/stage.js";

/** The request is refused at the call: no callback, no socket. */
function refuses(options: RequestOptions & Record<string, unknown>, message: RegExp, error = TypeError): void {
	const stage = new Stage();
	assert.throws(
		() => stage.request(options),
		(thrown: Error) => thrown instanceof error && message.test(thrown.message),
		JSON.stringify(options),
	);
	stage.advance(100_000);
	assert.deepEqual(stage.log, []);
	assert.equal(stage.network.peers.length, 0);
	stage.finish();
	assert.deepEqual(stage.witness.complaints, []);
}

/** Calls `body` in `reason` of a request, whose trace must be that of one in which nothing was called. */
function within(reason: string, body: (stage: Stage, session: Session) => void, options: RequestOptions = {}): Stage {
	const stage = new Stage();
	let count = 0;
	stage.serve([sized("ok")]);
	stage.request({
		...options,
		on: {
			...options.on,
			[reason]: ({ stage, session }) => {
				count++;
				body(stage, session);
			},
		},
	});
	stage.advance();
	stage.finish();
	assert.deepEqual(stage.witness.complaints, []);
	assert.ok(count > 0, `${reason} came`);
	assert.ok(!stage.log.some((line) => line.includes("app:callback")), stage.log.join("\n"));
	return stage;
}

const APPEND = "CLIENT_APPEND_HANDSHAKE_HEADER";

describe("clientConnectViaInfo", () => {
	it("refuses a request without a context.", () => {
		const info = { address: "192.0.2.1", port: 80, host: "h", path: "/", method: "GET" } as lws.ConnectInfo;
		assert.throws(() => lws.clientConnectViaInfo(info), { name: "TypeError", message: /context is missing/ });
	});

	for (const name of ["address", "path", "host"]) {
		it(`refuses a request without ${name}.`, () => {
			for (const value of [undefined, null, "", 5]) refuses({ [name]: value }, new RegExp(`${name} is missing`));
		});
	}

	it("refuses a time for 100 that is none.", () => {
		for (const value of [-1, 1.5, 2 ** 31, "1000"])
			refuses({ expectContinue: value as number }, /expectContinue/, RangeError);
	});

	it("refuses a port that is none.", () => {
		for (const port of [0, -1, 65536, 70000, 80.5, Number.NaN, undefined, "80"]) {
			refuses({ port } as RequestOptions & Record<string, unknown>, /port/, RangeError);
		}
	});

	it("takes the ports at both ends.", () => {
		for (const port of [1, 65535]) {
			const stage = new Stage();
			stage.request({ port });
			stage.advance();
			assert.equal(stage.network.peer.port, port);
			stage.finish();
		}
	});

	for (const [name, byte] of Object.entries({ CR: "\r", LF: "\n", NUL: "\0" })) {
		it(`refuses ${name} in method, path, host and origin.`, () => {
			for (const place of ["start", "middle", "end"]) {
				const spoil = (text: string) => {
					if (place === "start") return byte + text;
					return place === "end" ? text + byte : `${text}${byte}${text}`;
				};
				refuses({ method: spoil("GET") }, /method/);
				refuses({ path: spoil("/") }, /path/);
				refuses({ host: spoil("h") }, /host/);
				refuses({ origin: spoil("o") }, /origin/);
			}
		});
	}

	it("refuses white space in method and path.", () => {
		for (const byte of [" ", "\t", "\x7f", "\x01"]) {
			refuses({ method: `GE${byte}T` }, /method/);
			refuses({ path: `/a${byte}b` }, /path/);
		}
	});

	it('refuses a path that does not begin with "/", but for "*" with OPTIONS.', () => {
		for (const path of ["a", "http://h/", "?x"]) refuses({ path }, /path must begin/);
		refuses({ path: "*" }, /path must begin/);
		const stage = new Stage();
		stage.request({ path: "*", method: "OPTIONS" });
		stage.advance();
		assert.match(stage.requests[0] ?? "", /^OPTIONS \* HTTP\/1\.1\r\n/);
		stage.finish();
	});

	it("refuses methods that are none, and by name those that make something else than a request.", () => {
		for (const method of ["", "GET:", "G(T", "\u00e9"]) refuses({ method }, /method/);
		refuses({ method: "CONNECT" }, /CONNECT/);
	});

	it("knows 13, 0 and -1 as ietfVersionOrMinusOne.", () => {
		for (const version of [12, 8, 1, -2, 13.5]) refuses({ ietfVersionOrMinusOne: version }, /ietfVersion/, RangeError);
		for (const ietfVersionOrMinusOne of [13, 0, -1]) {
			const stage = new Stage();
			stage.request({ ietfVersionOrMinusOne });
			stage.finish();
		}
	});

	it('refuses UNIX sockets ("+") where the host has none, TLS and what is no deadline by name.', () => {
		refuses({ address: "+/run/socket" }, /UNIX/);
		refuses({ address: "+@abstract" }, /UNIX/);
		refuses({ sslConnection: lws.LCCSCF_USE_SSL }, /initVhostClientSsl/);
		refuses({ sslConnection: lws.LCCSCF_USE_SSL | lws.LCCSCF_PIPELINE }, /initVhostClientSsl/);
		refuses({ deadlines: { idle: -1 } }, /idle/, RangeError);
		refuses({ deadlines: { total: 1.5 } }, /total/, RangeError);
		refuses({ deadlines: { connect: Number.POSITIVE_INFINITY } }, /connect/, RangeError);
	});

	it("refuses a destroyed context, and a vhost of another.", () => {
		const stage = new Stage();
		stage.destroy();
		assert.throws(() => stage.request(), /destroyed/);
		const other = new Stage();
		assert.throws(() => other.request({ vhost: stage.context.vhosts[0] as lws.Vhost }), /another context/);
		stage.finish();
		other.finish();
	});

	it("refuses a parent that has ended.", () => {
		const stage = new Stage();
		stage.serve([sized("ok")]);
		const parent = stage.request();
		stage.advance();
		assert.throws(() => stage.request({ parentWsi: parent.wsi }), /parent/);
		const closing = stage.request();
		stage.close(closing);
		assert.throws(() => stage.request({ parentWsi: closing.wsi }), /parent/);
		stage.finish();
		assert.deepEqual(stage.witness.complaints, []);
	});
});

describe("addHttpHeaderByName", () => {
	it("refuses CR, LF and NUL in names and values, and names that are none.", () => {
		const stage = within(APPEND, (stage, session) => {
			for (const byte of ["\r", "\n", "\0", "\r\nX: y"]) {
				assert.throws(() => stage.addField(session, `X${byte}`, "v"), TypeError);
				assert.throws(() => stage.addField(session, "X", `v${byte}`), TypeError);
				assert.throws(() => stage.addField(session, "X", `${byte}v`), TypeError);
			}
			for (const name of ["", ":", "a b", "a::", " a", "a ", "\u00e9"]) {
				assert.throws(() => stage.addField(session, name, "v"), TypeError, name);
			}
		});
		assert.equal(stage.requests[0], "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
	});

	it("gives way with its Content-Type to the application's, and takes away nothing else.", () => {
		const form = "application/x-www-form-urlencoded";
		const flags = { method: "POST", sslConnection: lws.LCCSCF_HTTP_X_WWW_FORM_URLENCODED };
		const head = (fields: string) => `POST / HTTP/1.1\r\nHost: h\r\n${fields}Content-Length: 0\r\n\r\n`;
		const accepts = (stage: Stage, session: Session) => stage.addField(session, "Accept", form);
		const types = (stage: Stage, session: Session) => {
			accepts(stage, session);
			stage.addField(session, "content-type", "text/plain");
		};
		assert.equal(within(APPEND, accepts, flags).requests[0], head(`Content-Type: ${form}\r\nAccept: ${form}\r\n`));
		const given = `Accept: ${form}\r\ncontent-type: text/plain\r\n`;
		assert.equal(within(APPEND, types, flags).requests[0], head(given));
		assert.equal(within(APPEND, types, { method: "POST" }).requests[0], head(given));
	});

	it("takes another expectation than 100-continue for a field like any.", () => {
		const stage = within(APPEND, (stage, session) => stage.addField(session, "Expect", "x"));
		assert.equal(stage.requests[0], "GET / HTTP/1.1\r\nHost: h\r\nExpect: x\r\n\r\n");
	});

	it("leaves out the colon that lws asks for at the end of the name.", () => {
		const stage = within(APPEND, (stage, session) => {
			stage.addField(session, "x-one:", "1");
			stage.addField(session, "X-Two", "");
		});
		assert.equal(stage.requests[0], "GET / HTTP/1.1\r\nHost: h\r\nx-one: 1\r\nX-Two: \r\n\r\n");
	});

	it("refuses a second Host, and framing that contradicts itself.", () => {
		within(APPEND, (stage, session) => {
			assert.throws(() => stage.addField(session, "hOST", "other"), /host/i);
			for (const value of ["", "-1", "1.5", "x", "1,1", "1 1", "9999999999999999"]) {
				assert.throws(() => stage.addField(session, "Content-Length", value), /Content-Length/, value);
			}
			for (const value of ["gzip", "gzip, chunked", ""]) {
				assert.throws(() => stage.addField(session, "Transfer-Encoding", value), /chunked/, value);
			}
		});
		within(
			APPEND,
			(stage, session) => {
				stage.addField(session, "Content-Length", "0");
				assert.throws(() => stage.addField(session, "Transfer-Encoding", "chunked"), /exclude/);
			},
			{ method: "POST" },
		);
	});

	it("refuses a field when the head has gone, and says when fields can be added.", () => {
		for (const reason of ["CLIENT_FILTER_PRE_ESTABLISH", "RECEIVE_CLIENT_HTTP_READ", "WSI_DESTROY"]) {
			within(reason, (stage, session) => {
				assert.throws(() => stage.addField(session, "X", "y"), /APPEND_HANDSHAKE_HEADER/);
			});
		}
	});
});

describe("write", () => {
	it("refuses modes that are not for HTTP.", () => {
		within(
			"CLIENT_HTTP_WRITEABLE",
			(stage, session) => {
				for (const mode of [0, 1, 2, 5, 8, -1, 1.5, Number.NaN]) {
					assert.throws(() => lws.write(session.wsi, new Uint8Array(1), mode), /mode/, String(mode));
				}
				stage.write(session, "", true);
			},
			{ method: "POST", body: [""] },
		);
	});

	it("refuses what is longer than the Content-Length, and takes what is not.", () => {
		const stage = within(
			"CLIENT_HTTP_WRITEABLE",
			(stage, session) => {
				assert.throws(() => stage.write(session, "1234567"), /Content-Length of 6/);
				assert.equal(stage.write(session, "123"), 3);
				assert.throws(() => stage.write(session, "4567", true), RangeError);
				assert.equal(stage.write(session, "456"), 3);
			},
			{ method: "POST", fields: [["Content-Length", "6"]], body: [""] },
		);
		assert.match(stage.requests[0] ?? "", /\r\n\r\n123456$/);
	});

	it("gives 0 for bytes that no request body was announced for, and -1 when the wsi has ended.", () => {
		within("ESTABLISHED_CLIENT_HTTP", (stage, session) => assert.equal(stage.write(session, "x"), 0));
		within("CLOSED_CLIENT_HTTP", (stage, session) => assert.equal(stage.write(session, "x"), -1));
	});
});

describe("httpClientRead", () => {
	it("refuses an empty buffer.", () => {
		within("RECEIVE_CLIENT_HTTP", (stage, session) => {
			assert.throws(() => lws.httpClientRead(session.wsi, new Uint8Array(0)), RangeError);
			stage.read(session);
		});
	});

	it("gives -1 when the wsi has ended, and 0 when nothing is there yet.", () => {
		within("CLOSED_CLIENT_HTTP", (stage, session) => assert.equal(stage.read(session), -1));
		within("WSI_CREATE", (stage, session) => assert.equal(stage.read(session), 0));
	});
});

describe("createContext", () => {
	const protocol: lws.Protocol<never> = { name: "p", callback: () => 0 };

	it("refuses to be without protocols, or with one that has no callback.", () => {
		for (const protocols of [undefined, null, [], {}]) {
			assert.throws(() => lws.createContext({ protocols } as unknown as lws.ContextInfo), TypeError);
		}
		const protocols = [{ name: "p" }] as unknown as lws.Protocol<never>[];
		assert.throws(() => lws.createContext({ protocols }), /callback/);
		const context = lws.createContext({ options: lws.LWS_SERVER_OPTION_EXPLICIT_VHOSTS });
		assert.throws(() => lws.createVhost(context, { protocols: [] }), TypeError);
	});

	it("refuses sizes below the least that works, and what is no size.", () => {
		const least = {
			connections: 1,
			receiveBuffer: 64,
			transmitBuffer: 64,
			headTable: 512,
			headFields: 8,
			keepWarm: 0,
		};
		for (const [name, minimum] of Object.entries(least)) {
			for (const value of [minimum - 1, minimum + 0.5, -1, Number.NaN, 2 ** 31, "64"]) {
				const info = { protocols: [protocol], [name]: value } as lws.ContextInfo;
				assert.throws(
					() => lws.createContext(info),
					(error) => error instanceof RangeError && error.message.includes(name),
				);
				assert.throws(() => lws.memoryPlan(info), RangeError);
			}
			lws.createContext({ protocols: [protocol], [name]: minimum });
		}
	});

	it("works with the least sizes.", () => {
		const stage = new Stage({ connections: 1, receiveBuffer: 64, transmitBuffer: 64, headTable: 512, headFields: 8 });
		stage.serve([sized("x".repeat(1000))]);
		const path = `/${"long".repeat(100)}`;
		const session = stage.request({ method: "POST", path, body: ["a".repeat(40), "b".repeat(40)] });
		stage.advance();
		stage.finish();
		assert.deepEqual(stage.witness.complaints, []);
		assert.equal(session.content.length, 1000);
		assert.ok(stage.requests[0]?.startsWith(`POST ${path} HTTP/1.1\r\n`));
		assert.ok(stage.requests[0]?.endsWith(`28\r\n${"a".repeat(40)}\r\n28\r\n${"b".repeat(40)}\r\n0\r\n\r\n`));
	});

	it("refuses deadlines that are none.", () => {
		for (const idle of [-1, 0.5, Number.NaN, 2 ** 31]) {
			assert.throws(() => lws.createContext({ protocols: [protocol], deadlines: { idle } }), RangeError);
		}
	});
});

describe("memoryPlan", () => {
	it("adds up, grows with the connections, and is that of a device without options.", () => {
		const plan = lws.memoryPlan({});
		const { total, ...parts } = plan;
		assert.equal(
			total,
			Object.values(parts).reduce((sum, bytes) => sum + bytes, 0),
		);
		assert.deepEqual(plan, lws.memoryPlan({ connections: 2, receiveBuffer: 1536, transmitBuffer: 1024 }));
		assert.ok(total > 2 * (1536 + 1024 + 2048) && total < 12 * 1024);
		assert.equal(lws.memoryPlan({ connections: 6 }).total, 3 * total);
	});

	it("counts each size where it belongs.", () => {
		const plan = lws.memoryPlan({ connections: 3, receiveBuffer: 100, transmitBuffer: 200, headTable: 1000 });
		assert.equal(plan.receiveBuffers, 300);
		assert.equal(plan.transmitBuffers, 600);
		assert.ok(plan.headTables >= 3000);
	});
});
