/** Bodies that break off and are continued (maxResumes). */
import { type Options, scenario } from "./redirect.js";
import { policy, refusing } from "./retries.js";
import {
	at,
	BEGUN,
	CHUNKED,
	CLOSED,
	COMPLETED,
	chunk,
	closed,
	HEAD,
	head,
	received,
	type Scenario,
} from "./scenario.js";
import { FIN, RESET, type Script } from "./stage.js";

const TAG = 'ETag: "v"';
const GET = "> GET / | Host: h";
const BOTH = "at 192.0.2.1:80 192.0.2.1:80";

/** The whole of ten bytes, of which the beginning comes. */
function begun(text: string, ...fields: string[]): Script {
	return [`${head(200, "Content-Length: 10", ...(fields.length > 0 ? fields : [TAG]))}${text}`, FIN];
}

/** `text` at its place of "0123456789". */
function part(text: string, ...fields: string[]): string {
	const first = Number(text.charAt(0));
	const range = `Content-Range: bytes ${first}-${first + text.length - 1}/10`;
	return `${head(206, `Content-Length: ${text.length}`, range, ...(fields.length > 0 ? fields : [TAG]))}${text}`;
}

/** What has been given when it breaks off, and the rest. */
function resumed(title: string, scripts: Script[], pieces: string[], lines: string[], options: Options = {}): Scenario {
	return scenario(
		title,
		scripts,
		[...BEGUN, ...HEAD, ...pieces.flatMap((piece) => received(piece)), COMPLETED, ...CLOSED, GET, ...lines],
		{ maxResumes: 5, ...options },
	);
}

const from = (first: number, validator = '"v"', last = "") =>
	`${GET} | Range: bytes=${first}-${last} | If-Range: ${validator}`;

/** After "01234" the server says `answer`. */
function refused(title: string, answer: string | Script, error: string, options: Options = {}): Scenario {
	const script = typeof answer === "string" ? [answer] : answer;
	return scenario(
		title,
		[begun("01234"), script],
		[...BEGUN, ...HEAD, ...received("01234"), ...closed(`${error} yes`), GET, from(5), BOTH],
		{ maxResumes: 5, ...options },
	);
}

/** It is not asked for the rest. */
function broken(title: string, script: Script, options: Options = {}, request = GET): Scenario {
	return scenario(
		title,
		[script],
		[...BEGUN, ...HEAD, ...received("01234"), ...closed("h1:truncated-body yes"), request, "at 192.0.2.1:80"],
		{ maxResumes: 5, ...options },
	);
}

const DATE = "Date: Sun, 06 Nov 1994 08:49:37 GMT";
const OLD = "Sun, 06 Nov 1994 08:48:37 GMT";
const range = (value: string): Options => ({ fields: [["Range", value]] });

