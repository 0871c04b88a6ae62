/* matching/field_brief.h - most pairs of values have nothing in common: told from 16 bytes of each
 *
 * Each test here is a bound on what field_compare.c measures (one edit of four letters or more
 * leaves a similarity of 0.83 or more); tests/matching_field_test.c holds the two against each
 * other on random values.  Here, to be part of the one loop that sees every pair (compare.c).
 */
#pragma once

#include "matching/field.h"

#include <stdlib.h>

/* What tells most pairs of values apart, in 16 bytes side by side with those of other values. */
struct field_brief {
	uint32_t letters;
	uint32_t sounds[2]; /* names; of a date: itself; else keys[1] */
	uint8_t length; /* of `tight`, or of an e-mail before its @; at most 128 */
	bool special; /* several words, a nickname, an initial, no date ...: look closer */
	char first[2];
};
struct field_brief field_brief_of(enum field_kind kind, const struct field_value *value);

/* Is the similarity of Jaro and Winkler below `least`, whatever the order of the letters?  With a
 * common prefix of p letters it is J + 0.1 p (1 - J), so J must be below (least - 0.1 p) /
 * (1 - 0.1 p); and J is at most (m / a + m / b + 1) / 3 with m letters that match, none moved.
 * Multiplied out, for there is no time to divide. */
static inline bool brief_is_below(
	double least, const struct field_brief *a, const struct field_brief *b)
{
	int alone_a = letters_count(a->letters & ~b->letters);
	int alone_b = letters_count(b->letters & ~a->letters);
	int matches = MIN_OF(a->length - alone_a, b->length - alone_b);

	if (matches <= 0)
		return true;
	double jaro = a->first[0] != b->first[0]   ? least
		      : a->first[1] != b->first[1] ? (least - 0.1) * (1 / 0.9)
						   : (least - 0.4) * (1 / 0.6);
	return matches * (a->length + b->length) < (3 * jaro - 1) * (a->length * b->length) - 1e-6;
}

static inline bool brief_same_sound(const struct field_brief *a, const struct field_brief *b)
{
	return (a->sounds[0] == b->sounds[0] && a->sounds[0] != 0) ||
	       (a->sounds[1] == b->sounds[1] && a->sounds[1] != 0);
}

/* An edit takes away one letter at most, brings one, and changes the length by one. */
static inline bool brief_is_over(
	int edits, const struct field_brief *a, const struct field_brief *b)
{
	return abs(a->length - b->length) > edits ||
	       letters_count(a->letters & ~b->letters) > edits ||
	       letters_count(b->letters & ~a->letters) > edits;
}

/* One edit leaves one of the three parts as it is. */
static inline bool brief_dates_differ(uint32_t x, uint32_t y)
{
	if (x / 10000 == y / 10000 || x / 100 % 100 == y / 100 % 100 || x % 100 == y % 100)
		return false;
	return abs((int)(x / 10000) - (int)(y / 10000)) >= 2;
}

/* True: field_compare() would say LEVEL_DIFFERENT.  False says nothing. */
static inline bool field_surely_different(
	enum field_kind kind, const struct field_brief *a, const struct field_brief *b)
{
	if (a->special || b->special)
		return false;
	switch (kind) {
	case KIND_GIVEN_NAME:
	case KIND_SURNAME:
	case KIND_FULL_NAME:
	case KIND_PLACE:
		return !brief_same_sound(a, b) && brief_is_below(0.75, a, b);
	case KIND_DATE:
		return brief_dates_differ(a->sounds[0], b->sounds[0]);
	case KIND_ADDRESS:
		return a->letters != b->letters && a->sounds[0] != b->sounds[0] &&
		       brief_is_below(brief_is_over(2, a, b) ? 0.9 : 0.75, a, b);
	case KIND_POSTCODE:
		return a->sounds[0] != b->sounds[0] && brief_is_over(1, a, b);
	case KIND_NUMBER:
		return brief_is_over(1, a, b);
	case KIND_CODE:
	case KIND_PHONE:
		return brief_is_over(2, a, b);
	case KIND_EMAIL:
		return a->sounds[0] != b->sounds[0] && brief_is_below(0.8, a, b);
	case KIND_TEXT:
		return brief_is_below(0.75, a, b);
	case KIND_GENDER:
		return a->letters != b->letters;
	case KIND_COUNT_:
		break;
	}
	return false;
}
