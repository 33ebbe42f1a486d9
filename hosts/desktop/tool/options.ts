/** The command line: what each option does to the Options, and which of curl's are not built in yet. */
import { Exit, Failure, notBuiltIn, usage } from "./exit.js";
import { defaultTlsOptions, setCertificate, setMaximum, type TlsOptions } from "./tls-options.js";
import { checkWebSocket, defaultWsOptions, type WsOptions } from "./ws-options.js";

/** A URL with the options that curl counts off against URLs: the first -o belongs to the first URL, and so on. */
export interface Target {
	url?: string;
	/** "-" is standard output. */
	output?: string;
	/** The file is named after the URL. */
	isNamedByUrl?: boolean;
	/** "-" is standard input. */
	upload?: string;
	/** -C: bytes of the file before the first try. */
	kept?: number;
}

/** One -d or --data-binary. */
export interface Data {
	/** Text, or the name of a file; "-" is standard input. */
	value: string;
	isFile: boolean;
	/** CR and LF are left out of the file. */
	isStripped: boolean;
}

export interface Options {
	targets: Target[];
	method?: string;
	headers: string[];
	data: Data[];
	isHeadOnly: boolean;
	isHeadShown: boolean;
	isSilent: boolean;
	isErrorShown: boolean;
	isVerbose: boolean;
	isFailing: boolean;
	/** Redirects are followed. */
	isFollowing: boolean;
	maxRedirects: number;
	/** How often a transfer is tried again, and milliseconds before that; 0: curl's own, which double. */
	retries: number;
	retryDelay: number;
	range?: string;
	/** Where the file is continued; "-": at its end. */
	continueAt?: number | "-";
	writeOut?: string;
	/** Milliseconds; 0: no limit. */
	maxTime: number;
	connectTimeout: number;
	resolve: string[];
	/** user:password for the origin. */
	user?: string;
	/** "": none; undefined: the environment says. */
	proxy?: string;
	proxyUser?: string;
	noProxy?: string;
	/** The addresses to use: IPv4 or IPv6; undefined: both. */
	family?: 4 | 6;
	userAgent?: string;
	referer?: string;
	/** Bytes; the host has taken --heap before. */
	heap?: number;
	rxBuffer?: number;
	isCounted: boolean;
	isTraced: boolean;
	/** Requests to one origin in a row share a connection, and do not wait for one another. */
	isPipelined: boolean;
	tls: TlsOptions;
	ws: WsOptions;
	/** A file to keep a record in. */
	record?: string;
	/** All of them with their long names, and the URLs without one, in their order. */
	given: [name: string | undefined, value: string | undefined][];
	/** Only print something. */
	show?: "usage" | "version";
}

interface Option {
	/** The letter, or "". */
	short: string;
	/** Without `set` it takes no value. */
	set?: (options: Options, value: string, name: string) => void;
	flag?: (options: Options) => void;
}

/** curl's limit for the connection, in milliseconds. */
const CONNECT_TIMEOUT = 300_000;
/** curl's limit. */
const MAXIMUM_REDIRECTS = 50;
/** The longest time that the library takes. */
const MAXIMUM_TIME = 0x3fff_ffff;

