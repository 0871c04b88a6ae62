/* tests/exchange_mapping_test.c - mappings from flags and from files: read, refused, applied. */
#include "exchange/catalogue.h"
#include "exchange/csv.h"
#include "support/record_trap.h"
#include "test.h"

#include <string.h>

TEST(mapping_files_are_refused_with_their_line)
{
	static const struct {
		const char *text;
		enum message message;
		int64_t line;
	} rows[] = {
		{ "{}", MSG_MAPPING_VERSION, -1 },
		{ "{\"version\": 2}", MSG_MAPPING_VERSION, 1 },
		{ "{\"version\": \"1\"}", MSG_MAPPING_VALUE, 1 },
		{ "[]", MSG_MAPPING_VALUE, 1 },
		{ "{\"version\": 1,\n\"activty\": \"a\"}", MSG_MAPPING_KEY_NEAR, 2 },
		{ "{\"version\": 1,\n\n\"colour\": \"a\"}", MSG_MAPPING_KEY, 3 },
		{ "{\"version\": 1,\n\"activity\": {\n\"colum\": \"a\"}}", MSG_MAPPING_KEY_NEAR,
			3 },
		{ "{\"version\": 1,\n\"activity\": {\"values\": {\"column\": \"x\"},\n"
		  "\"column\": 3}}",
			MSG_MAPPING_VALUE, 3 },
		{ "{\"version\": 1, \"activity\": {}}", MSG_MAPPING_VALUE, 1 },
		{ "{\"version\": 1, \"activity\": {\"column\": \"a\", \"constant\": \"b\"}}",
			MSG_MAPPING_VALUE, 1 },
		{ "{\"version\": 1, \"format\": \"xml\"}", MSG_MAPPING_VALUE, 1 },
		{ "{\"version\": 1, \"channel\": {\"constant\": \"Le web\"}}", MSG_MAPPING_VALUE,
			1 },
		{ "{\"version\": 1, \"channel\": {\"column\": \"c\", \"values\": {\"a\": \"B\"}}}",
			MSG_MAPPING_VALUE, 1 },
		{ "{\"version\": 1, \"time\": [\"a\", \"b\", \"c\"]}", MSG_MAPPING_VALUE, 1 },
		{ "{\"version\": 1, \"time\": {\"format\": \"%q\"}}", MSG_TIME_PATTERN, 1 },
		{ "{\"version\": 1, \"zone\": \"Europe/Pari\"}", MSG_ZONE_UNKNOWN, 1 },
		{ "{\"version\": 1, \"customer\": [{\"type\": \"E-mail\", \"column\": \"x\"}]}",
			MSG_MAPPING_VALUE, 1 },
		{ "{\"version\": 1, \"customer\": [{\"type\": \"email\"}]}", MSG_MAPPING_VALUE, 1 },
		{ "{\"version\": 1, \"csv\": {\"delimiter\": \"ab\"}}", MSG_MAPPING_VALUE, 1 },
		{ "{\"version\": 1, \"csv\": {\"delimiter\": \"\\\"\"}}", MSG_MAPPING_VALUE, 1 },
		{ "{\"version\": 1, \"encoding\": \"klingon\"}", MSG_MAPPING_VALUE, 1 },
		{ "{\"version\": 1, \"phone_country\": \"fra\"}", MSG_MAPPING_VALUE, 1 },
		{ "{\"version\": 1, \"rows\": [{\"column\": \"a\"}]}", MSG_MAPPING_VALUE, 1 },
		{ "{\"version\": 1, \"attributes\": {\"columns\": {\"a\": \"money\"}}}",
			MSG_MAPPING_VALUE, 1 },
		{ "{\"version\": 1, \"attributes\": {\"constants\": {\"a\": null}}}",
			MSG_MAPPING_VALUE, 1 },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_ARENA arena = arena_create(1 << 20);
		struct mapping mapping;
		struct why why = { 0 };
		err e = mapping_parse(str_of(rows[i].text), arena, &mapping, &why);
		CHECK(rows[i].text, e != OK && why.message == rows[i].message);
		CHECK(rows[i].text, rows[i].line < 0 || (why.has_line && why.line == rows[i].line));
	}
}

