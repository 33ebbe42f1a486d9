/** Runs the built desktop host as a child process; what the tests of this folder share. */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export type Variant = "64" | "32" | "asan" | "tls2";

export const PRODUCTS: Record<Variant, string> = {
	64: "build/xs-desktop",
	32: "build/xs-desktop-32",
	asan: "build/xs-desktop-asan",
	tls2: "build/xs-desktop-tls2",
};

export interface Outcome {
	code: number | null;
	signal: NodeJS.Signals | null;
	stdout: string;
	stderr: string;
}

/** Skips where this machine cannot have the variant: 32-bit programs exist only on x86-64, mbedTLS 2.28 where it is old. */
export function skipUnlessBuilt(context: Mocha.Context, variant: Variant): void {
	if (existsSync(PRODUCTS[variant])) return;
	console.log(`      skipped, for ${PRODUCTS[variant]} was not built (npm run build says why):`);
	context.skip();
}

export interface RunOptions {
	/** What the program finds on its standard input; nothing at all when absent. */
	input?: string | Buffer;
	environment?: Record<string, string>;
}

/** Runs the host with `args` (options, file, arguments of the program) to its end. */
export function runHost(variant: Variant, args: string[], options: RunOptions = {}): Promise<Outcome> {
	return new Promise((resolve, reject) => {
		const child = spawn(PRODUCTS[variant], args, { env: { ...process.env, ...options.environment } });
		const stdout: Buffer[] = [];
		const stderr: Buffer[] = [];
		child.stdout.on("data", (data) => stdout.push(data));
		child.stderr.on("data", (data) => stderr.push(data));
		child.stdin.on("error", () => {}); // a program that ends early leaves its input unread
		child.stdin.end(options.input);
		child.once("error", reject);
		child.once("close", (code, signal) => {
			resolve({ code, signal, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() });
		});
	});
}

/** A folder for programs that a test writes; it goes with `remove()`. */
export class Programs {
	readonly folder = mkdtempSync(join(tmpdir(), "lws-xs-test-"));

	write(name: string, source: string): string {
		const path = join(this.folder, name);
		writeFileSync(path, source);
		return path;
	}

	remove(): void {
		rmSync(this.folder, { recursive: true });
	}
}
