/**
 * Every script against the client. All of a kind run in one process, one after another and each with a good request
 * behind it: a client that has taken harm would show it there.
 */
import { ok, strictEqual } from "node:assert";
import { skipUnlessBuilt } from "../desktop/host.js";
import type { PlannedRequest, Result } from "../wire/plan.js";
import { isSimulator, RUNS, type Run, runPlan } from "../wire/run.js";
import { REDIRECTS } from "./redirects.js";
import { cuts, ENDLESS, MALFORMED, type Script, SLOWNESS, TOLERATED } from "./scripts.js";
import { HostileServer } from "./server.js";
import { SLOW_UPLOADS, UPLOADS } from "./uploads.js";

/** Milliseconds for anything that needs no deadline, on the slowest host. */
const LIMIT = 5000;
const DEADLINES = { connect: 5000, firstByte: 5000, idle: 5000, total: 20_000 };

function request(port: number, path: string, script?: Script): PlannedRequest {
	const deadlines = { ...DEADLINES, ...script?.deadlines };
	const upload = { body: { size: 300, framing: "length" }, expectContinue: 100 } as const;
	const method = script?.isUpload ? "PUT" : script?.method;
	return { port, path, method, deadlines, buffer: 1024, ...(script?.isUpload && upload) };
}

function describeScripts(title: string, scripts: Script[], run: Run, pieces: "whole" | "bytes"): void {
	describe(`${title} (${run.name})`, function () {
		this.timeout(120_000);
		const server = new HostileServer(scripts);
		let results: Result[] = [];
		before(async function () {
			skipUnlessBuilt(this, run.variant);
			const port = await server.listen();
			const suffix = pieces === "bytes" ? "/bytes" : "";
			const requests = scripts.flatMap((script, i) => {
				const good = request(port, "/good");
				// what comes late, be it the FIN, must find the connection idle
				const isLate = script.steps.some((step) => typeof step === "object" && "pause" in step);
				if (isLate || script.reused === false) good.delay = 60;
				return [request(port, `/${i}${suffix}`, script), good];
			});
			results = await runPlan(run, { requests });
		});
		after(() => server.close());

		scripts.forEach((script, i) => {
			const end =
				script.error === "" ? `is taken${script.reused ? "" : ", its connection not used again"}` : script.error;
			it(`${script.name[0]?.toUpperCase()}${script.name.slice(1)}: ${end}.`, () => {
				const result = results[2 * i] as Result;
				const good = results[2 * i + 1] as Result;
				strictEqual(result.error, script.error);
				if (script.error === "") {
					strictEqual(result.status, script.status);
					strictEqual(result.length, script.length);
				} else strictEqual(result.delivered, script.delivered ?? (result.status > 0 ? "yes" : "maybe"));
				if (script.field !== undefined) ok(result.fields.includes(script.field), result.fields.join("\n"));
				const limit = script.limit ?? LIMIT;
				ok(result.milliseconds < limit, `it took ${result.milliseconds} ms`);

				strictEqual(`${good.status}${good.error} ${good.length}`, "200 4");
				const connections = connectionsOf(server, i);
				strictEqual(connections.good === connections.script, script.reused === true);
			});
		});

		it("Nothing is asked twice but what a connection that had served before refused; none stays open.", () => {
			// RFC 9112 section 9.3.1: the good request before has left a connection, and it may have been dying
			const retried = scripts.filter(({ steps }, i) => i > 0 && (steps[0] === "FIN" || steps[0] === "RESET")).length;
			strictEqual(server.requests.length, 2 * scripts.length + retried);
			strictEqual(server.open, 0);
		});
	});
}

/** The connection of a script's request, and the one of the good request after it. */
function connectionsOf(server: HostileServer, script: number): { script: number; good: number } {
	const index = server.requests.findIndex(({ path }) => Number(path.split("/")[1]) === script);
	return { script: server.requests[index]?.connection ?? -1, good: server.requests[index + 1]?.connection ?? -1 };
}

for (const run of RUNS) {
	const isSlowest = run.variant === "asan" && run.divisor > 10;
	// a device's socket ends without a reason: a reset is what an end would be there
	const isKnown = ({ error }: Script) => !isSimulator(run) || error !== "tcp:reset";
	const chosen = (scripts: Script[]) => scripts.filter((script, i) => (!isSlowest || i % 4 === 0) && isKnown(script));
	describeScripts("malformed responses", chosen(MALFORMED), run, "whole");
	describeScripts("strange responses", chosen(TOLERATED), run, "whole");
	describeScripts("hostile redirects", chosen(REDIRECTS), run, "whole");
	describeScripts("hostile answers to uploads", chosen(UPLOADS), run, "whole");
	if (run.divisor > 10) continue;
	if (run.variant !== "32") {
		describeScripts("malformed responses in single bytes", MALFORMED.filter(isSmall), run, "bytes");
		describeScripts("strange responses in single bytes", TOLERATED.filter(isSmall), run, "bytes");
	}
	describeScripts("endless responses", ENDLESS, run, "whole");
	describeScripts("chunked responses cut off", cuts(), run, "whole");
	if (run.variant !== "64") continue;
	describeScripts("slow responses", SLOWNESS, run, "whole");
	describeScripts("slow answers to uploads", SLOW_UPLOADS, run, "whole");
}

/** Thousands of single bytes would take seconds and tell nothing new. */
function isSmall({ steps, whole }: Script): boolean {
	return !whole && steps.every((step) => typeof step !== "string" || step.length < 1000);
}
