/* tests/exchange_xes_test.c - files of every shape, good and bad, as XES readers meet them */
#include "exchange/xes.h"

#include "event/codec.h"
#include "exchange/inputs.h"
#include "exchange/xes_write.h"
#include "support/kept_stream.h"
#include "test.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define FIXTURE(name) ARIANE_SOURCE_FOLDER "/tests/fixtures/xes/" name

/* ---- values as one line of text */

static void show_attributes(struct strbuf *out, const struct attribute *items, size_t count);

static void show_value(struct strbuf *out, const struct value *v)
{
	switch (v->kind) {
	case VALUE_NULL:
		strbuf_add_c(out, "null");
		break;
	case VALUE_STRING:
		strbuf_printf(out, "'" STR_FMT "'", STR_ARG(v->string));
		break;
	case VALUE_INTEGER:
		strbuf_add_int(out, v->integer);
		break;
	case VALUE_FLOAT:
		strbuf_printf(out, "%.17gf", v->number);
		break;
	case VALUE_BOOLEAN:
		strbuf_add_c(out, v->boolean ? "yes" : "no");
		break;
	case VALUE_TIME:
		strbuf_printf(out, "@%" PRId64 ".%06d%+d", v->time.ms, v->time.sub_ns,
			v->time.offset_min);
		break;
	case VALUE_LIST:
		strbuf_add_c(out, "[");
		for (size_t i = 0; i < v->list.count; i++) {
			strbuf_add_c(out, i > 0 ? " " : "");
			show_value(out, &v->list.items[i]);
		}
		strbuf_add_c(out, "]");
		break;
	case VALUE_MAP:
		strbuf_add_c(out, "{");
		show_attributes(out, v->map.items, v->map.count);
		strbuf_add_c(out, "}");
		break;
	case VALUE_KIND_COUNT_:
		break;
	}
}

static void show_attributes(struct strbuf *out, const struct attribute *items, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		strbuf_printf(out, "%s" STR_FMT "=", i > 0 ? " " : "", STR_ARG(items[i].key));
		show_value(out, &items[i].value);
	}
}

static void show_record(struct strbuf *out, const struct record *r)
{
	static const char *const kinds[RECORD_KIND_COUNT_] = {
		[RECORD_EVENT] = "event", [RECORD_ENTITY] = "entity"
	};

	strbuf_printf(out, "%s " STR_FMT "|", kinds[r->kind], STR_ARG(r->activity));
	if (r->has_time)
		show_value(out, &(struct value){ .kind = VALUE_TIME, .time = r->time });
	strbuf_printf(out, "|" STR_FMT "|" STR_FMT "|", STR_ARG(r->channel), STR_ARG(r->actor));
	for (size_t i = 0; i < r->identifier_count; i++)
		strbuf_printf(out, STR_FMT ":" STR_FMT " ", STR_ARG(r->identifiers[i].type),
			STR_ARG(r->identifiers[i].value));
	for (size_t i = 0; i < r->object_count; i++)
		strbuf_printf(out, "<" STR_FMT " " STR_FMT ">", STR_ARG(r->objects[i].type),
			STR_ARG(r->objects[i].id));
	strbuf_add_c(out, "| ");
	show_attributes(out, r->attributes, r->attribute_count);
	strbuf_add_c(out, "\n");
}

static void check_shown(const char *row, struct kept_records *kept, const char *expected)
{
	struct strbuf shown = strbuf_heap(1 << 20);

	for (size_t i = 0; i < kept->count; i++) {
		struct record r = kept_record(kept, i);
		show_record(&shown, &r);
	}
	bool same = str_equal(strbuf_str(&shown), str_of(expected));
	CHECK(row, same);
	if (!same)
		printf(STR_FMT, STR_ARG(strbuf_str(&shown)));
	strbuf_done(&shown);
}

static err read_text(
	str text, const struct xes_options *options, struct kept_records *out, struct why *why)
{
	struct kept_input in = kept_input(text);
	struct read_summary summary;

	kept_records_init(out);
	return xes_read(&in.base, options, &out->sink, &summary, why);
}

