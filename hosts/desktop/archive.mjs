/**
 * Fetches packages from the archive of Debian or Ubuntu without installing them: by apt-get, with lists, cache and
 * settings of its own, so that nothing of the system changes, and no right to change it is needed. Where the packages
 * come from is what the machine's own sources say, and apt checks every signature as it always does.
 */
import fs from "node:fs";
import path from "node:path";
import { installPackages } from "./packages.mjs";
import { Failure, run, step, tail } from "./step.mjs";

/** One way to mbedTLS is closed, others may be open. `sentence` has no end yet, because that is the remedy. */
export class Unavailable extends Failure {
	constructor(sentence, details = "", unreachable = false) {
		super("mbedTLS", sentence, tail(details));
		this.sentence = sentence;
		/** The network is the cause. */
		this.unreachable = unreachable;
	}
}

/** Keys for sources that name none: those of their distribution, where the machine has them. */
const KEYRINGS = { debian: "debian-archive-keyring.gpg", ubuntu: "ubuntu-archive-keyring.gpg" };

/** The parts of a distribution's archive in which what is wanted here lies, libmbedtls-dev for one in the last of them. */
const COMPONENTS = { debian: ["main"], ubuntu: ["main", "universe"] };

/** Suites that are called by their age may be any release, so they are taken for the machine's own. */
const AGES = ["stable", "oldstable", "testing", "unstable", "sid"];

const UNREACHABLE =
	/Could not resolve|Temporary failure resolving|Could not connect|Cannot initiate the connection|Unable to connect|timed out|unreachable/i;

