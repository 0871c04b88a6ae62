/* tests/event_form_test.c - a record laid out by its form is the same as one kept the long way. */
#include "base/random.h"
#include "event/codec.h"
#include "event/form.h"
#include "test.h"

#include <string.h>

enum { ROUNDS = 400, ARENA_BYTES = 4 << 20, GAP = 36 };

static const size_t all_strings[] = { offsetof(struct record, source),
	offsetof(struct record, message_id), offsetof(struct record, channel),
	offsetof(struct record, activity), offsetof(struct record, interaction),
	offsetof(struct record, case_id), offsetof(struct record, actor),
	offsetof(struct record, text), offsetof(struct record, text_language) };

/* From its beginning a chunk may be read. */
static str some_text(struct random *random, size_t least, size_t most, struct arena *arena)
{
	size_t len = least + random_below(random, most - least + 1);
	char *text = arena_alloc(arena, MAX_OF(len, (size_t)FORM_CHUNK_BYTES));

	ASSERT(text != NULL);
	for (size_t i = 0; i < len; i++)
		text[i] = (char)('a' + random_below(random, 26));
	return (str){ text, len };
}

static struct instant some_time(struct random *random)
{
	static const struct instant times[] = { { 0, 0, INSTANT_NO_OFFSET }, { -1, 0, 0 },
		{ INSTANT_MS_LEAST, 1, -1080 }, { INSTANT_MS_MOST, 999999, 1080 },
		{ 1767225600000, 0, 120 }, { 1767225600123, 456000, INSTANT_NO_OFFSET } };

	return times[random_below(random, ARRAY_LEN(times))];
}

/* Any form: which strings differ, and the rest told. */
static bool some_form(struct random *random, struct record_form *form, struct arena *arena)
{
	struct record_identifier types[FORM_IDENTIFIERS_MAX];
	struct record pattern = { .kind = RECORD_EVENT, .identifiers = types };
	size_t strings[FORM_STRINGS_MAX], count = 0;

	for (size_t i = ARRAY_LEN(all_strings); i-- > 0;) { /* in no order of theirs */
		bool is_id = all_strings[i] == offsetof(struct record, message_id);
		bool must = all_strings[i] != offsetof(struct record, source) &&
			    all_strings[i] <= offsetof(struct record, activity) && !is_id;
		str shared = STR("");
		if (random_below(random, 2) == 0) {
			strings[count++] = all_strings[i];
			continue;
		}
		if (!is_id && (must || random_below(random, 2) == 0))
			shared = some_text(random, 1, 30, arena);
		memcpy((char *)&pattern + all_strings[i], &shared, sizeof(shared));
	}
	pattern.identifier_count = 1 + random_below(random, FORM_IDENTIFIERS_MAX);
	for (size_t i = 0; i < pattern.identifier_count; i++)
		types[i] = (struct record_identifier){ .type = some_text(random, 1, 32, arena),
			.verified = random_below(random, 2) == 0 };
	return record_form_init(form, &pattern, strings, count);
}

static struct formed some_formed(
	struct random *random, const struct record_form *form, struct arena *arena)
{
	struct formed formed = { .time = some_time(random),
		.may_read_on = random_below(random, 2) == 0 };

	for (size_t i = 0; i < form->string_count; i++)
		formed.texts[i] = some_text(random, 1, 32, arena);
	for (size_t i = 0; i < form->pattern.identifier_count; i++)
		formed.texts[form->string_count + i] = some_text(random, 1, 200, arena);
	return formed;
}

static bool is_within(str part, const void *from, size_t bytes)
{
	uintptr_t start = (uintptr_t)from, at = (uintptr_t)part.ptr;

	return part.len == 0 || (at >= start && at + part.len <= start + bytes);
}

static str encoded(const struct record *record, struct arena *arena)
{
	struct strbuf out = strbuf_in(arena, 1 << 20);

	record_encode(record, &out);
	return strbuf_str(&out);
}

