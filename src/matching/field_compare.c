/* matching/field_compare.c - how alike two values of one kind are: the table of field.h
 *
 * Most pairs of values have nothing in common; that is told before (field_brief.c).
 */
#include "matching/field.h"

#include "matching/nickname.h"

#include <stdlib.h>

static bool is_close(struct similarity *s, const struct field_value *a, const struct field_value *b,
	unsigned most)
{
	if (most == 1)
		return is_one_edit(a->tight, b->tight);
	return edits(s, a->tight, b->tight, most) <= most;
}

static size_t shorter(const struct field_value *a, const struct field_value *b)
{
	return MIN_OF(a->tight.len, b->tight.len);
}

/* ---- words */

static bool has_word(str text, str wanted)
{
	str word, rest = text;

	for (bool more = true; more;) {
		more = str_split(rest, ' ', &word, &rest);
		if (str_equal(more ? word : rest, wanted))
			return true;
	}
	return false;
}

/* Every word of `part` stands in `whole`, and one of them is more than an initial. */
static bool is_part(str part, str whole)
{
	str word, rest = part;
	size_t longest = 0;

	for (bool more = true; more;) {
		more = str_split(rest, ' ', &word, &rest);
		word = more ? word : rest;
		if (!has_word(whole, word))
			return false;
		longest = MAX_OF(longest, word.len);
	}
	return longest >= 3;
}

/* Jean is a part of Jean Pierre; Pierre Jean has the same words. */
static bool is_compound(const struct field_value *a, const struct field_value *b)
{
	if (a->text.len == a->tight.len && b->text.len == b->tight.len)
		return false; /* one word each */
	return is_part(a->text, b->text) || is_part(b->text, a->text);
}

static bool is_initial(const struct field_value *a, const struct field_value *b)
{
	return shorter(a, b) == 1 && a->tight.ptr[0] == b->tight.ptr[0];
}

/* ---- the kinds */

static bool same_sound(const struct field_value *a, const struct field_value *b)
{
	return (a->french == b->french && a->french != 0) ||
	       (a->english == b->english && a->english != 0);
}

static enum level compare_names(
	struct similarity *s, const struct field_value *a, const struct field_value *b)
{
	if (shorter(a, b) >= 3 && is_close(s, a, b, 1))
		return LEVEL_TYPO;
	if ((a->nicknames & b->nicknames) != 0 && nickname_same(a->text, b->text))
		return LEVEL_ALIAS;
	if (is_compound(a, b))
		return LEVEL_ALIAS;
	if (same_sound(a, b))
		return LEVEL_SOUNDS;
	double alike = jaro_winkler(s, a->tight, b->tight);
	if (alike >= 0.85)
		return LEVEL_SIMILAR;
	if (alike >= 0.75)
		return LEVEL_RELATED;
	return is_initial(a, b) ? LEVEL_RELATED : LEVEL_DIFFERENT;
}

static enum level compare_places(
	struct similarity *s, const struct field_value *a, const struct field_value *b)
{
	if (shorter(a, b) >= 4 && is_close(s, a, b, 1))
		return LEVEL_TYPO;
	if (is_compound(a, b))
		return LEVEL_ALIAS;
	if (same_sound(a, b))
		return LEVEL_SOUNDS;
	if (jaro_winkler(s, a->tight, b->tight) >= 0.85)
		return LEVEL_SIMILAR;
	return LEVEL_DIFFERENT;
}

static int days_of(uint32_t date)
{
	return (int)(date / 10000 * 372 + (date / 100 % 100) * 31 + date % 100);
}

static enum level compare_dates(
	struct similarity *s, const struct field_value *a, const struct field_value *b)
{
	uint32_t x = a->date, y = b->date;

	if (is_close(s, a, b, 1))
		return LEVEL_TYPO;
	if (x == 0 || y == 0)
		return is_close(s, a, b, 2) ? LEVEL_SIMILAR : LEVEL_DIFFERENT;
	bool year = x / 10000 == y / 10000, month = x / 100 % 100 == y / 100 % 100,
	     day = x % 100 == y % 100;
	if (year && x / 100 % 100 == y % 100 && y / 100 % 100 == x % 100)
		return LEVEL_ALIAS;
	if (year + month + day == 2)
		return LEVEL_SIMILAR;
	return abs(days_of(x) - days_of(y)) <= 372 ? LEVEL_RELATED : LEVEL_DIFFERENT;
}

static bool same_words(const struct field_value *a, const struct field_value *b)
{
	return a->tight.len == b->tight.len && is_compound(a, b);
}

static enum level compare_addresses(
	struct similarity *s, const struct field_value *a, const struct field_value *b)
{
	if (shorter(a, b) >= 4 && is_close(s, a, b, shorter(a, b) >= 10 ? 2 : 1))
		return LEVEL_TYPO;
	if (same_words(a, b))
		return LEVEL_ALIAS;
	if (jaro_winkler(s, a->tight, b->tight) >= 0.9)
		return LEVEL_SIMILAR;
	return a->keys[1] == b->keys[1] ? LEVEL_RELATED : LEVEL_DIFFERENT;
}

