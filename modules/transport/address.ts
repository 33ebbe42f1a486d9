/** Numeric addresses as bytes (RFC 4291 section 2.2, RFC 6943 section 3.1.1). */
import { isText, TextSet } from "lws-xs/native/http";

const HEX = "0123456789abcdef";
const GROUP_DIGITS = 4;
const IPV6_BYTES = 16;

/** 4 or 16 bytes; undefined: it is a name. Without brackets; a zone ("%eth0"), which means nothing elsewhere, is left out. */
export function addressBytes(text: string): readonly number[] | undefined {
	const zone = text.indexOf("%");
	const address = zone < 0 ? text : text.slice(0, zone);
	return address.includes(":") ? ipv6Bytes(address.toLowerCase()) : ipv4Bytes(address);
}

function ipv4Bytes(text: string): number[] | undefined {
	const parts = text.split(".");
	if (parts.length !== 4) return undefined;
	const bytes: number[] = [];
	for (const part of parts) {
		if (part.length > 3 || !isText(part, TextSet.Digits) || Number(part) > 255) return undefined;
		bytes.push(Number(part));
	}
	return bytes;
}

function ipv6Bytes(text: string): number[] | undefined {
	const gap = text.indexOf("::");
	if (gap < 0) {
		const bytes = groupBytes(text);
		return bytes?.length === IPV6_BYTES ? bytes : undefined;
	}
	const front = text.slice(0, gap);
	const head = front.includes(".") ? undefined : groupBytes(front);
	const tail = groupBytes(text.slice(gap + 2));
	if (!head || !tail || head.length + tail.length > IPV6_BYTES - 2) return undefined;
	while (head.length + tail.length < IPV6_BYTES) head.push(0);
	return head.concat(tail);
}

/** Groups with colons between; the last may be an address of IPv4. */
function groupBytes(text: string): number[] | undefined {
	const bytes: number[] = [];
	if (text === "") return bytes;
	const groups = text.split(":");
	for (let i = 0; i < groups.length; i++) {
		const group = groups[i] as string;
		if (i === groups.length - 1 && group.includes(".")) {
			const last = ipv4Bytes(group);
			return last && bytes.concat(last);
		}
		if (group === "" || group.length > GROUP_DIGITS) return undefined;
		let value = 0;
		for (let at = 0; at < group.length; at++) {
			const digit = HEX.indexOf(group.charAt(at));
			if (digit < 0) return undefined;
			value = 16 * value + digit;
		}
		bytes.push(value >> 8, value & 0xff);
	}
	return bytes;
}
