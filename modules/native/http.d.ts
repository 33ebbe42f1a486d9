/**
 * The byte machines of HTTP/1 (RFC 9112): a whole message head, and the framing of the chunked coding. As
 * `kernels.d.ts`, in C (`lwsHttpHead.c`, `lwsHttpChunk.c`) and in TypeScript (`twin/http.ts`); none allocates on XS.
 *
 * A machine keeps all that it knows in the words of 32 bits that the enums below name; all zeros is its beginning. They
 * are the first of an ArrayBuffer, over which the caller has an Int32Array: XS lets C reach a buffer, or a view of bytes,
 * but no view of words.
 *
 * The scanners take `[start, end)` of `bytes` in pieces of any size, and give the count of bytes consumed, or an
 * HttpFault; after that one the machine must begin anew. They throw RangeError when the span does not lie inside its
 * buffer, when a buffer is too short, or when the words hold what no scanner has left there.
 */

/** The numbers of `Fault` in `engines/errors.ts`, which has a sentence for each. */
export const enum HttpFault {
	NotHttp = -1,
	BadVersion = -2,
	BadStatusLine = -3,
	BadHeadByte = -4,
	BadFieldName = -5,
	HeadTooLong = -6,
	BadChunkSize = -7,
	BadChunkFraming = -8,
	ChunkExtensionTooLong = -9,
	TrailerTooLong = -10,
	BadContentLength = -11,
}

/** Limits; `engines/h1/head.ts` and `engines/h1/chunked.ts` say why they are what they are. */
export const enum HttpLimit {
	/** Bytes of a head, whatever is kept of it. */
	Head = 262144,
	/** Bytes of the status line that are kept: "HTTP/1.1 200 " and 64 of the reason. */
	StatusLine = 77,
	ReasonStart = 13,
	/** Bytes of the table that only the fields the client needs may use, and fields. */
	ReservedBytes = 256,
	ReservedFields = 4,
	/** The end of that, where no value goes: in a full table, too, the names that the client needs are known. */
	NameRoom = 24,
	ChunkExtension = 4096,
	Trailer = 16384,
	/** Seconds of a Keep-Alive field. */
	KeepAlive = 1_000_000,
	/** Digits of a chunk size, leading zeros included. */
	ChunkDigits = 16,
}

/** What a machine awaits; the table of transitions stands in `engines/h1/head.ts`. */
export const enum HeadState {
	StatusStart,
	StatusStartLineFeed,
	Status,
	StatusLineFeed,
	FieldStart,
	Name,
	SkipName,
	ValueStart,
	Value,
	SkipValue,
	LineFeed,
	LastLineFeed,
	Done,
}

/** Words of the state of a head. */
export const enum Head {
	/** A HeadState. */
	State,
	/** 0 until the head is complete, then the bits of HeadSummary: reading a word is the dear part on XS. */
	Summary,
	/** Bytes so far. */
	Size,
	/** The status code, 100-999; 0 before the end of its line. */
	Status,
	/** The minor version, 0 or 1; anything above counts as 1 (RFC 9110 section 2.5). */
	Minor,
	/** Fields in the table. */
	Count,
	/** Where the next field begins in the table. */
	Used,
	/** The field under construction: end of its name, and of what there is of it. */
	NameEnd,
	End,
	/** 1: a field is under construction, its line may be folded. */
	Open,
	/** A NeededField: what that field is. */
	Needed,
	/** 1: a field line has begun. */
	Lines,
	/** Fields that did not fit. */
	Dropped,
	/** Options of all Connection fields: bits of ConnectionOption; above them what the Keep-Alive fields say. */
	Connection,
	/** A TransferCoding. */
	Coding,
	/** 0: no Content-Length; 1: LengthHigh and LengthLow have it; HttpFault.BadContentLength. */
	Length,
	/** Bits 26-52 and bits 0-25. */
	LengthHigh,
	LengthLow,
	/** Bytes of the status line that are kept. */
	LineLength,
	/** From here on its bytes, 20 words of them; `HttpLimit.ReasonStart` bytes later the reason begins. */
	Line,
	/** The sizes of the table, which are there before the beginning: how many fields, and bytes of text. */
	Fields = Line + 20,
	TextSize,
	/** Here the table begins. */
	Words,
}

