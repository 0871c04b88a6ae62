/* tests/exchange_csv_test.c - CSV as it is: each oddity a row, whole files of others. */
#include "base/file.h"
#include "base/hash.h"
#include "exchange/csv.h"
#include "exchange/inputs.h"
#include "exchange/xes.h"
#include "support/record_trap.h"
#include "test.h"

#include <string.h>

/* Reads `text` by `mapping`, four times: at once and three bytes at a time, record by record and by
 * the form of the records; all must be the same. */
static void check_read(
	const char *row, str text, const struct mapping *mapping, const char *expected)
{
	for (size_t way = 0; way < 4; way++) {
		struct text_input input = text_input_of(text, way % 2 * 3);
		struct record_trap trap = record_trap_make();
		if (way >= 2)
			record_trap_forms(&trap);
		struct read_summary summary = { 0 };
		err e = csv_read(&input.input, mapping, &trap.sink, &summary, NULL);
		bool same = str_equal(record_trap_lines(&trap), str_of(expected));
		CHECK(row, e == OK && same);
		strbuf_add_byte(&trap.lines, '\0');
		if (!same)
			CHECK(trap.lines.ptr, same); /* shows what came instead */
		CHECK(row, summary.records == trap.records && summary.rejects == trap.rejects);
		CHECK(row, summary.bytes == text.len);
		record_trap_done(&trap);
	}
}

#define HEAD "time,activity,customer\n"
#define T "2026-03-14T15:09:26Z"