static enum level compare_postcodes(
	struct similarity *s, const struct field_value *a, const struct field_value *b)
{
	if (shorter(a, b) >= 3 && is_close(s, a, b, 1))
		return LEVEL_TYPO;
	return a->keys[1] == b->keys[1] ? LEVEL_RELATED : LEVEL_DIFFERENT;
}

static enum level compare_numbers(
	struct similarity *s, const struct field_value *a, const struct field_value *b)
{
	return MAX_OF(a->tight.len, b->tight.len) >= 2 && is_close(s, a, b, 1) ? LEVEL_TYPO
									       : LEVEL_DIFFERENT;
}

static enum level compare_codes(
	struct similarity *s, const struct field_value *a, const struct field_value *b)
{
	int alone = letters_count(a->letters & ~b->letters);

	if (shorter(a, b) >= 4 && is_close(s, a, b, 1))
		return LEVEL_TYPO;
	/* an edit takes away one digit at most, and brings one */
	return alone <= 2 && shorter(a, b) >= 6 && is_close(s, a, b, 2) ? LEVEL_SIMILAR
									: LEVEL_DIFFERENT;
}

static str before_at(str email)
{
	str before, behind;

	return str_split_last(email, '@', &before, &behind) ? before : email;
}

static enum level compare_emails(
	struct similarity *s, const struct field_value *a, const struct field_value *b)
{
	if (a->keys[1] == b->keys[1] && a->keys[1] != 0)
		return LEVEL_ALIAS;
	if (shorter(a, b) >= 6 && is_close(s, a, b, 1))
		return LEVEL_TYPO;
	double alike = jaro_winkler(s, before_at(a->tight), before_at(b->tight));
	return alike >= 0.9 ? LEVEL_SIMILAR : alike >= 0.8 ? LEVEL_RELATED : LEVEL_DIFFERENT;
}

static enum level compare_texts(
	struct similarity *s, const struct field_value *a, const struct field_value *b)
{
	if (shorter(a, b) >= 4 && is_close(s, a, b, shorter(a, b) >= 10 ? 2 : 1))
		return LEVEL_TYPO;
	double alike = jaro_winkler(s, a->tight, b->tight);
	return alike >= 0.9 ? LEVEL_SIMILAR : alike >= 0.8 ? LEVEL_RELATED : LEVEL_DIFFERENT;
}

enum level field_compare(enum field_kind kind, struct similarity *scratch,
	const struct field_value *a, const struct field_value *b)
{
	if (a == b || (a->letters == b->letters && str_equal(a->tight, b->tight)))
		return LEVEL_EXACT;
	switch (kind) {
	case KIND_GIVEN_NAME:
	case KIND_SURNAME:
	case KIND_FULL_NAME:
		return compare_names(scratch, a, b);
	case KIND_PLACE:
		return compare_places(scratch, a, b);
	case KIND_DATE:
		return compare_dates(scratch, a, b);
	case KIND_ADDRESS:
		return compare_addresses(scratch, a, b);
	case KIND_POSTCODE:
		return compare_postcodes(scratch, a, b);
	case KIND_NUMBER:
		return compare_numbers(scratch, a, b);
	case KIND_CODE:
	case KIND_PHONE:
		return compare_codes(scratch, a, b);
	case KIND_EMAIL:
		return compare_emails(scratch, a, b);
	case KIND_TEXT:
		return compare_texts(scratch, a, b);
	case KIND_GENDER:
	case KIND_COUNT_:
		break;
	}
	return LEVEL_DIFFERENT;
}

bool field_has_level(enum field_kind kind, enum level level)
{
#define BIT(level) (1u << LEVEL_##level)
	static const unsigned others[KIND_COUNT_] = {
		[KIND_GIVEN_NAME] =
			BIT(TYPO) | BIT(ALIAS) | BIT(SOUNDS) | BIT(SIMILAR) | BIT(RELATED),
		[KIND_SURNAME] = BIT(TYPO) | BIT(ALIAS) | BIT(SOUNDS) | BIT(SIMILAR) | BIT(RELATED),
		[KIND_FULL_NAME] =
			BIT(TYPO) | BIT(ALIAS) | BIT(SOUNDS) | BIT(SIMILAR) | BIT(RELATED),
		[KIND_DATE] = BIT(TYPO) | BIT(ALIAS) | BIT(SIMILAR) | BIT(RELATED),
		[KIND_ADDRESS] = BIT(TYPO) | BIT(ALIAS) | BIT(SIMILAR) | BIT(RELATED),
		[KIND_PLACE] = BIT(TYPO) | BIT(ALIAS) | BIT(SOUNDS) | BIT(SIMILAR),
		[KIND_POSTCODE] = BIT(TYPO) | BIT(RELATED),
		[KIND_NUMBER] = BIT(TYPO),
		[KIND_CODE] = BIT(TYPO) | BIT(SIMILAR),
		[KIND_PHONE] = BIT(TYPO) | BIT(SIMILAR),
		[KIND_EMAIL] = BIT(TYPO) | BIT(ALIAS) | BIT(SIMILAR) | BIT(RELATED),
		[KIND_TEXT] = BIT(TYPO) | BIT(SIMILAR) | BIT(RELATED),
	};

	return ((others[kind] | BIT(EXACT) | BIT(DIFFERENT)) >> level & 1) != 0;
#undef BIT
}
