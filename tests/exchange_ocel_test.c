/* tests/exchange_ocel_test.c - OCEL 2.0: logs become records, records come back as they were. */
#include "exchange/ocel.h"

#include "event/codec.h"
#include "support/memory_stream.h"
#include "support/random_record.h"
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct ocel_customer account = { STR_INIT("account"), STR_INIT("Customer") };

/* Each record as a native line without its head, each reject as "! kebab line:column+offset raw".
 */
static str told(struct arena *arena, str text, size_t step, const struct ocel_options *options,
	struct ocel_summary *summary)
{
	struct strbuf out = strbuf_in(arena, 1 << 22);
	struct memory_input a = memory_input_of(text, step), b = memory_input_of(text, step);
	struct telling_sink sink = telling_sink_of(&out);
	struct why why = { 0 };
	err e = ocel_read(&a.input, &b.input, options, &sink.sink, summary, &why);

	if (e != OK) {
		strbuf_printf(&out, "error %s %lld:%lld+%lld", message_kebab(why.message).ptr,
			(long long)why.line, (long long)why.column, (long long)why.offset);
		if (why.message == MSG_OCEL_NO_CUSTOMER)
			strbuf_printf(&out, " %.*s", (int)why.args[0].len, why.text);
	}
	return strbuf_str(&out);
}

#define ENTITY "{\"type\":\"ariane.record\",\"kind\":\"entity\","
#define EVENT(id, time) \
	"{\"type\":\"ariane.record\",\"kind\":\"event\",\"time\":\"" time \
	"\",\"message_id\":\"" id "\",\"channel\":\"backoffice\",\"activity\":\"pay\""
#define SELF(type, id) \
	"\"objects\":[{\"type\":\"" type "\",\"id\":\"" id "\",\"qualifier\":\"ocel:object\"}"

