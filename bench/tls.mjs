/**
 * The rows of TLS: handshakes, downloads and memory, each beside the same by a plain C program (peer/lwsTlsPeer.c) that
 * is linked with the same mbedTLS. Figures per connection and per byte are slopes between a short and a long run.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { makeCertificates } from "./certificates.mjs";
import { capture, instructions, startServer } from "./measure.mjs";

const LIBRARY = ["--preload", "lws-xs=build/lib/lws-xs.js", "build/bench/tls.js"];
const BUFFER = 5760;
/** Connections of the short run, and how many more the long one makes. */
const FEW = 2;
const MORE = 8;
/** Content of the short download, and how much more the long one has; records are of 16 KB. */
const LITTLE = 1_000_000;
const MUCH = 4_000_000;

/** What is allowed to be added to mbedTLS, and to what a session costs that is resumed. */
const ADDED = { handshake: 1.05, perByte: 3, memory: 2048 };
const RESUMED = { 1.2: 0.1, 1.3: 0.5 };

/** IANA's name of a suite, which the client takes, and mbedTLS's. */
const SUITES = {
	1.3: {
		AES128: ["TLS_AES_128_GCM_SHA256", "TLS1-3-AES-128-GCM-SHA256"],
		ChaCha20: ["TLS_CHACHA20_POLY1305_SHA256", "TLS1-3-CHACHA20-POLY1305-SHA256"],
	},
	1.2: {
		AES128: ["ECDHE-ECDSA-AES128-GCM-SHA256", "TLS-ECDHE-ECDSA-WITH-AES-128-GCM-SHA256"],
		ChaCha20: ["ECDHE-ECDSA-CHACHA20-POLY1305", "TLS-ECDHE-ECDSA-WITH-CHACHA20-POLY1305-SHA256"],
	},
};
/** What the SDK's own client takes. */
const SDK = { ecdsa: 92_700_000, rsa: 64_500_000, perByte: 207 };

/** The variants of the host: their mbedTLS, as rows call it, and its versions of TLS. */
const LINES = {
	64: { host: "build/xs-desktop", versions: ["1.3", "1.2"] },
	tls2: { host: "build/xs-desktop-tls2", versions: ["1.2"] },
};

async function compilePeer(cc, variant, mbedtls) {
	const peer = `build/bench/peer-${variant}`;
	const libraries = ["libmbedtls.a", "libmbedx509.a", "libmbedcrypto.a"].map((name) => `${mbedtls}/lib/${name}`);
	const counter = `build/obj/${variant}/host/lwsTlsMemory.o`;
	const includes = [`-I${mbedtls}/include`, "-Imodules/native/tls"];
	const [command, ...options] = cc.split(" ");
	await capture(command, [
		...[...options, "-O2", "-Wall", "-Wextra", ...includes, "bench/peer/lwsTlsPeer.c", counter],
		...[...libraries, "-lpthread", "-o", peer],
	]);
	return peer;
}

/** One line of mbedTLS: how it is run, by us and by the plain C program. */
class Line {
	constructor(name, host, peer, origins) {
		this.name = name;
		this.host = host;
		this.peer = peer;
		this.origins = origins;
	}

	/** Command and arguments of both. */
	commands({ kind, version, suite, target, size = BUFFER, count, resumed }) {
		const { port, ca } = this.origins[kind];
		const [ours, theirs] = suite ? SUITES[version][suite] : ["", ""];
		const common = [port, target, size, count, ca, version].map(String);
		return {
			ours: [this.host, [...LIBRARY, ...common, ours, resumed ? "4" : "0"]],
			theirs: [this.peer, [...common, theirs, "", resumed ? "resumed" : "full"]],
		};
	}

	/** The slope between two runs, of both. */
	async slope(few, many, divisor) {
		const [short, long] = [this.commands(few), this.commands(many)];
		const of = async (who) => ((await instructions(...long[who])) - (await instructions(...short[who]))) / divisor;
		return { value: await of("ours"), reference: await of("theirs") };
	}

	handshake(load) {
		const of = (count) => ({ ...load, target: "/small", count });
		return this.slope(of(FEW), of(FEW + MORE), MORE);
	}

	async *handshakes(kind, version) {
		const name = (what) => `tls: ${what}, ${this.name}, TLS ${version}, ${kind}`;
		const unit = "instructions";
		const full = await this.handshake({ kind, version, resumed: false });
		const target = Math.min(full.reference * ADDED.handshake, SDK[kind]);
		yield { name: name("full"), unit, ...full, target };
		const resumed = await this.handshake({ kind, version, resumed: true });
		yield { name: name("resumed"), unit, ...resumed, target: full.value * RESUMED[version] };
	}

	async *downloads(version, suite) {
		for (const size of [5760, 16384]) {
			const load = { kind: "ecdsa", version, suite, size, count: 1, resumed: false };
			const of = (bytes) => ({ ...load, target: `/identity/${bytes}` });
			const both = await this.slope(of(LITTLE), of(LITTLE + MUCH), MUCH);
			const name = `tls: GET, ${this.name}, TLS ${version}, ${suite}, ${size}`;
			const target = Math.min(both.reference + ADDED.perByte, SDK.perByte);
			yield { name, unit: "instructions/byte", ...both, target };
		}
	}

	async *memory(version) {
		const load = { kind: "ecdsa", version, target: `/identity/${LITTLE}`, count: 1, resumed: false };
		const { ours, theirs } = this.commands(load);
		const of = async ([command, args]) => JSON.parse((await capture(command, args)).stdout);
		const [value, reference] = [await of(ours), await of(theirs)];
		const row = (what, key, target) => {
			const name = `tls: mbedTLS's memory ${what}, ${this.name}, TLS ${version}`;
			return { name, unit: "bytes", value: value[key], reference: reference[key], target };
		};
		yield row("at most", "tlsHeapPeak", reference.tlsHeapPeak + ADDED.memory);
		yield row("after close", "tlsHeap", 0);
	}
}

/** All rows; the variants of `tools` (see build) that are not there are left out. */
export async function* measureTLS({ cc, variants, mbedtls }) {
	const folder = mkdtempSync(path.join(tmpdir(), "lws-xs-bench-"));
	const origins = {};
	try {
		for (const kind of ["ecdsa", "rsa"]) {
			const { ca, certificate, key } = await makeCertificates(folder, kind);
			origins[kind] = Object.assign(await startServer("origin.mjs", certificate, key), { ca });
		}
		for (const [variant, { host, versions }] of Object.entries(LINES)) {
			if (!variants.includes(variant)) continue;
			const version = /mbedtls\/([^-]+)-/.exec(mbedtls[variant])?.[1] ?? "own";
			const line = new Line(version, host, await compilePeer(cc, variant, mbedtls[variant]), origins);
			for (const version of versions) {
				for (const kind of ["ecdsa", "rsa"]) yield* line.handshakes(kind, version);
				for (const suite of ["ChaCha20", "AES128"]) yield* line.downloads(version, suite);
				yield* line.memory(version);
			}
		}
	} finally {
		for (const origin of Object.values(origins)) await origin.stop();
		rmSync(folder, { recursive: true, force: true });
	}
}