static err read_fixture(const char *path, const struct xes_options *options,
	struct kept_records *out, struct read_summary *summary, struct why *why)
{
	struct input_file *file;

	kept_records_init(out);
	err e = input_open(path, &file, why);
	if (e != OK)
		return e;
	e = xes_read(input_stream(file), options, &out->sink, summary, why);
	input_close(file);
	return e;
}

/* ---- whole files */

static const struct {
	const char *path;
	size_t records, rejects;
	enum message first_reject;
	int64_t reject_line;
	enum message end; /* MSG_NONE: the file is good */
	int64_t end_line;
} files[] = {
	{ FIXTURE("nested.xes"), 3, 0, MSG_NONE, 0, MSG_NONE, 0 },
	{ FIXTURE("latin1.xes"), 1, 0, MSG_NONE, 0, MSG_NONE, 0 },
	{ FIXTURE("namespaces.xes"), 2, 0, MSG_NONE, 0, MSG_NONE, 0 },
	{ FIXTURE("comments.xes"), 1, 0, MSG_NONE, 0, MSG_NONE, 0 },
	{ FIXTURE("empty-log.xes"), 0, 0, MSG_NONE, 0, MSG_NONE, 0 },
	{ FIXTURE("loose-events.xes"), 2, 0, MSG_NONE, 0, MSG_NONE, 0 },
	{ FIXTURE("bad-events.xes"), 2, 6, MSG_XES_NO_TIME, 5, MSG_NONE, 0 },
	{ FIXTURE("truncated.xes"), 1, 0, MSG_NONE, 0, MSG_XES_TRUNCATED, 7 },
	{ FIXTURE("mismatched.xes"), 1, 0, MSG_NONE, 0, MSG_XES_MALFORMED, 6 },
	{ FIXTURE("doctype.xes"), 0, 0, MSG_NONE, 0, MSG_XES_DOCTYPE, 2 },
	{ FIXTURE("no-log.xes"), 0, 0, MSG_NONE, 0, MSG_XES_NO_LOG, 1 },
	{ FIXTURE("undeclared-entity.xes"), 0, 0, MSG_NONE, 0, MSG_XES_MALFORMED, 1 },
	{ FIXTURE("wrong-encoding.xes"), 0, 0, MSG_NONE, 0, MSG_XES_ENCODING, 3 },
	{ FIXTURE("empty.xes"), 0, 0, MSG_NONE, 0, MSG_XES_TRUNCATED, -1 },
};

TEST(xes_files_give_records_rejects_and_errors)
{
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		const char *row = strrchr(files[i].path, '/') + 1;
		struct kept_records kept;
		struct read_summary summary = { 0 };
		struct why why = { 0 };
		err e = read_fixture(files[i].path, NULL, &kept, &summary, &why);
		CHECK(row, e == message_code(files[i].end) && why.message == files[i].end);
		CHECK(row, kept.count == files[i].records && summary.records == kept.count);
		CHECK(row, kept.reject_count == files[i].rejects);
		CHECK(row, summary.rejects == kept.reject_count);
		if (files[i].rejects > 0) {
			CHECK(row, kept.rejects[0].message == files[i].first_reject);
			CHECK(row, kept.rejects[0].line == files[i].reject_line);
		}
		if (files[i].end != MSG_NONE && files[i].end_line > 0)
			CHECK(row, why.has_line && why.line == files[i].end_line);
		if (e != message_code(files[i].end) || why.message != files[i].end)
			printf("%s: message %d, line %" PRId64 "\n", row, (int)why.message,
				why.line);
		kept_records_done(&kept);
	}
}