static const struct {
	const char *row;
	str in, out;
	uint64_t dangling, same_ids;
} rows[] = {
	/* clang-format off */
	{ "empty", STR_INIT("{\"objectTypes\":[],\"eventTypes\":[],\"objects\":[],\"events\":[]}"), STR_INIT(""), 0, 0 },
	{ "declarations first, events before objects, both types of value",
		STR_INIT("{\"events\":[{\"id\":\"e1\",\"type\":\"pay\",\"time\":\"2026-01-02T03:04:05.678+01:00\",\n"
			"\"attributes\":[{\"name\":\"n\",\"value\":\"12\"},{\"name\":\"n\",\"value\":12},{\"name\":\"f\",\"value\":1},{\"name\":\"f\",\"value\":\"1.50\"},"
			"{\"name\":\"b\",\"value\":\"true\"},{\"name\":\"t\",\"value\":\"2026-01-02\"},{\"name\":\"s\",\"value\":\"12\"},{\"name\":\"n\",\"value\":\"x\"},{\"name\":\"u\",\"value\":true}],"
			"\"relationships\":[{\"objectId\":\"c1\",\"qualifier\":\"payer\"},{\"objectId\":\"c1\",\"qualifier\":\"reader\"},{\"objectId\":\"o1\",\"qualifier\":\"\"}]}],"
			"\"objects\":[{\"id\":\"c1\",\"type\":\"Customer\"},{\"id\":\"o1\",\"type\":\"Order\",\"attributes\":["
			"{\"name\":\"price\",\"time\":\"1970-01-01T00:00:00Z\",\"value\":\"9.5\"},{\"name\":\"price\",\"time\":\"2026-01-02T00:00:00Z\",\"value\":10}],"
			"\"relationships\":[{\"objectId\":\"c1\",\"qualifier\":\"of\"}]}],"
			"\"eventTypes\":[{\"name\":\"pay\",\"attributes\":[{\"name\":\"n\",\"type\":\"integer\"},{\"name\":\"f\",\"type\":\"float\"},{\"name\":\"b\",\"type\":\"boolean\"},"
			"{\"name\":\"t\",\"type\":\"time\"},{\"name\":\"s\",\"type\":\"string\"}]}],"
			"\"objectTypes\":[{\"name\":\"Order\",\"attributes\":[{\"name\":\"price\",\"type\":\"float\"}]}]}"),
		STR_INIT(ENTITY "\"attributes\":{\"ocel:eventTypes\":[{\"name\":\"pay\",\"attributes\":[{\"name\":\"n\",\"type\":\"integer\"},{\"name\":\"f\",\"type\":\"float\"},"
			"{\"name\":\"b\",\"type\":\"boolean\"},{\"name\":\"t\",\"type\":\"time\"},{\"name\":\"s\",\"type\":\"string\"}]}],"
			"\"ocel:objectTypes\":[{\"name\":\"Order\",\"attributes\":[{\"name\":\"price\",\"type\":\"float\"}]}]}}\n"
			EVENT("e1", "2026-01-02T03:04:05.678+01:00") ",\"identifiers\":[{\"type\":\"account\",\"value\":\"c1\"}],"
			"\"attributes\":{\"$map\":[[\"n\",12],[\"n\",12],[\"f\",1.0],[\"f\",1.5],[\"b\",true],[\"t\",{\"$time\":\"2026-01-02T00:00:00\"}],[\"s\",\"12\"],[\"n\",\"x\"],[\"u\",true]]},"
			"\"objects\":[{\"type\":\"Customer\",\"id\":\"c1\",\"qualifier\":\"payer\"},{\"type\":\"Customer\",\"id\":\"c1\",\"qualifier\":\"reader\"},{\"type\":\"Order\",\"id\":\"o1\"}]}\n"
			ENTITY "\"identifiers\":[{\"type\":\"account\",\"value\":\"c1\"}]," SELF("Customer", "c1") "]}\n"
			ENTITY "\"attributes\":{\"$map\":[[\"price\",{\"value\":9.5,\"time\":{\"$time\":\"1970-01-01T00:00:00Z\"}}],[\"price\",{\"value\":10.0,\"time\":{\"$time\":\"2026-01-02T00:00:00Z\"}}]]},"
			SELF("Order", "o1") ",{\"type\":\"Customer\",\"id\":\"c1\",\"qualifier\":\"of\"}]}\n"), 0, 0 },
	{ "dangling, same id, unknown members",
		STR_INIT("{\"objects\":[{\"id\":\"x\",\"type\":\"A\",\"colour\":\"red\"},{\"id\":\"x\",\"type\":\"B\"}],"
			"\"events\":[{\"id\":\"e\",\"type\":\"pay\",\"time\":\"2026-01-02T00:00:00\",\"relationships\":[{\"objectId\":\"gone\",\"qualifier\":\"q\"},{\"objectId\":\"x\"}]}],\"extra\":{\"a\":[1]}}"),
		STR_INIT(ENTITY "\"attributes\":{\"colour\":\"red\"}," SELF("A", "x") "]}\n" ENTITY SELF("B", "x") "]}\n"
			EVENT("e", "2026-01-02T00:00:00") ",\"objects\":[{\"type\":\"unknown\",\"id\":\"gone\",\"qualifier\":\"q\"},{\"type\":\"A\",\"id\":\"x\"}]}\n"
			"! ocel-member 1:216+215 {\"a\":[1]}\n"), 1, 1 },
	{ "bad elements between good",
		STR_INIT("{\"objects\":[{\"type\":\"A\"},{\"id\":\"x\"},7,{\"id\":\"x\",\"type\":\"A\",\"attributes\":[{\"name\":\"\"}]}],\n\"events\":[\n"
			" {\"id\":\"e\",\"type\":\"pay\"},\n {\"id\":\"e\",\"type\":\"pay\",\"time\":\"soon\"},\n {\"type\":\"pay\",\"time\":\"2026-01-02T00:00:00Z\"},\n"
			" {\"id\":\"e\",\n\"type\":,\"time\":\"2026-01-02T00:00:00Z\"},\n {\"id\":\"e\",\"type\":\"pay\",\"time\":\"2026-01-02T00:00:00Z\",\"relationships\":[{}]},\n"
			" {\"id\":\"e\",\"type\":\"pay\",\"time\":\"2026-01-02T00:00:00Z\"}]}"),
		STR_INIT("! ocel-form 1:13+12 {\"type\":\"A\"}\n! ocel-form 1:26+25 {\"id\":\"x\"}\n! ocel-form 1:37+36 7\n"
			"! ocel-form 1:39+38 {\"id\":\"x\",\"type\":\"A\",\"attributes\":[{\"name\":\"\"}]}\n"
			"! ocel-form 3:2+101 {\"id\":\"e\",\"type\":\"pay\"}\n! time-format 4:2+127 {\"id\":\"e\",\"type\":\"pay\",\"time\":\"soon\"}\n"
			"! ocel-form 5:2+167 {\"type\":\"pay\",\"time\":\"2026-01-02T00:00:00Z\"}\n"
			"! json-unexpected 7:8+232 {\"id\":\"e\",\n\"type\":,\"time\":\"2026-01-02T00:00:00Z\"}\n"
			"! ocel-form 8:2+266 {\"id\":\"e\",\"type\":\"pay\",\"time\":\"2026-01-02T00:00:00Z\",\"relationships\":[{}]}\n"
			EVENT("e", "2026-01-02T00:00:00Z") "}\n"), 0, 0 },
	{ "not an object", STR_INIT("[]"), STR_INIT("error json-unexpected 1:1+0"), 0, 0 },
	{ "cut", STR_INIT("{\"events\":[{\"id\":"), STR_INIT("error json-ends 1:18+17"), 0, 0 },
	{ "garbage after", STR_INIT("{\"events\":[]}\n x"), STR_INIT("error json-unexpected 2:2+15"), 0, 0 },
	{ "no comma", STR_INIT("{\"events\":[] \"objects\":[]}"), STR_INIT("error json-unexpected 1:14+13"), 0, 0 },
	{ "nothing", STR_INIT(""), STR_INIT("error json-ends 1:1+0"), 0, 0 },
	/* clang-format on */
};

