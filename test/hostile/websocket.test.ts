/**
 * Every script of a hostile server against the client's WebSocket. All of a kind run in one process, one after another and
 * each with a good WebSocket behind it: a client that has taken harm would show it there.
 */
import { ok, strictEqual } from "node:assert";
import { skipUnlessBuilt } from "../desktop/host.js";
import type { PlannedRequest, Result } from "../wire/plan.js";
import { isSimulator, RUNS, type Run, runPlan } from "../wire/run.js";
import { FLOODS, SILENT, VANISHED } from "./websocket-ends.js";
import { ENDLESS_HANDSHAKES, HANDSHAKES, TOLERATED, VIOLATIONS, type WSScript } from "./websocket-scripts.js";
import { HostileWebSocketServer, type Played } from "./websocket-server.js";

/** Milliseconds for anything that needs no deadline, on the slowest host. */
const LIMIT = 5000;
/** The same where programs run at their own speed. */
const SECOND = 1000;
const DEADLINES = { connect: 5000, firstByte: 5000, total: 20_000 };
/** Bytes of a refusal that are told: 4096 and what came with them. */
const REFUSAL = 4096 + 1536;

function request(port: number, path: string, script?: WSScript): PlannedRequest {
	const client = script ? (script.client ?? { stays: true }) : { receive: 1 };
	const deadlines = { ...DEADLINES, ...script?.deadlines };
	return { port, path, ws: client, keepHeaders: script?.keepHeaders, deadlines };
}

function describeScripts(title: string, scripts: readonly WSScript[], run: Run, pieces: "whole" | "bytes"): void {
	describe(`${title} (${run.name})`, function () {
		this.timeout(120_000);
		const server = new HostileWebSocketServer(scripts);
		let results: Result[] = [];
		before(async function () {
			skipUnlessBuilt(this, run.variant);
			const port = await server.listen();
			const suffix = pieces === "bytes" ? "/bytes" : "";
			const requests = scripts.flatMap((script, i) => [
				request(port, `/${i}${suffix}`, script),
				request(port, "/good"),
			]);
			const sizes = { receiveBuffer: 1536, transmitBuffer: 1024, connections: 1 };
			results = await runPlan(run, { contexts: [sizes], requests });
		});
		after(() => server.close());

		scripts.forEach((script, i) => {
			const { name, error, close, isUnheard, count, delivered = "yes", least = 0 } = script;
			it(`${name[0]?.toUpperCase()}${name.slice(1)}: ${error || "an end in order"}.`, () => {
				const result = results[2 * i] as Result;
				const good = results[2 * i + 1] as Result;
				strictEqual(`${result.error}|${result.error && result.delivered}`, `${error}|${error && delivered}`);
				ok(result.length <= REFUSAL || result.status === 101, `${result.length} bytes`);
				if (count !== undefined) strictEqual(result.ws?.count, count);
				const limit = run.variant === "64" && run.divisor === 1 ? SECOND : LIMIT;
				const most = script.limit ?? limit;
				ok(result.milliseconds >= least && result.milliseconds < most, `it took ${result.milliseconds} ms`);
				const { frames = [] } =
					server.played.find(({ path }) => Number(path.split("/")[1]) === i) ?? ({} as Partial<Played>);
				const closes = frames.filter((frame) => frame.startsWith("close"));
				if (!isUnheard || closes.length > 0)
					strictEqual(closes.join(), close === undefined ? "" : `close ${close}`.trim());
				if (closes.length > 0) strictEqual(frames.at(-1), closes[0]);
				ok(!frames.some((frame) => frame.includes("not") || frame.includes("reserved")), frames.join());
				strictEqual(`${good.message}|${good.length} ${good.ws?.count}`, "|4 1");
			});
		});

		it("Each has made one connection, and none stays open.", () => {
			strictEqual(server.played.length, 2 * scripts.length);
			strictEqual(server.open, 0);
		});
	});
}

for (const run of RUNS) {
	const isSlowest = run.variant === "asan" && run.divisor > 10;
	// a device's socket ends without a reason: a reset is what an end would be there
	const isKnown = ({ error }: WSScript) => !isSimulator(run) || error !== "tcp:reset";
	const chosen = (scripts: WSScript[]) => scripts.filter((script, i) => (!isSlowest || i % 4 === 0) && isKnown(script));
	describeScripts("malformed handshakes of WebSocket", chosen(HANDSHAKES), run, "whole");
	describeScripts("malformed frames", chosen(VIOLATIONS), run, "whole");
	describeScripts("strange frames", chosen(TOLERATED), run, "whole");
	describeScripts("servers of WebSocket that vanish", chosen(VANISHED), run, "whole");
	if (run.divisor > 10) continue;
	if (run.variant !== "32") {
		for (const scripts of [HANDSHAKES, VIOLATIONS, TOLERATED]) {
			describeScripts("the same in single bytes", scripts.filter(isSmall), run, "bytes");
		}
	}
	describeScripts("endless handshakes of WebSocket", ENDLESS_HANDSHAKES, run, "whole");
	describeScripts("floods of frames", FLOODS, run, "whole");
	if (run.variant !== "64") continue;
	describeScripts("silent servers of WebSocket", SILENT, run, "whole");
}

/** Thousands of single bytes would take seconds and tell nothing new. */
function isSmall({ steps, whole }: WSScript): boolean {
	return !whole && steps.every((step) => (!Buffer.isBuffer(step) && typeof step !== "string") || step.length < 1000);
}
