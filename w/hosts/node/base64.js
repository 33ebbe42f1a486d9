// @ts-check
/** The SDK's `base64` over Node's. */
import { Buffer } from "node:buffer";
import { bytesOf } from "./bytes.js";

const Base64 = Object.freeze({
	/** @param {ArrayBuffer | Uint8Array} buffer */
	encode(buffer) {
		const bytes = bytesOf(buffer);
		return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("base64");
	},
	/**
	 * As the SDK, and unlike Node: characters outside the alphabet are skipped ("-" and "_" are outside), the padding
	 * ends the text, and a last group that is not complete yields nothing.
	 * @param {string} text
	 */
	decode(text) {
		let clean = "";
		for (let i = 0; i < text.length; i++) {
			const character = text.charAt(i);
			const place = clean.length & 3;
			if (character !== "=") {
				if (/[A-Za-z0-9+/]/.test(character)) clean += character;
			} else if (place === 3) {
				clean += "=";
				break;
			} else if (place === 2 && text.charAt(i + 1) === "=") {
				clean += "==";
				break;
			}
		}
		const bytes = Buffer.from(clean.slice(0, clean.length & ~3), "base64");
		return new Uint8Array(bytes).buffer;
	},
});

export default Base64;