const OPTIONS: Readonly<Record<string, Option>> = Object.freeze({
	request: { short: "X", set: (options, value) => (options.method = value) },
	header: { short: "H", set: (options, value) => options.headers.push(value) },
	data: { short: "d", set: (options, value) => addData(options, value, true) },
	"data-binary": { short: "", set: (options, value) => addData(options, value, false) },
	"upload-file": { short: "T", set: (options, value) => (free(options, "upload").upload = value) },
	user: { short: "u", set: (options, value) => (options.user = value) },
	proxy: { short: "x", set: (options, value) => (options.proxy = value) },
	"proxy-user": { short: "U", set: (options, value) => (options.proxyUser = value) },
	socks5: { short: "", set: (options, value) => (options.proxy = `socks5://${value}`) },
	"socks5-hostname": { short: "", set: (options, value) => (options.proxy = `socks5h://${value}`) },
	noproxy: { short: "", set: (options, value) => (options.noProxy = value) },
	"user-agent": { short: "A", set: (options, value) => (options.userAgent = value) },
	referer: { short: "e", set: (options, value) => (options.referer = value) },
	head: { short: "I", flag: (options) => (options.isHeadOnly = true) },
	include: { short: "i", flag: (options) => (options.isHeadShown = true) },
	output: { short: "o", set: (options, value) => (free(options, "output").output = value) },
	"remote-name": { short: "O", flag: (options) => (free(options, "output").isNamedByUrl = true) },
	silent: { short: "s", flag: (options) => (options.isSilent = true) },
	"show-error": { short: "S", flag: (options) => (options.isErrorShown = true) },
	verbose: { short: "v", flag: (options) => (options.isVerbose = true) },
	fail: { short: "f", flag: (options) => (options.isFailing = true) },
	location: { short: "L", flag: (options) => (options.isFollowing = true) },
	"max-redirs": { short: "", set: (options, value, name) => (options.maxRedirects = parseCount(value, name)) },
	"write-out": { short: "w", set: (options, value) => (options.writeOut = value) },
	retry: { short: "", set: (options, value, name) => (options.retries = parseCount(value, name, 0)) },
	"retry-delay": { short: "", set: (options, value, name) => (options.retryDelay = parseTime(value, name)) },
	range: { short: "r", set: (options, value) => (options.range = value) },
	"continue-at": {
		short: "C",
		set: (options, value, name) => (options.continueAt = value === "-" ? value : parseCount(value, name, 0)),
	},
	"max-time": { short: "m", set: (options, value, name) => (options.maxTime = parseTime(value, name)) },
	"connect-timeout": {
		short: "",
		set: (options, value, name) => (options.connectTimeout = parseTime(value, name) || CONNECT_TIMEOUT),
	},
	resolve: { short: "", set: (options, value) => options.resolve.push(value) },
	ipv4: { short: "4", flag: (options) => (options.family = 4) },
	ipv6: { short: "6", flag: (options) => (options.family = 6) },
	insecure: { short: "k", flag: ({ tls }) => (tls.isInsecure = true) },
	cacert: { short: "", set: ({ tls }, value) => (tls.caFile = value) },
	cert: { short: "E", set: ({ tls }, value) => setCertificate(tls, value) },
	key: { short: "", set: ({ tls }, value) => (tls.keyFile = value) },
	pass: { short: "", set: ({ tls }, value) => (tls.password = value) },
	pinnedpubkey: { short: "", set: ({ tls }, value) => (tls.pins = value) },
	"tlsv1.2": { short: "", flag: ({ tls }) => (tls.minimum = "1.2") },
	"tlsv1.3": { short: "", flag: ({ tls }) => (tls.minimum = "1.3") },
	"tls-max": { short: "", set: ({ tls }, value, name) => setMaximum(tls, value, name) },
	ciphers: { short: "", set: ({ tls }, value) => (tls.ciphers = value) },
	"tls13-ciphers": { short: "", set: ({ tls }, value) => (tls.ciphers13 = value) },
	"allow-selfsigned": { short: "", flag: ({ tls }) => (tls.isSelfSignedAllowed = true) },
	"allow-expired": { short: "", flag: ({ tls }) => (tls.isExpiredAllowed = true) },
	"skip-hostname": { short: "", flag: ({ tls }) => (tls.isNameSkipped = true) },
	"show-ca": { short: "", flag: ({ tls }) => (tls.isCaShown = true) },
	"ws-send": { short: "", set: ({ ws }, value) => ws.messages.push({ value, isFile: false }) },
	"ws-send-file": { short: "", set: ({ ws }, value) => ws.messages.push({ value, isFile: true }) },
	"ws-count": { short: "", set: ({ ws }, value, name) => (ws.count = parseCount(value, name, 0)) },
	"ws-echo": { short: "", flag: ({ ws }) => (ws.isEcho = true) },
	"ws-protocol": { short: "", set: ({ ws }, value) => (ws.protocols = value) },
	"ws-no-deflate": { short: "", flag: ({ ws }) => (ws.isDeflateOffered = false) },
	"ws-ping": { short: "", set: ({ ws }, value, name) => (ws.ping = parseCount(value, name, 1)) },
	"http1.1": { short: "", flag: () => {} },
	heap: { short: "", set: (options, value, name) => (options.heap = parseSize(value, name)) },
	"rx-buffer": { short: "", set: (options, value, name) => (options.rxBuffer = parseSize(value, name)) },
	pipeline: { short: "", flag: (options) => (options.isPipelined = true) },
	record: { short: "", set: (options, value) => (options.record = value) },
	stats: { short: "", flag: (options) => (options.isCounted = true) },
	"trace-wsi": { short: "", flag: (options) => (options.isTraced = true) },
	help: { short: "h", flag: (options) => (options.show = "usage") },
	version: { short: "V", flag: (options) => (options.show = "version") },
} satisfies Record<string, Option>);

