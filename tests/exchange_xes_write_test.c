/* tests/exchange_xes_write_test.c - what is written reads back the same, byte for byte */
#include "exchange/xes_write.h"

#include "base/file.h"
#include "base/random.h"
#include "event/codec.h"
#include "exchange/inputs.h"
#include "exchange/xes.h"
#include "support/kept_stream.h"
#include "support/random_record.h"
#include "test.h"

#include <stdio.h>
#include <string.h>

static bool write_all(struct kept_records *records, struct kept_output *out)
{
	struct why why = { 0 };

	*out = kept_output();
	return xes_write(&records->source, &out->base, &why) == OK;
}

static bool read_all(str bytes, struct kept_records *out, size_t step)
{
	struct kept_input in = kept_input(bytes);
	struct read_summary summary;
	struct why why = { 0 };

	in.step = step;
	kept_records_init(out);
	err e = xes_read(&in.base, NULL, &out->sink, &summary, &why);
	if (e != OK) {
		struct strbuf words = strbuf_heap(1000);
		why_words(&why, LANGUAGE_ENGLISH, &words);
		printf("line %lld: " STR_FMT "\n", (long long)why.line, (int)words.len, words.ptr);
		strbuf_done(&words);
	}
	return e == OK;
}

static void check_round(const char *row, struct kept_records *records)
{
	struct kept_output first, second;
	struct kept_records back;

	CHECK(row, write_all(records, &first));
	CHECK(row, read_all(strbuf_str(&first.text), &back, 0));
	CHECK(row, back.reject_count == 0);
	CHECK(row, write_all(&back, &second));
	CHECK(row, str_equal(strbuf_str(&first.text), strbuf_str(&second.text)));
	kept_records_sort(records);
	kept_records_sort(&back);
	bool same = records->count == back.count;
	for (size_t i = 0; same && i < back.count; i++)
		same = str_equal(records->records[i], back.records[i]);
	CHECK(row, same);
	strbuf_done(&first.text);
	strbuf_done(&second.text);
	kept_records_done(&back);
}

/* ---- records that meet every rule of the format, at random */

static const str odd_keys[] = { STR_INIT("case:concept:name"), STR_INIT("case:a"),
	STR_INIT("case:"), STR_INIT("concept:name"), STR_INIT("time:timestamp"),
	STR_INIT("org:resource"), STR_INIT("ariane:source"), STR_INIT("ariane:identifiers"),
	STR_INIT("case:ariane:positions"), STR_INIT("ariane:attribute:concept:name"),
	STR_INIT("case:ariane:attribute:x"), STR_INIT("log:a"), STR_INIT("xes:head"),
	STR_INIT("_x0041_"), STR_INIT("a _x005F_x0041_ b"), STR_INIT("item") };
static const str inner_keys[] = { STR_INIT("xes:type"), STR_INIT("xes:value"),
	STR_INIT("xes:children"), STR_INIT("item"), STR_INIT("ariane:null"),
	STR_INIT("ariane:added"), STR_INIT("attributes"), STR_INIT("") };
static const str texts[] = { STR_INIT("string"), STR_INIT("date"), STR_INIT("int"),
	STR_INIT("float"), STR_INIT("boolean"), STR_INIT("id"), STR_INIT("list"),
	STR_INIT("container"), STR_INIT("NaN"), STR_INIT("12"), STR_INIT("\x01\xef\xbf\xbe"),
	STR_INIT("2026-03-14T15:09:26.535+01:00"), STR_INIT("") };

static str one_of(struct random *random, const str *words, size_t count)
{
	return words[random_below(random, count)];
}

static struct value odd_value(struct random *random, struct arena *arena, int depth)
{
	struct value v = { .kind = VALUE_STRING };
	size_t count = random_below(random, 4);

	v.string = one_of(random, texts, ARRAY_LEN(texts));
	if (depth > 3 || random_below(random, 10) < 4)
		return v;
	if (random_below(random, 4) == 0) {
		struct value *items = arena_array(arena, count, sizeof(*items));
		for (size_t i = 0; i < count; i++)
			items[i] = odd_value(random, arena, depth + 1);
		return (struct value){ .kind = VALUE_LIST, .list = { items, count } };
	}
	if (random_below(random, 10) == 0)
		return (struct value){ .kind = VALUE_BOOLEAN, .boolean = true };
	struct attribute *items = arena_array(arena, count, sizeof(*items));
	bool in_order = random_below(random, 2) == 0; /* the shape of a special map */
	for (size_t i = 0; i < count; i++)
		items[i] = (struct attribute){ in_order ? inner_keys[i]
							: one_of(random, inner_keys,
								  ARRAY_LEN(inner_keys)),
			odd_value(random, arena, depth + 1) };
	return (struct value){ .kind = VALUE_MAP, .map = { items, count } };
}

/* Replaces some keys and values; `shared` come at `at` in all records of a customer. */
static void make_odd(struct random *random, struct arena *arena, struct record *r,
	const struct attribute *shared, size_t shared_count, size_t at)
{
	struct attribute *all = arena_array(arena, r->attribute_count + shared_count, sizeof(*all));
	size_t n = 0;

	at = MIN_OF(at, r->attribute_count);
	for (size_t i = 0; i <= r->attribute_count; i++) {
		for (size_t s = 0; i == at && s < shared_count; s++)
			all[n++] = shared[s];
		if (i == r->attribute_count)
			break;
		all[n] = r->attributes[i];
		if (random_below(random, 3) == 0)
			all[n].key = one_of(random, odd_keys, ARRAY_LEN(odd_keys));
		if (random_below(random, 3) == 0)
			all[n].value = odd_value(random, arena, 0);
		n++;
	}
	r->attributes = all;
	r->attribute_count = n;
	if (random_below(random, 4) == 0 && r->attribute_count > 0) {
		struct object_ref *object = arena_alloc(arena, sizeof(*object));
		bool log = random_below(random, 2) == 0;
		object->type = log ? STR("xes:log") : STR("xes:trace");
		object->id = log ? STR("log") : STR("trace");
		r->objects = object;
		r->object_count = 1;
	}
}

