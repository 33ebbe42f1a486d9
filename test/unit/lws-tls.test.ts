/** lws's members and functions about TLS, over a module that is none: what is wrong with them is thrown by the call. */
import assert from "node:assert/strict";
import * as lws from "lws-xs";
import { suiteNames } from "lws-xs/transport/tls-suites";
import { Theatre } from "../double/tls.js";
import { answers, raw, serve } from "../golden/raw.js";
import { sized } from "../golden/scenario.js";
import { Stage, type StageOptions } from "../golden/stage.js";

const PIN = `sha256//${"A".repeat(43)}=`;
const INIT = lws.LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;

/** The options that the session of one request gets. */
function optionsOf(options: StageOptions, request: Parameters<Stage["request"]>[0] = {}) {
	const tls = new Theatre();
	const stage = new Stage({ tls, ...options });
	stage.serve([sized("ok")]);
	stage.request(request);
	stage.advance();
	stage.finish();
	assert.deepEqual(stage.witness.complaints, []);
	const [session] = tls.sessions;
	assert.ok(session);
	return session.options;
}

function throws(options: Partial<lws.ClientSslInfo>, message: RegExp): void {
	assert.throws(() => new Stage({ tls: new Theatre(), ...options }), { message });
}

describe("initVhostClientSsl", () => {
	it("does nothing without LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT.", () => {
		const stage = new Stage({ tls: new Theatre(), options: 0 });
		const [vhost] = stage.context.vhosts;
		assert.ok(vhost);
		assert.equal(lws.initVhostClientSsl({}, vhost), 0);
		assert.throws(() => stage.request(), /initVhostClientSsl .* has to come first/);
		assert.throws(() => lws.importSession(vhost, new ArrayBuffer(1)), /initVhostClientSsl has to come first/);
		stage.finish();
	});

	it("is called by createContext for its default vhost, and by the application for another.", () => {
		const stage = new Stage({ tls: new Theatre() });
		const vhost = lws.createVhost(stage.context, { name: "other", protocols: [stage.protocol] });
		assert.throws(() => stage.request({ vhost }), /has to come first/);
		assert.equal(lws.initVhostClientSsl({ options: INIT }, vhost), 0);
		stage.serve([sized("ok")]);
		const session = stage.request({ vhost });
		stage.advance();
		assert.equal(session.content, "ok");
		stage.finish();
	});

	it("a second time changes nothing.", () => {
		const tls = new Theatre();
		const stage = new Stage({ tls, alpn: "first" });
		const [vhost] = stage.context.vhosts;
		assert.ok(vhost);
		lws.initVhostClientSsl({ options: INIT, alpn: "second" }, vhost);
		stage.request();
		stage.advance();
		assert.equal(tls.sessions[0]?.options.protocols, "first");
		stage.finish();
	});

	it("refuses versions that are none, and a lowest above the highest.", () => {
		throws({ sslMinimumVersion: "1.1" as never }, /sslMinimumVersion is 1\.1: it is "1\.2" or "1\.3"/);
		throws({ sslMaximumVersion: "2" as never }, /sslMaximumVersion is 2/);
		throws({ sslMinimumVersion: "1.3", sslMaximumVersion: "1.2" }, /above the highest/);
	});

	it("refuses pins that are none, and more than eight.", () => {
		for (const pin of ["", "sha256//", "sha256//AAAA", `sha1//${PIN.slice(8)}`, `${PIN}x`, PIN.replace("=", "A")]) {
			throws({ pinnedPublicKeys: [pin] }, /is no pin/);
		}
		throws({ pinnedPublicKeys: new Array(9).fill(PIN) }, /there are 9 pins, and 8 at most/);
		const stage = new Stage({ tls: new Theatre() });
		assert.throws(() => stage.request({ pinnedPublicKeys: ["no"] }), /is no pin/);
		stage.finish();
	});

	it("refuses a certificate without its key, and a key without its certificate.", () => {
		throws({ sslCertMem: new Uint8Array(1) }, /needs its private key/);
		throws({ sslPrivateKeyMem: new Uint8Array(1) }, /a private key its certificate/);
	});

	it("names the file that cannot be read.", () => {
		throws({ sslCaFilepath: "/nowhere/ca.pem" }, /sslCaFilepath: .*\/nowhere\/ca\.pem/);
	});

	it("reserves the buffers of ciphertext, which memoryPlan tells.", () => {
		const sizes = { connections: 3, receiveBuffer: 1000, transmitBuffer: 500 };
		const without = lws.memoryPlan(sizes);
		const plan = lws.memoryPlan(sizes, true);
		assert.equal(without.cipherBuffers, 0);
		assert.equal(plan.cipherBuffers, 3 * (1000 + 500 + 48));
		assert.equal(plan.total, without.total + plan.cipherBuffers);
	});
});

