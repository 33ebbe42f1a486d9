/** Names with several addresses, and -4 and -6: which server is asked, and the same beside curl. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { BlackHole } from "../servers/blackhole.js";
import { CURL, Recorder, run, TOOL, tool } from "./tool.js";

const HOLE = "127.0.0.2";
const REFUSING = "127.0.0.3";

describe("the tool and addresses", () => {
	const server = new Recorder();
	const server6 = new Recorder();
	let hasIPv6 = true;
	let port = 0;
	before(async () => {
		await server.listen();
		port = server.port;
		await server6.listen("::1", port).catch(() => {
			hasIPv6 = false;
		});
	});
	beforeEach(() => {
		server.reset();
		server.handler = (request, response) => {
			if (request.url !== "/to6") response.end("IPv4");
			else response.writeHead(302, { location: `http://[::1]:${port}/` }).end();
		};
		server6.reset();
		server6.handler = (_request, response) => response.end("IPv6");
	});
	after(() => {
		server.close();
		if (hasIPv6) server6.close();
	});

	const name = () => `http://name.test:${port}/`;
	const resolve = (addresses: string) => ["--resolve", `name.test:${port}:${addresses}`];

	const CASES: Record<string, () => string[]> = {
		"two addresses, IPv4 first": () => [...resolve("127.0.0.1,[::1]"), name()],
		"-4": () => ["-4", ...resolve("[::1],127.0.0.1"), name()],
		"-6": () => ["-6", ...resolve("127.0.0.1,[::1]"), name()],
		"--ipv4 after --ipv6": () => ["--ipv6", "--ipv4", ...resolve("[::1],127.0.0.1"), name()],
		"-6 for a name without such an address": () => ["-6", ...resolve("127.0.0.1"), name()],
		"-4 for a name without such an address": () => ["-4", ...resolve("[::1]"), name()],
		"-6 for an address of the other family": () => ["-6", `http://127.0.0.1:${port}/`],
		"-4 for an address of the other family": () => ["-4", `http://[::1]:${port}/`],
		"-6 for its own family": () => ["-6", `http://[::1]:${port}/`],
		"-4 and a redirect to the other family": () => ["-4L", `http://127.0.0.1:${port}/to6`],
		"-i with -4": () => ["-4i", "-o", "/dev/null", `http://127.0.0.1:${port}/`],
		"an address that refuses, and one that does not": () => [...resolve(`${REFUSING},127.0.0.1`), name()],
		"addresses that refuse": () => [...resolve(`${REFUSING},127.0.0.4`), name()],
	};
	for (const [title, args] of Object.entries(CASES)) {
		it(`does as curl does: ${title}.`, async function () {
			if (!CURL || !hasIPv6) this.skip();
			const outcomes = [];
			for (const program of [CURL, TOOL]) {
				server.reset();
				server6.reset();
				const { code, stdout } = await run(program, ["-s", ...args()]);
				outcomes.push({ code, stdout, asked: [server.seen.length, server6.seen.length] });
			}
			const [theirs, ours] = outcomes;
			deepStrictEqual(ours, theirs);
		});
	}

	it("says how many addresses were tried in vain.", async () => {
		const { code, stderr } = await tool(["-sS", ...resolve(`${REFUSING},127.0.0.4,127.0.0.5`), name()]);
		strictEqual(code, 7);
		match(stderr, /^lws-xs: \(7\) tcp:refused: .* \(name\.test port \d+, 3 addresses tried\)\n$/);
	});

	it("does not wait for an address that does not answer.", async () => {
		const hole = await BlackHole.open(HOLE, port);
		try {
			const format = "%{http_code} %{num_connects} %{time_connect}";
			const args = ["-s", "-w", format, ...resolve(`${HOLE},${REFUSING},127.0.0.1`), name()];
			const { code, stdout } = await tool(args);
			deepStrictEqual([code, stdout.slice(0, 10)], [0, "IPv4200 1 "]);
			const time = Number(stdout.slice(10));
			ok(time >= 0.25 && time < 2, `${time} s`);
			strictEqual(server.seen.length, 1);
		} finally {
			hole.close();
		}
	});

	it("ends with 28 when none answers in time.", async () => {
		const hole = await BlackHole.open(HOLE, port);
		try {
			const args = ["-sS", "--connect-timeout", "0.6", ...resolve(`${HOLE},${HOLE}`), name()];
			const { code, stderr, time } = await tool(args);
			strictEqual(code, 28);
			match(stderr, /^lws-xs: \(28\) timeout:connect: /);
			ok(time >= 600 && time < 3000, `${time} ms`);
		} finally {
			hole.close();
		}
	});
});
