/* matching/field_brief.c - see field_brief.h */
#include "matching/field_brief.h"

static bool is_special(enum field_kind kind, const struct field_value *v)
{
	bool words = v->text.len != v->tight.len;

	switch (kind) {
	case KIND_GIVEN_NAME:
	case KIND_SURNAME:
	case KIND_FULL_NAME:
		return words || v->nicknames != 0 || v->tight.len < 2;
	case KIND_PLACE:
		return words || v->tight.len < 2;
	case KIND_DATE:
		return v->date == 0;
	case KIND_ADDRESS:
	case KIND_POSTCODE:
	case KIND_NUMBER:
	case KIND_CODE:
	case KIND_PHONE:
	case KIND_EMAIL:
	case KIND_GENDER:
	case KIND_TEXT:
	case KIND_COUNT_:
		break;
	}
	return v->tight.len < 2;
}

/* Of an e-mail the part before the @: behind it many are the same. */
static str compared(enum field_kind kind, const struct field_value *v)
{
	str before, behind;

	return kind == KIND_EMAIL && str_split_last(v->tight, '@', &before, &behind) ? before
										     : v->tight;
}

struct field_brief field_brief_of(enum field_kind kind, const struct field_value *v)
{
	bool names = v->french != 0 || v->english != 0;
	str text = compared(kind, v);

	return (struct field_brief){ .letters = kind == KIND_EMAIL ? letters_of(text) : v->letters,
		.sounds = { kind == KIND_DATE ? v->date
			    : names           ? v->french
					      : v->keys[1],
			names ? v->english : 0 },
		.length = (uint8_t)text.len,
		.special = is_special(kind, v) || (kind == KIND_EMAIL && text.len < 4),
		.first = { text.len > 0 ? text.ptr[0] : '\0', text.len > 1 ? text.ptr[1] : '\0' } };
}
