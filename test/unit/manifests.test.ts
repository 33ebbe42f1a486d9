/** The manifests for the Moddable SDK name what there is. */
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";

type Manifest = { modules: Record<string, string>; preload: string[] };

const read = (name: string): Manifest => JSON.parse(fs.readFileSync(`manifests/${name}.json`, "utf8"));

describe("the manifests", () => {
	// mcconfig's wildcards preload .js only, so that manifest has to name what it makes of .ts
	it("git.json preloads every module of the sources by its name.", () => {
		const files = fs.readdirSync("modules", { recursive: true, encoding: "utf8" });
		const sources = files
			.filter((file) => file.endsWith(".ts") && !file.endsWith(".d.ts") && !file.startsWith(`native${path.sep}`))
			.map((file) => file.slice(0, -3).replaceAll(path.sep, "/"))
			.map((file) => (file === "lws-xs" ? file : `lws-xs/${file}`));
		assert.deepEqual(read("git").preload.sort(), sources.sort());
	});

	it("Every folder of modules is in them, from dist/ and from the sources.", () => {
		const folders = fs
			.readdirSync("modules", { recursive: true, withFileTypes: true })
			.filter((entry) => entry.isFile() && entry.name.endsWith(".ts") && !entry.parentPath.includes("native"))
			.map((entry) => path.relative("modules", entry.parentPath).replaceAll(path.sep, "/"))
			.filter((folder) => folder !== "");
		const keys = [...new Set(folders)].map((folder) => `lws-xs/${folder}/*`);
		assert.ok(keys.includes("lws-xs/roles/h1/*"));
		const compiled = { ...read("client").modules, ...read("h1").modules };
		for (const key of keys) {
			const folder = key.slice("lws-xs/".length);
			assert.equal(compiled[key], `../dist/${folder}`, key);
			assert.equal(read("git").modules[key], `../modules/${folder}`, key);
		}
	});
});
