/* journey/definition.c - see definition.h */
#include "journey/definition.h"

#include "base/glob.h"
#include "base/timestamp.h"
#include "journey/definition_internal.h"

static struct definition_reading *reading_of(struct fields *f)
{
	return (struct definition_reading *)f;
}

static err too_many(struct fields *f, str key, int64_t max)
{
	return fields_placed(f, fail(f->why, MSG_JOURNEY_STEPS, arg_str(key), arg_int(max)));
}

/* ---- tests: "KEY=VALUE", or {"attribute": KEY, "in": [...]} */

struct in_list {
	str attribute;
	struct field_names values;
};

static err in_attribute(struct fields *f, str key, const struct json *value, void *target)
{
	return fields_string(f, key, value, &((struct in_list *)target)->attribute);
}

/* Texts, numbers and booleans as they stand. */
static err in_values(struct fields *f, str key, const struct json *value, void *target)
{
	size_t count = value->kind == JSON_ARRAY ? value->array.count : 0;
	str *texts = arena_array(f->arena, count, sizeof(*texts));

	if (count == 0 || count > FIELD_NAMES_MAX)
		return fields_bad(f, key);
	if (texts == NULL)
		return fields_room(f);
	for (size_t i = 0; i < count; i++) {
		const struct json *item = &value->array.items[i];
		struct strbuf text = strbuf_in(f->arena, JSON_FLOAT_BYTES + 1);
		struct json_writer w = json_writer_of(&text, JSON_COMPACT);
		if (item->kind == JSON_STRING || item->kind == JSON_BIG) {
			texts[i] = item->string;
			continue;
		}
		if (item->kind != JSON_INTEGER && item->kind != JSON_FLOAT &&
			item->kind != JSON_BOOLEAN)
			return fields_bad(f, key);
		json_put_tree(&w, item);
		if (!strbuf_ok(&text))
			return fields_room(f);
		texts[i] = strbuf_str(&text);
	}
	((struct in_list *)target)->values = (struct field_names){ texts, count };
	return OK;
}

static err condition(struct fields *f, str text, struct where *out)
{
	return fields_placed(f, where_parse(text, reading_of(f)->zone, out, f->why));
}

/* KEY=VALUE is put together and read again, so that both ways mean the same.  A key with a sign
 * in it would be read as another. */
static err equal_to(struct fields *f, str key, str attribute, str value, struct where *out)
{
	struct strbuf text = strbuf_in(f->arena, SIZE_MAX);

	strbuf_add(&text, attribute);
	strbuf_add_byte(&text, '=');
	strbuf_add(&text, value);
	if (!strbuf_ok(&text))
		return fields_room(f);
	err e = condition(f, strbuf_str(&text), out);
	return e == OK && !str_equal(out->key, attribute) ? fields_bad(f, key) : e;
}

static err read_in_list(
	struct fields *f, str key, const struct json *value, struct journey_test *test)
{
	static const struct field keys[] = { { "attribute", in_attribute }, { "in", in_values } };
	struct in_list list = { .attribute = STR("") };
	err e = fields_read(f, key, value, keys, ARRAY_LEN(keys), &list);

	if (e == OK && (list.attribute.len == 0 || list.values.count == 0))
		return fields_bad(f, key);
	if (e != OK)
		return e;
	struct where *any = arena_array(f->arena, list.values.count, sizeof(*any));
	if (any == NULL)
		return fields_room(f);
	for (size_t i = 0; e == OK && i < list.values.count; i++)
		e = equal_to(f, key, list.attribute, list.values.items[i], &any[i]);
	*test = (struct journey_test){ any, list.values.count };
	return e;
}

static err read_test(struct fields *f, str key, const struct json *value, struct journey_test *test)
{
	struct where *one;

	if (value->kind != JSON_STRING)
		return read_in_list(f, key, value, test);
	one = arena_alloc(f->arena, sizeof(*one));
	if (one == NULL)
		return fields_room(f);
	*test = (struct journey_test){ one, 1 };
	return condition(f, value->string, one);
}

/* ---- selectors: "call.*", or {"channel", "activity", "where"} */

static err selector_channel(struct fields *f, str key, const struct json *value, void *target)
{
	return fields_names(f, key, value, &((struct journey_selector *)target)->channels);
}

static err selector_activity(struct fields *f, str key, const struct json *value, void *target)
{
	return fields_names(f, key, value, &((struct journey_selector *)target)->activities);
}

