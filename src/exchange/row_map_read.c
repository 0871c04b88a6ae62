/* exchange/row_map_read.c - rows by a bound mapping: records; see row_map.h
 *
 * Done for each row of files of ten million: what can be said of all rows was said when the
 * mapping was bound, and what is rare stands apart.
 */
#include "exchange/row_map_internal.h"

#include "event/codec.h"
#include "exchange/typed_value.h"

#include <stdio.h>
#include <string.h>

/* str_trim(), of text that nearly never has a blank at either end. */
static inline str trim(str text)
{
	bool clean = text.len > 0 && text.ptr[0] > ' ' && text.ptr[text.len - 1] > ' ';

	return clean ? text : str_trim(text);
}

/* ---- time */

/* Date and clock from two columns, with a space between. */
static str time_text(const struct row_map *map, const str *fields, char room[static 128])
{
	str date = map->time_count == 0 ? (str){ NULL, 0 } : trim(fields[map->time_columns[0]]);

	if (map->time_count < 2)
		return date;
	struct strbuf both = { .ptr = room, .cap = 128, .cap_max = 128 };
	strbuf_add(&both, date);
	strbuf_add(&both, STR(" "));
	strbuf_add(&both, trim(fields[map->time_columns[1]]));
	return strbuf_ok(&both) ? trim(strbuf_str(&both)) : date;
}

void row_map_show(struct row_map *map, const str *fields)
{
	char room[128];

	if (map->mapping.time.format.len == 0)
		time_guess_show(&map->time_guess, time_text(map, fields, room));
}

err row_map_settle(struct row_map *map, struct why *why)
{
	if (map->mapping.time.format.len > 0)
		return time_format_named(map->mapping.time.format, &map->time_format, why);
	map->time_format = (struct time_format){ .layout = TIME_ISO, .pattern = STR("iso") };
	if (map->time_guess.seen == 0 ||
		time_guess_best(&map->time_guess, &map->time_format, &map->time_is_ambiguous))
		return OK;
	return fail(why, MSG_CSV_TIME_UNKNOWN, arg_str(map->names[map->time_columns[0]]));
}

struct mapping row_map_mapping(const struct row_map *map)
{
	struct mapping m = map->mapping;

	if (m.time.format.len == 0 && map->time_guess.seen > 0)
		m.time.format = map->time_format.pattern;
	return m;
}

static err read_time(struct row_map *map, const str *fields, struct record *out, struct why *why)
{
	char room[128];
	struct timestamp t;
	str text = time_text(map, fields, room);

	if (text.len == 0)
		return OK; /* record_check() refuses an event without a time */
	if (!time_format_read(&map->time_format, text, &t) ||
		!zone_instant(map->zone, &t, &out->time))
		return fail(why, MSG_CSV_TIME, arg_str(text), arg_str(map->time_format.pattern));
	map->times_without_zone += t.offset_min == INSTANT_NO_OFFSET;
	out->has_time = true;
	return OK;
}

/* ---- terms */

static bool same_word(str a, str b) /* without regard to ASCII case */
{
	return a.len == b.len && (a.len == 0 || strncasecmp(a.ptr, b.ptr, a.len) == 0);
}

static str fill_template(const struct bound_term *bound, const str *fields, struct arena *arena)
{
	struct strbuf out = strbuf_in(arena, RECORD_BYTES_MAX);

	for (size_t i = 0; i < bound->piece_count; i++) {
		strbuf_add(&out, bound->pieces[i].words);
		if (bound->pieces[i].column != NO_COLUMN)
			strbuf_add(&out, trim(fields[bound->pieces[i].column]));
	}
	return strbuf_ok(&out) ? trim(strbuf_str(&out)) : (str){ NULL, 0 };
}

static bool translate(const struct mapping_term *term, str *text)
{
	for (size_t i = 0; i < term->values.count; i++)
		if (same_word(*text, term->values.items[i].from)) {
			*text = term->values.items[i].to;
			return true;
		}
	if (!term->has_otherwise || (term->values.count == 0 && text->len > 0))
		return false;
	*text = term->otherwise;
	return true;
}

/* *translated: the text comes from the mapping, not from the row. */
static str term_text(
	const struct bound_term *bound, const str *fields, struct arena *arena, bool *translated)
{
	const struct mapping_term *term = bound->term;
	str text = { NULL, 0 };

	*translated = false;
	if (bound->is_plain)
		return trim(fields[bound->column]);
	*translated = true;
	if (term->origin == ORIGIN_NONE)
		return text;
	if (term->origin == ORIGIN_CONSTANT)
		return term->text;
	text = term->origin == ORIGIN_COLUMN ? trim(fields[bound->column])
					     : fill_template(bound, fields, arena);
	*translated = translate(term, &text);
	return text;
}

static err read_channel(
	struct row_map *map, const str *fields, struct arena *arena, str *out, struct why *why)
{
	bool translated;
	str text = term_text(&map->channel, fields, arena, &translated);

	if (translated || channel_is_valid(text)) {
		*out = text;
		return OK;
	}
	char *form = arena_alloc(arena, CHANNEL_FORM_BYTES);
	if (form == NULL)
		return row_map_no_room(map, why);
	*out = mapping_channel_form(text, form);
	return OK;
}

static void read_terms(
	struct row_map *map, const str *fields, struct arena *arena, struct record *out)
{
	bool translated;

