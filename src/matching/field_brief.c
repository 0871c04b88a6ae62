/* matching/field_brief.c - see field_brief.h */
#include "matching/field_brief.h"

#define J_AT_LEAST(least) (int32_t)((3 * (least)-1) * BRIEF_ONE)
#define SIMILAR(least) \
	{ \
		J_AT_LEAST(least), J_AT_LEAST(((least)-0.1) / 0.9), \
			J_AT_LEAST(((least)-0.4) / 0.6) \
	}
/* m is at most the shorter length, so m (a + b) at most 2 a b */
#define SURELY_BELOW \
	{ \
		3 * BRIEF_ONE, 3 * BRIEF_ONE, 3 * BRIEF_ONE \
	}

/* By the table of field.h. */
const struct brief_rule brief_rules[KIND_COUNT_] = {
	[KIND_GIVEN_NAME] = { 1, LOOK_OPEN, SIMILAR(0.75) },
	[KIND_SURNAME] = { 1, LOOK_OPEN, SIMILAR(0.75) },
	[KIND_FULL_NAME] = { 1, LOOK_OPEN, SIMILAR(0.75) },
	[KIND_ADDRESS] = { 2, LOOK_FAR, SIMILAR(0.90) },
	[KIND_PLACE] = { 1, LOOK_OPEN, SIMILAR(0.85) },
	[KIND_POSTCODE] = { 1, LOOK_FAR, SURELY_BELOW },
	[KIND_NUMBER] = { 1, LOOK_DIFFERENT, SURELY_BELOW },
	[KIND_CODE] = { 2, LOOK_DIFFERENT, SURELY_BELOW },
	[KIND_PHONE] = { 2, LOOK_DIFFERENT, SURELY_BELOW },
	[KIND_EMAIL] = { 1, LOOK_OPEN, SIMILAR(0.80) },
	[KIND_GENDER] = { 0, LOOK_DIFFERENT, SURELY_BELOW },
	[KIND_TEXT] = { 2, LOOK_FAR, SIMILAR(0.80) },
};

static bool has_word_twice(str text)
{
	str word, rest = text, other, others;

	while (str_split(rest, ' ', &word, &rest)) {
		others = rest;
		for (bool more = true; more;) {
			more = str_split(others, ' ', &other, &others);
			if (str_equal(more ? other : others, word))
				return true;
		}
	}
	return false;
}

/* What else than letters, lengths and sounds may bring two values together. */
static bool is_special(enum field_kind kind, const struct field_value *v)
{
	bool words = v->text.len != v->tight.len;
	str before, behind;

	switch (kind) {
	case KIND_GIVEN_NAME:
	case KIND_SURNAME:
	case KIND_FULL_NAME: /* an initial; in any case of which a nickname is part of */
		return words || v->nicknames != 0 || v->tight.len < 2;
	case KIND_PLACE:
		return words;
	case KIND_DATE:
		return v->date == 0;
	case KIND_EMAIL: /* one edit of the whole may bring or take away an @ */
		return !str_split_last(v->tight, '@', &before, &behind) || str_has(before, '@');
	case KIND_ADDRESS: /* else the same words are the same letters */
		return has_word_twice(v->text);
	case KIND_POSTCODE:
	case KIND_NUMBER:
	case KIND_CODE:
	case KIND_PHONE:
	case KIND_GENDER:
	case KIND_TEXT:
	case KIND_COUNT_:
		break;
	}
	return false;
}

/* Of an e-mail the part before the @: behind it many are the same. */
static str compared(enum field_kind kind, const struct field_value *v)
{
	str before, behind;

	return kind == KIND_EMAIL && str_split_last(v->tight, '@', &before, &behind) ? before
										     : v->tight;
}

/* What has no sound has one that only what has the same letters may share. */
static uint32_t sound_or(uint32_t sound, uint64_t letters)
{
	return sound != 0 ? sound : (uint32_t)(letters * UINT64_C(0x9e3779b97f4a7c15) >> 33) << 1;
}

static void add_sounds(enum field_kind kind, const struct field_value *v, struct field_brief *brief)
{
	bool names = v->french != 0 || v->english != 0;

	if (kind == KIND_DATE) {
		brief->sounds[0] =
			v->date / 10000 << 16 | (v->date / 100 % 100) << 8 | v->date % 100;
		return;
	}
	brief->sounds[0] = sound_or(names ? v->french : v->keys[1], brief->letters);
	brief->sounds[1] = sound_or(names ? v->english : 0, brief->letters);
}

struct field_brief field_brief_of(enum field_kind kind, const struct field_value *v)
{
	str text = str_upto(compared(kind, v), SIMILARITY_BYTES_MAX);
	struct field_brief brief = { .letters = letters_of(text),
		.first = { text.len > 0 ? text.ptr[0] : '\0', text.len > 1 ? text.ptr[1] : '\0' },
		.length = (uint8_t)text.len,
		.special = is_special(kind, v) };

	brief.untold = (uint8_t)(text.len - (size_t)letters_count(brief.letters));
	add_sounds(kind, v, &brief);
	return brief;
}