static bool stands_on(const struct formed_row *row, str text)
{
	return is_within(text, row->bytes.ptr, row->bytes.len) ||
	       is_within(text, row->form, sizeof(*row->form));
}

/* The row's record is the one told, and so are its bytes. */
static void check_row(const struct formed_row *row, const struct record *told,
	struct record_identifier *identifiers, const struct record *record, struct arena *arena)
{
	struct kept_record expected;

	CHECK("long way", record_keep(told, 0, arena, &expected));
	CHECK("same bytes", str_equal(row->bytes, expected.bytes));
	CHECK("same record", str_equal(encoded(record, arena), row->bytes));
	CHECK("source", str_equal(formed_row_source(row), told->source));
	CHECK("id", str_equal(formed_row_id(row), told->message_id));
	CHECK("channel", str_equal(formed_row_channel(row), told->channel));
	CHECK("activity", str_equal(formed_row_activity(row), told->activity));
	CHECK("value", str_equal(formed_row_value(row), told->identifiers[0].value));
	for (size_t i = 0; i < ARRAY_LEN(all_strings); i++) {
		str own;
		memcpy(&own, (const char *)record + all_strings[i], sizeof(own));
		CHECK("on its own", stands_on(row, own));
	}
	CHECK("identifiers", record->identifiers == identifiers);
	for (size_t i = 0; i < record->identifier_count; i++) {
		CHECK("type", stands_on(row, identifiers[i].type));
		CHECK("value", stands_on(row, identifiers[i].value));
	}
}

/* Forms are copied and the first ones go; a place is filled by rows of one form after the other, as
 * the engine does. */
TEST(record_form_lay_is_record_keep)
{
	struct random random = random_of(29);
	struct record_identifier place_ids[FORM_IDENTIFIERS_MAX];
	struct record place;

	for (int i = 0; i < ROUNDS; i++) {
		AUTO_ARENA arena = arena_create(ARENA_BYTES);
		AUTO_ARENA own = arena_create(ARENA_BYTES);
		struct record_identifier identifiers[FORM_IDENTIFIERS_MAX];
		struct record_form first, form;
		CHECK("form", some_form(&random, &first, arena));
		record_form_copy(&first, &form);
		memset(&first, 0x5a, sizeof(first));
		bool has_id = record_form_has_id(&form);
		for (int row_number = 0; row_number < 3; row_number++) {
			struct record record;
			struct formed formed = some_formed(&random, &form, arena);
			record_of_form(&form, &formed, identifiers, &record);
			CHECK("id", has_id == (record.message_id.len > 0));
			struct formed_row *row =
				record_form_lay(&form, &formed, has_id ? 0 : GAP, own);
			ASSERT(row != NULL);
			if (row_number == 0)
				formed_row_record(row, place_ids, &place);
			else
				formed_row_next_record(row, place_ids, &place);
			check_row(row, &record, place_ids, &place, arena);
			if (has_id)
				continue;
			record.message_id = STR("h:0123456789abcdef0123456789abcdef#1");
			memcpy(formed_row_place_id(row), record.message_id.ptr, GAP);
			formed_row_next_record(row, place_ids, &place);
			check_row(row, &record, place_ids, &place, arena);
		}
	}
}

/* What a form takes, record_check() accepts; what it does not is told by record_check(), or is
 * accepted all the same. */