/** What is promised and not there yet: long names, with the letter before them where there is one. */
const NOT_BUILT_IN: readonly string[] = Object.freeze(
	`F/form digest compressed http2
	http2-prior-knowledge Z/parallel parallel-max
	Y/speed-limit y/speed-time keepalive-time b/cookie c/cookie-jar`.split(/\s+/),
);

/** Reads the arguments; throws a Failure for what is wrong with them. */
export function parseOptions(args: readonly string[]): Options {
	const options: Options = {
		targets: [],
		headers: [],
		data: [],
		isHeadOnly: false,
		isHeadShown: false,
		isSilent: false,
		isErrorShown: false,
		isVerbose: false,
		isFailing: false,
		isFollowing: false,
		maxRedirects: MAXIMUM_REDIRECTS,
		retries: 0,
		retryDelay: 0,
		maxTime: 0,
		connectTimeout: CONNECT_TIMEOUT,
		resolve: [],
		isCounted: false,
		isTraced: false,
		isPipelined: false,
		tls: defaultTlsOptions(),
		ws: defaultWsOptions(),
		given: [],
	};
	for (let i = 0, isOption = true; i < args.length && options.show === undefined; i++) {
		const arg = args[i] as string;
		if (!isOption || !arg.startsWith("-") || arg === "-") addUrl(options, arg);
		else if (arg === "--") isOption = false;
		else if (arg.startsWith("--")) i += readLong(options, arg, args[i + 1]);
		else i += readShort(options, arg, args[i + 1]);
	}
	if (options.show === undefined) check(options);
	return options;
}

/** Both give the count of arguments taken besides: 0 or 1. */
function readLong(options: Options, arg: string, next: string | undefined): number {
	const name = arg.slice(2);
	const option = Object.hasOwn(OPTIONS, name) ? OPTIONS[name] : undefined;
	if (!option) {
		if (NOT_BUILT_IN.some((each) => each === name || each.slice(2) === name)) throw notBuiltIn(arg);
		// what follows "=" may be a secret
		throw usage("unknown-option", `${arg.replace(/=.*$/s, "=…")} is no option`);
	}
	const value = option.set && requireValue(arg, next);
	apply(options, name, option, value, arg);
	return value === undefined ? 0 : 1;
}

/** Letters may be joined, and the value of the last one may follow it at once: -sSf, -XPOST. */
function readShort(options: Options, arg: string, next: string | undefined): number {
	for (let at = 1; at < arg.length; at++) {
		const letter = arg.charAt(at);
		const name = `-${letter}`;
		const [long = "", option] = Object.entries(OPTIONS).find(([, { short }]) => short === letter) ?? [];
		if (!option) {
			if (NOT_BUILT_IN.some((each) => each.startsWith(`${letter}/`))) throw notBuiltIn(name);
			throw usage("unknown-option", `${name} is no option`);
		}
		const rest = arg.slice(at + 1);
		const value = option.set && (rest || requireValue(name, next));
		apply(options, long, option, value, name);
		if (value !== undefined) return rest ? 0 : 1;
	}
	return 0;
}

/** `shown` is its name as it was given. */
function apply(options: Options, name: string, option: Option, value: string | undefined, shown: string): void {
	options.given.push([`--${name}`, value]);
	option.flag?.(options);
	if (value !== undefined) option.set?.(options, value, shown);
}

function requireValue(name: string, value: string | undefined): string {
	if (value === undefined) throw usage("missing-value", `${name} wants a value`);
	return value;
}

/** The first target that has none of it yet. */
function free(options: Options, what: "url" | "output" | "upload"): Target {
	const found = options.targets.find(
		(target) => target[what] === undefined && !(what === "output" && target.isNamedByUrl),
	);
	if (found) return found;
	const target: Target = {};
	options.targets.push(target);
	return target;
}

