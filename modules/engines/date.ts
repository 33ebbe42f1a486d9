/**
 * Dates of HTTP (RFC 9110 section 5.6.7): the form that is sent today and the two that are obsolete, all of them GMT.
 *
 * What has not one of these forms to the letter is refused, and so are days and times that do not exist, but for a leap
 * second. Names of weekdays are not looked at: nothing rests on them.
 */

/** "0" stands for a digit, "_" for a digit or a space, "A" for a letter, all else for itself. */
const FIXED = "AAA, 00 AAA 0000 00:00:00 GMT";
const ASCTIME = "AAA AAA _0 00:00:00 0000";
/** Without the name of the weekday, which has no fixed length. */
const RFC_850 = ", 00-AAA-00 00:00:00 GMT";

const MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec";
/** A year of two digits that seems to be further ahead is of the century before. */
const YEARS_AHEAD = 50;

function isOne(found: string, wanted: string): boolean {
	if (wanted === "0") return found >= "0" && found <= "9";
	if (wanted === "_") return found === " " || isOne(found, "0");
	if (wanted === "A") return found.toLowerCase() >= "a" && found.toLowerCase() <= "z";
	return found === wanted;
}

function hasForm(text: string, form: string): boolean {
	if (text.length !== form.length) return false;
	for (let i = 0; i < form.length; i++) if (!isOne(text.charAt(i), form.charAt(i))) return false;
	return true;
}

/** The numbers at these places; NaN for what is no day or time. */
function dateAt(text: string, day: number, month: number, year: number, time: number): number {
	const number = (at: number): number => Number(text.slice(at, at + 2));
	const index = MONTHS.indexOf(text.slice(month, month + 3));
	const [hour, minute, second] = [number(time), number(time + 3), number(time + 6)];
	const date = new Date(Date.UTC(year, index / 3, number(day)));
	if (index % 3 !== 0 || date.getUTCDate() !== number(day) || date.getUTCFullYear() !== year) return Number.NaN;
	if (hour > 23 || minute > 59 || second > 60) return Number.NaN;
	return date.getTime() + ((hour * 60 + minute) * 60 + second) * 1000;
}

/** Milliseconds since 1970, NaN for what is no date. `now`, in the same, finds the century of a year of two digits. */
export function parseDate(text: string, now: number): number {
	if (hasForm(text, FIXED)) return dateAt(text, 5, 8, Number(text.slice(12, 16)), 17);
	if (hasForm(text, ASCTIME)) return dateAt(text, 8, 4, Number(text.slice(20)), 11);
	const rest = text.slice(text.indexOf(","));
	if (!hasForm(rest, RFC_850)) return Number.NaN;
	const present = new Date(now).getUTCFullYear();
	let year = present - (present % 100) + Number(rest.slice(9, 11));
	if (year > present + YEARS_AHEAD) year -= 100;
	return dateAt(rest, 2, 5, year, 12);
}
