/* tests/exchange_csv_write_test.c - records to CSV and back: the same canonical bytes. */
#include "exchange/csv_write.h"

#include "event/codec.h"
#include "exchange/csv.h"
#include "support/random_record.h"
#include "support/record_trap.h"
#include "test.h"

#include <string.h>

enum { TEXT_BYTES_MAX = 64 << 20 };

struct list_source {
	struct record_source source;
	const struct record *records;
	size_t count, at;
};

static err rewind_list(struct record_source *source, struct why *why)
{
	(void)why;
	((struct list_source *)source)->at = 0;
	return OK;
}

static err next_of_list(struct record_source *source, bool *more, struct record *record,
	str *customer, struct why *why)
{
	struct list_source *s = (struct list_source *)source;

	(void)why;
	*more = s->at < s->count;
	*customer = (str){ NULL, 0 };
	if (*more)
		*record = s->records[s->at++];
	return OK;
}

struct text_output {
	struct output output;
	struct strbuf text;
};

static err add_text(struct output *output, str bytes, struct why *why)
{
	struct text_output *t = (struct text_output *)output;

	strbuf_add(&t->text, bytes);
	return strbuf_ok(&t->text) ? OK : fail(why, MSG_NO_ROOM);
}

static str written(const struct record *records, size_t count, struct arena *arena)
{
	struct list_source source = { { rewind_list, next_of_list }, records, count, 0 };
	struct text_output out = { { add_text }, strbuf_in(arena, TEXT_BYTES_MAX) };

	CHECK("write", csv_write(&source.source, &out.output, NULL) == OK);
	return strbuf_str(&out.text);
}

static str canonical(const struct record *record, struct arena *arena)
{
	struct strbuf bytes = strbuf_in(arena, 2 * RECORD_BYTES_MAX);

	record_encode(record, &bytes);
	return strbuf_str(&bytes);
}

struct expected {
	const struct record *records;
	size_t count, at;
	struct arena *arena;
};

static void compare(void *context, const struct record *record)
{
	struct expected *x = context;

	if (x->at >= x->count ||
		!str_equal(canonical(&x->records[x->at], x->arena), canonical(record, x->arena)))
		CHECK("same bytes", false);
	x->at++;
}

static void check_round(
	const char *row, const struct record *records, size_t count, struct arena *arena)
{
	str text = written(records, count, arena);
	struct text_input input = text_input_of(text, 0);
	struct mapping mapping = mapping_default();
	struct record_trap trap = record_trap_make();
	struct expected expected = { records, count, 0, arena };
	struct why why = { 0 };

	trap.seen = compare;
	trap.context = &expected;
	CHECK(row, csv_read(&input.input, &mapping, &trap.sink, NULL, &why) == OK);
	CHECK(row, trap.records == count && trap.rejects == 0);
	if (trap.rejects > 0)
		CHECK(record_trap_lines(&trap).ptr, false);
	record_trap_done(&trap);
}

TEST(csv_written_reads_back_the_same)
{
	for (uint64_t seed = 1; seed <= 30; seed++) {
		AUTO_ARENA arena = arena_create((size_t)1 << 30);
		struct random random = random_of(seed);
		struct record records[40];
		char row[32];
		for (size_t i = 0; i < ARRAY_LEN(records); i++)
			records[i] = seed % 3 == 0 ? random_plain_event(&random, arena)
						   : random_record(&random, arena);
		struct strbuf name = { .ptr = row, .cap = sizeof(row), .cap_max = sizeof(row) };
		strbuf_printf(&name, "seed %d%c", (int)seed, '\0');
		check_round(row, records, ARRAY_LEN(records), arena);
	}
}

TEST(csv_written_is_plain_where_it_can_be)
{
	static const struct record_identifier ids[] = { { .type = STR_INIT("email"),
		.value = STR_INIT("j@ex.fr") } };
	static const struct attribute attributes[] = {
		{ STR_INIT("n"), { .kind = VALUE_INTEGER, .integer = -7 } },
		{ STR_INIT("price"), { .kind = VALUE_FLOAT, .number = 2.0 } },
		{ STR_INIT("zip"), { .kind = VALUE_STRING, .string = STR_INIT("07500") } },
		{ STR_INIT("a, \"b\""), { .kind = VALUE_STRING, .string = STR_INIT("x, \"y\"") } },
		{ STR_INIT("none"), { .kind = VALUE_STRING, .string = STR_INIT("") } },
	};
	static const char expected[] =
		"ariane:1,time,source,message_id,channel,activity,interaction,case,actor,text,"
		"language,"
		"target,payload,identifier:email,attribute:n,attribute:price,attribute:zip,"
		"\"attribute:a, \"\"b\"\"\",attribute:none,identifiers,attributes,traits,objects\n"
		"event,2026-03-14T15:09:26.535+01:00,crm,,phone,\"\"\"=1+1\"\"\",,,,,,,,j@ex.fr,-7,"
		"2.0,"
		"\"\"\"07500\"\"\",\"x, \"\"y\"\"\",\"\"\"\"\"\",,,,\n";
	AUTO_ARENA arena = arena_create(1 << 20);
	struct record r = { .kind = RECORD_EVENT,
		.has_time = true,
		.time = { 1773497366535, 0, 60 },
		.source = STR("crm"),
		.channel = STR("phone"),
		.activity = STR("=1+1"),
		.identifiers = ids,
		.identifier_count = 1,
		.attributes = attributes,
		.attribute_count = ARRAY_LEN(attributes) };

	CHECK("text", str_equal(written(&r, 1, arena), str_of(expected)));
	check_round("round", &r, 1, arena);
}

TEST(csv_of_our_own_refuses_what_it_cannot_be)
{
	static const struct {
		const char *cell, *head;
	} rows[] = { { "soon", "time" }, { "happening", "ariane:1" }, { "-1", "target" },
		{ "99999999999999999999", "target" }, { "abc", "payload" }, { "zz", "payload" },
		{ "[1", "attribute:a" }, { "007", "attribute:a" }, { "{}", "attribute:a" },
		{ "\"\"\"{\"\"\"x", "attribute:a" },
		{ "\"{\"\"time\"\":\"\"soon\"\"}\"", "attribute:a" },
		{ "\"{\"\"map\"\":[1]}\"", "attribute:a" }, { "{}", "identifiers" },
		{ "[1]", "objects" }, { "[[1]]", "attributes" } };

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_ARENA arena = arena_create(1 << 20);
		struct strbuf text = strbuf_in(arena, 1000);
		struct mapping mapping = mapping_default();
		struct record_trap trap = record_trap_make();
		strbuf_printf(&text,
			"ariane:1,activity,channel,identifier:a,%s,time\nevent,a,web,7,%s,"
			"2026-03-14T15:09:26Z\n",
			rows[i].head, rows[i].cell);
		struct text_input input = text_input_of(strbuf_str(&text), 0);
		CHECK(rows[i].cell, csv_read(&input.input, &mapping, &trap.sink, NULL, NULL) == OK);
		CHECK(rows[i].cell, trap.records == 0 && trap.rejects == 1);
		record_trap_done(&trap);
	}
}
