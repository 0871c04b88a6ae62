/* tests/profile_computed_test.c - folds over events: each kind, by value, within a window. */
#include "profile/computed.h"
#include "test.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define DAY ((int64_t)86400000)
enum { EVENTS = 6 };

/* Six events; n is 5, 1, (none), "x", 2.5, [1, 7]. */
static struct record event_of(size_t i, struct attribute *attributes, struct value *list)
{
	static const char *const channels[EVENTS] = { "web", "web", "phone", "web", "phone",
		"shop" };
	static const char *const visits[EVENTS] = { "v1", "v1", "", "v2", "v2", "v3" };
	size_t count = 1;

	switch (i) {
	case 0:
	case 1:
		attributes[0] = (struct attribute){ STR("n"),
			{ .kind = VALUE_INTEGER, .integer = i == 0 ? 5 : 1 } };
		break;
	case 3:
		attributes[0] = (struct attribute){ STR("n"),
			{ .kind = VALUE_STRING, .string = STR("x") } };
		break;
	case 4:
		attributes[0] =
			(struct attribute){ STR("n"), { .kind = VALUE_FLOAT, .number = 2.5 } };
		break;
	case 5:
		list[0] = (struct value){ .kind = VALUE_INTEGER, .integer = 1 };
		list[1] = (struct value){ .kind = VALUE_INTEGER, .integer = 7 };
		attributes[0] =
			(struct attribute){ STR("n"), { .kind = VALUE_LIST, .list = { list, 2 } } };
		break;
	default:
		count = 0;
	}
	return (struct record){ .kind = RECORD_EVENT,
		.channel = str_of(channels[i]),
		.interaction = str_of(visits[i]),
		.activity = i < 3 ? STR("Order Completed") : STR("Seen"),
		.attributes = attributes,
		.attribute_count = count };
}

/* Times: a day apart, the last at day 6; asked about at day 7. */
static const struct {
	const char *row, *rule;
	const char *value; /* integers, "2.5", texts; "a b" of a set; "k=1 l=2" of a map */
	uint64_t events;
} rows[] = {
	{ "all events", "\"as\":\"count\"", "6", 6 },
	{ "with the attribute", "\"as\":\"count\",\"attribute\":\"n\"", "5", 5 },
	{ "of an activity", "\"as\":\"count\",\"activity\":\"Order*\"", "3", 3 },
	{ "on a channel", "\"as\":\"count\",\"channel\":[\"phone\",\"shop\"]", "3", 3 },
	{ "none at all", "\"as\":\"count\",\"channel\":\"fax\"", "0", 0 },
	{ "within", "\"as\":\"count\",\"within\":\"3d\"", "3", 3 },
	{ "sum of whole numbers", "\"as\":\"sum\",\"attribute\":\"n\",\"activity\":\"Order*\"", "6",
		2 },
	{ "sum with a fraction", "\"as\":\"sum\",\"attribute\":\"n\"", "16.5", 4 },
	{ "sum of nothing", "\"as\":\"sum\",\"attribute\":\"m\"", "null", 0 },
	{ "average", "\"as\":\"average\",\"attribute\":\"n\"", "3.3", 4 },
	{ "least", "\"as\":\"least\",\"attribute\":\"n\"", "1", 4 },
	{ "most", "\"as\":\"most\",\"attribute\":\"n\"", "7", 4 },
	{ "earliest", "\"as\":\"earliest\",\"attribute\":\"n\"", "5", 5 },
	{ "latest", "\"as\":\"latest\",\"attribute\":\"@channel\"", "shop", 6 },
	{ "most frequent", "\"as\":\"most_frequent\",\"attribute\":\"@channel\"", "web", 6 },
	{ "equally often, the later", "\"as\":\"most_frequent\",\"attribute\":\"@interaction\"",
		"v2", 5 },
	{ "distinct", "\"as\":\"distinct\",\"attribute\":\"@interaction\"", "3", 5 },
	{ "set", "\"as\":\"set\",\"attribute\":\"@channel\"", "web phone shop", 6 },
	{ "first time", "\"as\":\"first_time\"", "@1", 6 },
	{ "last time on the web", "\"as\":\"last_time\",\"channel\":\"web\"", "@4", 3 },
	{ "by channel", "\"as\":\"count\",\"by\":\"@channel\"", "web=3 phone=2 shop=1", 6 },
	{ "sum by channel", "\"as\":\"sum\",\"attribute\":\"n\",\"by\":\"@channel\"",
		"web=6 phone=2.5 shop=8", 4 },
	{ "by the value of an attribute", "\"as\":\"count\",\"by\":\"n\"", "5=1 1=2 x=1 7=1", 5 },
};

