/** lws's page on its client functions, the second half: connections, their sharing, vhosts. */
import assert from "node:assert/strict";
import * as lws from "lws-xs";
import { sized } from "../golden/scenario.js";
import { type RequestOptions, type Script, type Session, Stage, type StageOptions } from "../golden/stage.js";

/** One request to its end. */
function exchange(script: Script, options: RequestOptions = {}, stageOptions: StageOptions = {}): [Stage, Session] {
	const stage = new Stage(stageOptions);
	stage.serve(script);
	const session = stage.request(options);
	stage.advance();
	return [stage, session];
}

function finish(stage: Stage): void {
	stage.finish();
	assert.deepEqual(stage.witness.complaints, []);
}

describe("lws_client_connect_via_info", () => {
	it("creates a connection to a remote server using the information provided in ccinfo.", () => {
		const [stage] = exchange([sized("ok")], {
			address: "192.0.2.7",
			port: 8080,
			method: "PUT",
			path: "/a/b?c=1",
			host: "example.com:8080",
			origin: "example.net",
			iface: "192.0.2.99",
		});
		const { peer } = stage.network;
		assert.deepEqual([peer.address, peer.port, peer.localAddress], ["192.0.2.7", 8080, "192.0.2.99"]);
		const fields = "Host: example.com:8080\r\nOrigin: http://example.net\r\nContent-Length: 0";
		assert.equal(stage.requests[0], `PUT /a/b?c=1 HTTP/1.1\r\n${fields}\r\n\r\n`);
		finish(stage);
	});

	it("returns a wsi before any callback, and sets pwsi before that.", () => {
		const stage = new Stage();
		const pwsi: { wsi: lws.Wsi<never> | undefined } = { wsi: undefined };
		const wsi = lws.clientConnectViaInfo<never>({
			context: stage.context,
			address: "192.0.2.1",
			port: 80,
			host: "h",
			path: "/",
			method: "GET",
			pwsi,
		});
		assert.equal(pwsi.wsi, wsi);
		assert.deepEqual(stage.log, []);
		stage.destroy();
		stage.advance();
	});

	it("puts http:// before origin, but not with LWS_SERVER_OPTION_JUST_USE_RAW_ORIGIN.", () => {
		const options = { options: lws.LWS_SERVER_OPTION_JUST_USE_RAW_ORIGIN };
		const [stage] = exchange([sized("ok")], { origin: "null" }, options);
		assert.match(stage.requests[0] ?? "", /\r\nOrigin: null\r\n/);
		finish(stage);
	});

	it("ignores clientExts and uriReplaceFrom, as lws does.", () => {
		const [stage, session] = exchange([sized("ok")], { clientExts: {}, uriReplaceFrom: "ok", uriReplaceTo: "no" });
		assert.equal(session.content, "ok");
		finish(stage);
	});

	it("gives user data: userdata, or what the protocol makes for each wsi.", () => {
		const users: unknown[] = [];
		const protocol: lws.Protocol<{ number: number }> = {
			name: "counting",
			newUser: () => ({ number: users.length }),
			callback(...[wsi, reason, user]) {
				if (reason !== lws.LWS_CALLBACK_WSI_CREATE) return;
				assert.equal(wsi.user, user);
				users.push(user);
			},
		};
		const stage = new Stage({ protocols: [protocol as unknown as lws.Protocol<never>] });
		const info = { context: stage.context, address: "192.0.2.1", port: 80, host: "h", path: "/", method: "GET" };
		lws.clientConnectViaInfo(info);
		lws.clientConnectViaInfo(info);
		const given = { number: 99 };
		lws.clientConnectViaInfo({ ...info, userdata: given });
		stage.advance();
		assert.deepEqual(users, [{ number: 0 }, { number: 0 }, given]);
		assert.equal(users[2], given);
		stage.destroy();
		stage.advance();
	});

	it("calls the protocol of that name: localProtocolName, else protocol, else the first.", () => {
		const called: string[] = [];
		const make = (name: string): lws.Protocol<never> => ({
			name,
			callback(...[wsi, reason]) {
				if (reason !== lws.LWS_CALLBACK_CLIENT_HTTP_BIND_PROTOCOL) return;
				assert.equal(lws.getProtocol(wsi).name, name);
				called.push(name);
			},
		});
		const stage = new Stage({ protocols: [make("one"), make("two"), make("six")] });
		const info = { context: stage.context, address: "192.0.2.1", port: 80, host: "h", path: "/", method: "GET" };
		lws.clientConnectViaInfo(info);
		lws.clientConnectViaInfo({ ...info, protocol: "two" });
		lws.clientConnectViaInfo({ ...info, protocol: "two", localProtocolName: "six" });
		lws.clientConnectViaInfo({ ...info, localProtocolName: "unknown" });
		stage.advance();
		assert.deepEqual(called, ["one", "two", "six", "one"]);
		stage.destroy();
		stage.advance();
	});
});