static const struct {
	const char *row;
	str text;
	const char *expected;
} plain_rows[] = {
	{ "empty", STR_INIT(""), "" },
	{ "header only", STR_INIT(HEAD), "" },
	{ "plain", STR_INIT(HEAD T ",call,7\n"), "2 event " T " backoffice [call] customer:7\n" },
	{ "no last line end", STR_INIT(HEAD T ",call,7"),
		"2 event " T " backoffice [call] customer:7\n" },
	{ "crlf and mark",
		STR_INIT("\xef\xbb\xbf"
			 "time;activity;client\r\n" T ";appel;7\r\n"),
		"2 event " T " backoffice [appel] customer:7\n" },
	{ "cr only", STR_INIT("time,activity,customer\r" T ",call,7\r"),
		"2 event " T " backoffice [call] customer:7\n" },
	{ "tab", STR_INIT("time\tactivity\tcustomer\n" T "\ta,b\t7\n"),
		"2 event " T " backoffice [a,b] customer:7\n" },
	{ "pipe", STR_INIT("time|activity|customer\n" T "|a|7\n"),
		"2 event " T " backoffice [a] customer:7\n" },
	{ "quotes", STR_INIT(HEAD T ",\"a \"\"b\"\", c\",\"7\"\n"),
		"2 event " T " backoffice [a \"b\", c] customer:7\n" },
	{ "line break in quotes",
		STR_INIT("time,activity,customer,note\n" T ",a,7,\"x\ny\"\n" T ",b,8,z\n"),
		"2 event " T " backoffice [a] customer:7 note='x\ny'\n"
		"4 event " T " backoffice [b] customer:8 note='z'\n" },
	{ "quote inside", STR_INIT("time,activity,customer,size\n" T ",a,7,5\" pipe\n"),
		"2 event " T " backoffice [a] customer:7 size='5\" pipe'\n" },
	{ "delimiter in the first line",
		STR_INIT("sep=|\r\ntime|activity|customer\r\n" T "|a;b|7\r\n"),
		"3 event " T " backoffice [a;b] customer:7\n" },
	{ "a column called sep=", STR_INIT("sep=x,time,activity,customer\n1," T ",a,7\n"),
		"2 event " T " backoffice [a] customer:7 sep=x=1\n" },
	{ "blank lines", STR_INIT(HEAD "\n\r\n" T ",call,7\n\n"),
		"4 event " T " backoffice [call] customer:7\n" },
	{ "ragged", STR_INIT(HEAD T ",a\n" T ",b,7,8\n" T ",c,9\n"),
		"!2:3 csv-ragged " T ",a\n!3:4 csv-ragged " T ",b,7,8\n"
		"4 event " T " backoffice [c] customer:9\n" },
	{ "zero byte", STR_INIT(HEAD T ",a\0b,7\n" T ",c,9\n"),
		"!2:1 csv-nul " T ",a\0b,7\n4 event" },
	{ "open quote", STR_INIT(HEAD T ",\"a,7\n" T ",c,9\n"),
		"!2:1 csv-open-quote " T ",\"a,7\n3 event " T " backoffice [c] customer:9\n" },
	{ "behind a quote", STR_INIT(HEAD T ",\"a\"b,7\n" T ",c,9\n"),
		"!2:1 csv-after-quote " T ",\"a\"b,7\n"
		"3 event " T " backoffice [c] customer:9\n" },
	{ "open quote meets the next", STR_INIT(HEAD T ",\"a,7\n" T ",\"c\",9\n"),
		"!2:1 csv-after-quote " T ",\"a,7\n3 event " T " backoffice [c] customer:9\n" },
	{ "names twice and none",
		STR_INIT(",time,activity,customer,x,x,x (2)\n1," T ",a,7,2,3,4\n"),
		"2 event " T " backoffice [a] customer:7 column 1=1 x=2 x (2)=3 x (2) (2)=4\n" },
	{ "bad time", STR_INIT(HEAD T ",a,7\n2026-02-30,b,8\n"),
		"2 event " T " backoffice [a] customer:7\n"
		"!3:1 csv-time 2026-02-30,b,8\n" },
	{ "no time, no customer, no activity", STR_INIT(HEAD ",a,7\n" T ",a,\n" T ",,7\n"),
		"!2:1 record-no-time ,a,7\n!3:1 record-no-identifier " T ",a,\n"
		"!4:1 record-no-activity " T ",,7\n" },
	{ "latin-1",
		STR_INIT("date,activit\xe9,client\n2026-03-14,r\xe9"
			 "clamation,7\n"),
		"2 event 2026-03-13T23:00:00 backoffice [r\xc3\xa9"
		"clamation] customer:7\n" },
	{ "decomposed", STR_INIT(HEAD T ",re\xcc\x81sumer,7\n"),
		"2 event " T " backoffice [r\xc3\xa9sumer] customer:7\n" },
	{ "date and clock",
		STR_INIT("Date,Heure,Activit\xc3\xa9,E-mail,T\xc3\xa9l\n"
			 "14/03/2026,15:09,appel,j@ex.fr,0612\n"),
		"2 event 2026-03-14T14:09:00 backoffice [appel] email:j@ex.fr "
		"phone:0612\n" },
	{ "channel",
		STR_INIT("time,activity,customer,canal\n" T ",a,7,T\xc3\xa9l\xc3\xa9phone\n" T
			 ",a,7,phone\n"),
		"2 event " T " telephone [a] customer:7 canal='T\xc3\xa9l\xc3\xa9phone'\n"
		"3 event " T " phone [a] customer:7\n" },
	{ "types",
		STR_INIT("time,activity,customer,a,b,c,d,e,f,g,h\n" T
			 ",a,7,12,-0.50,007,+3,true,2026-03-14,2026-03-14 15:09:26+01:00,"
			 "99999999999999999999\n"),
		"2 event " T " backoffice [a] customer:7 a=12 b=-0.5f c='007' d='+3' e=true "
		"f='2026-03-14' g=2026-03-14T15:09:26+01:00 h='99999999999999999999'\n" },
	{ "event log",
		STR_INIT("case:concept:name,concept:name,time:timestamp,case:channel\n"
			 "c1,A,2011-10-11 13:45:40.276000+02:00,Desk\n"),
		"2 event 2011-10-11T13:45:40.276+02:00 backoffice [A] case:c1 "
		"case:channel='Desk'\n" },
};

TEST(csv_rows_as_they_are)
{
	struct mapping mapping = mapping_default();

	for (size_t i = 0; i < ARRAY_LEN(plain_rows); i++) {
		if (strcmp(plain_rows[i].row, "zero byte") == 0)
			continue; /* has a test of its own */
		check_read(plain_rows[i].row, plain_rows[i].text, &mapping, plain_rows[i].expected);
	}
}

