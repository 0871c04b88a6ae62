/* exchange/mapping.c - the mapping's defaults and flags; mapping_file.c reads the file */
#include "exchange/mapping.h"

#include "base/zone.h"
#include "event/codec.h"
#include "exchange/time_format.h"

#include <string.h>

struct mapping mapping_default(void)
{
	return (struct mapping){
		.kind = RECORD_EVENT, .quote = '"', .has_header = true, .all_attributes = true
	};
}

static err bad_flag(str flag, str value, struct why *why)
{
	return fail(why, MSG_MAPPING_FLAG, arg_str(flag), arg_str(value));
}

static err no_room(struct arena *arena, struct why *why)
{
	return fail(why, MSG_NO_ROOM, arg_c("--customer"), arg_int((int64_t)arena_left(arena)));
}

static err add_identifier(
	struct mapping *m, str type, str column, struct arena *arena, struct why *why)
{
	struct mapping_identifier *items =
		arena_array(arena, m->identifier_count + 1, sizeof(*items));

	if (items == NULL)
		return no_room(arena, why);
	if (m->identifier_count > 0)
		memcpy(items, m->identifiers, m->identifier_count * sizeof(*items));
	items[m->identifier_count] = (struct mapping_identifier){ .type = type, .column = column };
	m->identifiers = items;
	m->identifier_count++;
	return OK;
}

static err set_customer(
	struct mapping *m, str flag, str value, struct arena *arena, struct why *why)
{
	str type, column;

	if (!str_split(value, '=', &type, &column) || !identifier_type_is_valid(type) ||
		column.len == 0 || m->identifier_count >= RECORD_IDENTIFIERS_MAX)
		return bad_flag(flag, value, why);
	return add_identifier(m, type, column, arena, why);
}

static err set_time(struct mapping *m, str value, struct arena *arena, struct why *why)
{
	str *names = arena_array(arena, 1, sizeof(*names));

	if (names == NULL)
		return no_room(arena, why);
	names[0] = value;
	m->time.columns = (struct mapping_names){ names, 1 };
	return OK;
}

static err set_zone(struct mapping *m, str value, struct why *why)
{
	const struct zone *zone;
	err e = zone_named(value, &zone, why);

	if (e == OK)
		m->zone = value;
	return e;
}

static err set_time_format(struct mapping *m, str value, struct why *why)
{
	struct time_format format;
	err e = time_format_named(value, &format, why);

	if (e == OK)
		m->time.format = value;
	return e;
}

static err set_delimiter(struct mapping *m, str flag, str value, struct why *why)
{
	if (str_equal(value, STR("tab")) || str_equal(value, STR("\\t")))
		value = STR("\t");
	if (value.len != 1 || str_has(STR("\n\r\"\0"), value.ptr[0]) ||
		(unsigned char)value.ptr[0] >= 0x80)
		return bad_flag(flag, value, why);
	m->delimiter = value.ptr[0];
	return OK;
}

static err set_encoding(struct mapping *m, str flag, str value, struct why *why)
{
	enum text_encoding encoding = text_encoding_named(value);

	if (encoding == ENCODING_UNKNOWN)
		return bad_flag(flag, value, why);
	m->encoding = encoding;
	return OK;
}

/* A flag that names a term. */
static bool find_term(struct mapping *m, str flag, struct mapping_term **out)
{
	const struct {
		const char *flag;
		struct mapping_term *term;
	} terms[] = { { "activity", &m->activity }, { "channel", &m->channel },
		{ "interaction", &m->interaction }, { "case", &m->case_id }, { "actor", &m->actor },
		{ "text", &m->text } };

	for (size_t i = 0; i < ARRAY_LEN(terms); i++)
		if (str_equal(flag, str_of(terms[i].flag))) {
			*out = terms[i].term;
			return true;
		}
	return false;
}

/* A table of the mapping file stays in force when a flag names another column. */
static void set_term(struct mapping_term *term, str value)
{
	bool is_constant = str_skip_prefix(&value, STR("="));

	term->origin = is_constant ? ORIGIN_CONSTANT : ORIGIN_COLUMN;
	term->text = value;
}

err mapping_flag(struct mapping *m, str flag, str value, struct arena *arena, struct why *why)
{
	str kept = arena_str(arena, value);
	struct mapping_term *term;

	if (kept.ptr == NULL)
		return no_room(arena, why);
	if (kept.len == 0)
		return bad_flag(flag, value, why);
	if (str_equal(flag, STR("channel")) && str_starts(kept, STR("=")) &&
		!channel_is_valid(str_from(kept, 1)))
		return fail(why, MSG_CHANNEL_NAME, arg_str(str_from(kept, 1)));
	if (find_term(m, flag, &term)) {
		set_term(term, kept);
		return OK;
	}
	if (str_equal(flag, STR("customer")))
		return set_customer(m, flag, kept, arena, why);
	if (str_equal(flag, STR("time")))
		return set_time(m, kept, arena, why);
	if (str_equal(flag, STR("zone")))
		return set_zone(m, kept, why);
	if (str_equal(flag, STR("time-format")))
		return set_time_format(m, kept, why);
	if (str_equal(flag, STR("delimiter")))
		return set_delimiter(m, flag, kept, why);
	if (str_equal(flag, STR("encoding")))
		return set_encoding(m, flag, kept, why);
	if (!str_equal(flag, STR("source")))
		return ERR_NOT_FOUND;
	m->source = kept;
	return OK;
}

/* The letters U+00C0 to U+017F without their accents; '-' for the two that are no letters. */
static char plain_letter(unsigned code_point)
{
	static const char letters[] =
		"aaaaaaaceeeeiiiidnooooo-ouuuuypsaaaaaaaceeeeiiiidnooooo-ouuuuypy"
		"aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkklllllll"
		"lllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";

	return letters[code_point - 0xc0];
}

str mapping_channel_form(str word, char out[static CHANNEL_FORM_BYTES])
{
	size_t len = 0;

	word = str_trim(word);
	for (size_t i = 0; i < word.len && len < CHANNEL_FORM_BYTES; i++) {
		unsigned char c = (unsigned char)word.ptr[i];
		bool two = c >= 0xc3 && c <= 0xc5 && i + 1 < word.len;
		if ((c & 0xc0) == 0x80)
			continue; /* the rest of a character */
		char letter = (char)c;
		if (c >= 'A' && c <= 'Z')
			letter = (char)(c + ('a' - 'A'));
		else if (two)
			letter = plain_letter(
				((c & 0x1fu) << 6) | ((unsigned char)word.ptr[i + 1] & 0x3fu));
		else if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'))
			letter = '-';
		out[len++] = letter;
	}
	return (str){ out, len };
}
