/*
 * The codes of a block (RFC 1951 section 3.2.2) for the decompressor in lwsInflate.c: made of the lengths of their words.
 */

#ifndef LWS_DEFLATE_CODE_H
#define LWS_DEFLATE_CODE_H

#include <stdint.h>
#include <string.h>

enum { kBadDeflate = -21 };
enum { kLiterals = 288, kDistances = 30, kLongestCode = 15, kLiteralFast = 8, kDistanceFast = 5 };

/*
 * A code in a table for its first bits (symbol and length, 0: look further), and by its lengths: the word behind the last one
 * of that length, and what must be added to a word to find its symbol.
 */
typedef struct {
	uint16_t ends[kLongestCode + 1];
	int16_t offsets[kLongestCode + 1];
	uint16_t symbols[kLiterals];
	uint16_t fast[1 << kLiteralFast];
} LiteralCode;

typedef struct {
	uint16_t ends[kLongestCode + 1];
	int16_t offsets[kLongestCode + 1];
	uint16_t symbols[kDistances + 2];
	uint16_t fast[1 << kDistanceFast];
} DistanceCode;

/* Words begin with their highest bit (RFC 1951 section 3.1.1): 16 bits in the other order. */
static inline uint32_t reverse(uint32_t bits)
{
	bits = ((bits >> 1) & 0x5555) | ((bits & 0x5555) << 1);
	bits = ((bits >> 2) & 0x3333) | ((bits & 0x3333) << 2);
	bits = ((bits >> 4) & 0x0F0F) | ((bits & 0x0F0F) << 4);
	return ((bits >> 8) & 0xFF) | ((bits & 0xFF) << 8);
}

/*
 * Gives 0: every word stands for something; 1: there are words that do not, which may only be where one alone has one bit, or
 * where there is none (RFC 1951 section 3.2.7); negative: it is no code.
 */
static inline int makeCode(const uint8_t* lengths, int count, uint16_t* ends, int16_t* offsets, uint16_t* symbols, uint16_t* fast, int fastBits)
{
	uint16_t counts[kLongestCode + 1] = { 0 }, place[kLongestCode + 1];
	int i, length, free = 1, word = 0, before = 0, longest = 0;

	memset(fast, 0, sizeof(uint16_t) << fastBits);
	for (i = 0; i < count; i++)
		counts[lengths[i] & 15]++;
	ends[0] = offsets[0] = 0;
	for (length = 1; length <= kLongestCode; length++) {
		free = 2 * free - counts[length];
		if (free < 0)
			return -1;
		if (counts[length])
			longest = length;
		place[length] = before;
		offsets[length] = before - word;
		word += counts[length];
		before += counts[length];
		ends[length] = word;
		word <<= 1;
	}
	if (free && (longest > 1))
		return -1;
	for (i = 0; i < count; i++) {
		uint32_t reversed;
		length = lengths[i] & 15;
		if (!length)
			continue;
		word = place[length] - offsets[length];
		symbols[place[length]++] = i;
		if (length > fastBits)
			continue;
		for (reversed = reverse(word) >> (16 - length); reversed < (1u << fastBits); reversed += 1u << length)
			fast[reversed] = (uint16_t)((i << 4) | length);
	}
	return free ? 1 : 0;
}

/* Gives the symbol, and its length in the lowest four bits; 0: there are too few bits. The table has not found it. */
static inline int lookFurther(uint32_t hold, int bits, const uint16_t* ends, const int16_t* offsets, const uint16_t* symbols, int count, int fastBits)
{
	uint32_t reversed = reverse(hold);
	int length;

	for (length = fastBits + 1; length <= kLongestCode; length++) {
		int32_t word = reversed >> (16 - length);
		if (length > bits)
			return 0;
		if (word < ends[length]) {
			uint32_t index = word + offsets[length];
			return (index < (uint32_t)count) ? (symbols[index] << 4) | length : kBadDeflate;
		}
	}
	/* RFC 1951 section 3.2.7: a word that stands for nothing */
	return kBadDeflate;
}

static inline int findLiteral(const LiteralCode* code, uint32_t hold, int bits)
{
	int found = code->fast[hold & ((1 << kLiteralFast) - 1)];

	if (found)
		return ((found & 15) <= bits) ? found : 0;
	return lookFurther(hold, bits, code->ends, code->offsets, code->symbols, kLiterals, kLiteralFast);
}

static inline int findDistance(const DistanceCode* code, uint32_t hold, int bits)
{
	int found = code->fast[hold & ((1 << kDistanceFast) - 1)];

	if (found)
		return ((found & 15) <= bits) ? found : 0;
	return lookFurther(hold, bits, code->ends, code->offsets, code->symbols, kDistances, kDistanceFast);
}

/* RFC 1951 section 3.2.5: extra bits and base of a length, of which `symbol` is less than 29, and of a distance. */
static inline int lengthBits(int symbol)
{
	return ((symbol < 8) || (symbol == 28)) ? 0 : (symbol >> 2) - 1;
}

static inline int lengthBase(int symbol)
{
	if (symbol < 8)
		return symbol + 3;
	return (symbol == 28) ? 258 : 3 + ((4 + (symbol & 3)) << lengthBits(symbol));
}

static inline int distanceBits(int symbol)
{
	return (symbol < 4) ? 0 : (symbol >> 1) - 1;
}

static inline int distanceBase(int symbol)
{
	return (symbol < 4) ? symbol + 1 : 1 + ((2 + (symbol & 1)) << distanceBits(symbol));
}

#endif
