/* matching/similarity.h - how alike two short texts are, byte by byte.
 *
 * Made for folded text (fold.h), where a byte is a letter.  All measures are exact: the
 * bit-parallel forms give what the textbook forms give (tests compare them on random text).  All
 * are symmetric: the texts are put into a canonical order first, because Jaro's own greedy
 * assignment is not.
 *
 *   jaro_winkler   Jaro 1989; Winkler 1990: J + 0.1 p (1 - J) with p <= 4 common first letters,
 *                  whatever J is.  0 (nothing in common) to 1 (equal).
 *   edits          optimal string alignment: insertions, deletions, replacements and swaps of
 *                  neighbours, no part edited twice.
 *
 * Pure functions; `scratch` belongs to one thread.
 */
#pragma once

#include "base/base.h"

enum { SIMILARITY_BYTES_MAX = 128 }; /* longer texts are cut to this */

/* Zero it once; every call leaves it zero. */
struct similarity {
	uint64_t at[256]; /* which places of one text hold this byte */
};

double jaro_winkler(struct similarity *scratch, str a, str b);

/* The number of edits, or `most` + 1 if there are more. */
unsigned edits(struct similarity *scratch, str a, str b, unsigned most);

/* The same for `most` 1, in one look from both ends. */
bool is_one_edit(str a, str b);

/* Which letters and digits a text has, and how many times, as far as 64 bits tell: a bit for the
 * first of a letter and for the second, six for each digit.  Some share a bit.  So `a & ~b` has no
 * more bits than a has letters that b lacks, each counted as often as it is missing. */
uint64_t letters_of(str text);

/* Without the machine's own instruction, which not every one has, this beats the library call. */
static inline int letters_count(uint64_t letters)
{
	letters -= letters >> 1 & UINT64_C(0x5555555555555555);
	letters = (letters & UINT64_C(0x3333333333333333)) +
		  (letters >> 2 & UINT64_C(0x3333333333333333));
	letters = (letters + (letters >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
	return (int)(letters * UINT64_C(0x0101010101010101) >> 56);
}