describe("The options of a session", () => {
	it("are safe where nothing is said.", () => {
		const { host, relaxed, minimum, maximum, protocols, suites, pins, resume } = optionsOf(
			{},
			{ host: "a.example:443" },
		);
		assert.deepEqual(
			{ host, relaxed, minimum, maximum, protocols, suites, resume, pins: pins.length },
			{
				host: "a.example",
				relaxed: 0,
				minimum: 2,
				maximum: 3,
				protocols: "http/1.1",
				suites: "",
				resume: undefined,
				pins: 0,
			},
		);
	});

	it("are what vhost and request say, the request's first.", () => {
		const vhost: StageOptions = { alpn: "v", pinnedPublicKeys: [PIN], sslMaximumVersion: "1.2" };
		const { protocols, pins, maximum } = optionsOf(vhost);
		assert.deepEqual([protocols, pins.length, maximum], ["v", 32, 2]);
		const own = optionsOf(vhost, { alpn: "r", pinnedPublicKeys: [PIN, PIN] });
		assert.deepEqual([own.protocols, own.pins.length], ["r", 64]);
	});

	it("have the host without its port and brackets.", () => {
		for (const [host, name] of [
			["h", "h"],
			["h:8443", "h"],
			["192.0.2.1:443", "192.0.2.1"],
			["[2001:db8::1]:443", "2001:db8::1"],
			["[2001:db8::1]", "2001:db8::1"],
		] as const) {
			assert.equal(optionsOf({}, { host }).host, name);
		}
	});

	it("relax what each flag says, and nothing else.", () => {
		for (const [flag, relaxed] of [
			[lws.LCCSCF_USE_SSL, 0],
			[lws.LCCSCF_PIPELINE, 0],
			[lws.LCCSCF_ALLOW_SELFSIGNED, 1],
			[lws.LCCSCF_SKIP_SERVER_CERT_HOSTNAME_CHECK, 2],
			[lws.LCCSCF_ALLOW_EXPIRED, 4],
			[lws.LCCSCF_ALLOW_INSECURE, 8],
			[lws.LCCSCF_ALLOW_SELFSIGNED | lws.LCCSCF_ALLOW_EXPIRED, 5],
		] as const) {
			assert.equal(optionsOf({}, { sslConnection: flag }).relaxed, relaxed);
		}
		assert.equal(lws.LCCSCF_ALLOW_INSECURE, 16);
	});
});

