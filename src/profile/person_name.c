/* profile/person_name.c - see person_name.h */
#include "profile/person_name.h"

enum { KEY_BYTES_MAX = 16 };

static const struct {
	str key;
	enum name_part part;
} keys[] = {
	{ STR_INIT("name"), NAME_WHOLE },
	{ STR_INIT("fullname"), NAME_WHOLE },
	{ STR_INIT("displayname"), NAME_WHOLE },
	{ STR_INIT("nomcomplet"), NAME_WHOLE },
	{ STR_INIT("firstname"), NAME_GIVEN },
	{ STR_INIT("givenname"), NAME_GIVEN },
	{ STR_INIT("prenom"), NAME_GIVEN },
	{ STR_INIT("pr\xc3\xa9nom"), NAME_GIVEN },
	{ STR_INIT("lastname"), NAME_FAMILY },
	{ STR_INIT("familyname"), NAME_FAMILY },
	{ STR_INIT("surname"), NAME_FAMILY },
	{ STR_INIT("nom"), NAME_FAMILY },
};

/* Small letters, no joints; what is longer than any of the keys is none of them. */
static str plain_key(str key, char out[static KEY_BYTES_MAX])
{
	size_t length = 0;

	for (size_t i = 0; i < key.len; i++) {
		char c = key.ptr[i];
		if (c == '_' || c == '-' || c == ' ')
			continue;
		if (length == KEY_BYTES_MAX)
			return STR("");
		out[length++] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
	}
	return (str){ out, length };
}

enum name_part name_part_of(str key)
{
	char text[KEY_BYTES_MAX];
	str plain = plain_key(key, text);

	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		if (str_equal(keys[i].key, plain))
			return keys[i].part;
	return NAME_NONE;
}

static const struct value *value_of(const struct profile_trait *trait)
{
	return trait->value.kind == VALUE_LIST ? &trait->from.value : &trait->value;
}

str person_name_of(const struct profile_trait *traits, size_t count, struct arena *arena)
{
	const struct profile_trait *told[NAME_PARTS] = { NULL };
	struct strbuf out = strbuf_in(arena, PERSON_NAME_BYTES_MAX + 1);
	static const enum name_part whole[] = { NAME_WHOLE, NAME_NONE };
	static const enum name_part both[] = { NAME_GIVEN, NAME_FAMILY };

	for (size_t i = 0; i < count; i++) {
		enum name_part part = name_part_of(traits[i].key);
		const struct value *value = value_of(&traits[i]);
		if (part != NAME_NONE && value->kind == VALUE_STRING &&
			str_trim(value->string).len > 0 &&
			(told[part] == NULL || traits[i].from.ms > told[part]->from.ms))
			told[part] = &traits[i];
	}
	const enum name_part *parts = told[NAME_WHOLE] != NULL ? whole : both;
	for (size_t i = 0; i < 2; i++) {
		if (told[parts[i]] == NULL)
			continue;
		if (out.len > 0)
			strbuf_add_byte(&out, ' ');
		strbuf_add(&out, str_cut(str_trim(value_of(told[parts[i]])->string),
					 PERSON_NAME_BYTES_MAX / 2));
	}
	return strbuf_ok(&out) ? strbuf_str(&out) : STR("");
}
