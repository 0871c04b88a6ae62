/* journey/bit_counts.c - see bit_counts.h */
#include "journey/bit_counts.h"

#define BITS_OF_2 UINT64_C(0x5555555555555555) /* the low bit of each field of 2 */
#define BITS_OF_4 UINT64_C(0x3333333333333333) /* the low half of each field of 4 */
#define BITS_OF_8 UINT64_C(0x0f0f0f0f0f0f0f0f)

enum { FIT_IN_2 = 3, FIT_IN_4 = 5 }; /* 3 ones fit in 2 bits, five such sums in 4 */

/* Sum k of `four` has the bits whose number has the remainder k. */
static void sum_three(const uint64_t *words, size_t count, uint64_t four[4])
{
	uint64_t even = 0, odd = 0;

	for (size_t i = 0; i < count; i++) {
		even += words[i] & BITS_OF_2;
		odd += words[i] >> 1 & BITS_OF_2;
	}
	four[0] += even & BITS_OF_4;
	four[1] += odd & BITS_OF_4;
	four[2] += even >> 2 & BITS_OF_4;
	four[3] += odd >> 2 & BITS_OF_4;
}

static void sum_fifteen(const uint64_t *words, size_t count, uint64_t eight[8])
{
	uint64_t four[4] = { 0 };

	for (size_t i = 0; i < count; i += FIT_IN_2)
		sum_three(words + i, MIN_OF((size_t)FIT_IN_2, count - i), four);
	for (size_t k = 0; k < 4; k++) {
		eight[k] += four[k] & BITS_OF_8;
		eight[k + 4] += four[k] >> 4 & BITS_OF_8;
	}
}

void bit_counts_settle(struct bit_counts *c)
{
	const size_t step = (size_t)FIT_IN_2 * FIT_IN_4;
	uint64_t eight[8] = { 0 }; /* a byte holds 64 */

	for (size_t i = 0; i < c->waiting; i += step)
		sum_fifteen(c->words + i, MIN_OF(step, c->waiting - i), eight);
	for (size_t i = 0; i < 64; i++)
		c->counts[i] += eight[i % 8] >> (i / 8 * 8) & 0xff;
	c->waiting = 0;
}
