/* journey/segment.c - see segment.h */
#include "journey/segment.h"

#include "journey/definition_internal.h"

static bool is_letter_or_digit(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool segment_name_is_valid(str name)
{
	for (size_t i = 0; i < name.len; i++) {
		bool is_edge = i == 0 || i + 1 == name.len;
		if (!is_letter_or_digit(name.ptr[i]) &&
			(is_edge || !str_has(STR("_.-"), name.ptr[i])))
			return false;
	}
	return name.len > 0 && name.len <= SEGMENT_NAME_BYTES_MAX;
}

/* ---- conditions */

struct condition_entry {
	struct segment_condition condition;
	int64_t within_ms;
	int said; /* how many of with, without, segment */
};

static err condition_with(struct fields *f, str key, const struct json *value, void *target)
{
	struct condition_entry *entry = target;

	entry->said++;
	entry->condition.crowd.is_wanted = true;
	return definition_selectors(f, key, value, &entry->condition.crowd.any);
}

static err condition_without(struct fields *f, str key, const struct json *value, void *target)
{
	struct condition_entry *entry = target;

	entry->said++;
	return definition_selectors(f, key, value, &entry->condition.crowd.any);
}

static err condition_segment(struct fields *f, str key, const struct json *value, void *target)
{
	struct condition_entry *entry = target;
	err e = fields_string(f, key, value, &entry->condition.segment);

	entry->said++;
	return e == OK && !segment_name_is_valid(entry->condition.segment) ? fields_bad(f, key) : e;
}

static err condition_within(struct fields *f, str key, const struct json *value, void *target)
{
	return definition_span(f, key, value, &((struct condition_entry *)target)->within_ms);
}

static err condition_at_least(struct fields *f, str key, const struct json *value, void *target)
{
	if (value->kind != JSON_INTEGER || value->integer < 1)
		return fields_bad(f, key);
	((struct condition_entry *)target)->condition.crowd.at_least = (uint64_t)value->integer;
	return OK;
}

static err read_condition(
	struct fields *f, str key, const struct json *value, struct segment_condition *out)
{
	static const struct field keys[] = { { "with", condition_with },
		{ "without", condition_without }, { "segment", condition_segment },
		{ "within", condition_within }, { "at_least", condition_at_least },
		{ "comment", fields_ignore } };
	struct condition_entry entry = { .condition = { .segment = STR("") } };
	err e = fields_read(f, key, value, keys, ARRAY_LEN(keys), &entry);

	if (e != OK)
		return e;
	bool is_nested = entry.condition.segment.len > 0;
	if (entry.said != 1 ||
		(is_nested && (entry.within_ms > 0 || entry.condition.crowd.at_least > 0)))
		return fields_bad(f, key);
	*out = entry.condition;
	out->crowd.within = entry.within_ms > INT64_MAX / TICKS_PER_MS
				    ? INT64_MAX
				    : entry.within_ms * TICKS_PER_MS;
	return OK;
}

static err read_conditions(struct fields *f, str key, const struct json *value, void *target)
{
	struct segment *segment = target;
	size_t count = value->kind == JSON_ARRAY ? value->array.count : 0;
	struct segment_condition *conditions = arena_array(f->arena, count, sizeof(*conditions));
	err e = OK;

	if (value->kind != JSON_ARRAY)
		return fields_bad(f, key);
	if (conditions == NULL)
		return fields_room(f);
	if (count > FILTER_CROWDS_MAX)
		return fields_placed(f,
			fail(f->why, MSG_JOURNEY_STEPS, arg_str(key), arg_int(FILTER_CROWDS_MAX)));
	for (size_t i = 0; e == OK && i < count; i++)
		e = read_condition(f, key, &value->array.items[i], &conditions[i]);
	segment->conditions = conditions;
	segment->count = count;
	return e;
}

static err read_description(struct fields *f, str key, const struct json *value, void *target)
{
	return fields_string(f, key, value, &((struct segment *)target)->description);
}

err segment_parse(str json, const struct zone *zone, struct arena *arena, struct segment *out,
	struct why *why)
{
	static const struct field keys[] = { { "version", definition_version },
		{ "description", read_description }, { "conditions", read_conditions } };
	const struct json_limits limits = { .bytes = KEPT_BYTES_MAX };
	struct json_parser *parser = json_parser_create(&limits);
	struct definition_reading r = { .fields = { .text = json, .arena = arena, .why = why },
		.zone = zone };
	struct segment segment = { .description = STR("") };
	struct json tree;
	err e = json_parse(parser, json, arena, &tree, why);

	json_parser_free(parser);
	if (e == OK)
		e = fields_read(&r.fields, STR("segment"), &tree, keys, ARRAY_LEN(keys), &segment);
	if (e == OK && !r.has_version)
		e = fail(why, MSG_JOURNEY_VERSION, arg_int(0), arg_int(SEGMENT_VERSION));
	if (e == OK && segment.count == 0)
		e = fail(why, MSG_SEGMENT_EMPTY);
	if (e == OK)
		*out = segment;
	return e;
}

/* ---- by name */

err segment_find(
	const struct identity_view *identity, str name, str *json, uint64_t *seq, struct why *why)
{
	char room[sizeof(SEGMENT_SUBJECT) + SEGMENT_NAME_BYTES_MAX];
	struct strbuf subject = { .ptr = room, .cap = sizeof(room), .cap_max = sizeof(room) };

	strbuf_add_c(&subject, SEGMENT_SUBJECT);
	strbuf_add(&subject, name);
	str found = segment_name_is_valid(name)
			    ? identity_document(identity, strbuf_str(&subject), seq)
			    : STR("");
	if (found.len == 0)
		return fail(why, MSG_SEGMENT_UNKNOWN, arg_str(name));
	*json = found;
	return OK;
}

/* What the unfolding of one segment needs at every depth. */
struct unfolding {
	const struct identity_view *identity;
	const struct zone *zone;
	struct arena *arena;
	struct journey_crowd *crowds;
	size_t *count;
	struct why *why;
};

static err unfold(const struct unfolding *u, str name, str json, int depth)
{
	struct segment segment;
	str within;
	err e = depth > SEGMENT_DEPTH_MAX
			? fail(u->why, MSG_SEGMENT_NESTED, arg_str(name),
				  arg_int(SEGMENT_DEPTH_MAX))
			: segment_parse(json, u->zone, u->arena, &segment, u->why);

	for (size_t i = 0; e == OK && i < segment.count; i++) {
		const struct segment_condition *condition = &segment.conditions[i];
		if (condition->segment.len > 0) {
			e = segment_find(u->identity, condition->segment, &within, NULL, u->why);
			if (e == OK)
				e = unfold(u, condition->segment, within, depth + 1);
		} else if (*u->count == FILTER_CROWDS_MAX) {
			e = fail(u->why, MSG_JOURNEY_STEPS, arg_c("conditions"),
				arg_int(FILTER_CROWDS_MAX));
		} else {
			u->crowds[(*u->count)++] = condition->crowd;
		}
	}
	return e;
}

err segment_crowds_of(const struct identity_view *identity, str name, str json,
	const struct zone *zone, struct arena *arena, struct journey_crowd *crowds, size_t *count,
	struct why *why)
{
	const struct unfolding u = { identity, zone, arena, crowds, count, why };

	return unfold(&u, name, json, 1);
}

err segment_crowds(const struct identity_view *identity, str name, const struct zone *zone,
	struct arena *arena, struct journey_crowd *crowds, size_t *count, struct why *why)
{
	str json;
	err e = segment_find(identity, name, &json, NULL, why);

	return e == OK ? segment_crowds_of(identity, name, json, zone, arena, crowds, count, why)
		       : e;
}