/* Which rows are told by their form?  Those that need nothing but to be cut. */
TEST(csv_tells_rows_by_their_form)
{
	static const struct {
		const char *row;
		str text;
		uint64_t formed;
		bool constant;
	} rows[] = {
		{ "a plain row", STR_INIT(HEAD T ",call,7\n"), 1, false },
		{ "all of them", STR_INIT(HEAD T ",call,7\n" T ",call,8\n" T ",mail,7\n"), 3,
			false },
		{ "a constant channel", STR_INIT(HEAD T ",call,7\n"), 1, true },
		{ "quoted", STR_INIT(HEAD T ",\"ca,ll\",7\n"), 1, false },
		{ "a blank at the end", STR_INIT(HEAD T ",call ,7\n"), 0, false },
		{ "a blank before the time", STR_INIT(HEAD " " T ",call,7\n"), 0, false },
		{ "no activity", STR_INIT(HEAD T ",,7\n"), 0, false },
		{ "nobody", STR_INIT(HEAD T ",call,\n"), 0, false },
		{ "not ASCII", STR_INIT(HEAD T ",\xc3\xa9t\xc3\xa9,7\n" T ",call,8\n"), 1, false },
		{ "a channel of its own",
			STR_INIT("time,activity,customer,channel\n" T ",a,7,web\n" T ",a,7,Web\n" T
				 ",a,7,no channel\n"),
			1, false },
		{ "an attribute", STR_INIT("time,activity,customer,note\n" T ",a,7,b\n"), 0,
			false },
		{ "a case and an id",
			STR_INIT("time,activity,customer,case,message_id\n" T ",a,7,c,1\n" T
				 ",a,7,,2\n" T ",a,7,,\n"),
			0, false },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_ARENA arena = arena_create(1 << 20);
		struct mapping mapping = mapping_default();
		struct text_input input = text_input_of(rows[i].text, 0);
		struct record_trap trap = record_trap_make();
		record_trap_forms(&trap);
		CHECK(rows[i].row, !rows[i].constant || mapping_flag(&mapping, STR("channel"),
								STR("=shop"), arena, NULL) == OK);
		CHECK(rows[i].row, csv_read(&input.input, &mapping, &trap.sink, NULL, NULL) == OK);
		CHECK(rows[i].row, trap.formed == rows[i].formed);
		record_trap_done(&trap);
	}
}

TEST(csv_refuses_zero_bytes)
{
	static const char text[] = HEAD T ",a\0b,7\n" T ",c,9\n";
	struct text_input input = text_input_of((str){ text, sizeof(text) - 1 }, 0);
	struct record_trap trap = record_trap_make();
	struct mapping mapping = mapping_default();

	CHECK("read", csv_read(&input.input, &mapping, &trap.sink, NULL, NULL) == OK);
	CHECK("counts", trap.records == 1 && trap.rejects == 1);
	CHECK("reason", str_starts(record_trap_lines(&trap), STR("!2:1 csv-nul ")));
	record_trap_done(&trap);
}

TEST(csv_says_which_columns_there_are)
{
	static const struct {
		const char *row, *text, *flag, *value;
		enum message message;
	} rows[] = {
		{ "no time", "when,activity,customer\n", NULL, NULL, MSG_CSV_NO_TIME },
		{ "no activity", "time,what,customer\n", NULL, NULL, MSG_CSV_NO_ACTIVITY },
		{ "no customer", "time,activity,who\n", NULL, NULL, MSG_CSV_NO_CUSTOMER },
		{ "wrong name", HEAD, "time", "timee", MSG_CSV_NO_COLUMN_NEAR },
		{ "far name", HEAD, "time", "zzzzzzzz", MSG_CSV_NO_COLUMN },
		{ "times of no form", HEAD "soon,a,7\n", NULL, NULL, MSG_CSV_TIME_UNKNOWN },
		{ "open header", "time,\"activity\n", NULL, NULL, MSG_CSV_OPEN_QUOTE },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_ARENA arena = arena_create(10000);
		struct mapping mapping = mapping_default();
		struct why why = { 0 };
		struct text_input input = text_input_of(str_of(rows[i].text), 0);
		struct record_trap trap = record_trap_make();
		if (rows[i].flag != NULL)
			CHECK(rows[i].row, mapping_flag(&mapping, str_of(rows[i].flag),
						   str_of(rows[i].value), arena, NULL) == OK);
		err e = csv_read(&input.input, &mapping, &trap.sink, NULL, &why);
		CHECK(rows[i].row, e != OK && why.message == rows[i].message);
		record_trap_done(&trap);
	}
}