function addUrl(options: Options, url: string): void {
	options.given.push([undefined, url]);
	free(options, "url").url = url;
}

function addData(options: Options, value: string, isStripped: boolean): void {
	const isFile = value.startsWith("@");
	options.data.push({ value: isFile ? value.slice(1) : value, isFile, isStripped });
}

function parseTime(value: string, name: string): number {
	const milliseconds = /^(\d+\.?\d*|\.\d+)$/.test(value) ? Math.ceil(Number(value) * 1000) : -1;
	if (milliseconds < 0 || milliseconds > MAXIMUM_TIME) {
		throw usage("bad-number", `${name} wants a number of seconds, not ${JSON.stringify(value)}`);
	}
	return milliseconds;
}

/** -1, if it is not below `least`: without limit. */
function parseCount(value: string, name: string, least = -1): number {
	if (!/^(-1|\d{1,15})$/.test(value) || Number(value) < least) {
		throw usage("bad-number", `${name} wants a number, not ${JSON.stringify(value)}`);
	}
	return value === "-1" ? Number.MAX_SAFE_INTEGER : Number(value);
}

function parseSize(value: string, name: string): number {
	const parts = /^(\d{1,10})([KkMm]?)$/.exec(value);
	if (!parts) throw usage("bad-number", `${name} wants a number of bytes, not ${JSON.stringify(value)}`);
	const unit = parts[2]?.toUpperCase();
	return Number(parts[1]) * (unit === "K" ? 1024 : unit === "M" ? 1024 * 1024 : 1);
}

function check(options: Options): void {
	if (!options.targets.some(({ url }) => url !== undefined)) throw usage("no-url", "no URL is given");
	const isUpload = options.targets.some(({ upload }) => upload !== undefined);
	const kinds = [options.isHeadOnly && "-I", options.data.length > 0 && "-d", isUpload && "-T"].filter(Boolean);
	if (options.continueAt !== undefined && (isUpload || options.data.length > 0)) throw notBuiltIn("-C with an upload");
	if (kinds.length > 1) throw usage("two-methods", `${kinds.join(" and ")} exclude each other`);
	for (const entry of options.resolve) parseResolve(entry);
	if (options.record !== undefined) checkRecord(options);
	checkWebSocket(options.ws, ...namesOf(options));
}

/** The URLs, and the names of the options. */
function namesOf({ given }: Options): [string[], string[]] {
	const of = (isUrl: boolean) => given.filter(([name]) => (name === undefined) === isUrl);
	return [of(true).map(([, url]) => url ?? ""), of(false).map(([name]) => name ?? "")];
}

function checkRecord({ tls, heap, retries, continueAt }: Options): void {
	const others = [
		tls.isCaShown && "--show-ca",
		// a heap chosen by the user has a device's stack, which the writing of a record is too deep for
		heap !== undefined && "--heap",
		// a record has each transfer once, and of files nothing but what was sent
		retries > 0 && "--retry",
		continueAt !== undefined && "-C",
	];
	const other = others.find(Boolean);
	if (other) throw usage("two-purposes", `--record and ${other} exclude each other`);
}

/** The addresses of --resolve for a host and port. */
export interface Resolution {
	/** "*" is any. */
	host: string;
	port: number;
	addresses: string[];
}

/** `[+]HOST:PORT:ADDRESS[,ADDRESS…]`, or `-HOST:PORT`, which removes (addresses is empty then). */
export function parseResolve(entry: string): Resolution {
	const parts = /^[+]?(\*|\[[^\]]+\]|[^:[\]]+):(\d{1,5}):(.+)$/.exec(entry) ?? /^-([^:]+):(\d{1,5})$/.exec(entry);
	const addresses = (parts?.[3]?.split(",") ?? []).map((address) => /^\[(.*)\]$/.exec(address)?.[1] ?? address);
	const port = Number(parts?.[2]);
	const isGood = addresses.every((address) => /^(\d{1,3}(\.\d{1,3}){3}|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)$/.test(address));
	if (!parts || !isGood || port < 1 || port > 65535) {
		throw new Failure(
			Exit.BadResolve,
			"resolve:malformed",
			`--resolve wants HOST:PORT:ADDRESS, not ${JSON.stringify(entry)}`,
		);
	}
	return { host: (parts[1] as string).toLowerCase(), port, addresses };
}