static void add(struct strbuf *out, const struct value *value)
{
	switch (value->kind) {
	case VALUE_NULL:
		strbuf_add_c(out, "null");
		break;
	case VALUE_STRING:
		strbuf_add(out, value->string);
		break;
	case VALUE_INTEGER:
		strbuf_printf(out, "%lld", (long long)value->integer);
		break;
	case VALUE_FLOAT:
		strbuf_printf(out, "%.4g", value->number);
		break;
	case VALUE_TIME:
		strbuf_printf(out, "@%lld", (long long)(value->time.ms / DAY));
		break;
	case VALUE_LIST:
		for (size_t i = 0; i < value->list.count; i++) {
			strbuf_add_c(out, i > 0 ? " " : "");
			add(out, &value->list.items[i]);
		}
		break;
	case VALUE_MAP:
		for (size_t i = 0; i < value->map.count; i++) {
			strbuf_add_c(out, i > 0 ? " " : "");
			strbuf_add(out, value->map.items[i].key);
			strbuf_add_c(out, "=");
			add(out, &value->map.items[i].value);
		}
		break;
	case VALUE_BOOLEAN:
	case VALUE_KIND_COUNT_:
		break;
	}
}

static err fold(const struct profile_rules *rules, struct arena *arena,
	const struct computed_trait **out, size_t *count, struct why *why)
{
	struct computed *computed = computed_begin(rules, 7 * DAY, arena);
	err e = computed == NULL ? ERR_LIMIT : OK;

	for (size_t i = 0; e == OK && i < EVENTS; i++) {
		struct attribute attributes[1];
		struct value list[2];
		struct record record = event_of(i, attributes, list);
		e = computed_event(computed, &record, (int64_t)(i + 1) * DAY, why);
	}
	return e == OK ? computed_end(computed, out, count, why) : e;
}

static struct profile_rules *rules_of(const char *rule)
{
	char text[300];
	struct strbuf document = { .ptr = text, .cap = sizeof(text), .cap_max = sizeof(text) };
	struct profile_rules *rules = NULL;

	strbuf_printf(&document, "{\"version\":1,\"computed\":[{\"trait\":\"t\",%s}]}", rule);
	CHECK(rule, profile_rules_parse(strbuf_str(&document), &rules, NULL) == OK);
	return rules;
}

TEST(profile_folds_of_events)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_PROFILE_RULES rules = rules_of(rows[i].rule);
		AUTO_ARENA arena = arena_create(4 << 20);
		const struct computed_trait *out;
		size_t count = 0;
		char text[200] = "";
		struct strbuf told = { .ptr = text, .cap = sizeof(text), .cap_max = sizeof(text) };
		CHECK(rows[i].row, fold(rules, arena, &out, &count, NULL) == OK && count == 1);
		add(&told, &out[0].value);
		CHECK(text, str_equal(strbuf_str(&told), str_of(rows[i].value)));
		CHECK(rows[i].row, out[0].events == rows[i].events && out[0].left_out == 0);
	}
}

TEST(profile_folds_without_memory)
{
	AUTO_PROFILE_RULES rules =
		rules_of("\"as\":\"set\",\"attribute\":\"n\",\"by\":\"@channel\"");
	err e = ERR_LIMIT;

	for (unsigned n = 1; e != OK && n < 200; n++) {
		AUTO_ARENA arena = arena_create(4 << 20);
		const struct computed_trait *out;
		struct why why = { 0 };
		size_t count;
		arena_fail_at(arena, n);
		e = fold(rules, arena, &out, &count, &why);
		CHECK("nth allocation", e == OK || e == ERR_LIMIT);
	}
	CHECK("enough in the end", e == OK);
}