TEST(xes_values_keep_type_nesting_and_order)
{
	struct kept_records kept;
	struct read_summary summary;
	struct why why = { 0 };

	CHECK(NULL, read_fixture(FIXTURE("nested.xes"), NULL, &kept, &summary, &why) == OK);
	check_shown("nested", &kept,
		"entity ||||"
		"<xes:log Appels>| xes:head={xes.version='2.0'} "
		"xes:extensions=[{name='Concept' prefix='concept' "
		"uri='http://www.xes-standard.org/concept.xesext'}] "
		"xes:globals=[{scope='event' attributes={concept:name='UNKNOWN' tags=[]}}] "
		"xes:classifiers=[{name='Activity' keys='concept:name'}] "
		"log:concept:name='Appels'\n"
		"event Call|@1773497366535.123000+60|backoffice|Ana|case:c1 | "
		"case:concept:name='c1' case:city={xes:type='string' xes:value='Lyon' "
		"xes:children={population=522250}} "
		"concept:name={xes:type='string' xes:value='Call' xes:children={certain=yes}} "
		"org:resource='Ana' note='' note='again' waits=12 "
		"huge={xes:type='int' xes:value='9223372036854775808'} price=1.5f "
		"odd={xes:type='float' xes:value='NaN'} "
		"endless={xes:type='float' xes:value='-INF'} vip=no "
		"maybe={xes:type='boolean' xes:value='perhaps'} "
		"due={xes:type='date' xes:value='2026-02-30T00:00:00Z'} "
		"ref={xes:type='id' xes:value='f81d4fae-7dec-11d0-a765-00a0c91e6bf6'} "
		"numbers=[1 2] "
		"parts={xes:type='list' xes:value={a='x' b='y'} xes:children={size=2}} "
		"none=[] address={street='Rue \"d'Or\"\n3' empty={}}\n"
		"entity ||||case:c2 <xes:trace c2>| case:concept:name='c2'\n");
	kept_records_done(&kept);
}

TEST(xes_texts_are_utf8_and_references_are_resolved)
{
	struct kept_records kept;
	struct read_summary summary;
	struct why why = { 0 };

	CHECK(NULL, read_fixture(FIXTURE("latin1.xes"), NULL, &kept, &summary, &why) == OK);
	CHECK(NULL, strcmp(summary.encoding, "ISO-8859-1") == 0);
	check_shown("latin1", &kept,
		"event Réclamation|@1773500966000.000000+0|backoffice||case:Noël | "
		"case:concept:name='Noël'\n");
	kept_records_done(&kept);
	CHECK(NULL, read_fixture(FIXTURE("comments.xes"), NULL, &kept, &summary, &why) == OK);
	check_shown("comments", &kept,
		"event a <b> &amp; é|@1773500966000.000000+0|backoffice||case:c1 | "
		"case:concept:name='c1'\n");
	kept_records_done(&kept);
}

/* ---- options */

static int64_t an_hour_ahead(void *context, int64_t local_ms)
{
	(void)context;
	return local_ms - 3600000;
}

