/** Runs mocha, and gives what it counts. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { run, say } from "../hosts/desktop/step.mjs";

/** Resolves to { passed, failed, skipped }, or { failed }. */
export async function mocha(args, environment = {}) {
	const folder = fs.mkdtempSync(path.join(os.tmpdir(), "lws-xs-test-"));
	try {
		const file = path.join(folder, "counts.json");
		const env = { ...process.env, ...environment, LWS_TEST_COUNTS: file };
		const script = ["node_modules/mocha/bin/mocha.js", "--reporter", "test/reporter.cjs"];
		const { code } = await run(process.execPath, [...script, ...args], { stdio: "inherit", env });
		const counts = fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, "utf8")) : { failed: 0 };
		// Mocha may fail without a failed test: a file that cannot be loaded, an end in the middle.
		if (code !== 0 && counts.failed === 0) {
			say(`mocha: it ended with code ${code} without a result: see its message above.`);
			counts.failed = 1;
		}
		return counts;
	} finally {
		fs.rmSync(folder, { recursive: true, force: true });
	}
}
