/* exchange/row_map.c - see row_map.h */
#include "exchange/row_map.h"

#include "base/near.h"
#include "event/codec.h"
#include "exchange/typed_value.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NO_COLUMN SIZE_MAX
enum { MAP_BYTES_MAX = 16 << 20 };

/* A piece of a template: words, then perhaps a column. */
struct piece {
	str words;
	size_t column;
};

struct bound_term {
	const struct mapping_term *term;
	size_t column;
	const struct piece *pieces;
	size_t piece_count;
};

struct bound_rule {
	const struct mapping_rule *rule;
	size_t column;
};

struct bound_identifier {
	const struct mapping_identifier *identifier;
	size_t column;
	struct bound_rule when;
};

struct bound_attribute {
	size_t column;
	str key;
	enum mapping_type type;
	bool is_channel_word; /* kept only where the channel is spelled otherwise */
	const struct bound_identifier *identifier; /* kept only where it names nobody; or NULL */
};

struct row_map {
	struct mapping mapping; /* completed by column_guess() */
	const str *names;
	size_t count;
	struct arena *arena;
	const struct zone *zone;
	size_t time_columns[2], time_count;
	struct time_format time_format;
	struct time_guess time_guess;
	bool time_is_ambiguous;
	uint64_t times_without_zone;
	struct bound_term activity, channel, interaction, case_id, actor, message_id, text,
		language;
	struct bound_identifier *identifiers;
	struct bound_attribute *attributes, *traits;
	size_t attribute_count, trait_count;
	struct bound_rule *rules;
	bool *taken; /* columns that need not be kept as attributes */
};

static err no_room(struct row_map *map, struct why *why)
{
	return fail(why, MSG_NO_ROOM, arg_c("mapping"), arg_int((int64_t)arena_left(map->arena)));
}

static err find_column(const struct row_map *map, str name, size_t *column, struct why *why)
{
	for (size_t i = 0; i < map->count; i++)
		if (str_equal(map->names[i], name)) {
			*column = i;
			return OK;
		}
	str near = near_best(name, map->names, map->count);
	str list = column_list(map->names, map->count, map->arena);
	if (near.len > 0)
		return fail(
			why, MSG_CSV_NO_COLUMN_NEAR, arg_str(name), arg_str(near), arg_str(list));
	return fail(why, MSG_CSV_NO_COLUMN, arg_str(name), arg_str(list));
}

/* ---- binding */

static err bind_template(struct row_map *map, struct bound_term *bound, struct why *why)
{
	str rest = bound->term->text, before, after;
	size_t most = 1;

	for (size_t i = 0; i < rest.len; i++)
		most += rest.ptr[i] == '{';
	struct piece *pieces = arena_array(map->arena, most, sizeof(*pieces));
	if (pieces == NULL)
		return no_room(map, why);
	while (str_split(rest, '{', &before, &after)) {
		str name;
		struct piece *piece = &pieces[bound->piece_count++];
		piece->words = before;
		if (!str_split(after, '}', &name, &rest))
			return fail(why, MSG_MAPPING_TEMPLATE, arg_str(bound->term->text));
		err e = find_column(map, name, &piece->column, why);
		if (e != OK)
			return e;
	}
	pieces[bound->piece_count++] = (struct piece){ rest, NO_COLUMN };
	bound->pieces = pieces;
	return OK;
}

static err bind_term(struct row_map *map, const struct mapping_term *term, struct bound_term *bound,
	struct why *why)
{
	*bound = (struct bound_term){ .term = term, .column = NO_COLUMN };
	if (term->origin == ORIGIN_TEMPLATE)
		return bind_template(map, bound, why);
	if (term->origin != ORIGIN_COLUMN)
		return OK;
	err e = find_column(map, term->text, &bound->column, why);
	if (e == OK && term->values.count == 0)
		map->taken[bound->column] = true;
	return e;
}

