/** --pipeline: what goes together, and that all comes out in order. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { Folder, freePort, Recorder, TOOL, tool } from "./tool.js";

function at({ port }: Recorder, path: string): string {
	return `http://127.0.0.1:${port}${path}`;
}

describe("the tool with --pipeline", function () {
	this.timeout(20_000);
	const server = new Recorder();
	const other = new Recorder();
	const folder = new Folder();
	let unanswered = 0;
	let most = 0;
	before(async () => {
		await server.listen();
		await other.listen();
	});
	beforeEach(() => {
		unanswered = most = 0;
		other.reset();
		server.reset();
		server.handler = (request, response) => {
			most = Math.max(most, ++unanswered);
			response.on("finish", () => unanswered--);
			setTimeout(() => response.end(`${request.method} ${request.url}\n`), 20);
		};
	});
	after(() => {
		server.close();
		other.close();
		folder.remove();
	});

	it("Requests to one origin share a connection, and do not wait for one another.", async () => {
		const urls = ["a", "b", "c", "d", "e"].map((name) => at(server, `/${name}`));
		const format = "%{http_code} %{num_connects}|";
		const { code, stdout, stderr } = await tool(["--pipeline", "-w", format, ...urls]);
		strictEqual(stderr, "");
		strictEqual(code, 0);
		const answers = ["a", "b", "c", "d", "e"].map((name, i) => `GET /${name}\n200 ${i === 0 ? 1 : 0}|`);
		strictEqual(stdout, answers.join(""));
		strictEqual(server.connections, 1);
		strictEqual(most, 4);
	});

	it("Without it they wait.", async () => {
		await tool([at(server, "/a"), at(server, "/b"), at(server, "/c")]);
		strictEqual(most, 1);
	});

	it("Another origin comes when those before it are done, and files get what is theirs.", async () => {
		const outputs = [0, 1, 2].flatMap((i) => ["-o", folder.at(`out${i}`)]);
		const { code } = await tool(["--pipeline", ...outputs, at(server, "/a"), at(other, "/b"), at(server, "/c")]);
		strictEqual(code, 0);
		deepStrictEqual(
			[0, 1, 2].map((i) => folder.read(`out${i}`)),
			["GET /a\n", "ok", "GET /c\n"],
		);
		strictEqual(most, 1);
	});

	it("-i and -v show each head with its content.", async () => {
		const { stdout, stderr } = await tool(["--pipeline", "-iv", at(server, "/a"), at(server, "/b"), at(server, "/c")]);
		match(stdout, /^HTTP\/1.1 200 OK\r\n[\s\S]*?\r\n\r\nGET \/a\nHTTP\/1.1 200 OK\r\n[\s\S]*?\r\n\r\nGET \/b\nHTTP/);
		deepStrictEqual(stderr.match(/^[<>] (GET|HTTP)/gm), ["> GET", "< HTTP", "> GET", "> GET", "< HTTP", "< HTTP"]);
	});

	it("The exit code is that of the last one, and what fails harms nobody else.", async () => {
		const urls = [at(server, "/a"), "http://127.0.0.1:0/", `http://127.0.0.1:${await freePort()}/`, at(server, "/b")];
		const { code, stdout, stderr } = await tool(["--pipeline", ...urls]);
		strictEqual(code, 0);
		strictEqual(stdout, "GET /a\nGET /b\n");
		match(stderr, /^lws-xs: \(3\) [^\n]+\nlws-xs: \(7\) tcp:refused[^\n]+\n$/);
	});

	it("A record of it is played the same, at every cut.", async () => {
		const file = folder.at("record");
		const { code } = await tool([
			"-s",
			"--pipeline",
			"--record",
			file,
			at(server, "/a"),
			at(server, "/b"),
			at(server, "/c"),
		]);
		strictEqual(code, 0);
		const replayed = await tool(["replay", file]);
		strictEqual(replayed.stderr, "");
		ok(replayed.stdout.includes("as recorded: the same"), replayed.stdout);
		strictEqual(replayed.code, 0, TOOL);
	});
});