struct failing_input {
	struct input input;
	str left;
	int reads_left; /* then it fails */
};

static err read_or_fail(struct input *input, void *to, size_t bytes, size_t *got, struct why *why)
{
	struct failing_input *f = (struct failing_input *)input;

	if (f->reads_left-- == 0)
		return fail(why, MSG_IO, arg_c("read"), arg_c("x"), arg_c("broken"));
	*got = MIN_OF(MIN_OF(f->left.len, bytes), (size_t)16);
	if (*got > 0)
		memcpy(to, f->left.ptr, *got);
	f->left = str_from(f->left, *got);
	return OK;
}

TEST(csv_stops_where_its_input_or_its_sink_does)
{
	static const char text[] = HEAD T ",call,7\n" T ",call,8\n" T ",call,9\n";
	struct mapping mapping = mapping_default();
	int reads = 0;

	for (err e = ERR_IO; e != OK && reads < 100; reads++) {
		struct failing_input input = { { read_or_fail, STR("x") }, str_of(text), reads };
		struct record_trap trap = record_trap_make();
		e = csv_read(&input.input, &mapping, &trap.sink, NULL, NULL);
		CHECK("input", e == ERR_IO || (e == OK && trap.records == 3));
		record_trap_done(&trap);
	}
	CHECK("some failed", reads > 5 && reads < 100);
	for (uint64_t n = 1; n <= 3; n++) {
		struct text_input input = text_input_of(str_of(text), 0);
		struct record_trap trap = record_trap_make();
		trap.stop_after = n;
		CHECK("sink",
			csv_read(&input.input, &mapping, &trap.sink, NULL, NULL) == ERR_CANCELLED);
		CHECK("sink", trap.records == n);
		record_trap_done(&trap);
	}
}

/* ---- files of others */

struct seen {
	int64_t first_ms, last_ms;
	struct arena *arena;
	str *customers;
	size_t customer_count;
};

static void see(void *context, const struct record *r)
{
	struct seen *seen = context;
	size_t i = 0;

	seen->first_ms = MIN_OF(seen->first_ms, r->time.ms);
	seen->last_ms = MAX_OF(seen->last_ms, r->time.ms);
	while (i < seen->customer_count && !str_equal(seen->customers[i], r->identifiers[0].value))
		i++;
	if (i == seen->customer_count)
		seen->customers[seen->customer_count++] =
			arena_str(seen->arena, r->identifiers[0].value);
}

