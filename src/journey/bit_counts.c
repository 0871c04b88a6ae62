/* journey/bit_counts.c - see bit_counts.h */
#include "journey/bit_counts.h"

#include <string.h>

#define BITS_OF_2 UINT64_C(0x5555555555555555) /* the low bit of each field of 2 */
#define BITS_OF_4 UINT64_C(0x3333333333333333) /* the low half of each field of 4 */
#define BITS_OF_8 UINT64_C(0x0f0f0f0f0f0f0f0f)

enum {
	FIT_IN_2 = 3, /* ones in 2 bits ... */
	FIT_IN_4 = 5, /* ... and such sums in 4 */
	TURN = FIT_IN_2 * FIT_IN_4 * BIT_COUNTS_LANES /* words */
};
_Static_assert((int)BIT_COUNTS_WORDS % TURN == 0, "no word is left over");
_Static_assert((int)BIT_COUNTS_WORDS <= UINT8_MAX, "a byte holds the sum of all");
_Static_assert((int)BIT_COUNTS_LANES == 2, "two are added up");

/* Words side by side, one in each lane of a vector where the processor has vectors. */
typedef uint64_t lanes __attribute__((vector_size(8 * BIT_COUNTS_LANES)));

static lanes lanes_at(const uint64_t *words)
{
	lanes l;

	memcpy(&l, words, sizeof(l));
	return l;
}

/* Sum k of `four` has the bits whose number has the remainder k. */
static void sum_three(const uint64_t *words, lanes four[4])
{
	lanes even = { 0 }, odd = { 0 };

	for (size_t i = 0; i < FIT_IN_2; i++) {
		lanes l = lanes_at(words + i * BIT_COUNTS_LANES);
		even += l & BITS_OF_2;
		odd += l >> 1 & BITS_OF_2;
	}
	four[0] += even & BITS_OF_4;
	four[1] += odd & BITS_OF_4;
	four[2] += even >> 2 & BITS_OF_4;
	four[3] += odd >> 2 & BITS_OF_4;
}

static void sum_turn(const uint64_t *words, lanes eight[8])
{
	lanes four[4] = { 0 };

	for (size_t i = 0; i < FIT_IN_4; i++)
		sum_three(words + i * FIT_IN_2 * BIT_COUNTS_LANES, four);
	for (size_t k = 0; k < 4; k++) {
		eight[k] += four[k] & BITS_OF_8;
		eight[k + 4] += four[k] >> 4 & BITS_OF_8;
	}
}

void bit_counts_settle(struct bit_counts *c)
{
	lanes eight[8] = { 0 };

	memset(c->words + c->waiting, 0,
		(BIT_COUNTS_WORDS - c->waiting) * sizeof(c->words[0])); /* which count nothing */
	for (size_t i = 0; i < BIT_COUNTS_WORDS; i += TURN)
		sum_turn(c->words + i, eight);
	for (size_t k = 0; k < 8; k++) {
		uint64_t sum = eight[k][0] + eight[k][1];
		for (size_t i = 0; i < 8; i++)
			c->counts[k + 8 * i] += sum >> (8 * i) & 0xff;
	}
	c->waiting = 0;
}