TEST(ocel_logs_become_records)
{
	const struct ocel_options options = { &account, 1 };

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_ARENA arena = arena_create(1 << 24);
		struct ocel_summary summary;
		str whole = told(arena, rows[i].in, SIZE_MAX, &options, &summary);
		CHECK(rows[i].row, str_equal(whole, rows[i].out));
		CHECK(rows[i].row, summary.dangling == rows[i].dangling);
		CHECK(rows[i].row, summary.same_ids == rows[i].same_ids);
		if (!str_equal(whole, rows[i].out))
			printf("%.*s\n", STR_ARG(whole));
		str bytewise = told(arena, rows[i].in, 1, &options, &summary);
		CHECK(rows[i].row, str_equal(bytewise, rows[i].out));
	}
}

TEST(ocel_asks_for_customers)
{
	AUTO_ARENA arena = arena_create(1 << 24);
	struct ocel_summary summary;
	str out = told(arena,
		STR("{\"objects\":[{\"id\":\"1\",\"type\":\"Order\"},{\"id\":\"2\",\"type\":"
		    "\"Customer\"}],"
		    "\"events\":[],\"objectTypes\":[{\"name\":\"Item\"}]}"),
		SIZE_MAX, &(struct ocel_options){ 0 }, &summary);

	CHECK("names them",
		str_ends(out, STR("error ocel-no-customer 0:0+0 Order, Customer, Item")));
}