static const char every_key[] =
	"{\"version\": 1, \"description\": \"all of it\", \"format\": \"csv\", \"kind\": "
	"\"event\",\n"
	" \"source\": \"crm\", \"encoding\": \"latin1\", \"zone\": \"UTC\", \"phone_country\": "
	"\"FR\",\n"
	" \"csv\": {\"delimiter\": \";\", \"quote\": \"'\", \"comment\": \"#\", \"header\": "
	"false,\n"
	"   \"short_rows\": true, \"columns\": [\"d\", \"t\", \"what\", \"how\", \"who\", "
	"\"mail\",\n"
	"   \"agent\", \"id\", \"n\", \"note\", \"vip\", \"skip\"]},\n"
	" \"time\": {\"columns\": [\"d\", \"t\"], \"format\": \"%d/%m/%Y %H:%M\"},\n"
	" \"activity\": {\"template\": \"{what} by {how}!\"},\n"
	" \"channel\": {\"column\": \"how\", \"values\": {\"desk\": \"store\", \"Post\": "
	"\"letter\"},\n"
	"   \"default\": \"web\"},\n"
	" \"interaction\": \"id\", \"case\": {\"constant\": \"c\"}, \"actor\": \"agent\",\n"
	" \"message_id\": {\"template\": \"m{id}\"}, \"text\": \"note\",\n"
	" \"language\": {\"constant\": \"fr\"},\n"
	" \"customer\": [{\"type\": \"customer\", \"column\": \"who\", \"ignore\": [\"0\", "
	"\"-\"]},\n"
	"   {\"type\": \"email\", \"column\": \"mail\"}],\n"
	" \"attributes\": {\"all\": true, \"exclude\": [\"skip\"], \"columns\": {\"n\": {\"key\":\n"
	"   \"count\", \"type\": \"integer\"}}, \"constants\": {\"v\": 2}},\n"
	" \"traits\": {\"vip\": \"boolean\"},\n"
	" \"rows\": [{\"column\": \"what\", \"not_in\": [\"test\"]}]}\n";

TEST(mapping_applies_every_key)
{
	static const char text[] = "#comment;'\n14/03/2026;15:09;call;DESK;7;;ann;1;07;'r\xe9"
				   "';1;x\n14/03/2026;15:10;call;fax;0;j@ex.fr\n"
				   "14/03/2026;15:10;Test;fax;0;j@ex.fr\n"
				   "14/03/2026;15:11;call;post;-;;;;z\n";
	static const char expected[] =
		"2 event 2026-03-14T15:09:00 store [call by DESK!] customer:7 @id=m1 "
		"@interaction=1 "
		"@case=c @actor=ann @text=r\xc3\xa9 @language=fr @source=crm count=7 what='call' "
		"how='DESK' v=2 +vip=true\n"
		"3 event 2026-03-14T15:10:00 web [call by fax!] email:j@ex.fr @id=m @case=c "
		"@language=fr @source=crm what='call' how='fax' who=0 v=2\n"
		"!5:9 csv-value 14/03/2026;15:11;call;post;-;;;;z\n";
	AUTO_ARENA arena = arena_create(1 << 20);
	struct mapping mapping;
	struct text_input input = text_input_of((str){ text, sizeof(text) - 1 }, 0);
	struct record_trap trap = record_trap_make();
	struct why why = { 0 };

	CHECK("parse", mapping_parse(str_of(every_key), arena, &mapping, &why) == OK);
	CHECK("country", str_equal(mapping.phone_country, STR("FR")));
	CHECK("read", csv_read(&input.input, &mapping, &trap.sink, NULL, &why) == OK);
	strbuf_add_byte(&trap.lines, '\0');
	CHECK(trap.lines.ptr, strcmp(trap.lines.ptr, expected) == 0);
	record_trap_done(&trap);
}

static str mapping_text(const struct mapping *mapping, struct strbuf *out)
{
	struct json_writer w = json_writer_of(out, JSON_PRETTY);

	mapping_write(mapping, &w);
	return strbuf_str(out);
}

/* Nothing of it is lost: written, read and written again it is the same, and reads the same. */
TEST(mapping_written_is_the_mapping)
{
	AUTO_ARENA arena = arena_create(64 << 20);
	struct catalogue ready;
	struct mapping mapping = mapping_default(), again;
	struct why why = { 0 };

	CHECK("ready-made", catalogue_read(arena, &ready, &why) == OK && ready.count > 20);
	for (size_t i = 0; i < ready.count + 2; i++) {
		struct strbuf first = strbuf_heap(1 << 20), second = strbuf_heap(1 << 20);
		if (i < ready.count)
			mapping = ready.entries[i].mapping;
		else if (i == ready.count)
			CHECK("all", mapping_parse(str_of(every_key), arena, &mapping, &why) == OK);
		else
			mapping = mapping_default();
		str text = mapping_text(&mapping, &first);
		CHECK("read", mapping_parse(text, arena, &again, &why) == OK);
		CHECK("same", str_equal(mapping_text(&again, &second), text));
		CHECK("counts", again.identifier_count == mapping.identifier_count &&
					again.rule_count == mapping.rule_count &&
					again.traits.count == mapping.traits.count &&
					again.constant_count == mapping.constant_count &&
					again.attributes.count == mapping.attributes.count &&
					again.excluded.count == mapping.excluded.count &&
					again.columns.count == mapping.columns.count &&
					again.object_types.count == mapping.object_types.count);
		strbuf_done(&first);
		strbuf_done(&second);
	}
}