export const resumes: Scenario[] = [
	resumed(
		"A body that breaks off is continued, and the application hears nothing of it.",
		[begun("01234"), [part("56789")]],
		["01234", "56789"],
		[from(5), BOTH],
	),
	resumed(
		"A chunked body is continued by its content.",
		[[`${CHUNKED.replace("\r\n\r\n", `\r\n${TAG}\r\n\r\n`)}${chunk("01234")}`, "5\r\n567", FIN], [part("89")]],
		["01234", "567", "89"],
		[from(8), BOTH],
	),
	resumed(
		"A body that is reset is continued.",
		[[`${head(200, "Content-Length: 10", TAG)}01234`, RESET], [part("56789")]],
		["01234", "56789"],
		[from(5), BOTH],
	),
	resumed(
		"It breaks off several times.",
		[
			begun("012"),
			[part("345").replace("Content-Length: 3", "Content-Length: 7").replace("3-5/", "3-9/"), FIN],
			[part("6789")],
		],
		["012", "345", "6789"],
		[from(3), from(6), `${BOTH} 192.0.2.1:80`],
	),
	resumed(
		"A server that gives less than it is asked for is asked again, on the same connection.",
		[begun("012"), [part("345")], [part("67")], [part("89")]],
		["012", "345", "67", "89"],
		[from(3), from(6), from(8), BOTH],
	),
	resumed(
		"An old Last-Modified is a strong validator.",
		[begun("01234", DATE, `Last-Modified: ${OLD}`), [part("56789", `Last-Modified: ${OLD}`)]],
		["01234", "56789"],
		[from(5, OLD), BOTH],
	),
	resumed(
		"The size of the whole is learnt when it was not known.",
		[[`${head(200, TAG, "Transfer-Encoding: chunked")}${chunk("01234")}`, FIN], [part("567")], [part("89")]],
		["01234", "567", "89"],
		[from(5), from(8), BOTH],
	),
	scenario(
		"A range that was asked for is continued inside of it.",
		[[`${head(206, "Content-Length: 6", "Content-Range: bytes 2-7/10", TAG)}234`, FIN], [part("567")]],
		[
			...BEGUN,
			...HEAD,
			...received("234"),
			...received("567"),
			COMPLETED,
			...CLOSED,
			`${GET} | Range: bytes=2-7 | X: y`,
			`${GET} | X: y | Range: bytes=5-7 | If-Range: "v"`,
			BOTH,
		],
		{
			maxResumes: 1,
			fields: [
				["Range", "bytes=2-7"],
				["X", "y"],
			],
		},
	),
	scenario(
		"The last bytes that were asked for are continued by their positions.",
		[[`${head(206, "Content-Length: 4", "Content-Range: bytes 6-9/10", TAG)}67`, FIN], [part("89")]],
		[
			...BEGUN,
			...HEAD,
			...received("67"),
			...received("89"),
			COMPLETED,
			...CLOSED,
			`${GET} | Range: bytes=-4`,
			from(8, '"v"', "9"),
			BOTH,
		],
		{ maxResumes: 1, ...range("bytes=-4") },
	),
	refused(
		"The whole instead of the rest is an error: it has changed.",
		`${head(200, "Content-Length: 3", 'ETag: "w"')}new`,
		"h1:resume-changed",
	),
	refused(
		"The whole of the same is an error, too: what was delivered cannot be taken back.",
		`${head(200, "Content-Length: 10", TAG)}0123456789`,
		"h1:resume-changed",
	),
	refused("A part of another representation is an error.", part("56789", 'ETag: "w"'), "h1:resume-changed"),
	refused("A part without the validator is not combined.", part("56789", "X: y"), "h1:resume-changed"),
	refused("A weak validator is not the strong one.", part("56789", 'ETag: W/"v"'), "h1:resume-changed"),
	refused("206 without Content-Range.", `${head(206, "Content-Length: 5", TAG)}56789`, "h1:resume-mismatch"),
	refused("A range that overlaps.", part("456789"), "h1:resume-mismatch"),
	refused("A range that leaves a gap.", part("6789"), "h1:resume-mismatch"),
	refused("A range of another size.", part("56789").replace("/10", "/11"), "h1:resume-mismatch"),
	refused("A range that goes beyond the whole.", part("56789").replace("5-9/10", "5-10/10"), "h1:resume-mismatch"),
	refused("A range that ends before it begins.", part("56789").replace("5-9", "5-4"), "h1:resume-mismatch"),
	refused(
		"A range that is longer than its Content-Length.",
		part("56789").replace("h: 5", "h: 4"),
		"h1:resume-mismatch",
	),
	refused("A range in another unit.", part("56789").replace("bytes 5", "lines 5"), "h1:resume-mismatch"),
	refused("A range without numbers.", part("56789").replace("5-9/10", "x-y/z"), "h1:resume-mismatch"),
	refused("A range of too many digits.", part("56789").replace("/10", `/${"1".repeat(20)}`), "h1:resume-mismatch"),
	refused("Two ranges in one head.", part("56789", TAG, "Content-Range: bytes 5-9/10"), "h1:resume-mismatch"),
	refused(
		"Parts in a multipart body.",
		part("56789", TAG, "Content-Type: multipart/byteranges; boundary=x"),
		"h1:resume-mismatch",
	),
	refused("416.", head(416, "Content-Range: bytes */10", "Content-Length: 0"), "h1:resume-refused"),
	refused("404.", refusing(404), "h1:resume-refused"),
	refused("A redirect.", head(302, "Location: /n", "Content-Length: 0"), "h1:resume-refused"),
	refused("A malformed response.", "HTTP/1.1 xyz\r\n\r\n", "h1:bad-status-line"),
	scenario(
		"A part in chunks that is longer than its range ends with an error.",
		[
			begun("01234"),
			[`${head(206, "Transfer-Encoding: chunked", "Content-Range: bytes 5-9/10", TAG)}${chunk("567890")}0\r\n\r\n`],
		],
		[
			...BEGUN,
			...HEAD,
			...received("01234"),
			...received("567890"),
			...closed("h1:resume-mismatch yes"),
			GET,
			from(5),
			BOTH,
		],
		{ maxResumes: 1 },
	),
	resumed(
		"A range of an unknown whole is taken when its size is known.",
		[begun("01234"), [part("56789").replace("/10", "/*")]],
		["01234", "56789"],
		[from(5), BOTH],
	),
	scenario(
		"A range of an unknown whole is refused when nobody has said where it ends.",
		[[`${head(200, TAG, "Transfer-Encoding: chunked")}${chunk("01234")}`, FIN], [part("567").replace("/10", "/*")]],
		[...BEGUN, ...HEAD, ...received("01234"), ...closed("h1:resume-mismatch yes"), GET, from(5), BOTH],
		{ maxResumes: 1 },
	),
	broken("Without maxResumes it ends.", begun("01234"), { maxResumes: 0 }),
	broken("Without a validator it ends.", begun("01234", "X: y")),
	broken("With a weak ETag it ends.", begun("01234", 'ETag: W/"v"')),
	broken(
		"With a Last-Modified that is not old enough it ends.",
		begun("01234", DATE, "Last-Modified: Sun, 06 Nov 1994 08:48:38 GMT"),
	),
	broken("With a Last-Modified and no Date it ends.", begun("01234", `Last-Modified: ${OLD}`)),
	broken("With Accept-Ranges: none it ends.", begun("01234", TAG, "Accept-Ranges: none")),
	broken("206 to a request without Range is not continued.", [
		`${head(206, "Content-Length: 10", "Content-Range: bytes 0-9/10", TAG)}01234`,
		FIN,
	]),
	broken(
		"206 without Content-Range is not continued.",
		[`${head(206, "Content-Length: 10", TAG)}01234`, FIN],
		range("bytes=0-9"),
		`${GET} | Range: bytes=0-9`,
	),
	broken("404 is not continued.", [`${head(404, "Content-Length: 10", TAG)}01234`, FIN]),
	broken(
		"A POST is not continued.",
		begun("01234"),
		{ method: "POST", replayable: true },
		"> POST / | Host: h | Content-Length: 0",
	),
	scenario(
		"A server that always breaks off at the same place is asked three times more, with a second between.",
		[
			begun("01234"),
			...[1, 2, 3].map((): Script => [head(206, "Content-Length: 5", "Content-Range: bytes 5-9/10", TAG), FIN]),
		],
		[
			...BEGUN,
			...HEAD,
			...received("01234"),
			...at(2000, ...closed("h1:truncated-body yes")),
			...at(9000, GET, from(5), from(5), from(5), `${BOTH} 192.0.2.1:80 192.0.2.1:80`),
		],
		{ maxResumes: 100, time: 9000 },
	),
	scenario(
		"A server that breaks off after each byte is asked maxResumes times.",
		[..."0123456"].map(
			(digit): Script =>
				digit === "0"
					? begun("0")
					: [
							part(digit)
								.replace("Content-Length: 1", `Content-Length: ${10 - Number(digit)}`)
								.replace(`-${digit}/`, "-9/"),
							FIN,
						],
		),
		[
			...BEGUN,
			...HEAD,
			...[..."0123"].flatMap((digit) => received(digit)),
			...closed("h1:truncated-body yes"),
			GET,
			from(1),
			from(2),
			from(3),
			`${BOTH} 192.0.2.1:80 192.0.2.1:80`,
		],
		{ maxResumes: 3 },
	),
	scenario(
		"The rest is asked for after 503 and its Retry-After, too.",
		[begun("01234"), [refusing(503, "Retry-After: 2")], [part("56789")]],
		[
			...BEGUN,
			...HEAD,
			...received("01234"),
			...at(2000, ...received("56789"), COMPLETED, ...CLOSED, GET, from(5), from(5), BOTH),
		],
		{ maxResumes: 5, time: 2000 },
	),
	scenario(
		"The table of retries says how long to wait, and how often.",
		[begun("01234"), [FIN], [FIN], [FIN]],
		[
			...BEGUN,
			...HEAD,
			...received("01234"),
			...at(100 + 200 + 300, ...closed("h1:truncated-body yes")),
			...at(1000, GET, from(5), from(5), from(5), `${BOTH} 192.0.2.1:80 192.0.2.1:80`),
		],
		{ maxResumes: 9, time: 1000, retryAndIdlePolicy: policy(100, 200, 300) },
	),
	{
		title: "Silence in the middle of a body is continued on another connection.",
		trace: [
			...BEGUN,
			...HEAD,
			...received("01234"), // the idle clock looks four times in its period
			...at(1250, ...received("56789"), COMPLETED, ...CLOSED),
		],
		run(stage) {
			stage.serve([`${head(200, "Content-Length: 10", TAG)}01234`], [part("56789")]);
			stage.request({ maxResumes: 1, deadlines: { idle: 1000 } });
			stage.advance(2000);
		},
	},
	{
		title: "A wsi that waits to be continued can be closed.",
		trace: [...BEGUN, ...HEAD, ...received("01234"), ...at(50, ...closed("app:closed yes"))],
		run(stage) {
			stage.serve(begun("01234"));
			const session = stage.request({ maxResumes: 1, retryAndIdlePolicy: policy(100) });
			stage.advance(50);
			stage.close(session);
			stage.advance(100);
		},
	},
	{
		title: "What could not be connected again ends with what broke it off.",
		trace: [...BEGUN, ...HEAD, ...received("01234"), ...at(2000, ...closed("h1:truncated-body yes"))],
		run(stage) {
			stage.serve(begun("01234"));
			stage.connect = (peer) => (stage.requests.length === 0 ? peer.accept() : peer.refuse());
			stage.request({ maxResumes: 9 });
			stage.advance(9000);
		},
	},
	scenario(
		"The fields are kept though keepHeaders does not name them.",
		[begun("01234", TAG, "X: y"), [part("56789", TAG, "X: z")]],
		[...BEGUN, ...HEAD, ...received("01234"), ...received("56789"), COMPLETED, ...CLOSED, GET, from(5), BOTH],
		{ maxResumes: 1, keepHeaders: ["x"] },
	),
];