/** Where the summary has what: shifts and, without a shift, bits. */
export const enum HeadSummary {
	/** The status code. */
	StatusBits = 0x3ff,
	MinorShift = 10,
	/** Version and Connection options let the connection persist (RFC 9112 section 9.3). */
	Persistent = 0x800,
	/** LengthHigh is not 0. */
	LargeLength = 0x1000,
	/** A TransferCoding. */
	CodingShift = 13,
	CodingBits = 3,
	/** There is a Content-Length; it is malformed, not countable, or given twice with different values. */
	Length = 0x8000,
	BadLength = 0x10000,
}

/** The fields that the client reads itself; they may use the reserve of the table, and a head that loses one is refused. */
export const enum NeededField {
	None,
	Connection,
	KeepAlive,
	ContentLength,
	TransferEncoding,
}

export const enum ConnectionOption {
	Close = 1,
	KeepAlive = 2,
	/**
	 * From this bit on: one more than the seconds that the server keeps the connection, 0: it does not say, 1: not at all
	 * (timeout=0, max=0). More than HttpLimit.KeepAlive seconds say nothing.
	 */
	KeepAliveShift = 3,
}

/** What all Transfer-Encoding fields say. */
export const enum TransferCoding {
	None,
	/** "chunked", in one field, and nothing else. */
	Chunked,
	Other,
}

/**
 * Consumes up to the end of a response's head. `table` begins with the words of Head. Behind them there are three words
 * for each of Head.Fields fields: start of the name, its end (the start of the value), end of the value; and behind these
 * the Head.TextSize bytes (at least HttpLimit.ReservedBytes) in which they count: the fields that are kept, name in lower
 * case and value one after another. White space around a value is not part of it, a fold is one space. What comes behind
 * the text is somebody else's.
 *
 * `keep`: the names to keep besides those the client needs, in lower case, each followed by a zero byte; undefined
 * keeps all that fit. RFC 9112 sections 6.3 and 9.3 rest on Connection, Coding and Length, which are complete with the
 * head.
 */
export function scanHead(
	table: ArrayBuffer,
	bytes: Uint8Array,
	start: number,
	end: number,
	keep: Uint8Array | undefined,
): number;

/** Makes the first so many words zero: the beginning of either machine, for which Head.Fields and Chunk.Words are given. */
export function resetState(state: ArrayBuffer, words: number): void;

/** Index of the `nth` field of that name in a table as `scanHead` takes it, ASCII letters without case; -1: there is none. */
export function findField(table: ArrayBuffer, name: string, nth: number): number;

/** What a machine awaits; the table of transitions stands in `engines/h1/chunked.ts`. */
export const enum ChunkState {
	Size,
	ExtensionStart,
	Extension,
	SizeLineFeed,
	/** Content, until the next call: by then all of it has been taken. */
	Data,
	DataReturn,
	DataLineFeed,
	TrailerStart,
	Trailer,
	TrailerLineFeed,
	LastLineFeed,
	Done,
}

/** Words of the state of a chunked body. */
export const enum Chunk {
	/** A ChunkState. */
	State,
	/** What comes next: so many bytes of content, or a ChunkNext. */
	Next,
	/** Digits of the size so far. */
	Digits,
	/** Bytes of the extension, then of the trailer section. */
	Length,
	/** The size of the chunk, bits 26-51 and bits 0-25; 0 after its content. */
	SizeHigh,
	SizeLow,
	/** The sizes of all chunks so far, this one included, in the same way. */
	TotalHigh,
	TotalLow,
	/** Words of the state. */
	Words,
}

export const enum ChunkNext {
	/** More framing. */
	Framing = 0,
	/** Nothing: the body is complete. */
	End = -1,
	/** Content of 2^31 bytes or more: SizeHigh and SizeLow say how many. */
	Large = -2,
}

/**
 * Consumes framing up to the next content or the end. The content does not pass through here: the call after it begins
 * behind it.
 */
export function scanChunk(state: ArrayBuffer, bytes: Uint8Array, start: number, end: number): number;

/** Sets of characters. */
export const enum TextSet {
	/** A method or a field name (RFC 9110 section 5.6.2). */
	Token,
	/** What cannot end the line of its field: all but NUL, CR and LF (RFC 9110 section 5.5). */
	FieldValue,
	/** What cannot end the request line: no white space, no controls (RFC 9112 section 3.2). */
	Target,
	Digits,
}

/** Whether all characters of a text are of the set; an empty text is a field value only. */
export function isText(text: string, set: TextSet): boolean;