	for (size_t i = 0; i < map->term_count; i++) {
		str text = term_text(&map->terms[i], fields, arena, &translated);
		memcpy((char *)out + map->terms[i].at, &text, sizeof(text));
	}
}

/* ---- identifiers and attributes */

static bool is_one_of(const struct mapping_names *names, str text)
{
	for (size_t i = 0; i < names->count; i++)
		if (same_word(names->items[i], text))
			return true;
	return false;
}

static bool holds(const struct bound_rule *bound, const str *fields)
{
	return is_one_of(&bound->rule->values, trim(fields[bound->column])) == bound->rule->wanted;
}

/* Empty where the row names nobody by it. */
static str identifier_text(const struct bound_identifier *b, const str *fields)
{
	str value = trim(fields[b->column]);
	bool taken = !is_one_of(&b->identifier->ignore, value) &&
		     (b->identifier->when.column.len == 0 || holds(&b->when, fields));

	return taken ? value : (str){ NULL, 0 };
}

static void read_identifiers(struct row_map *map, const str *fields, struct record *out)
{
	struct record_identifier *items = map->identifier_room;
	size_t count = 0;

	for (size_t i = 0; i < map->mapping.identifier_count; i++) {
		const struct bound_identifier *b = &map->identifiers[i];
		str value = identifier_text(b, fields);
		if (value.len > 0)
			items[count++] = (struct record_identifier){ .type = b->identifier->type,
				.value = value };
	}
	out->identifiers = items;
	out->identifier_count = count;
}

static err read_values(struct row_map *map, const struct bound_attribute *bound, size_t count,
	const str *fields, str channel, struct attribute *items, size_t *item_count, size_t *column,
	struct why *why)
{
	for (size_t i = 0; i < count; i++) {
		const struct bound_attribute *b = &bound[i];
		str text = fields[b->column];
		if (text.len == 0 || (b->is_channel_word && str_equal(text, channel)) ||
			(b->identifier != NULL && identifier_text(b->identifier, fields).len > 0))
			continue;
		struct attribute *item = &items[*item_count];
		item->key = b->key;
		if (!typed_value(b->type, text, map->zone, &item->value)) {
			*column = b->column;
			return fail(
				why, MSG_CSV_VALUE, arg_str(map->names[b->column]), arg_str(text));
		}
		++*item_count;
	}
	return OK;
}

static err read_attributes(
	struct row_map *map, const str *fields, struct record *out, size_t *column, struct why *why)
{
	const struct mapping *m = &map->mapping;
	struct attribute *items = map->attribute_room;
	err e = read_values(map, map->attributes, map->attribute_count, fields, out->channel, items,
		&out->attribute_count, column, why);

	if (e == OK)
		e = read_values(map, map->traits, map->trait_count, fields, out->channel,
			map->trait_room, &out->trait_count, column, why);
	for (size_t i = 0; i < m->constant_count; i++)
		items[out->attribute_count++] = m->constants[i];
	out->attributes = items;
	out->traits = map->trait_room;
	return e;
}

/* ---- a row */

static bool is_wanted(const struct row_map *map, const str *fields)
{
	for (size_t i = 0; i < map->mapping.rule_count; i++)
		if (!holds(&map->rules[i], fields))
			return false;
	return true;
}

/* The fields in normal form C: nearly always the very same. */
static err normalise(struct row_map *map, const str **fields, struct arena *arena, struct why *why)
{
	size_t i = 0;

	while (i < map->count && text_is_surely_nfc((*fields)[i]))
		i++;
	if (i == map->count)
		return OK;
	str *copy = arena_array(arena, map->count, sizeof(*copy));
	if (copy == NULL)
		return row_map_no_room(map, why);
	err e = OK;
	for (i = 0; e == OK && i < map->count; i++)
		e = text_nfc((*fields)[i], arena, &copy[i], why);
	*fields = copy;
	return e;
}

/* The source that is missing will be the importer's. */
static err check(struct record *record, struct why *why)
{
	str told = record->source;

	if (told.len == 0)
		record->source = STR("import");
	err e = record_check(record, why);
	record->source = told;
	return e;
}

err row_map_record(struct row_map *map, const str *fields, bool is_plain, struct arena *arena,
	struct record *out, bool *skip, size_t *column, struct why *why)
{
	err e = OK;

	*skip = !is_wanted(map, fields);
	if (*skip)
		return OK;
	*out = (struct record){ .kind = map->mapping.kind, .source = map->mapping.source };
	if (!is_plain)
		e = normalise(map, &fields, arena, why);
	if (e == OK && map->time_count > 0) {
		e = read_time(map, fields, out, why);
		if (e != OK)
			*column = map->time_columns[0];
	}
	if (e == OK)
		e = read_channel(map, fields, arena, &out->channel, why);
	if (e != OK)
		return e;
	read_terms(map, fields, arena, out);
	read_identifiers(map, fields, out);
	e = read_attributes(map, fields, out, column, why);
	return e == OK ? check(out, why) : e;
}

uint64_t row_map_times_without_zone(const struct row_map *map)
{
	return map->times_without_zone;
}

void row_map_time_format(const struct row_map *map, char out[static 64])
{
	str p = map->time_format.pattern;

	(void)snprintf(out, 64, STR_FMT "%s", STR_ARG(str_upto(p, 40)),
		map->time_is_ambiguous ? " (or %m/%d)" : "");
}
