// @ts-check
/**
 * The bytes of a buffer argument, without a copy.
 * @param {unknown} value
 * @returns {Uint8Array}
 */
export function bytesOf(value) {
	if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
	if (value instanceof ArrayBuffer || value instanceof SharedArrayBuffer) return new Uint8Array(value);
	throw new TypeError("not a buffer");
}