static err bind_terms(struct row_map *map, struct why *why)
{
	const struct mapping *m = &map->mapping;
	const struct {
		const struct mapping_term *term;
		struct bound_term *bound;
	} terms[] = { { &m->activity, &map->activity }, { &m->channel, &map->channel },
		{ &m->interaction, &map->interaction }, { &m->case_id, &map->case_id },
		{ &m->actor, &map->actor }, { &m->message_id, &map->message_id },
		{ &m->text, &map->text }, { &m->text_language, &map->language } };
	err e = OK;

	for (size_t i = 0; e == OK && i < ARRAY_LEN(terms); i++)
		e = bind_term(map, terms[i].term, terms[i].bound, why);
	return e;
}

static err bind_identifiers(struct row_map *map, struct why *why)
{
	err e = OK;

	map->identifiers =
		arena_array(map->arena, map->mapping.identifier_count, sizeof(*map->identifiers));
	if (map->identifiers == NULL)
		return no_room(map, why);
	for (size_t i = 0; e == OK && i < map->mapping.identifier_count; i++) {
		struct bound_identifier *b = &map->identifiers[i];
		b->identifier = &map->mapping.identifiers[i];
		e = find_column(map, b->identifier->column, &b->column, why);
		b->when.rule = &b->identifier->when;
		bool always = b->when.rule->column.len == 0;
		if (e == OK && !always)
			e = find_column(map, b->when.rule->column, &b->when.column, why);
		if (e == OK && always && b->identifier->ignore.count == 0)
			map->taken[b->column] = true;
	}
	return e;
}

static err bind_time(struct row_map *map, struct why *why)
{
	const struct mapping_time *time = &map->mapping.time;
	err e = OK;

	ASSERT(time->columns.count <= ARRAY_LEN(map->time_columns));
	for (size_t i = 0; e == OK && i < time->columns.count; i++) {
		e = find_column(map, time->columns.items[i], &map->time_columns[i], why);
		if (e == OK)
			map->taken[map->time_columns[i]] = true;
	}
	map->time_count = time->columns.count;
	str zone = map->mapping.zone.len > 0 ? map->mapping.zone : STR("Europe/Paris");
	return e == OK ? zone_named(zone, &map->zone, why) : e;
}

static err bind_attributes(struct row_map *map, const struct mapping_attributes *told,
	struct bound_attribute *bound, size_t *count, struct why *why)
{
	for (size_t i = 0; i < told->count; i++) {
		const struct mapping_attribute *a = &told->items[i];
		struct bound_attribute *b = &bound[(*count)++];
		err e = find_column(map, a->column, &b->column, why);
		if (e != OK)
			return e;
		b->key = a->key.len > 0 ? a->key : map->names[b->column];
		b->type = a->type;
		map->taken[b->column] = true;
	}
	return OK;
}

static bool is_excluded(const struct row_map *map, str name)
{
	for (size_t i = 0; i < map->mapping.excluded.count; i++)
		if (str_equal(map->mapping.excluded.items[i], name))
			return true;
	return false;
}

static const struct bound_identifier *identifier_at(const struct row_map *map, size_t column)
{
	for (size_t i = 0; i < map->mapping.identifier_count; i++)
		if (map->identifiers[i].column == column)
			return &map->identifiers[i];
	return NULL;
}

static err bind_values(struct row_map *map, struct why *why)
{
	const struct mapping *m = &map->mapping;
	size_t told = m->attributes.count;

	map->attributes = arena_array(map->arena, map->count + told, sizeof(*map->attributes));
	map->traits = arena_array(map->arena, m->traits.count, sizeof(*map->traits));
	if (map->attributes == NULL || map->traits == NULL)
		return no_room(map, why);
	err e = bind_attributes(map, &m->traits, map->traits, &map->trait_count, why);
	if (e == OK)
		e = bind_attributes(
			map, &m->attributes, map->attributes, &map->attribute_count, why);
	for (size_t i = 0; e == OK && i < map->count && m->all_attributes; i++) {
		bool is_word = i == map->channel.column && m->channel.values.count == 0;
		if ((map->taken[i] && !is_word) || is_excluded(map, map->names[i]))
			continue;
		map->attributes[map->attribute_count++] = (struct bound_attribute){ i,
			map->names[i], TYPE_AUTO, is_word, identifier_at(map, i) };
	}
	return e;
}