/* An event names an order, the order names the customer, or the customer the order: one step. */
TEST(ocel_events_find_their_customer_one_step_away)
{
	const struct ocel_options options = { &account, 1 };
	static const struct {
		const char *row;
		str objects;
		bool found;
	} hops[] = {
		{ "order to customer",
			STR_INIT("{\"id\":\"o\",\"type\":\"Order\",\"relationships\":[{"
				 "\"objectId\":\"c\"}]},"
				 "{\"id\":\"c\",\"type\":\"Customer\"}"),
			true },
		{ "customer to order",
			STR_INIT("{\"id\":\"o\",\"type\":\"Order\"},{\"id\":\"c\",\"type\":"
				 "\"Customer\","
				 "\"relationships\":[{\"objectId\":\"o\"}]}"),
			true },
		{ "both ways, the same one",
			STR_INIT("{\"id\":\"o\",\"type\":\"Order\",\"relationships\":[{"
				 "\"objectId\":\"c\"},"
				 "{\"objectId\":\"c\"}]},{\"id\":\"c\",\"type\":\"Customer\","
				 "\"relationships\":[{\"objectId\":\"o\"}]}"),
			true },
		{ "two customers",
			STR_INIT("{\"id\":\"o\",\"type\":\"Order\",\"relationships\":[{"
				 "\"objectId\":\"c\"},"
				 "{\"objectId\":\"d\"}]},{\"id\":\"c\",\"type\":\"Customer\"},"
				 "{\"id\":\"d\",\"type\":\"Customer\"}"),
			false },
		{ "two steps",
			STR_INIT("{\"id\":\"o\",\"type\":\"Order\",\"relationships\":[{"
				 "\"objectId\":\"p\"}]},"
				 "{\"id\":\"p\",\"type\":\"Parcel\",\"relationships\":[{"
				 "\"objectId\":\"c\"}]},"
				 "{\"id\":\"c\",\"type\":\"Customer\"}"),
			false },
	};

	for (size_t i = 0; i < ARRAY_LEN(hops); i++) {
		AUTO_ARENA arena = arena_create(1 << 24);
		struct strbuf text = strbuf_in(arena, 1 << 16);
		struct ocel_summary summary;
		strbuf_add_c(&text, "{\"objects\":[");
		strbuf_add(&text, hops[i].objects);
		strbuf_add_c(&text,
			"],\"events\":[{\"id\":\"e\",\"type\":\"pay\",\"time\":"
			"\"2026-01-02T00:00:00Z\",\"relationships\":[{\"objectId\":\"o\"}]}]}");
		str out = told(arena, strbuf_str(&text), SIZE_MAX, &options, &summary);
		str wanted = STR("\"message_id\":\"e\"");
		bool has = false;
		for (size_t at = 0; at + wanted.len <= out.len; at++) {
			if (!str_starts(str_from(out, at), wanted))
				continue;
			str line = str_from(out, at), rest;
			(void)str_split(line, '\n', &line, &rest); /* or all that is left */
			str needle =
				STR("\"identifiers\":[{\"type\":\"account\",\"value\":\"c\"}]");
			for (size_t k = 0; k + needle.len <= line.len; k++)
				has |= str_starts(str_from(line, k), needle);
		}
		CHECK(hops[i].row, has == hops[i].found);
	}
}

TEST(ocel_long_elements_are_passed_over)
{
	AUTO_ARENA arena = arena_create((size_t)1 << 27);
	struct strbuf text = strbuf_heap((size_t)OCEL_ELEMENT_BYTES_MAX + 4096);
	struct ocel_summary summary;
	const struct ocel_options options = { &account, 1 };

	strbuf_add_c(&text, "{\"objects\":[{\"id\":\"a\",\"type\":\"A\",\"x\":\"");
	while (strbuf_ok(&text) && text.len < OCEL_ELEMENT_BYTES_MAX + 100)
		strbuf_add_c(&text, "0123456789,]}\\\"");
	strbuf_add_c(&text, "\"},{\"id\":\"b\",\"type\":\"A\"}]}");
	str out = told(arena, strbuf_str(&text), 1 << 16, &options, &summary);
	CHECK("the long one", str_starts(out, STR("! ocel-element-long 1:13+12 {\"id\":\"a\"")));
	CHECK("the next", summary.objects == 1 && summary.read.rejects == 1);
	CHECK("all", summary.read.bytes == text.len);
	strbuf_done(&text);
}

/* ---- out and in again */

static int compare_bytes(const void *a, const void *b)
{
	const str *x = a, *y = b;

	return str_compare(*x, *y);
}

/* The canonical bytes of all, sorted: the order of kinds changes, the records do not. */
static str *sorted_bytes(const struct record *records, size_t count, struct arena *arena)
{
	str *all = arena_array(arena, count, sizeof(*all));

	for (size_t i = 0; i < count; i++) {
		struct strbuf bytes = strbuf_in(arena, 1 << 22);
		record_encode(&records[i], &bytes);
		all[i] = strbuf_str(&bytes);
	}
	qsort(all, count, sizeof(*all), compare_bytes);
	return all;
}

static str written(const struct record *records, size_t count, struct arena *arena)
{
	struct strbuf text = strbuf_in(arena, (size_t)1 << 27);
	struct memory_source source = memory_source_of(records, count);
	struct memory_output output = memory_output_of(&text);
	err e = ocel_write(&source.source, &output.output, NULL);

	CHECK("written", e == OK && strbuf_ok(&text));
	return strbuf_str(&text);
}