TEST(csv_reads_the_logs_of_others)
{
	static const struct {
		const char *file, *flags[8];
		uint64_t events;
		size_t customers;
		const char *first, *last, *encoding;
		char delimiter;
		bool has_zone;
	} rows[] = {
		{ "receipt.csv", { NULL }, 8577, 1434, "2010-10-02T07:20:39.266Z",
			"2012-01-23T14:42:54.644Z", "UTF-8", ',', true },
		{ "running-example.csv", { NULL }, 42, 6, "2010-12-30T10:02:00.000Z",
			"2011-01-24T13:56:00.000Z", "UTF-8", ',', true },
		{ "BPI2016_Complaints.csv",
			{ "customer", "customer=CustomerID", "activity", "ComplaintTheme_EN",
				"zone", "UTC", "channel", "ContactChannelID" },
			289, 226, NULL, NULL, "ISO-8859-1", ';', false },
		{ "BPI2016_Clicks_NOT_Logged_In_sample1000.csv",
			{ "customer", "session=SessionID", "activity", "PAGE_NAME", "channel",
				"=web", "zone", "Europe/Amsterdam" },
			1000, 603, NULL, NULL, "UTF-8", ';', false },
	};
	char folder[1024];

	if (test_data() == NULL) {
		test_skip("no test data");
		return;
	}
	CHECK("folder", path_join(folder, test_data(), "events", NULL) == OK);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_ARENA arena = arena_create(64 << 20);
		struct mapping mapping = mapping_default();
		struct text_input input = text_input_of(file_text(folder, rows[i].file, arena), 0);
		struct seen seen = { INT64_MAX, INT64_MIN, arena,
			arena_array(arena, 10000, sizeof(str)), 0 };
		struct record_trap trap = record_trap_make();
		struct read_summary summary;
		char time[INSTANT_TEXT_BYTES];
		trap.seen = see;
		trap.context = &seen;
		for (size_t f = 0; f < 8 && rows[i].flags[f] != NULL; f += 2)
			CHECK(rows[i].file,
				mapping_flag(&mapping, str_of(rows[i].flags[f]),
					str_of(rows[i].flags[f + 1]), arena, NULL) == OK);
		CHECK(rows[i].file,
			csv_read(&input.input, &mapping, &trap.sink, &summary, NULL) == OK);
		CHECK(rows[i].file, trap.records == rows[i].events && trap.rejects == 0);
		CHECK(rows[i].file, seen.customer_count == rows[i].customers);
		CHECK(rows[i].file, str_equal(str_of(summary.encoding), str_of(rows[i].encoding)));
		CHECK(rows[i].file, summary.delimiter == rows[i].delimiter);
		CHECK(rows[i].file,
			summary.times_without_zone == (rows[i].has_zone ? 0 : rows[i].events));
		if (rows[i].first != NULL) {
			CHECK(rows[i].file,
				str_equal(instant_utc(time, seen.first_ms), str_of(rows[i].first)));
			CHECK(rows[i].file,
				str_equal(instant_utc(time, seen.last_ms), str_of(rows[i].last)));
		}
		record_trap_done(&trap);
	}
}

/* ---- one log in two formats */

struct threads {
	uint64_t sum; /* of the hash of each event's place in a thread: order of reading aside */
	struct arena *arena;
};

static void add_event(void *context, const struct record *r)
{
	struct threads *t = context;
	struct strbuf words = strbuf_heap(10000);

	if (r->kind != RECORD_EVENT)
		return; /* the log itself, which XES tells */
	strbuf_add(&words, r->identifiers[0].type);
	strbuf_add(&words, STR(":"));
	strbuf_add(&words, r->identifiers[0].value);
	strbuf_printf(&words, " %lld ", (long long)r->time.ms);
	strbuf_add(&words, r->channel);
	strbuf_add(&words, STR(" "));
	strbuf_add(&words, r->activity);
	strbuf_add(&words, STR(" "));
	strbuf_add(&words, r->actor);
	t->sum += hash64(0, strbuf_str(&words));
	strbuf_done(&words);
}

TEST(csv_and_xes_of_one_log_tell_the_same_events)
{
	char csv_path[PATH_BYTES_MAX], xes_path[PATH_BYTES_MAX];
	struct threads of_csv = { 0 }, of_xes = { 0 };
	struct record_trap trap = record_trap_make();
	struct mapping mapping = mapping_default();
	struct input_file *csv = NULL, *xes = NULL;
	struct read_summary summary;

	if (test_data() == NULL) {
		test_skip("no test data");
		record_trap_done(&trap);
		return;
	}
	CHECK("path", path_join(csv_path, test_data(), "events/receipt.csv", NULL) == OK);
	CHECK("path", path_join(xes_path, test_data(), "events/receipt.xes.gz", NULL) == OK);
	CHECK("open", input_open(csv_path, &csv, NULL) == OK);
	CHECK("open", input_open(xes_path, &xes, NULL) == OK);
	trap.counts_only = true;
	trap.seen = add_event;
	trap.context = &of_csv;
	CHECK("csv", csv_read(input_stream(csv), &mapping, &trap.sink, NULL, NULL) == OK);
	trap.context = &of_xes;
	CHECK("xes", xes_read(input_stream(xes), NULL, &trap.sink, &summary, NULL) == OK);
	CHECK("same", of_csv.sum != 0 && of_csv.sum == of_xes.sum);
	input_close(csv);
	input_close(xes);
	record_trap_done(&trap);
}