describe("LCCSCF_PIPELINE", () => {
	it("serializes client connections on a single connection where possible.", () => {
		const stage = new Stage({ connections: 1 });
		stage.serve([sized("one")], [sized("two")]);
		const sessions = [0, 1].map(() => stage.request({ sslConnection: lws.LCCSCF_PIPELINE }));
		stage.advance();
		assert.deepEqual(
			sessions.map((session) => session.content),
			["one", "two"],
		);
		assert.equal(stage.network.peers.length, 1);
		finish(stage);
	});

	it("is possible with HTTP/1.0 if Keep-Alive is sent by the server, and only then.", () => {
		for (const [field, connections] of [
			["Connection: keep-alive\r\n", 1],
			["", 2],
		] as const) {
			const stage = new Stage({ connections: 1 });
			stage.serve([`HTTP/1.0 200 OK\r\n${field}Content-Length: 3\r\n\r\none`], [sized("two")]);
			for (let i = 0; i < 2; i++) stage.request({ sslConnection: lws.LCCSCF_PIPELINE });
			stage.advance();
			assert.equal(stage.network.peers.length, connections);
			finish(stage);
		}
	});
});

describe("vhosts", () => {
	it("are made explicitly after LWS_SERVER_OPTION_EXPLICIT_VHOSTS; without, there is one.", () => {
		const stage = new Stage({ options: lws.LWS_SERVER_OPTION_EXPLICIT_VHOSTS });
		assert.equal(stage.context.vhosts.length, 0);
		assert.throws(() => stage.request(), /createVhost/);
		const info = { name: "mine", protocols: [stage.protocol] };
		const vhost = lws.createVhost(stage.context, info);
		assert.deepEqual(stage.context.vhosts, [vhost]);
		assert.equal(vhost.name, "mine");
		assert.equal(vhost.context, stage.context);
		stage.serve([sized("ok")]);
		const session = stage.request();
		stage.advance();
		assert.equal(session.content, "ok");
		assert.equal(lws.getVhost(session.wsi), vhost);
		assert.equal(lws.getContext(session.wsi), stage.context);
		finish(stage);
		const standard = new Stage();
		assert.deepEqual(
			standard.context.vhosts.map((each) => each.name),
			["default"],
		);
	});

	it("made by lws_create_vhost have protocols and connections of their own.", () => {
		const stage = new Stage();
		const vhost = lws.createVhost(stage.context, { name: "other", protocols: [stage.protocol], connections: 1 });
		stage.serve([sized("one")], [sized("two")]);
		const first = stage.request();
		stage.advance();
		const second = stage.request({ vhost });
		stage.advance();
		assert.equal(lws.getVhost(first.wsi), stage.context.vhosts[0]);
		assert.equal(lws.getVhost(second.wsi), vhost);
		assert.equal(stage.network.peers.length, 2, "a connection is not shared between vhosts");
		stage.finish();
		// each vhost told the protocol of its beginning and its end
		assert.deepEqual(stage.witness.complaints, ["the protocol was told IIDD, not once of init and destroy"]);
	});
});