static err bind_rules(struct row_map *map, struct why *why)
{
	err e = OK;

	map->rules = arena_array(map->arena, map->mapping.rule_count, sizeof(*map->rules));
	if (map->rules == NULL)
		return no_room(map, why);
	for (size_t i = 0; e == OK && i < map->mapping.rule_count; i++) {
		map->rules[i].rule = &map->mapping.rules[i];
		e = find_column(map, map->rules[i].rule->column, &map->rules[i].column, why);
	}
	return e;
}

static err bind(struct row_map *map, struct why *why)
{
	map->taken = arena_array(map->arena, map->count, sizeof(*map->taken));
	if (map->taken == NULL)
		return no_room(map, why);
	err e = column_guess(&map->mapping, map->names, map->count, map->arena, why);
	if (e == OK)
		e = bind_time(map, why);
	if (e == OK)
		e = bind_identifiers(map, why);
	if (e == OK)
		e = bind_terms(map, why);
	if (e == OK)
		e = bind_rules(map, why);
	return e == OK ? bind_values(map, why) : e;
}

err row_map_create(const struct mapping *mapping, const str *names, size_t count,
	struct row_map **out, struct why *why)
{
	struct row_map *map = memory_alloc(sizeof(*map));

	map->mapping = *mapping;
	map->names = names;
	map->count = count;
	map->arena = arena_create(MAP_BYTES_MAX);
	err e = bind(map, why);
	if (e != OK) {
		row_map_free(map);
		return e;
	}
	*out = map;
	return OK;
}

void row_map_free(struct row_map *map)
{
	if (map == NULL)
		return;
	arena_free(map->arena);
	free(map);
}

/* ---- time */

/* Date and clock from two columns, with a space between. */
static str time_text(const struct row_map *map, const str *fields, char room[static 128])
{
	str date = map->time_count == 0 ? (str){ NULL, 0 } : str_trim(fields[map->time_columns[0]]);

	if (map->time_count < 2)
		return date;
	struct strbuf both = { .ptr = room, .cap = 128, .cap_max = 128 };
	strbuf_add(&both, date);
	strbuf_add(&both, STR(" "));
	strbuf_add(&both, str_trim(fields[map->time_columns[1]]));
	return strbuf_ok(&both) ? str_trim(strbuf_str(&both)) : date;
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
			strbuf_add(&out, str_trim(fields[bound->pieces[i].column]));
	}
	return strbuf_ok(&out) ? str_trim(strbuf_str(&out)) : (str){ NULL, 0 };
}

/* *translated: the text comes from the mapping, not from the row. */
static str term_text(
	const struct bound_term *bound, const str *fields, struct arena *arena, bool *translated)
{
	const struct mapping_term *term = bound->term;
	str text = { NULL, 0 };

	*translated = true;
	if (term->origin == ORIGIN_NONE)
		return text;
	if (term->origin == ORIGIN_CONSTANT)
		return term->text;
	if (term->origin == ORIGIN_COLUMN)
		text = str_trim(fields[bound->column]);
	else
		text = fill_template(bound, fields, arena);
	for (size_t i = 0; i < term->values.count; i++)
		if (same_word(text, term->values.items[i].from))
			return term->values.items[i].to;
	if (term->has_otherwise && (term->values.count > 0 || text.len == 0))
		return term->otherwise;
	*translated = false;
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
		return no_room(map, why);
	*out = mapping_channel_form(text, form);
	return OK;
}

