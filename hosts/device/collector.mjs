/**
 * `node hosts/device/collector.mjs [ADDRESS [PORT]]`: an HTTPS server for the example of hosts/device/application: it keeps
 * what is posted, and gives it back. Without ADDRESS on loopback, for the simulator; for a device the address that this
 * machine has in its network. Its certificate is made at each start: the line to build the example with has its key.
 */
import { createHash, createPublicKey } from "node:crypto";
import https from "node:https";
import { makeCertificates } from "../desktop/certificates.mjs";
import { collect, listen } from "../desktop/collector.mjs";
import { isMain, main } from "../desktop/step.mjs";

/** Resolves to { server, port, options }: what the example is to be told, as mcconfig takes it. */
export async function startCollector(address = "127.0.0.1", wantedPort = 0) {
	const { certificate, key } = await makeCertificates("ecdsa", address === "127.0.0.1" ? [] : [address]);
	const server = https.createServer({ cert: certificate, key }, collect(new Map()));
	const port = await listen(server, wantedPort, address);
	const spki = createPublicKey(certificate).export({ type: "spki", format: "der" });
	const pin = `sha256//${createHash("sha256").update(spki).digest("base64")}`;
	return {
		server,
		port,
		options: [`host=${address}`, `port=${port}`, `pin=${pin}`, "upload=/readings", "download=/readings"],
	};
}

if (isMain(import.meta.url)) {
	await main(async () => {
		const [address, port] = process.argv.slice(2);
		const { server, options } = await startCollector(address, Number(port ?? 0));
		server.on("request", ({ method, url, socket }) => console.log(`${socket.remoteAddress} ${method} ${url}`));
		const [platform, folder] = address ? ["esp32/esp32c3", "esp32"] : ["lin", "simulator"];
		const network = address ? " ssid=NAME password=SECRET" : "";
		console.log("To build and run the example, in another window:\n");
		console.log(`    cd hosts/${folder} && mcconfig -d -m -p ${platform}${network} ${options.join(" ")}\n`);
	});
}
