/* exchange/row_map_form.c - rows that give records of one form; see row_map.h
 *
 * Most files are so: a time, a channel, some names, an identifier or more, each in a column of its
 * own, as it is.  What asks for more (blanks at the ends, a word to be translated, text that is not
 * ASCII, what is wrong) goes the long way, row_map_record(), with the same result.
 */
#include "exchange/row_map_internal.h"

#include "event/codec.h"
#include "exchange/csv_row.h"

#include <string.h>

static bool is_constant(const struct bound_term *bound)
{
	return bound->term->origin == ORIGIN_CONSTANT;
}

/* The only attribute may be the word of the channel, where that is spelled otherwise. */
static bool has_attributes(const struct row_map *map)
{
	for (size_t i = 0; i < map->attribute_count; i++)
		if (!map->attributes[i].is_channel_word)
			return true;
	return map->trait_count > 0 || map->mapping.constant_count > 0;
}

static bool is_straight(const struct row_map *map)
{
	const struct mapping *m = &map->mapping;

	if (map->time_count != 1 || m->rule_count > 0 || has_attributes(map) ||
		m->identifier_count > FORM_IDENTIFIERS_MAX)
		return false;
	for (size_t i = 0; i < m->identifier_count; i++)
		if (m->identifiers[i].ignore.count > 0 || m->identifiers[i].when.column.len > 0)
			return false;
	return true;
}

/* A term is a constant, or a text of the form.  False: neither. */
static bool form_term(struct row_map *map, const struct bound_term *bound, size_t at,
	struct record *pattern, size_t *strings)
{
	str text = is_constant(bound) ? bound->term->text : (str){ NULL, 0 };

	if (!is_constant(bound) && !bound->is_plain)
		return false;
	if (bound->is_plain) {
		map->text_columns[map->text_count] = bound->column;
		strings[map->text_count++] = at;
	}
	memcpy((char *)pattern + at, &text, sizeof(text));
	return true;
}

/* With something in each place that differs: would it be accepted? */
static bool is_sound(
	struct record pattern, const size_t *strings, size_t string_count, struct row_map *map)
{
	for (size_t i = 0; i < string_count; i++) {
		str something = STR("x");
		memcpy((char *)&pattern + strings[i], &something, sizeof(something));
	}
	for (size_t i = 0; i < pattern.identifier_count; i++)
		map->identifier_room[i].value = STR("x");
	pattern.has_time = true;
	pattern.time = (struct instant){ .offset_min = INSTANT_NO_OFFSET };
	if (pattern.source.len == 0)
		pattern.source = STR("import");
	return record_check(&pattern, NULL) == OK;
}

static void form_identifiers(struct row_map *map, struct record *pattern)
{
	for (size_t i = 0; i < map->mapping.identifier_count; i++) {
		const struct bound_identifier *b = &map->identifiers[i];
		map->identifier_room[i] = (struct record_identifier){ .type = b->identifier->type };
		map->text_columns[map->text_count++] = b->column;
	}
	pattern->identifiers = map->identifier_room;
	pattern->identifier_count = map->mapping.identifier_count;
}

bool row_map_form(
	struct row_map *map, struct record *pattern, size_t *strings, size_t *string_count)
{
	if (!is_straight(map))
		return false;
	*pattern = (struct record){ .kind = map->mapping.kind, .source = map->mapping.source };
	map->text_count = 0;
	if (!form_term(map, &map->channel, offsetof(struct record, channel), pattern, strings))
		return false;
	for (size_t i = 0; i < map->term_count; i++)
		if (!form_term(map, &map->terms[i], map->terms[i].at, pattern, strings))
			return false;
	*string_count = map->text_count;
	form_identifiers(map, pattern);
	return is_sound(*pattern, strings, *string_count, map) &&
	       record_form_init(&map->form, pattern, strings, *string_count);
}

/* ---- a row */

/* Nothing at either end that would be taken off, of text that is plain. */
static inline bool is_trim(str text)
{
	return text.len == 0 || (text.ptr[0] > ' ' && text.ptr[text.len - 1] > ' ');
}

static bool form_time(struct row_map *map, str text, struct formed *out)
{
	struct timestamp t;

	if (text.len == 0 || !time_format_read(&map->time_format, text, &t) ||
		!zone_instant(map->zone, &t, &out->time))
		return false;
	map->times_without_zone += t.offset_min == INSTANT_NO_OFFSET;
	return true;
}

_Static_assert((int)CSV_READ_ON_BYTES >= (int)FORM_CHUNK_BYTES, "fields may be copied by chunks");

bool row_map_formed(struct row_map *map, const str *fields, bool is_plain, struct formed *out)
{
	str time = fields[map->time_columns[0]];

	if (!is_plain || !is_trim(time))
		return false;
	for (size_t i = 0; i < map->text_count; i++) {
		str text = fields[map->text_columns[i]]; /* just written, in two halves */
		if (!is_trim(text) || !record_form_takes_text(&map->form, i, text))
			return false;
		out->texts[i].ptr = text.ptr;
		out->texts[i].len = text.len;
	}
	out->is_clean = true;
	out->may_read_on = true;
	return record_form_takes_channel(&map->form, out) && form_time(map, time, out);
}