/* Turns a random record into one that came from an object, with and without times. */
static void make_object(struct record *r, struct random *random, struct arena *arena)
{
	struct attribute *attributes =
		arena_array(arena, r->attribute_count + 1, sizeof(*attributes));
	struct object_ref *objects = arena_array(arena, r->object_count + 1, sizeof(*objects));

	r->kind = RECORD_ENTITY;
	objects[0] = (struct object_ref){ random_below(random, 2) ? STR("Order") : STR("Customer"),
		random_below(random, 2) ? STR("o1") : STR("o2"), STR("ocel:object") };
	for (size_t i = 0; i < r->object_count; i++)
		objects[i + 1] = r->objects[i];
	for (size_t i = 0; i < r->attribute_count; i++) {
		struct attribute *items = arena_array(arena, 2, sizeof(*items));
		items[0] = (struct attribute){ STR("value"), r->attributes[i].value };
		items[1] = (struct attribute){ STR("time"),
			{ .kind = VALUE_TIME, .time = { 1000, 5, 60 } } };
		attributes[i] = r->attributes[i];
		if (random_below(random, 4) > 0)
			attributes[i].value = (struct value){ .kind = VALUE_MAP,
				.map = { items, 1 + (size_t)random_below(random, 2) } };
	}
	r->attributes = attributes;
	r->objects = objects;
	r->object_count++;
}

TEST(ocel_records_come_back)
{
	enum { COUNT = 300 };
	AUTO_ARENA arena = arena_create((size_t)1 << 30);
	struct random random = random_of(7);
	struct record *records = arena_array(arena, COUNT, sizeof(*records));

	for (size_t i = 0; i < COUNT; i++) {
		records[i] = random_record(&random, arena);
		if (i % 3 == 0)
			make_object(&records[i], &random, arena);
		if (i % 3 == 1)
			records[i].message_id = STR("");
	}
	str text = written(records, COUNT, arena);
	struct memory_input a = memory_input_of(text, 1 << 16), b = memory_input_of(text, 1 << 16);
	struct keeping_sink sink = keeping_sink_of(arena, COUNT);
	struct ocel_summary summary;
	struct why why = { 0 };
	err e = ocel_read(
		&a.input, &b.input, &(struct ocel_options){ 0 }, &sink.sink, &summary, &why);

	CHECK("read", e == OK && sink.count == COUNT && summary.read.rejects == 0);
	if (sink.count != COUNT)
		return;
	str *before = sorted_bytes(records, COUNT, arena);
	str *after = sorted_bytes(sink.records, COUNT, arena);
	for (size_t i = 0; i < COUNT; i++)
		CHECK("same", str_equal(before[i], after[i]));
	CHECK("same text again", str_equal(text, written(sink.records, COUNT, arena)));
}

/* A foreign log: in, out, in again: the same records; out again: the same text. */
TEST(ocel_foreign_logs_come_back)
{
	const struct ocel_options options = { &account, 1 }, ours = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_ARENA arena = arena_create((size_t)1 << 28);
		struct memory_input a = memory_input_of(rows[i].in, 100),
				    b = memory_input_of(rows[i].in, 100);
		struct keeping_sink first = keeping_sink_of(arena, 20),
				    second = keeping_sink_of(arena, 20);
		struct ocel_summary summary;
		if (ocel_read(&a.input, &b.input, &options, &first.sink, &summary, NULL) != OK)
			continue;
		str text = written(first.records, first.count, arena);
		a = memory_input_of(text, 100);
		b = memory_input_of(text, 100);
		err e = ocel_read(&a.input, &b.input, &ours, &second.sink, &summary, NULL);
		CHECK(rows[i].row, e == OK && second.count == first.count && second.rejects == 0);
		str *before = sorted_bytes(first.records, first.count, arena);
		str *after = sorted_bytes(second.records, second.count, arena);
		for (size_t r = 0; r < MIN_OF(first.count, second.count); r++)
			CHECK(rows[i].row, str_equal(before[r], after[r]));
		CHECK(rows[i].row, str_equal(text, written(second.records, second.count, arena)));
	}
}