static err selector_where(struct fields *f, str key, const struct json *value, void *target)
{
	struct journey_selector *selector = target;
	bool is_list = value->kind == JSON_ARRAY;
	const struct json *items = is_list ? value->array.items : value;
	size_t count = is_list ? value->array.count : 1;
	struct journey_test *tests;
	err e = OK;

	if (count > DEFINITION_TESTS_MAX)
		return too_many(f, key, DEFINITION_TESTS_MAX);
	tests = arena_array(f->arena, count, sizeof(*tests));
	if (tests == NULL)
		return fields_room(f);
	for (size_t i = 0; e == OK && i < count; i++)
		e = read_test(f, key, &items[i], &tests[i]);
	selector->tests = tests;
	selector->test_count = count;
	return e;
}

static err read_selector(
	struct fields *f, str key, const struct json *value, struct journey_selector *selector)
{
	static const struct field keys[] = { { "channel", selector_channel },
		{ "activity", selector_activity }, { "where", selector_where } };

	if (value->kind == JSON_STRING)
		return fields_names(f, key, value, &selector->activities);
	err e = fields_read(f, key, value, keys, ARRAY_LEN(keys), selector);
	bool says_nothing = selector->channels.count == 0 && selector->activities.count == 0 &&
			    selector->test_count == 0;
	return e == OK && says_nothing ? fields_bad(f, key) : e;
}

/* One selector, or a list of them. */
err definition_selectors(struct fields *f, str key, const struct json *value, void *target)
{
	bool is_list = value->kind == JSON_ARRAY;
	const struct json *items = is_list ? value->array.items : value;
	size_t count = is_list ? value->array.count : 1;
	struct journey_selector *selectors;
	err e = OK;

	if (count > DEFINITION_SELECTORS_MAX)
		return too_many(f, key, DEFINITION_SELECTORS_MAX);
	selectors = arena_array(f->arena, count, sizeof(*selectors));
	if (selectors == NULL)
		return fields_room(f);
	for (size_t i = 0; e == OK && i < count; i++)
		e = read_selector(f, key, &items[i], &selectors[i]);
	*(struct journey_selectors *)target = (struct journey_selectors){ selectors, count };
	return e;
}

/* ---- steps */

static err step_name(struct fields *f, str key, const struct json *value, void *target)
{
	struct journey_step *step = target;
	err e = fields_string(f, key, value, &step->name);

	return e == OK && (step->name.len == 0 || !str_is_text(step->name)) ? fields_bad(f, key)
									    : e;
}

static err step_events(struct fields *f, str key, const struct json *value, void *target)
{
	return definition_selectors(f, key, value, &((struct journey_step *)target)->events);
}

static err step_cost(struct fields *f, str key, const struct json *value, void *target)
{
	return fields_double(f, key, value, &((struct journey_step *)target)->cost);
}

static err step_value(struct fields *f, str key, const struct json *value, void *target)
{
	return fields_double(f, key, value, &((struct journey_step *)target)->value);
}

static err read_step(
	struct fields *f, str key, const struct json *value, struct journey_step *steps, size_t i)
{
	static const struct field keys[] = { { "name", step_name }, { "events", step_events },
		{ "cost", step_cost }, { "value", step_value } };
	struct journey_step step = { .name = STR("") };
	err e = fields_read(f, key, value, keys, ARRAY_LEN(keys), &step);

	if (e == OK && (step.name.len == 0 || step.events.count == 0))
		return fields_bad(f, key);
	for (size_t k = 0; e == OK && k < i; k++)
		if (str_equal(steps[k].name, step.name))
			e = fields_placed(
				f, fail(f->why, MSG_JOURNEY_STEP_TWICE, arg_str(step.name)));
	steps[i] = step;
	return e;
}

static err read_steps(struct fields *f, str key, const struct json *value, void *target)
{
	struct journey_definition *d = target;
	size_t count = value->kind == JSON_ARRAY ? value->array.count : 0;
	err e = OK;

	if (count == 0)
		return fields_bad(f, key);
	if (count > DEFINITION_STEPS_MAX)
		return too_many(f, key, DEFINITION_STEPS_MAX);
	struct journey_step *steps = arena_array(f->arena, count, sizeof(*steps));
	if (steps == NULL)
		return fields_room(f);
	for (size_t i = 0; e == OK && i < count; i++)
		e = read_step(f, key, &value->array.items[i], steps, i);
	d->steps = steps;
	d->step_count = count;
	return e;
}