static void add_customer(struct random *random, struct arena *arena, struct kept_records *kept)
{
	const struct record_identifier id = { .type = STR("case"),
		.value = one_of(random, texts, 7),
		.verified = random_below(random, 5) == 0 };
	size_t shared_count = random_below(random, 4), events = random_below(random, 5) + 1;
	struct attribute *shared = arena_array(arena, shared_count, sizeof(*shared));
	size_t at = random_below(random, 3);

	for (size_t i = 0; i < shared_count; i++) {
		shared[i].key = one_of(random, odd_keys, 3);
		shared[i].value =
			random_below(random, 2) == 0
				? (struct value){ .kind = VALUE_STRING, .string = id.value }
				: odd_value(random, arena, 0);
	}
	for (size_t i = 0; i < events; i++) {
		struct record r = random_record(random, arena);
		if (random_below(random, 2) == 0) {
			r.identifiers = &id;
			r.identifier_count = 1;
		}
		make_odd(random, arena, &r, shared, shared_count, at);
		if (record_check(&r, NULL) == OK)
			kept_records_add(kept, &r);
	}
}

TEST(xes_random_records_come_back_the_same)
{
	struct random random = random_of(7);
	struct arena *arena = arena_create(1 << 28);

	for (int round = 0; round < 400; round++) {
		struct kept_records kept;
		char row[32];
		(void)snprintf(row, sizeof(row), "round %d", round);
		kept_records_init(&kept);
		for (size_t i = random_below(&random, 6); i > 0; i--)
			add_customer(&random, arena, &kept);
		check_round(row, &kept);
		kept_records_done(&kept);
		arena_reset(arena);
	}
	arena_free(arena);
}

/* ---- real logs, and failing outputs */

TEST(xes_public_logs_are_exported_and_read_back)
{
	static const char *const names[] = { "roadtraffic100traces.xes", "receipt.xes.gz" };
	const char *data = test_data();
	char path[PATH_BYTES_MAX];

	if (data == NULL) {
		test_skip("no external data");
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct kept_records kept;
		struct read_summary summary;
		struct input_file *file;
		(void)snprintf(path, sizeof(path), "%s/events/%s", data, names[i]);
		kept_records_init(&kept);
		CHECK(names[i], input_open(path, &file, NULL) == OK);
		CHECK(names[i],
			xes_read(input_stream(file), NULL, &kept.sink, &summary, NULL) == OK);
		input_close(file);
		CHECK(names[i], kept.count > 300);
		check_round(names[i], &kept);
		kept_records_done(&kept);
	}
}

TEST(xes_trace_attributes_are_said_once)
{
	static const str expected =
		STR_INIT("\t<trace>\n\t\t<string key=\"city\" value=\"Lyon\"/>\n"
			 "\t\t<list key=\"ariane:positions\">\n\t\t\t<values>\n"
			 "\t\t\t\t<int key=\"item\" value=\"1\"/>\n\t\t\t</values>\n\t\t</list>\n"
			 "\t\t<string key=\"concept:name\" value=\"email:a@b.fr\">\n"
			 "\t\t\t<boolean key=\"ariane:added\" value=\"true\"/>\n\t\t</string>\n"
			 "\t\t<event>\n");
	const struct record_identifier id = { .type = STR("email"), .value = STR("a@b.fr") };
	struct kept_records kept;
	struct kept_output out;

	kept_records_init(&kept);
	for (int64_t i = 0; i < 2; i++) {
		const struct attribute attributes[] = {
			{ STR("n"), { .kind = VALUE_INTEGER, .integer = i } },
			{ STR("case:city"), { .kind = VALUE_STRING, .string = STR("Lyon") } },
			{ STR("case:n"), { .kind = VALUE_INTEGER, .integer = i } },
		};
		const struct record r = { .kind = RECORD_EVENT,
			.has_time = true,
			.time = { .ms = i, .offset_min = 60 },
			.source = STR("s"),
			.channel = STR("phone"),
			.activity = STR("Call"),
			.identifiers = &id,
			.identifier_count = 1,
			.attributes = attributes,
			.attribute_count = 3 };
		kept_records_add(&kept, &r);
	}
	CHECK(NULL, write_all(&kept, &out));
	CHECK(NULL, memmem(out.text.ptr, out.text.len, expected.ptr, expected.len) != NULL);
	strbuf_done(&out.text);
	check_round("said once", &kept);
	kept_records_done(&kept);
}

TEST(xes_a_failing_output_stops_the_writing)
{
	struct random random = random_of(3);
	struct arena *arena = arena_create(1 << 28);
	struct kept_records kept;
	err e = ERR_IO;
	size_t n = 0;

	kept_records_init(&kept);
	for (int i = 0; i < 300; i++)
		add_customer(&random, arena, &kept);
	while (e != OK && n < 1000) {
		struct kept_output out = kept_output();
		out.fail_at = ++n;
		e = xes_write(&kept.source, &out.base, NULL);
		CHECK("fault", e == OK || (e == ERR_IO && out.writes == n));
		strbuf_done(&out.text);
	}
	CHECK("fault", e == OK && n > 2);
	kept_records_done(&kept);
	arena_free(arena);
}
