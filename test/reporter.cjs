/**
 * Mocha's "spec" reporter, which also writes its counts to the file that LWS_TEST_COUNTS names: test/run.mjs adds
 * those of the other checks and prints the sum.
 */
const { writeFileSync } = require("node:fs");
const { reporters } = require("mocha");

module.exports = class CountingReporter extends reporters.Spec {
	done(failures, end) {
		const { passes, pending } = this.stats;
		const file = process.env.LWS_TEST_COUNTS;
		// `failures` counts those of hooks, too.
		if (file) writeFileSync(file, JSON.stringify({ passed: passes, failed: failures, skipped: pending }));
		end(failures);
	}
};
