/**
 * The example for devices: waits for the time, uploads readings over HTTPS, fetches them back, says what it cost, and
 * sleeps. The same program runs in the simulator. What it is told, by `config` of a manifest or on mcconfig's command line:
 *
 *     host=example.com  port=443  download=/   what is fetched
 *     upload=/readings  size=20000             where readings go first; nowhere without it
 *     pin=sha256//…=                           the server's key, for a server that no CA vouches for
 *     sleep=60                                 seconds until it is done again; once without it
 */
import { kept, sleep, watchNetwork } from "board";
import {
	type Context,
	clientConnectViaInfo,
	close,
	contextDestroy,
	createContext,
	importSession,
	LCCSCF_ALLOW_SELFSIGNED,
	LCCSCF_USE_SSL,
	LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT,
	type LwsError,
	type Wsi,
} from "lws-xs";
import config from "mc/config";
import { waitForTime } from "./clock";
import { reportMemory } from "./report";
import { makeTransfer, protocol, type Transfer } from "./transfer";

const host: string = config.host ?? "example.com";
const port = Number(config.port ?? 443);
const pin: string | undefined = config.pin;
const sleepSeconds = Number(config.sleep ?? 0);

/** What is running, for the network's end. */
const running: { wsi: Wsi<Transfer> | undefined } = { wsi: undefined };

function begin(): void {
	trace("waiting for the time\n");
	waitForTime((reason) => {
		if (reason !== undefined) return end(`no time, and without it no certificate can be checked: ${reason}`);
		trace(`it is ${new Date().toISOString()}\n`);
		const context = createContext({
			connections: 1,
			protocols: [protocol],
			options: LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT,
		});
		resume(context);
		reportMemory();
		const transfers: ["POST" | "GET", string, number][] = [["GET", config.download ?? "/", 0]];
		if (config.upload !== undefined) transfers.unshift(["POST", config.upload, Number(config.size ?? 20_000)]);
		next(context, transfers);
	});
}

/** The session of before the sleep saves most of the handshake. */
function resume(context: Context): void {
	const session = kept();
	const [vhost] = context.vhosts;
	if (session && vhost && importSession(vhost, session)) trace(`a session of ${session.length} bytes was kept\n`);
}

function next(context: Context, transfers: ["POST" | "GET", string, number][]): void {
	const [first, ...others] = transfers;
	if (!first) {
		reportMemory();
		contextDestroy(context);
		end(undefined);
		return;
	}
	const [method, path, size] = first;
	const transfer = makeTransfer(method, path, size, (error) => {
		running.wsi = undefined;
		if (!error) return next(context, others);
		contextDestroy(context);
		end(sentence(error));
	});
	running.wsi = clientConnectViaInfo<Transfer>({
		context,
		address: host,
		port,
		host: port === 443 ? host : `${host}:${port}`,
		path,
		method,
		sslConnection: LCCSCF_USE_SSL | (pin === undefined ? 0 : LCCSCF_ALLOW_SELFSIGNED),
		...(pin === undefined ? undefined : { pinnedPublicKeys: [pin] }),
		userdata: transfer,
	});
}

/** docs/errors.md says what to do about each code. */
function sentence(error: LwsError): string {
	return `${error.message}; delivered: ${error.delivered}`;
}

function end(problem: string | undefined): void {
	trace(problem === undefined ? "done\n" : `failed: ${problem}\n`);
	if (sleepSeconds === 0) return;
	trace(`sleeping ${sleepSeconds} s\n`);
	sleep(sleepSeconds * 1000, begin);
}

watchNetwork((isUp) => {
	trace(isUp ? "the network is back\n" : "the network is lost\n");
	// what is under way would wait for its deadline
	if (!isUp && running.wsi) close(running.wsi);
});
begin();
