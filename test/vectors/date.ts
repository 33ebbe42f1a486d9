/** Vectors for dates (RFC 9110 section 5.6.7): its three forms, and what is none. */
import { checkDate } from "./date-check.js";
import type { Check } from "./request-check.js";

type Row = readonly [text: string, expect: string];

const NOW = "2026-11-24T12:00:00Z";
/** The date of the RFC's examples. */
const RFC = "1994-11-06T08:49:37Z";

const DATES: readonly Row[] = [
	["Sun, 06 Nov 1994 08:49:37 GMT", RFC],
	["Sunday, 06-Nov-94 08:49:37 GMT", RFC],
	["Sun Nov  6 08:49:37 1994", RFC],
	["Wed Nov 16 08:49:37 1994", "1994-11-16T08:49:37Z"],
	["Thu, 01 Jan 1970 00:00:00 GMT", "1970-01-01T00:00:00Z"],
	["Wed, 31 Dec 1969 23:59:59 GMT", "1969-12-31T23:59:59Z"],
	["Fri, 31 Dec 9999 23:59:59 GMT", "9999-12-31T23:59:59Z"],
	["Tue, 19 Jan 2038 03:14:08 GMT", "2038-01-19T03:14:08Z"],
	["Thu, 29 Feb 2024 00:00:00 GMT", "2024-02-29T00:00:00Z"],
	["Tue, 29 Feb 2000 00:00:00 GMT", "2000-02-29T00:00:00Z"],
	["Sat, 31 Dec 2016 23:59:60 GMT", "2017-01-01T00:00:00Z"],
	// the weekday is not looked at
	["Mon, 06 Nov 1994 08:49:37 GMT", RFC],
	["Xyz, 06 Nov 1994 08:49:37 GMT", RFC],
	...["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"].map(
		(name, i): Row => [`Mon, 02 ${name} 2023 03:04:05 GMT`, `2023-${String(i + 1).padStart(2, "0")}-02T03:04:05Z`],
	),
	// a year of two digits: no more than fifty years ahead
	["Tuesday, 24-Nov-26 00:00:00 GMT", "2026-11-24T00:00:00Z"],
	["Tuesday, 24-Nov-76 00:00:00 GMT", "2076-11-24T00:00:00Z"],
	["Thursday, 24-Nov-77 00:00:00 GMT", "1977-11-24T00:00:00Z"],
	["Wednesday, 24-Nov-99 00:00:00 GMT", "1999-11-24T00:00:00Z"],
	["Friday, 24-Nov-00 00:00:00 GMT", "2000-11-24T00:00:00Z"],
	...[
		"",
		" ",
		"0",
		"1e9",
		"now",
		",",
		"Sun, 06 Nov 1994 08:49:37",
		"Sun, 06 Nov 1994 08:49:37 UTC",
		"Sun, 06 Nov 1994 08:49:37 +0000",
		"Sun, 06 Nov 1994 08:49:37 GMT ",
		" Sun, 06 Nov 1994 08:49:37 GMT",
		"Sun, 6 Nov 1994 08:49:37 GMT",
		"Sun,  6 Nov 1994 08:49:37 GMT",
		"Sun, 06 nov 1994 08:49:37 GMT",
		"Sun, 06 NOV 1994 08:49:37 GMT",
		"Sun, 06 anF 1994 08:49:37 GMT",
		"Sun, 06 Xyz 1994 08:49:37 GMT",
		"Sun, 06 Nov 94 08:49:37 GMT",
		"Sun, 06 Nov 0094 08:49:37 GMT",
		"Sun, 06 Nov 1994 8:49:37 GMT",
		"Sun, 06 Nov 1994 24:00:00 GMT",
		"Sun, 06 Nov 1994 08:60:00 GMT",
		"Sun, 06 Nov 1994 08:49:61 GMT",
		"Sun, 00 Nov 1994 08:49:37 GMT",
		"Sun, 31 Nov 1994 08:49:37 GMT",
		"Sun, 32 Dec 1994 08:49:37 GMT",
		"Wed, 29 Feb 2023 00:00:00 GMT",
		"Thu, 29 Feb 1900 00:00:00 GMT",
		"Sun, -6 Nov 1994 08:49:37 GMT",
		"Sun, 06 Nov 1994 -8:49:37 GMT",
		"Sun, 0x Nov 1994 08:49:37 GMT",
		"Sun, 06 Nov 1e94 08:49:37 GMT",
		"Sun Nov 06 08:49:37 94",
		"Sun Nov 6 08:49:37 1994",
		"Sun Nov   08:49:37 1994",
		"Sunday, 06-Nov-1994 08:49:37 GMT",
		"Sunday 06-Nov-94 08:49:37 GMT",
		"Sunday, 06 Nov 94 08:49:37 GMT",
		"1994-11-06T08:49:37Z",
		"Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT",
		"S\u00fcn, 06 Nov 1994 08:49:37 GMT",
		"\u0660\u0660",
	].map((text): Row => [text, "none"]),
];

export const DATE_CHECKS: readonly Check[] = DATES.map(([text, expect]) => ({
	title: `The date ${JSON.stringify(text)}: ${expect}`,
	run: () => checkDate(text, expect, NOW),
}));
