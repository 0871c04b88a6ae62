/* tests/journey_definition_test.c - definitions read, and refused with place and remedy. */
#include "journey/definition.h"

#include "base/file.h"
#include "test.h"

#include <stdio.h>

static const struct {
	const char *row, *json;
	const char *kebab; /* "": accepted */
	int64_t line, column;
} rows[] = {
	{ "least", "{\"version\": 1}", "", 0, 0 },
	{ "no version", "{}", "journey-version", -1, -1 },
	{ "another version", "{\"version\": 2}", "journey-version", 1, 2 },
	{ "no JSON", "{", "json-ends", -1, -1 },
	{ "no object", "[]", "field-value", -1, -1 },
	{ "unknown, near one", "{\"version\": 1,\n \"stepps\": []}", "field-near", 2, 2 },
	{ "unknown, near none", "{\"version\": 1,\n  \"xyz\": 1}", "field-unknown", 2, 3 },
	{ "a key twice", "{\"version\": 1, \"gap\": \"1m\",\n\"gap\": \"2m\"}", "field-twice", 2,
		1 },
	{ "no steps", "{\"version\": 1, \"steps\": []}", "field-value", 1, 16 },
	{ "a step without events", "{\"version\": 1, \"steps\": [{\"name\": \"A\"}]}",
		"field-value", -1, -1 },
	{ "a step twice",
		"{\"version\": 1, \"steps\": [{\"name\": \"A\", \"events\": \"x\"},\n"
		"{\"name\": \"A\", \"events\": \"y\"}]}",
		"journey-step-twice", 2, 15 },
	{ "a selector that says nothing", "{\"version\": 1, \"drop\": {}}", "field-value", 1, 16 },
	{ "an empty pattern", "{\"version\": 1, \"drop\": \"\"}", "field-value", 1, 16 },
	{ "a test without key", "{\"version\": 1, \"drop\": {\"where\": \"=5\"}}", "where-form", 1,
		25 },
	{ "in, without values", "{\"version\": 1, \"drop\": {\"where\": {\"attribute\": \"a\"}}}",
		"field-value", -1, -1 },
	{ "in, of a list",
		"{\"version\": 1, \"drop\": {\"where\": {\"attribute\": \"a\", \"in\": [[]]}}}",
		"field-value", -1, -1 },
	{ "in, all kinds",
		"{\"version\": 1, \"drop\": {\"where\": {\"attribute\": \"a\", \"in\": [1, 2.5, "
		"true, \"x=y\"]}}}",
		"", 0, 0 },
	{ "neither drop nor keep", "{\"version\": 1, \"other\": \"hide\"}", "field-value", 1, 16 },
	{ "no length of time", "{\"version\": 1, \"gap\": \"soon\"}", "journey-span", 1, 16 },
	{ "no time at all", "{\"version\": 1, \"window\": \"0s\"}", "journey-span", 1, 16 },
	{ "a goal that is no step",
		"{\"version\": 1, \"steps\": [{\"name\": \"A\", \"events\": \"x\"}], \"goal\": "
		"\"B\"}",
		"journey-step-unknown", -1, -1 },
	{ "any activity is a step where others are kept",
		"{\"version\": 1, \"other\": \"keep\", \"goal\": \"B\"}", "", 0, 0 },
	{ "goal and failure in one", "{\"version\": 1, \"goal\": \"B\", \"failure\": [\"B\"]}",
		"journey-both-ends", -1, -1 },
};

TEST(journey_definitions_are_read_or_refused_with_their_place)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_ARENA arena = arena_create(1 << 20);
		struct journey_definition d;
		struct why why = { 0 };
		err e = journey_definition_parse(str_of(rows[i].json), zone_utc(), arena, &d, &why);
		if (rows[i].kebab[0] == '\0') {
			CHECK(rows[i].row, e == OK);
			continue;
		}
		bool same = e != OK && str_equal(message_kebab(why.message), str_of(rows[i].kebab));
		if (!same)
			printf("%s: " STR_FMT "\n", rows[i].row,
				STR_ARG(message_kebab(why.message)));
		CHECK(rows[i].row, same);
		if (rows[i].line >= 0 && same)
			CHECK(rows[i].row, why.has_line && why.line == rows[i].line &&
						   why.column == rows[i].column);
	}
}

TEST(journey_definitions_that_are_ready_made_are_read)
{
	static const char folder[] = ARIANE_SOURCE_FOLDER "/examples/journeys";
	AUTO_ARENA arena = arena_create(4 << 20);
	struct disk_entry *entries = NULL;
	size_t count = 0;

	CHECK("folder", disk_list(disk_real(), folder, arena, &entries, &count, NULL) == OK);
	CHECK("all seven", count == 7);
	for (size_t i = 0; i < count; i++) {
		struct journey_definition d;
		char path[PATH_BYTES_MAX];
		str json;
		CHECK(entries[i].name.ptr,
			path_join(path, folder, entries[i].name.ptr, NULL) == OK &&
				disk_read_whole(disk_real(), path, 1 << 20, arena, &json, NULL) ==
					OK &&
				journey_definition_parse(json, zone_utc(), arena, &d, NULL) == OK);
	}
}

TEST(journey_definitions_meet_a_full_arena_anywhere)
{
	static const char json[] =
		"{\"version\": 1, \"steps\": [{\"name\": \"A\", \"events\": [\"x\", {\"channel\": "
		"[\"web\"], \"where\": [\"a=1\", {\"attribute\": \"b\", \"in\": [1, \"x\"]}]}]}], "
		"\"start\": [\"A\"], \"goal\": \"A\", \"customers\": {\"with\": \"y\"}}";
	err e = ERR_LIMIT;

	for (unsigned n = 1; e != OK; n++) {
		AUTO_ARENA arena = arena_create(1 << 20);
		struct journey_definition d;
		struct why why = { 0 };
		arena_fail_at(arena, n);
		e = journey_definition_parse(str_of(json), zone_utc(), arena, &d, &why);
		CHECK("fails in words", e == OK || (e == ERR_LIMIT && why.message != MSG_NONE));
		CHECK("ends", n < 200);
	}
}

static const struct {
	const char *typed, *channel, *activity;
} selectors[] = {
	{ "phone:", "phone", NULL },
	{ "phone:call.*", "phone", "call.*" },
	{ "call.answered", NULL, "call.answered" },
	{ "*:x", "*", "x" },
	{ "Order: done", NULL, "Order: done" },
	{ ":x", NULL, ":x" },
	{ "web:a:b", "web", "a:b" },
};

TEST(journey_selectors_are_typed_shortly)
{
	for (size_t i = 0; i < ARRAY_LEN(selectors); i++) {
		AUTO_ARENA arena = arena_create(1 << 16);
		struct journey_selector s;
		const char *channel = selectors[i].channel, *activity = selectors[i].activity;
		CHECK(selectors[i].typed,
			journey_selector_of(str_of(selectors[i].typed), arena, &s, NULL) == OK);
		CHECK(selectors[i].typed, s.channels.count == (channel != NULL) &&
						  s.activities.count == (activity != NULL));
		CHECK(selectors[i].typed,
			channel == NULL || str_equal(s.channels.items[0], str_of(channel)));
		CHECK(selectors[i].typed,
			activity == NULL || str_equal(s.activities.items[0], str_of(activity)));
	}
}