TEST(record_form_takes_what_is_sound)
{
	static const struct {
		const char *row;
		size_t string;
		str text;
		bool takes;
	} rows[] = {
		{ "activity", offsetof(struct record, activity), STR_INIT("call"), true },
		{ "no activity", offsetof(struct record, activity), STR_INIT(""), false },
		{ "channel", offsetof(struct record, channel), STR_INIT("web"), true },
		{ "no channel", offsetof(struct record, channel), STR_INIT(""), false },
		{ "wrong channel", offsetof(struct record, channel), STR_INIT("Web"), false },
		{ "no case", offsetof(struct record, case_id), STR_INIT(""), true },
		{ "no text", offsetof(struct record, text), STR_INIT(""), true },
		{ "no id", offsetof(struct record, message_id), STR_INIT(""), false },
	};
	struct record_identifier type = { .type = STR("customer") };
	const struct record pattern = { .kind = RECORD_EVENT,
		.source = STR("s"),
		.channel = STR("web"),
		.activity = STR("a"),
		.identifiers = &type,
		.identifier_count = 1 };
	static char long_text[RECORD_NAME_BYTES_MAX + 1];

	memset(long_text, 'x', sizeof(long_text));
	for (size_t i = 0; i < ARRAY_LEN(rows) + 4; i++) {
		size_t string =
			i < ARRAY_LEN(rows) ? rows[i].string : offsetof(struct record, actor);
		struct formed formed = { .time = { 0, 0, INSTANT_NO_OFFSET },
			.texts = { i < ARRAY_LEN(rows) ? rows[i].text : STR("x"), STR("7") } };
		bool takes = i < ARRAY_LEN(rows) && rows[i].takes;
		struct record_identifier room[1];
		struct record record;
		struct record_form form;
		CHECK("form", record_form_init(&form, &pattern, &string, 1));
		if (i == ARRAY_LEN(rows))
			formed.texts[0] = (str){ long_text, sizeof(long_text) };
		if (i == ARRAY_LEN(rows) + 1)
			formed.texts[1] = (str){ long_text, sizeof(long_text) };
		if (i == ARRAY_LEN(rows) + 2)
			formed.texts[1] = STR("");
		if (i == ARRAY_LEN(rows) + 3)
			formed.time.ms = INSTANT_MS_MOST + 1;
		record_of_form(&form, &formed, room, &record);
		const char *row = i < ARRAY_LEN(rows) ? rows[i].row : "too long, too late";
		CHECK(row, record_form_takes(&form, &formed) == takes);
		CHECK(row, !takes || record_check(&record, NULL) == OK);
	}
}

TEST(record_form_refuses_what_has_none)
{
	struct record_identifier types[FORM_IDENTIFIERS_MAX + 1] = { { .type = STR("id") } };
	struct attribute attribute = { .key = STR("k") };
	static char long_text[FORM_BYTES_MAX];
	const struct record sound = {
		.kind = RECORD_EVENT, .identifiers = types, .identifier_count = 1
	};
	struct record patterns[7];
	struct record_form form;

	for (size_t i = 0; i < ARRAY_LEN(patterns); i++)
		patterns[i] = sound;
	patterns[0].kind = RECORD_ENTITY;
	patterns[1].identifier_count = FORM_IDENTIFIERS_MAX + 1;
	patterns[2].attributes = patterns[3].traits = &attribute;
	patterns[2].attribute_count = patterns[3].trait_count = 1;
	patterns[4].message_id = STR("one for all");
	patterns[5].identifier_count = 0;
	memset(long_text, 'x', sizeof(long_text));
	patterns[6].source = (str){ long_text, sizeof(long_text) };
	CHECK("sound", record_form_init(&form, &sound, NULL, 0));
	for (size_t i = 0; i < ARRAY_LEN(patterns); i++)
		CHECK("refused", !record_form_init(&form, &patterns[i], NULL, 0));
}

TEST(record_form_lay_needs_room)
{
	struct record_identifier type = { .type = STR("id") };
	const struct record pattern = {
		.kind = RECORD_EVENT, .identifiers = &type, .identifier_count = 1
	};
	const struct formed formed = { .texts = { STR("7") } };
	AUTO_ARENA arena = arena_create(ARENA_BYTES);
	struct record_form form;

	CHECK("form", record_form_init(&form, &pattern, NULL, 0));
	arena_fail_at(arena, 1);
	CHECK("full", record_form_lay(&form, &formed, 0, arena) == NULL);
	CHECK("room", record_form_lay(&form, &formed, 0, arena) != NULL);
}
