/* matching/known.h - what is known of records before any two are compared.
 *
 * Most companies have keys, and matching is for what these leave open.  So pairs are of three
 * kinds:
 *
 *   one    keys or people say that the two are one person: there is nothing to be proposed
 *   two    each has a key of a kind of which a person has one at most (two customer numbers)
 *   open   nobody knows
 *
 * The first two are learnt from as what they are.  How likely a match is before any field is looked
 * at is asked of the open pairs alone: where keys have joined nearly all there is, what is left are
 * namesakes.
 *
 * Plain values, borrowed.
 */
#pragma once

#include "base/base.h"

struct row_pair {
	uint32_t a, b;
};

struct known_pairs {
	/* Who is one person, and who must not become one: joined before all else, and never. */
	const struct row_pair *together, *apart;
	size_t together_count, apart_count;
	/* By row: rows of one number are one person by keys or people, not by matching, which would
	 * prove itself.  NULL: nothing is known, and every pair is open. */
	const uint32_t *told;
	/* By row, beside `told`: a bit for each kind of key of which a person has one at most,
	 * where the row's person has it. */
	const uint8_t *keys;
};

enum pair_kind { PAIR_OPEN, PAIR_ONE, PAIR_TWO, PAIR_KINDS };

static inline enum pair_kind pair_kind(const struct known_pairs *known, uint32_t a, uint32_t b)
{
	if (known->told == NULL)
		return PAIR_OPEN;
	if (known->told[a] == known->told[b])
		return PAIR_ONE;
	return (known->keys[a] & known->keys[b]) != 0 ? PAIR_TWO : PAIR_OPEN;
}
