/* matching/field_brief.h - most pairs of values have nothing in common: told from 24 bytes of each
 *
 * Each test here is a bound on what field_compare.c measures; tests/matching_field_test.c holds the
 * two against each other on random values.  Here, to be part of the one loop that sees every pair
 * (score.c).
 *
 * The letters that two values have in common are counted once, as bits: from them follow the most
 * letters that Jaro may match, and the fewest edits.
 */
#pragma once

#include "matching/field.h"

#include <stdlib.h>

/* What tells most pairs of values apart, in 24 bytes side by side with those of other values. */
struct field_brief {
	uint64_t letters; /* letters_of() what is compared */
	uint32_t sounds[2]; /* names; of a date: year, month and day, a byte each; else keys[1] */
	char first[2];
	uint8_t length; /* of `tight`, or of an e-mail before its @; at most 128 */
	uint8_t untold; /* letters that have no bit of their own */
	uint8_t special; /* several words, a nickname, an initial, no date ...: look closer */
};
struct field_brief field_brief_of(enum field_kind kind, const struct field_value *value);

/* What a first look says of two values that are not the same. */
enum look {
	LOOK_MISSING,
	LOOK_DIFFERENT, /* surely LEVEL_DIFFERENT */
	LOOK_FAR, /* LEVEL_SIMILAR at most */
	LOOK_OPEN, /* any level but LEVEL_EXACT */
	LOOK_OPEN_OR_EXACT,
	LOOK_EXACT,
	LOOK_COUNT_
};

/* Beyond `edits` values are far; far values are different if their similarity is below `least`, by
 * how long the common beginning may be: none, one letter, two to four.  With a common prefix of p
 * letters the similarity of Jaro and Winkler is J + 0.1 p (1 - J), so it is below `least` if J is
 * below (least - 0.1 p) / (1 - 0.1 p); and J is at most (m / a + m / b + 1) / 3 with m letters that
 * match, none moved.  Multiplied out and in whole numbers, for there is no time to divide:
 * m (a + b) < (3 J - 1) a b. */
struct brief_rule {
	int32_t edits;
	enum look by_sound; /* what far values may be that share one of `sounds` */
	int32_t least[3]; /* (3 J - 1) * BRIEF_ONE, rounded down */
};
enum { BRIEF_ONE = 4096 };
extern const struct brief_rule brief_rules[KIND_COUNT_];

/* An edit takes away one letter at most, brings one, and changes the length by one. */
static inline enum look brief_look_at_texts(
	const struct brief_rule *rule, const struct field_brief *a, const struct field_brief *b)
{
	int common = letters_count(a->letters & b->letters) + MIN_OF(a->untold, b->untold);
	bool near = MAX_OF(a->length, b->length) - common <= rule->edits;
	bool same_sound = a->sounds[0] == b->sounds[0] || a->sounds[1] == b->sounds[1];
	bool same_first = a->first[0] == b->first[0];
	bool same_prefix = same_first && a->first[1] == b->first[1];

	if (near)
		return a->letters == b->letters ? LOOK_OPEN_OR_EXACT : LOOK_OPEN;
	if (same_sound)
		return rule->by_sound;
	return common * (a->length + b->length) * BRIEF_ONE <
			       rule->least[same_first + same_prefix] * a->length * b->length
		       ? LOOK_DIFFERENT
		       : LOOK_FAR;
}

/* One edit changes one of the three parts, or swaps two digits across the border of two. */
static inline enum look brief_look_at_dates(
	const struct field_brief *a, const struct field_brief *b)
{
	uint32_t x = a->sounds[0], y = b->sounds[0], parts = x ^ y;
	bool year = parts >> 16 == 0, month = (parts & 0xff00) == 0, day = (parts & 0xff) == 0;

	if (a->letters == b->letters)
		return LOOK_OPEN_OR_EXACT;
	if (year || (month && day))
		return LOOK_OPEN;
	return abs((int)(x >> 16) - (int)(y >> 16)) >= 2 ? LOOK_DIFFERENT : LOOK_FAR;
}

static inline enum look brief_look(
	enum field_kind kind, const struct field_brief *a, const struct field_brief *b)
{
	if (a->special | b->special)
		return a->letters == b->letters ? LOOK_OPEN_OR_EXACT : LOOK_OPEN;
	return kind == KIND_DATE ? brief_look_at_dates(a, b)
				 : brief_look_at_texts(&brief_rules[kind], a, b);
}