/** What apt-get's messages mean. */
const CAUSES = [
	[/unexpected size|Hash Sum mismatch/, "the archive's lists do not match their signed sums just now"],
	[/NO_PUBKEY|is not signed|signatures? (?:were|couldn't)/, "the archive's signature cannot be verified"],
];

/** The distribution's name and that of its release: { id: "debian", codename: "bookworm" }. */
export function release() {
	try {
		const text = fs.readFileSync("/etc/os-release", "utf8");
		const value = (key) => new RegExp(`^${key}="?([^"\n]*)`, "m").exec(text)?.[1] ?? "";
		return { id: value("ID"), codename: value("VERSION_CODENAME") };
	} catch {
		return { id: "", codename: "" };
	}
}

/**
 * Unpacks the binary package `name` for an architecture into `folder`, whose name must be free. `suite` is another
 * release than the machine's own. What can go wrong is Unavailable.
 */
export async function fetchPackage(name, architecture, suite, folder) {
	await fetchWith({ name, architecture, suite, folder, type: "deb" }, ["download", name], async (file) => {
		const { code, output } = await run("dpkg-deb", ["-x", file(".deb"), folder]);
		return { code, output };
	});
}

/**
 * Unpacks the packages `names` of this machine's release into `folder`, and with them those that they need and that are not
 * installed: programs that run from there, with LD_LIBRARY_PATH set, and services that nobody starts.
 */
export async function fetchPrograms(names, architecture, folder) {
	const command = ["install", "--download-only", "-y", "--no-install-recommends", ...names];
	const request = { name: names.join(", "), architecture, folder, type: "deb", isBesideInstalled: true };
	await fetchWith(request, command, async (_file, cache) => {
		let output = "";
		for (const file of fs.readdirSync(cache).filter((each) => each.endsWith(".deb"))) {
			const result = await run("dpkg-deb", ["-x", `${cache}/${file}`, folder]);
			output += result.output;
			if (result.code !== 0) return { code: result.code, output };
		}
		return { code: 0, output };
	});
}

/** Unpacks what its authors published of the source package `name` into `folder`, without the archive's patches. */
export async function fetchSource(name, architecture, suite, folder) {
	const command = ["source", "--download-only", name];
	await fetchWith({ name, architecture, suite, folder, type: "deb-src" }, command, async (file) => {
		fs.mkdirSync(folder);
		const archive = file(/\.orig\.tar\.\w+$/);
		const missing = await missingUnpacker(archive);
		if (missing) await installPackages([missing], `${missing} is missing, which unpacks the source of ${name}`);
		return run("tar", ["-x", "-C", folder, "--strip-components=1", "-f", archive]);
	});
}

/** The package of the program that tar runs for an archive, when it is not there. */
async function missingUnpacker(archive) {
	const [program, name] = { bz2: ["bzip2", "bzip2"], xz: ["xz", "xz-utils"] }[archive.split(".").at(-1)] ?? [];
	if (program === undefined) return undefined;
	return (await run(program, ["--version"])).code === "ENOENT" ? name : undefined;
}

async function fetchWith({ name, architecture, suite, folder, type, isBesideInstalled = false }, command, unpack) {
	const where = suite ?? release().codename;
	const sources = ownSources()
		.map((source) => translate(source, type, suite))
		.filter((source) => source !== undefined);
	if (sources.length === 0)
		throw new Unavailable(`the sources in /etc/apt name no archive to take ${name} of ${where} from`);
	const apt = `${folder}.apt`;
	fs.rmSync(apt, { recursive: true, force: true });
	const settings = path.resolve(writeSettings(apt, architecture, sources, isBesideInstalled));
	const kind = type === "deb" ? architecture : "source";
	await step(`Fetching ${name} (${where}, ${kind})`, async () => {
		const env = { ...process.env, LC_ALL: "C", DEBIAN_FRONTEND: "noninteractive" };
		// One list that cannot be had does not matter as long as the package can be.
		const update = await run("apt-get", ["-c", settings, "update"], { env });
		if (update.code === "ENOENT") throw new Unavailable("it is missing, and there is no apt-get here to fetch it");
		const cwd = `${apt}/files`;
		const download = await run("apt-get", ["-c", settings, ...command], { env, cwd });
		if (download.code !== 0) {
			const output = `${update.output}${download.output}`;
			const cause = UNREACHABLE.exec(output)?.[0];
			if (cause) throw new Unavailable(`the package archive cannot be reached (${cause})`, output, true);
			const message = CAUSES.find(([pattern]) => pattern.test(output))?.[1];
			throw new Unavailable(`${name} of ${where} (${kind}) cannot be had${message ? `: ${message}` : ""}`, output);
		}
		const file = (ending) => path.join(cwd, fs.readdirSync(cwd).find((entry) => entry.match(ending)) ?? "");
		const { code, output } = await unpack(file, `${apt}/cache/archives`);
		if (code !== 0) throw new Unavailable(`${name} of ${where} (${kind}) cannot be unpacked`, output);
	});
	fs.rmSync(apt, { recursive: true, force: true });
}

/**
 * apt's settings: those of the system (its proxy, say) and, after them, ours. `isBesideInstalled`: apt knows what is
 * installed, and needs no lock of that, because it only looks. Returns the file.
 */
function writeSettings(apt, architecture, sources, isBesideInstalled) {
	for (const folder of ["sources", "preferences", "state/lists/partial", "cache/archives/partial", "files"])
		fs.mkdirSync(`${apt}/${folder}`, { recursive: true });
	fs.writeFileSync(`${apt}/state/status`, "");
	fs.writeFileSync(`${apt}/sources/lws-xs.sources`, sources.join("\n"));
	const top = path.resolve(apt);
	const lines = [
		// The system's hooks are for the system's lists.
		"#clear APT::Update::Pre-Invoke;",
		"#clear APT::Update::Post-Invoke;",
		"#clear APT::Update::Post-Invoke-Success;",
		"#clear APT::Architectures;",
		`APT::Architecture "${architecture}";`,
		`APT::Architectures { "${architecture}"; };`,
		`Dir::Etc::sourcelist "/dev/null";`,
		`Dir::Etc::sourceparts "${top}/sources";`,
		`Dir::Etc::preferences "/dev/null";`,
		`Dir::Etc::preferencesparts "${top}/preferences";`,
		`Dir::State "${top}/state";`,
		`Dir::State::lists "${top}/state/lists";`,
		`Dir::State::status "${isBesideInstalled ? "/var/lib/dpkg/status" : `${top}/state/status`}";`,
		...(isBesideInstalled ? [`Debug::NoLocking "true";`] : []),
		`Dir::Cache "${top}/cache";`,
		`Acquire::Languages "none";`,
		`Acquire::Retries "1";`,
	];
	fs.writeFileSync(`${apt}/apt.conf`, `${lines.join("\n")}\n`);
	return `${apt}/apt.conf`;
}

/** A source of the machine as one of ours, for `suite` when it is given; undefined when it is not the distribution's. */
function translate({ uris, suites, components, signedBy }, type, suite) {
	const { id, codename } = release();
	const wantedComponents = COMPONENTS[id]?.filter((component) => components.includes(component)) ?? [];
	if (wantedComponents.length === 0) return undefined;
	const wanted = suites.flatMap((name) => {
		const [, base, rest] = /^(\w+)(|-updates|-security)$/.exec(name) ?? [];
		if (base === undefined || (base !== codename && !AGES.includes(base))) return [];
		return [`${suite ?? base}${rest}`];
	});
	const places = uris.filter((uri) => !uri.startsWith("cdrom:"));
	if (wanted.length === 0 || places.length === 0) return undefined;
	const keyring = `/usr/share/keyrings/${KEYRINGS[id]}`;
	const keys = signedBy ?? (fs.existsSync(keyring) ? keyring : undefined);
	const lines = [
		`Types: ${type}`,
		`URIs: ${places.join(" ")}`,
		`Suites: ${wanted.join(" ")}`,
		`Components: ${wantedComponents.join(" ")}`,
		`Targets: ${type === "deb" ? "Packages" : "Sources"}`,
	];
	if (keys) lines.push(`Signed-By: ${keys}`);
	return `${lines.join("\n")}\n`;
}

/** The machine's sources of binary packages: { uris, suites, components, signedBy }. */
function ownSources() {
	const folder = "/etc/apt/sources.list.d";
	const names = readable(() => fs.readdirSync(folder)) ?? [];
	return ["/etc/apt/sources.list", ...names.sort().map((name) => path.join(folder, name))].flatMap((file) => {
		const text = readable(() => fs.readFileSync(file, "utf8")) ?? "";
		if (file.endsWith(".list")) return parseList(text);
		return file.endsWith(".sources") ? parseSources(text) : [];
	});
}

function readable(read) {
	try {
		return read();
	} catch {
		return undefined;
	}
}

/** One line each: `deb [signed-by=FILE arch=amd64] URI SUITE COMPONENT…`. */
function parseList(text) {
	const lines = text.matchAll(/^[ \t]*deb[ \t]+(?:\[([^\]\n]*)\][ \t]*)?(\S+)[ \t]+(\S+)[ \t]+([^#\n]+)/gm);
	return [...lines].map(([, options = "", uri, suite, components]) => ({
		uris: [uri],
		suites: [suite],
		components: words(components),
		signedBy: /(?:^|\s)signed-by=(\S+)/i.exec(options)?.[1].replaceAll(",", " "),
	}));
}

/** Paragraphs of fields (deb822). A key may stand in the field itself, on lines that begin with a space. */
function parseSources(text) {
	const paragraphs = text.replace(/^#.*\n?/gm, "").split(/\n[ \t]*\n/);
	return paragraphs.flatMap((paragraph) => {
		const fields = new Map();
		for (const [, name, value] of paragraph.matchAll(/^([\w-]+):[ \t]*(.*(?:\n[ \t].*)*)/gm))
			fields.set(name.toLowerCase(), value);
		if (!words(fields.get("types")).includes("deb") || /^(?:no|false|off|0)$/i.test(fields.get("enabled")?.trim()))
			return [];
		const [uris, suites, components] = ["uris", "suites", "components"].map((name) => words(fields.get(name)));
		return [{ uris, suites, components, signedBy: fields.get("signed-by") || undefined }];
	});
}

function words(text = "") {
	return text.split(/\s+/).filter((word) => word !== "");
}
