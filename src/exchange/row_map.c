/* exchange/row_map.c - binding a mapping to the columns of an input; see row_map.h */
#include "exchange/row_map.h"

#include "base/near.h"
#include "exchange/row_map_internal.h"

#include <stdlib.h>

enum { MAP_BYTES_MAX = 16 << 20 };

err row_map_no_room(struct row_map *map, struct why *why)
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
		return row_map_no_room(map, why);
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
	bound->is_plain = term->values.count == 0 && !term->has_otherwise;
	if (e == OK && term->values.count == 0)
		map->taken[bound->column] = true;
	return e;
}

static err bind_terms(struct row_map *map, struct why *why)
{
	const struct mapping *m = &map->mapping;
	const struct {
		const struct mapping_term *term;
		size_t at;
	} terms[TERMS_MAX] = { { &m->activity, offsetof(struct record, activity) },
		{ &m->interaction, offsetof(struct record, interaction) },
		{ &m->case_id, offsetof(struct record, case_id) },
		{ &m->actor, offsetof(struct record, actor) },
		{ &m->message_id, offsetof(struct record, message_id) },
		{ &m->text, offsetof(struct record, text) },
		{ &m->text_language, offsetof(struct record, text_language) } };
	err e = bind_term(map, &m->channel, &map->channel, why);

	for (size_t i = 0; e == OK && i < ARRAY_LEN(terms); i++) {
		if (terms[i].term->origin == ORIGIN_NONE)
			continue;
		struct bound_term *bound = &map->terms[map->term_count++];
		e = bind_term(map, terms[i].term, bound, why);
		bound->at = terms[i].at;
	}
	return e;
}

static err bind_identifiers(struct row_map *map, struct why *why)
{
	err e = OK;

	map->identifiers =
		arena_array(map->arena, map->mapping.identifier_count, sizeof(*map->identifiers));
	if (map->identifiers == NULL)
		return row_map_no_room(map, why);
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
		return row_map_no_room(map, why);
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
		return row_map_no_room(map, why);
	for (size_t i = 0; e == OK && i < map->mapping.rule_count; i++) {
		map->rules[i].rule = &map->mapping.rules[i];
		e = find_column(map, map->rules[i].rule->column, &map->rules[i].column, why);
	}
	return e;
}

/* What one row needs, once for all rows. */
static err make_room(struct row_map *map, struct why *why)
{
	const struct mapping *m = &map->mapping;

	map->identifier_room =
		arena_array(map->arena, m->identifier_count, sizeof(*map->identifier_room));
	map->attribute_room = arena_array(
		map->arena, m->constant_count + map->attribute_count, sizeof(*map->attribute_room));
	map->trait_room = arena_array(map->arena, map->trait_count, sizeof(*map->trait_room));
	return map->identifier_room != NULL && map->attribute_room != NULL &&
			       map->trait_room != NULL
		       ? OK
		       : row_map_no_room(map, why);
}

static err bind(struct row_map *map, struct why *why)
{
	map->taken = arena_array(map->arena, map->count, sizeof(*map->taken));
	if (map->taken == NULL)
		return row_map_no_room(map, why);
	err e = column_guess(&map->mapping, map->names, map->count, map->arena, why);
	if (e == OK)
		e = bind_time(map, why);
	if (e == OK)
		e = bind_identifiers(map, why);
	if (e == OK)
		e = bind_terms(map, why);
	if (e == OK)
		e = bind_rules(map, why);
	if (e == OK)
		e = bind_values(map, why);
	return e == OK ? make_room(map, why) : e;
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