/* ---- the rest of the document */

err definition_version(struct fields *f, str key, const struct json *value, void *target)
{
	(void)target;
	if (value->kind != JSON_INTEGER)
		return fields_bad(f, key);
	if (value->integer != DEFINITION_VERSION)
		return fields_placed(f, fail(f->why, MSG_JOURNEY_VERSION, arg_int(value->integer),
						arg_int(DEFINITION_VERSION)));
	reading_of(f)->has_version = true;
	return OK;
}

static err read_name(struct fields *f, str key, const struct json *value, void *target)
{
	return fields_string(f, key, value, &((struct journey_definition *)target)->name);
}

static err read_dropped(struct fields *f, str key, const struct json *value, void *target)
{
	return definition_selectors(f, key, value, &((struct journey_definition *)target)->dropped);
}

/* One of two words. */
static err read_choice(
	struct fields *f, str key, const struct json *value, str no, str yes, bool *out)
{
	str word = STR("");
	err e = fields_string(f, key, value, &word);

	if (e == OK && !str_equal(word, no) && !str_equal(word, yes))
		return fields_bad(f, key);
	*out = str_equal(word, yes);
	return e;
}

static err read_other(struct fields *f, str key, const struct json *value, void *target)
{
	reading_of(f)->has_other = true;
	return read_choice(f, key, value, STR("drop"), STR("keep"),
		&((struct journey_definition *)target)->keeps_others);
}

static err read_repeats(struct fields *f, str key, const struct json *value, void *target)
{
	return read_choice(f, key, value, STR("keep"), STR("merge"),
		&((struct journey_definition *)target)->merges_repeats);
}

static err read_start(struct fields *f, str key, const struct json *value, void *target)
{
	return fields_names(f, key, value, &((struct journey_definition *)target)->start);
}

static err read_restart(struct fields *f, str key, const struct json *value, void *target)
{
	return fields_bool(f, key, value, &((struct journey_definition *)target)->restarts);
}

static err read_goal(struct fields *f, str key, const struct json *value, void *target)
{
	return fields_names(f, key, value, &((struct journey_definition *)target)->goal);
}

static err read_failure(struct fields *f, str key, const struct json *value, void *target)
{
	return fields_names(f, key, value, &((struct journey_definition *)target)->failure);
}

static err read_by(struct fields *f, str key, const struct json *value, void *target)
{
	struct journey_definition *d = target;
	err e = fields_string(f, key, value, &d->by);

	return e == OK && d->by.len == 0 ? fields_bad(f, key) : e;
}

err definition_span(struct fields *f, str key, const struct json *value, void *target)
{
	int64_t *out = target;
	str text = STR("");
	err e = fields_string(f, key, value, &text);

	if (e != OK)
		return e;
	if (duration_parse(text, out, NULL) != OK || *out <= 0)
		return fields_placed(
			f, fail(f->why, MSG_JOURNEY_SPAN, arg_str(key), arg_str(text)));
	return OK;
}

static err read_gap(struct fields *f, str key, const struct json *value, void *target)
{
	return definition_span(f, key, value, &((struct journey_definition *)target)->gap_ms);
}

static err read_window(struct fields *f, str key, const struct json *value, void *target)
{
	return definition_span(f, key, value, &((struct journey_definition *)target)->window_ms);
}

static err read_with(struct fields *f, str key, const struct json *value, void *target)
{
	return definition_selectors(f, key, value, &((struct journey_definition *)target)->with);
}

static err read_without(struct fields *f, str key, const struct json *value, void *target)
{
	return definition_selectors(f, key, value, &((struct journey_definition *)target)->without);
}

static err read_customers(struct fields *f, str key, const struct json *value, void *target)
{
	static const struct field keys[] = { { "with", read_with }, { "without", read_without } };

	return fields_read(f, key, value, keys, ARRAY_LEN(keys), target);
}

/* ---- what must hold of the whole */

static bool holds(const struct field_names *names, str name)
{
	for (size_t i = 0; i < names->count; i++)
		if (str_equal(names->items[i], name))
			return true;
	return false;
}

static err step_unknown(struct fields *f, const struct journey_definition *d, str name)
{
	struct strbuf list = strbuf_in(f->arena, DEFINITION_BYTES_MAX + 1);

	for (size_t i = 0; i < d->step_count; i++) {
		strbuf_add(&list, i == 0 ? STR("") : STR(", "));
		strbuf_add(&list, d->steps[i].name);
	}
	if (!strbuf_ok(&list))
		return fields_room(f);
	return fail(f->why, MSG_JOURNEY_STEP_UNKNOWN, arg_str(name), arg_str(strbuf_str(&list)));
}

