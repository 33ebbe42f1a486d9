/**
 * The byte machines of WebSocket (RFC 6455): frames that come, and frames that go. As `http.d.ts`, in C (`lwsWs.c`) and in
 * TypeScript (`twin/ws.ts`), with the state in words of 32 bits at the start of an ArrayBuffer; none allocates on XS.
 */

/** The numbers of `Fault` in `engines/errors.ts`, which has a sentence for each. */
export const enum WsFault {
	ReservedBits = -13,
	BadOpcode = -14,
	BadControlFrame = -15,
	MaskedFrame = -16,
	BadLength = -17,
	BadContinuation = -18,
	BadUtf8 = -19,
	BadClose = -20,
}

/** What a machine awaits; the table of transitions stands in `engines/ws/frame.ts`. */
export const enum FrameState {
	/** The first byte of a frame. */
	Opcode,
	Length,
	/** More bytes of it, two or eight: `Frame.Missing` of them. */
	LongLength,
	Payload,
	/** That of a control frame. */
	Control,
}

/** Words of the state; all zeros is the beginning. */
export const enum Frame {
	/** A FrameState. */
	State,
	/** What the last call has found: a FrameEvent, and for Data the bits of FrameBits. One word, as reading one is the dear part. */
	Event,
	/** Bytes of payload that the event brings. */
	Length,
	/** Where they lie in `bytes`: 0 but for a compressed message. */
	From,
	/** Payload of the present frame that has not come: bits 26-52 and bits 0-25. */
	RemainingHigh,
	RemainingLow,
	/** The first byte of the present frame. */
	First,
	/** Opcode of the message that is under way, or 0; with its FrameBits.First, Binary, Compressed for its next piece. */
	Message,
	/** That of checkUtf8. */
	Utf8,
	/** Bytes of an extended length that have not come. */
	Missing,
	/** Bytes of a control frame's payload that have come. */
	ControlLength,
	/** From here on its payload, of at most 125 bytes: 32 words. */
	Control,
	Words = Control + 32,
}

/** `Frame.Event & FrameEvent.Kind`. */
export const enum FrameEvent {
	/** All has been consumed. */
	None = 0,
	/** A piece of a message; it may have no bytes when it ends one. */
	Data = 1,
	/** Control frames are whole: their payload is `Frame.Length` bytes in the state, from the word `Frame.Control` on. */
	Ping = 2,
	Pong = 3,
	Close = 4,
	Kind = 7,
}

/** The rest of `Frame.Event`, for Data. */
export const enum FrameBits {
	/** The first piece of its message. */
	First = 8,
	/** The last piece of its message: FIN, and nothing of the frame remains. */
	Final = 16,
	Binary = 32,
	/** RSV1 of the first frame (RFC 7692 section 6). */
	Compressed = 64,
}

/**
 * Consumes frames up to and including the next event, which is left in `state`; gives the count of bytes consumed, or a
 * WsFault, after which nothing more is to be scanned.
 *
 * A piece of a message is what there is of its frame's payload. What is not compressed has been moved to the start of
 * `bytes`, over what was consumed, and when it is text it has been found to be UTF-8 so far, or to the end when it is
 * the last piece. Frames without payload make no piece unless they end a message. `allowCompressed`: 1 where RSV1 may be
 * set on the first frame of a message, 0 where it may not.
 */
export function scanFrame(
	state: ArrayBuffer,
	bytes: Uint8Array,
	start: number,
	end: number,
	allowCompressed: number,
): number;

/**
 * Writes a masked frame (section 5.3) to `target` at `at`: header, key and `[start, end)` of `source`, masked; gives its
 * length. `first` is its first byte: FIN, reserved bits, opcode. The key is the four bytes of `keys` at `keyAt`. Source and
 * target may overlap. Throws RangeError when it does not fit, and then has written nothing.
 */
export function writeFrame(
	target: Uint8Array,
	at: number,
	first: number,
	source: Uint8Array,
	start: number,
	end: number,
	keys: Uint8Array,
	keyAt: number,
): number;

/** What `writeFrame` puts before a payload of so many bytes: 6, 8 or 14. */
export const enum FrameHead {
	Short = 6,
	Medium = 8,
	Long = 14,
	/** The longest payload of each. */
	ShortPayload = 125,
	MediumPayload = 65535,
}