/* {"basket": [{"price": 3}, {"price": 4}, 5], "a.b": 1, "a": {"b": 2}} */
TEST(profile_folds_go_into_maps_and_lists)
{
	static const struct {
		const char *key;
		int64_t sum;
	} keys[] = { { "basket.price", 7 }, { "basket", 5 }, { "a.b", 3 } };
	const struct attribute prices[] = {
		{ STR("price"), { .kind = VALUE_INTEGER, .integer = 3 } },
		{ STR("price"), { .kind = VALUE_INTEGER, .integer = 4 } },
		{ STR("b"), { .kind = VALUE_INTEGER, .integer = 2 } },
	};
	const struct value items[] = { { .kind = VALUE_MAP, .map = { &prices[0], 1 } },
		{ .kind = VALUE_MAP, .map = { &prices[1], 1 } },
		{ .kind = VALUE_INTEGER, .integer = 5 } };
	const struct attribute all[] = {
		{ STR("basket"), { .kind = VALUE_LIST, .list = { items, 3 } } },
		{ STR("a.b"), { .kind = VALUE_INTEGER, .integer = 1 } },
		{ STR("a"), { .kind = VALUE_MAP, .map = { &prices[2], 1 } } },
	};
	const struct record record = { .attributes = all, .attribute_count = 3 };

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		char rule[100];
		(void)snprintf(
			rule, sizeof(rule), "\"as\":\"sum\",\"attribute\":\"%s\"", keys[i].key);
		AUTO_PROFILE_RULES rules = rules_of(rule);
		AUTO_ARENA arena = arena_create(1 << 20);
		struct computed *computed = computed_begin(rules, 0, arena);
		const struct computed_trait *out;
		size_t count;
		CHECK(keys[i].key, computed_event(computed, &record, 0, NULL) == OK);
		CHECK(keys[i].key, computed_end(computed, &out, &count, NULL) == OK);
		CHECK(keys[i].key, out[0].value.integer == keys[i].sum);
	}
}

static const struct {
	const char *rule;
	unsigned fields, texts;
	size_t keys;
	bool asks;
} needs[] = {
	{ "\"as\":\"count\"", 0, 0, 0, false },
	{ "\"as\":\"count\",\"by\":\"@channel\"", 0, 0, 0, false },
	{ "\"as\":\"distinct\",\"attribute\":\"@interaction\"", COMPUTED_INTERACTION, 0, 0, false },
	{ "\"as\":\"set\",\"attribute\":\"@case\"", COMPUTED_CASE, COMPUTED_CASE, 0, false },
	{ "\"as\":\"count\",\"by\":\"@source\"", COMPUTED_SOURCE, COMPUTED_SOURCE, 0, false },
	{ "\"as\":\"sum\",\"attribute\":\"a\",\"by\":\"b\"", 0, 0, 2, true },
	{ "\"as\":\"sum\",\"attribute\":\"a\",\"by\":\"a\"", 0, 0, 1, true },
	{ "\"as\":\"sum\",\"attribute\":\"a\",\"activity\":\"Other\"", 0, 0, 1, false },
	{ "\"as\":\"sum\",\"attribute\":\"a\",\"channel\":\"phone\"", 0, 0, 1, false },
};

TEST(profile_folds_say_what_they_look_at)
{
	for (size_t i = 0; i < ARRAY_LEN(needs); i++) {
		AUTO_PROFILE_RULES rules = rules_of(needs[i].rule);
		AUTO_ARENA arena = arena_create(1 << 20);
		struct computed_needs out;
		computed_needs(rules, &out);
		CHECK(needs[i].rule, out.fields == needs[i].fields && out.texts == needs[i].texts);
		CHECK(needs[i].rule, out.key_count == needs[i].keys);
		CHECK(needs[i].rule, computed_asks(computed_begin(rules, 0, arena), STR("web"),
					     STR("Seen")) == needs[i].asks);
	}
}

/* Whole sums that pass 64 bits become floats, and what passes those is told as nothing. */
TEST(profile_sums_that_grow_too_large)
{
	AUTO_PROFILE_RULES rules = rules_of("\"as\":\"sum\",\"attribute\":\"n\"");
	AUTO_ARENA arena = arena_create(1 << 20);
	struct computed *computed = computed_begin(rules, 0, arena);
	const struct computed_trait *out;
	size_t count;
	struct attribute n = { STR("n"), { .kind = VALUE_INTEGER, .integer = INT64_MAX } };
	const struct record record = { .attributes = &n, .attribute_count = 1 };

	CHECK("one", computed_event(computed, &record, 0, NULL) == OK);
	CHECK("two", computed_event(computed, &record, 0, NULL) == OK);
	CHECK("end", computed_end(computed, &out, &count, NULL) == OK);
	CHECK("a float", out[0].value.kind == VALUE_FLOAT && out[0].value.number == 0x1p64);
	n.value = (struct value){ .kind = VALUE_FLOAT, .number = 1.7e308 };
	CHECK("three", computed_event(computed, &record, 0, NULL) == OK);
	CHECK("four", computed_event(computed, &record, 0, NULL) == OK);
	CHECK("end", computed_end(computed, &out, &count, NULL) == OK);
	CHECK("nothing", out[0].value.kind == VALUE_NULL);
}