/* Where others are kept, any activity may be a step. */
static err check_names(
	struct fields *f, const struct journey_definition *d, const struct field_names *names)
{
	for (size_t i = 0; i < names->count && !d->keeps_others; i++) {
		size_t k = 0;
		while (k < d->step_count && !str_equal(d->steps[k].name, names->items[i]))
			k++;
		if (k == d->step_count)
			return step_unknown(f, d, names->items[i]);
	}
	return OK;
}

static err check_whole(struct fields *f, const struct journey_definition *d)
{
	err e = check_names(f, d, &d->start);

	if (e == OK)
		e = check_names(f, d, &d->goal);
	if (e == OK)
		e = check_names(f, d, &d->failure);
	for (size_t i = 0; e == OK && i < d->goal.count; i++)
		if (holds(&d->failure, d->goal.items[i]))
			e = fail(f->why, MSG_JOURNEY_BOTH_ENDS, arg_str(d->goal.items[i]));
	return e;
}

struct journey_definition journey_definition_default(void)
{
	return (struct journey_definition){ .keeps_others = true };
}

static err read_document(
	struct definition_reading *r, const struct json *tree, struct journey_definition *out)
{
	static const struct field keys[] = { { "version", definition_version },
		{ "name", read_name }, { "description", fields_ignore }, { "drop", read_dropped },
		{ "steps", read_steps }, { "other", read_other }, { "repeats", read_repeats },
		{ "start", read_start }, { "restart", read_restart }, { "goal", read_goal },
		{ "failure", read_failure }, { "by", read_by }, { "gap", read_gap },
		{ "window", read_window }, { "customers", read_customers } };
	struct journey_definition d = { .name = STR("") };
	struct fields *f = &r->fields;
	err e = fields_read(f, STR("version"), tree, keys, ARRAY_LEN(keys), &d);

	if (e == OK && !r->has_version)
		return fail(f->why, MSG_JOURNEY_VERSION, arg_int(0), arg_int(DEFINITION_VERSION));
	if (!r->has_other)
		d.keeps_others = d.step_count == 0;
	if (e == OK)
		e = check_whole(f, &d);
	if (e == OK)
		*out = d;
	return e;
}

err journey_definition_parse(str json, const struct zone *zone, struct arena *arena,
	struct journey_definition *out, struct why *why)
{
	const struct json_limits limits = { .bytes = DEFINITION_BYTES_MAX };
	struct json_parser *parser = json_parser_create(&limits);
	struct json tree;
	err e = json_parse(parser, json, arena, &tree, why);

	json_parser_free(parser);
	if (e != OK)
		return e;
	struct definition_reading r = { .fields = { .text = json, .arena = arena, .why = why },
		.zone = zone };
	return read_document(&r, &tree, out);
}

/* ---- selectors, by name */

static bool is_channel_pattern(str text)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];
		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
			    c == '*'))
			return false;
	}
	return text.len > 0;
}

static bool one_name(str name, struct arena *arena, struct field_names *out)
{
	str *copy = arena_alloc(arena, sizeof(*copy));

	if (copy == NULL)
		return false;
	*copy = name;
	*out = (struct field_names){ copy, 1 };
	return true;
}

err journey_selector_of(
	str typed, struct arena *arena, struct journey_selector *out, struct why *why)
{
	struct journey_selector s = { .test_count = 0 };
	str channel, activity = typed;
	bool room = true;

	if (str_split(typed, ':', &channel, &activity) && is_channel_pattern(channel))
		room = one_name(channel, arena, &s.channels);
	else
		activity = typed;
	if (activity.len > 0)
		room = room && one_name(activity, arena, &s.activities);
	if (!room)
		return fail(why, MSG_NO_ROOM, arg_str(typed), arg_int((int64_t)arena_left(arena)));
	*out = s;
	return OK;
}

static bool fits_any(const struct field_names *patterns, str name)
{
	for (size_t i = 0; i < patterns->count; i++)
		if (glob_fits(patterns->items[i], name))
			return true;
	return patterns->count == 0;
}

bool journey_selector_fits(const struct journey_selector *selector, str channel, str activity)
{
	return fits_any(&selector->channels, channel) && fits_any(&selector->activities, activity);
}