static void read_terms(
	struct row_map *map, const str *fields, struct arena *arena, struct record *out)
{
	const struct {
		const struct bound_term *bound;
		str *text;
	} terms[] = { { &map->activity, &out->activity }, { &map->interaction, &out->interaction },
		{ &map->case_id, &out->case_id }, { &map->actor, &out->actor },
		{ &map->message_id, &out->message_id }, { &map->text, &out->text },
		{ &map->language, &out->text_language } };
	bool translated;

	for (size_t i = 0; i < ARRAY_LEN(terms); i++)
		*terms[i].text = term_text(terms[i].bound, fields, arena, &translated);
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
	return is_one_of(&bound->rule->values, str_trim(fields[bound->column])) ==
	       bound->rule->wanted;
}

/* Empty where the row names nobody by it. */
static str identifier_text(const struct bound_identifier *b, const str *fields)
{
	str value = str_trim(fields[b->column]);
	bool taken = !is_one_of(&b->identifier->ignore, value) &&
		     (b->identifier->when.column.len == 0 || holds(&b->when, fields));

	return taken ? value : (str){ NULL, 0 };
}

static err read_identifiers(struct row_map *map, const str *fields, struct arena *arena,
	struct record *out, struct why *why)
{
	size_t most = map->mapping.identifier_count;
	struct record_identifier *items = arena_array(arena, most, sizeof(*items));

	if (items == NULL)
		return no_room(map, why);
	for (size_t i = 0; i < most; i++) {
		const struct bound_identifier *b = &map->identifiers[i];
		str value = identifier_text(b, fields);
		if (value.len == 0)
			continue;
		items[out->identifier_count++] =
			(struct record_identifier){ .type = b->identifier->type, .value = value };
	}
	out->identifiers = items;
	return OK;
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

static err read_attributes(struct row_map *map, const str *fields, struct arena *arena,
	struct record *out, size_t *column, struct why *why)
{
	const struct mapping *m = &map->mapping;
	struct attribute *items = arena_array(
		arena, m->constant_count + map->attribute_count + map->trait_count, sizeof(*items));

	if (items == NULL)
		return no_room(map, why);
	struct attribute *traits = items + m->constant_count + map->attribute_count;
	err e = read_values(map, map->attributes, map->attribute_count, fields, out->channel, items,
		&out->attribute_count, column, why);
	if (e == OK)
		e = read_values(map, map->traits, map->trait_count, fields, out->channel, traits,
			&out->trait_count, column, why);
	for (size_t i = 0; i < m->constant_count; i++)
		items[out->attribute_count++] = m->constants[i];
	out->attributes = items;
	out->traits = traits;
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
		return no_room(map, why);
	err e = OK;
	for (i = 0; e == OK && i < map->count; i++)
		e = text_nfc((*fields)[i], arena, &copy[i], why);
	*fields = copy;
	return e;
}

/* What cannot be said of a record before the importer has named its source. */
static err check(struct record *record, struct why *why)
{
	struct record named = *record;

	if (named.source.len == 0)
		named.source = STR("import");
	return record_check(&named, why);
}

err row_map_record(struct row_map *map, const str *fields, struct arena *arena, struct record *out,
	bool *skip, size_t *column, struct why *why)
{
	struct record record = { .kind = map->mapping.kind, .source = map->mapping.source };

	*skip = !is_wanted(map, fields);
	if (*skip)
		return OK;
	err e = normalise(map, &fields, arena, why);
	if (e == OK && map->time_count > 0) {
		e = read_time(map, fields, &record, why);
		if (e != OK)
			*column = map->time_columns[0];
	}
	if (e == OK)
		e = read_channel(map, fields, arena, &record.channel, why);
	if (e == OK) {
		read_terms(map, fields, arena, &record);
		e = read_identifiers(map, fields, arena, &record, why);
	}
	if (e == OK)
		e = read_attributes(map, fields, arena, &record, column, why);
	if (e == OK)
		e = check(&record, why);
	if (e == OK)
		*out = record;
	return e;
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