TEST(xes_options_choose_customers_channel_and_zone)
{
	static const str xml = STR_INIT(
		"<log><trace><string key='concept:name' value='c1'/>"
		"<string key='mail' value='a@b.fr'/><string key='via' value='Desk'/>"
		"<event><string key='concept:name' value='x'/><int key='user' value='7'/>"
		"<date key='time:timestamp' value='2026-03-14T15:09:26'/></event></trace></log>");
	static const struct xes_customer customers[] = {
		{ STR_INIT("email"), STR_INIT("case:mail") },
		{ STR_INIT("user"), STR_INIT("user") },
		{ STR_INIT("nobody"), STR_INIT("absent") },
	};
	static const struct xes_channel_word words[] = { { STR_INIT("Desk"), STR_INIT("store") } };
	static const struct {
		const char *row;
		struct xes_options options;
		const char *head;
	} rows[] = {
		{ "none", { 0 }, "event x|@1773500966000.000000-32768|backoffice||case:c1 |" },
		{ "constant", { .channel = STR_INIT("phone") },
			"event x|@1773500966000.000000-32768|phone||case:c1 |" },
		{ "attribute", { .channel = STR_INIT("case:via"), .channel_is_attribute = true },
			"event x|@1773500966000.000000-32768|desk||case:c1 |" },
		{ "absent attribute", { .channel = STR_INIT("via"), .channel_is_attribute = true },
			"event x|@1773500966000.000000-32768|backoffice||case:c1 |" },
		{ "words",
			{ .channel = STR_INIT("case:via"),
				.channel_is_attribute = true,
				.channel_words = words,
				.channel_word_count = 1 },
			"event x|@1773500966000.000000-32768|store||case:c1 |" },
		{ "customers", { .customers = customers, .customer_count = 3 },
			"event x|@1773500966000.000000-32768|backoffice||email:a@b.fr user:7 |" },
		{ "zone", { .utc_ms = an_hour_ahead },
			"event x|@1773497366000.000000-32768|backoffice||case:c1 |" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char expected[400];
		struct kept_records kept;
		struct why why = { 0 };
		CHECK(rows[i].row, read_text(xml, &rows[i].options, &kept, &why) == OK);
		(void)snprintf(expected, sizeof(expected),
			"%s case:concept:name='c1' case:mail='a@b.fr' case:via='Desk' user=7\n",
			rows[i].head);
		check_shown(rows[i].row, &kept, expected);
		kept_records_done(&kept);
	}
}

/* ---- rejects */

TEST(xes_rejects_are_small_logs_that_can_be_put_right)
{
	struct kept_records kept;
	struct read_summary summary;
	struct why why = { 0 };

	CHECK(NULL, read_fixture(FIXTURE("bad-events.xes"), NULL, &kept, &summary, &why) == OK);
	static const struct {
		enum message message;
		int64_t line;
	} rows[] = { { MSG_XES_NO_TIME, 5 }, { MSG_XES_NO_NAME, 6 }, { MSG_XES_NO_NAME, 7 },
		{ MSG_XES_BAD_TIME, 8 }, { MSG_XES_LATE_ATTRIBUTE, 13 },
		{ MSG_XES_MISPLACED, 14 } };
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		CHECK(NULL, kept.rejects[i].message == rows[i].message &&
				    kept.rejects[i].line == rows[i].line);
	CHECK(NULL, str_equal(kept.rejects[3].raw,
			    STR("<trace>\n\t<string key=\"concept:name\" value=\"c1\"/>\n"
				"\t<event>\n\t\t<string key=\"concept:name\" value=\"bad time\"/>\n"
				"\t\t<date key=\"time:timestamp\" value=\"yesterday\"/>\n"
				"\t</event>\n</trace>\n")));
	kept_records_done(&kept);
}

/* ---- what goes wrong around it */

TEST(xes_any_size_of_pieces_gives_the_same)
{
	struct kept_records whole, pieces;
	struct read_summary summary;
	char bytes[8192];
	FILE *file = fopen(FIXTURE("nested.xes"), "rb");
	size_t len = fread(bytes, 1, sizeof(bytes), file);

	(void)fclose(file); /* read only */
	CHECK(NULL, read_text((str){ bytes, len }, NULL, &whole, NULL) == OK);
	for (size_t step = 1; step < 9; step++) {
		struct kept_input in = kept_input((str){ bytes, len });
		in.step = step;
		kept_records_init(&pieces);
		CHECK(NULL, xes_read(&in.base, NULL, &pieces.sink, &summary, NULL) == OK);
		CHECK(NULL, pieces.count == whole.count && summary.bytes == len);
		for (size_t i = 0; i < MIN_OF(whole.count, pieces.count); i++)
			CHECK(NULL, str_equal(whole.records[i], pieces.records[i]));
		kept_records_done(&pieces);
	}
	kept_records_done(&whole);
}

TEST(xes_every_cut_is_an_error_and_keeps_what_came_before)
{
	char bytes[8192];
	FILE *file = fopen(FIXTURE("nested.xes"), "rb");
	size_t len = fread(bytes, 1, sizeof(bytes), file), before = 0;

	(void)fclose(file); /* read only */
	while (len > 0 && bytes[len - 1] != '>')
		len--;
	for (size_t cut = 0; cut < len; cut++) {
		struct kept_records kept;
		struct why why = { 0 };
		err e = read_text((str){ bytes, cut }, NULL, &kept, &why);
		CHECK("cut", e == ERR_SYNTAX && why.message == MSG_XES_TRUNCATED);
		CHECK("cut", kept.count >= before && kept.reject_count == 0);
		before = kept.count;
		kept_records_done(&kept);
	}
}

TEST(xes_failing_input_and_sink_stop_the_reading)
{
	static const str xml =
		STR_INIT("<log><string key='a' value='b'/><trace><string key='concept:name' "
			 "value='c1'/></trace></log>");
	struct read_summary summary;
	struct kept_records kept;
	struct why why = { 0 };

	for (size_t at = 1; at < xml.len; at += 7) {
		struct kept_input in = kept_input(xml);
		in.step = 1;
		in.fail_after = at;
		kept_records_init(&kept);
		CHECK("input", xes_read(&in.base, NULL, &kept.sink, &summary, &why) == ERR_IO);
		kept_records_done(&kept);
	}
	for (size_t stop = 1; stop <= 2; stop++) {
		struct kept_input in = kept_input(xml);
		kept_records_init(&kept);
		kept.stop_after = stop;
		CHECK("sink", xes_read(&in.base, NULL, &kept.sink, &summary, &why) == ERR_BUSY);
		CHECK("sink", kept.count == stop);
		kept_records_done(&kept);
	}
}

TEST(xes_too_little_memory_is_an_error_or_a_reject)
{
	struct read_summary summary;
	bool limit = false, reject = false, whole = false;

	for (size_t room = 64; room < 200000 && !whole; room += 64) {
		const struct xes_options options = { .memory_max = room };
		struct kept_records kept;
		struct why why = { 0 };
		err e = read_fixture(FIXTURE("nested.xes"), &options, &kept, &summary, &why);
		CHECK("room", e == OK || (e == ERR_LIMIT && why.message == MSG_NO_ROOM));
		limit |= e != OK;
		reject |= e == OK && kept.reject_count == 1 &&
			  kept.rejects[0].message == MSG_RECORD_TOO_LARGE;
		whole = e == OK && kept.reject_count == 0 && kept.count == 3;
		kept_records_done(&kept);
	}
	CHECK("room", whole && (limit || reject));
}

TEST(xes_depth_is_limited)
{
	struct strbuf xml = strbuf_heap(1 << 20);
	struct kept_records kept;
	struct why why = { 0 };

	strbuf_add_c(&xml, "<log>");
	for (int i = 0; i < XES_DEPTH_MAX; i++)
		strbuf_add_c(&xml, "<container key='a'>");
	CHECK("deep", read_text(strbuf_str(&xml), NULL, &kept, &why) == ERR_LIMIT);
	CHECK("deep", why.message == MSG_XES_DEEP);
	kept_records_done(&kept);
	strbuf_done(&xml);
}

TEST(xes_escapes_and_fields_count_only_in_our_own_files)
{
	static const char body[] =
		"<trace><string key='concept:name' value='_x0041_'/>"
		"<event><string key='concept:name' value='e'/><date key='time:timestamp' "
		"value='2026-03-14T15:09:26-00:00'/><string key='ariane:channel' value='web'/>"
		"</event></trace></log>";
	struct strbuf xml = strbuf_heap(4096);
	struct kept_records kept;
	struct why why = { 0 };

	strbuf_printf(&xml, "<log>%s", body);
	CHECK("foreign", read_text(strbuf_str(&xml), NULL, &kept, &why) == OK);
	check_shown("foreign", &kept,
		"event e|@1773500966000.000000-32768|backoffice||case:_x0041_ | "
		"case:concept:name='_x0041_' ariane:channel='web'\n");
	kept_records_done(&kept);
	strbuf_clear(&xml);
	strbuf_printf(
		&xml, "<log><extension name='A' prefix='ariane' uri='urn:ariane:xes:1'/>%s", body);
	CHECK("ours", read_text(strbuf_str(&xml), NULL, &kept, &why) == OK);
	check_shown("ours", &kept,
		"event e|@1773500966000.000000-32768|web||case:A | case:concept:name='A'\n");
	kept_records_done(&kept);
	strbuf_done(&xml);
}