/* What was said wins; a format goes with its columns; the encoding is that of the record. */
TEST(mapping_fills_what_is_open)
{
	AUTO_ARENA arena = arena_create(1 << 20);
	struct mapping told, own = mapping_default();

	CHECK("parse", mapping_parse(str_of(every_key), arena, &told, NULL) == OK);
	own.encoding = ENCODING_UTF16LE;
	CHECK("flag", mapping_flag(&own, STR("time"), STR("other"), arena, NULL) == OK);
	CHECK("flag", mapping_flag(&own, STR("source"), STR("mine"), arena, NULL) == OK);
	mapping_fill(&own, &told);
	CHECK("said", str_equal(own.source, STR("mine")) && own.time.columns.count == 1);
	CHECK("no format for another column", own.time.format.len == 0);
	CHECK("encoding", own.encoding == told.encoding);
	CHECK("open", own.delimiter == ';' && str_equal(own.zone, STR("UTC")) &&
			      own.identifier_count == 2 && own.activity.origin == ORIGIN_TEMPLATE);
	own = mapping_default();
	mapping_fill(&own, &told);
	CHECK("format", str_equal(own.time.format, STR("%d/%m/%Y %H:%M")));
}

TEST(mapping_survives_a_full_arena)
{
	for (unsigned n = 1;; n++) {
		AUTO_ARENA arena = arena_create(1 << 20);
		struct mapping mapping;
		arena_fail_at(arena, n);
		err e = mapping_parse(str_of(every_key), arena, &mapping, NULL);
		if (e == OK) {
			CHECK("some failed", n > 10);
			break;
		}
		CHECK("limit", e == ERR_LIMIT);
	}
}

TEST(mapping_flags)
{
	static const struct {
		const char *flag, *value;
		err e;
	} rows[] = {
		{ "customer", "email=Mail", OK },
		{ "customer", "email", ERR_SYNTAX },
		{ "customer", "E=x", ERR_SYNTAX },
		{ "customer", "email=", ERR_SYNTAX },
		{ "activity", "What", OK },
		{ "activity", "", ERR_SYNTAX },
		{ "time", "t", OK },
		{ "channel", "=web", OK },
		{ "channel", "=Le web", ERR_SYNTAX },
		{ "channel", "How", OK },
		{ "zone", "Europe/Paris", OK },
		{ "zone", "Mars", ERR_NOT_FOUND },
		{ "time-format", "%d/%m/%Y", OK },
		{ "time-format", "nope", ERR_SYNTAX },
		{ "delimiter", "tab", OK },
		{ "delimiter", ";", OK },
		{ "delimiter", ";;", ERR_SYNTAX },
		{ "encoding", "latin1", OK },
		{ "encoding", "x", ERR_SYNTAX },
		{ "source", "crm", OK },
		{ "colour", "x", ERR_NOT_FOUND },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_ARENA arena = arena_create(10000);
		struct mapping mapping = mapping_default();
		err e = mapping_flag(
			&mapping, str_of(rows[i].flag), str_of(rows[i].value), arena, NULL);
		CHECK(rows[i].value, e == rows[i].e);
	}
}

TEST(channels_take_their_form)
{
	static const struct {
		const char *word, *form;
	} rows[] = { { "Phone", "phone" }, { "e-mail", "e-mail" },
		{ " T\xc3\xa9l\xc3\xa9phone 2 ", "telephone-2" }, { "\xc5\x92uvre", "ouvre" },
		{ "\xe9", "-" }, { "", "" }, { "\xe6\x97\xa5", "-" },
		{ "abcdefghijklmnopqrstuvwxyz0123456789", "abcdefghijklmnopqrstuvwxyz012345" } };

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char out[CHANNEL_FORM_BYTES];
		CHECK(rows[i].word, str_equal(mapping_channel_form(str_of(rows[i].word), out),
					    str_of(rows[i].form)));
	}
}