describe("Names of suites", () => {
	const names: [string, string][] = [
		["ECDHE-ECDSA-AES128-GCM-SHA256", "TLS-ECDHE-ECDSA-WITH-AES-128-GCM-SHA256"],
		["ECDHE-RSA-AES256-GCM-SHA384", "TLS-ECDHE-RSA-WITH-AES-256-GCM-SHA384"],
		["ecdhe-rsa-chacha20-poly1305", "TLS-ECDHE-RSA-WITH-CHACHA20-POLY1305-SHA256"],
		["ECDHE-RSA-AES128-SHA", "TLS-ECDHE-RSA-WITH-AES-128-CBC-SHA"],
		["ECDHE-RSA-AES256-SHA384", "TLS-ECDHE-RSA-WITH-AES-256-CBC-SHA384"],
		["AES128-SHA", "TLS-RSA-WITH-AES-128-CBC-SHA"],
		["ECDHE-ECDSA-AES128-CCM8", "TLS-ECDHE-ECDSA-WITH-AES-128-CCM-8"],
		["TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS-ECDHE-RSA-WITH-AES-128-GCM-SHA256"],
		["TLS-ECDHE-RSA-WITH-AES-128-GCM-SHA256", "TLS-ECDHE-RSA-WITH-AES-128-GCM-SHA256"],
		["TLS_AES_128_GCM_SHA256", "TLS1-3-AES-128-GCM-SHA256"],
		["TLS_CHACHA20_POLY1305_SHA256", "TLS1-3-CHACHA20-POLY1305-SHA256"],
	];
	for (const [given, meant] of names) {
		it(`${given} is ${meant}.`, () => {
			const list = (
				given.startsWith("TLS_") && !given.includes("WITH")
					? suiteNames(undefined, given)
					: suiteNames(given, undefined)
			).split(":");
			assert.ok(list.includes(meant), list.join(" "));
		});
	}
});

describe("tlsInfo, peerCertificate and exportSession", () => {
	it("know nothing of a connection without TLS.", () => {
		const stage = new Stage();
		stage.serve([sized("ok")]);
		let asked: unknown[] = ["not asked"];
		const session = stage.request({
			on: {
				ESTABLISHED_CLIENT_HTTP: ({ wsi }) => {
					asked = [lws.tlsInfo(wsi), lws.peerCertificate(wsi), lws.exportSession(wsi)];
				},
			},
		});
		stage.advance();
		stage.finish();
		assert.deepEqual(asked, [undefined, undefined, undefined]);
		assert.equal(session.content, "ok");
	});

	it("tell of the connection from the head on, and of the session after the end.", () => {
		const stage = new Stage({ tls: new Theatre() });
		stage.serve([sized("ok")]);
		const versions: (string | undefined)[] = [];
		const ask = ({ wsi }: { wsi: lws.Wsi<never> }) => void versions.push(lws.tlsInfo(wsi)?.version);
		const session = stage.request({
			on: {
				CLIENT_HTTP_BIND_PROTOCOL: ask,
				CLIENT_APPEND_HANDSHAKE_HEADER: ask,
				ESTABLISHED_CLIENT_HTTP: ask,
				COMPLETED_CLIENT_HTTP: ask,
				WSI_DESTROY: ask,
			},
		});
		stage.advance();
		assert.deepEqual(versions.slice(0, 4), [undefined, "TLSv1.3", "TLSv1.3", "TLSv1.3"]);
		assert.equal(lws.exportSession(session.wsi), undefined);
		stage.finish();
	});
});

describe("A raw connection", () => {
	/** What its session of TLS is told. */
	function told(request: Parameters<Stage["request"]>[0]) {
		const tls = new Theatre();
		const stage = new Stage({ tls, alpn: "vhost" });
		serve(stage, answers);
		const session = raw(stage, { body: ["x."], ...request });
		stage.advance();
		stage.finish();
		assert.deepEqual(stage.witness.complaints, []);
		assert.equal(session.content, "X.");
		return tls.sessions[0]?.options;
	}

	it("offers no protocol by ALPN but those that are given.", () => {
		assert.equal(told({})?.protocols, "");
		assert.equal(told({ alpn: "mqtt" })?.protocols, "mqtt");
	});

	it("is for the server of its address, if it has no other host.", () => {
		assert.equal(told({})?.host, "192.0.2.1");
		assert.equal(told({ address: "2001:db8::1" })?.host, "2001:db8::1");
		assert.equal(told({ host: "device.example" })?.host, "device.example");
	});
});
