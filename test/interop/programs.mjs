/**
 * The servers of `npm run test:interop`: those of the machine where it has them, else those of its distribution, unpacked
 * below build/ and not installed, so that no service is started and nothing of the system changes.
 */
import fs from "node:fs";
import path from "node:path";
import { fetchPrograms, Unavailable } from "../../hosts/desktop/archive.mjs";
import { hasApt } from "../../hosts/desktop/packages.mjs";
import { run, say } from "../../hosts/desktop/step.mjs";

/** Where they are unpacked; removing it has them fetched again. */
const FOLDER = "build/interop";
/** Programs, each with its package in Debian and Ubuntu. */
const PACKAGES = {
	nginx: "nginx",
	haproxy: "haproxy",
	tinyproxy: "tinyproxy-bin",
	microsocks: "microsocks",
	mosquitto: "mosquitto",
	"libwebsockets-test-server": "libwebsockets-test-server",
};
const PLACES = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

/** Resolves to { programs, libraries }: of each program that is there its path, and what LD_LIBRARY_PATH has to be. */
export async function findPrograms() {
	const missing = Object.keys(PACKAGES).filter((name) => !find(name));
	if (missing.length > 0) {
		try {
			await fetch(missing.map((name) => PACKAGES[name]));
		} catch (error) {
			if (!(error instanceof Unavailable)) throw error;
			if (error.details) say(error.details.trimEnd());
			const line = `apt-get install --no-install-recommends ${missing.map((name) => PACKAGES[name]).join(" ")}`;
			say(`interop: ${missing.join(", ")} cannot be fetched: ${error.sentence}.`);
			say(
				`Their tests are skipped. Install them, then run again; nothing of them needs to be started:\n\n    ${line}\n`,
			);
		}
	}
	const libraries = libraryFolders(FOLDER).map((place) => path.resolve(FOLDER + place));
	const found = Object.keys(PACKAGES).map((name) => [name, find(name)]);
	return { programs: Object.fromEntries(found.filter(([, file]) => file)), libraries: libraries.join(":") };
}

function find(name) {
	const folders = [...(process.env.PATH ?? "").split(":"), ...PLACES, ...PLACES.map((place) => FOLDER + place)];
	return folders.map((folder) => path.resolve(folder, name)).find((file) => fs.existsSync(file));
}

async function fetch(names) {
	if (!(await hasApt())) throw new Unavailable("there is no apt-get here");
	const { output } = await run("dpkg", ["--print-architecture"]);
	const unpacked = `${FOLDER}.new`;
	fs.rmSync(unpacked, { recursive: true, force: true });
	fs.mkdirSync(unpacked, { recursive: true });
	try {
		await fetchPrograms(names, output.trim(), unpacked);
		// the rest is for services, with links to nowhere
		for (const place of [...PLACES, ...libraryFolders(unpacked)]) {
			if (!fs.existsSync(unpacked + place)) continue;
			fs.cpSync(unpacked + place, FOLDER + place, { recursive: true, verbatimSymlinks: true });
		}
	} finally {
		fs.rmSync(unpacked, { recursive: true, force: true });
	}
}

/** Where the libraries are that came with them: /usr/lib/ARCHITECTURE. */
function libraryFolders(root) {
	return ["/usr/lib", "/lib"].flatMap((place) => {
		const names = fs.existsSync(root + place) ? fs.readdirSync(root + place) : [];
		return names.filter((name) => name.includes("-linux-")).map((name) => `${place}/${name}`);
	});
}
