/* tests/exchange_mapping_examples_test.c - each shipped mapping, on a small file of its system,
 * gives the records written down beside it; the BPI 2016 files in full. */
#include "base/file.h"
#include "base/schema.h"
#include "exchange/catalogue.h"
#include "exchange/csv.h"
#include "exchange/jsonl.h"
#include "exchange/log.h"
#include "support/record_trap.h"
#include "test.h"

#include <string.h>

static const char *const systems[] = { "asterisk-cdr", "asterisk-queue-log", "freeswitch-cdr",
	"web-access-log", "zendesk-tickets", "freshdesk-tickets", "contact-centre-interactions",
	"crm-cases", "crm-complaints", "segment-calls", "web-access-log-cookie", "asterisk-cel",
	"chat-transcripts", "zendesk-tickets-text", "zendesk-answers", "freshdesk-tickets-text",
	"crm-customers", "crm-contracts", "billing-ledger", "orders", "technician-visits",
	"sms-gateway", "mailings", "store-visits", "survey-answers", "public-reviews",
	"line-alarms", "outages" };

static const char examples[] = ARIANE_SOURCE_FOLDER "/examples/mappings";
static const char fixtures[] = ARIANE_SOURCE_FOLDER "/tests/fixtures/mappings";

static str file_named(
	const char *folder, const char *system, const char *ending, struct arena *arena)
{
	char name[64];
	struct strbuf buf = { .ptr = name, .cap = sizeof(name), .cap_max = sizeof(name) };

	strbuf_add_c(&buf, system);
	strbuf_add_c(&buf, ending);
	strbuf_add_byte(&buf, '\0');
	CHECK(system, strbuf_ok(&buf));
	return file_text(folder, name, arena);
}

static struct mapping mapping_of(const char *system, struct arena *arena)
{
	struct mapping mapping = mapping_default();
	struct why why = { 0 };

	CHECK(system, mapping_parse(file_named(examples, system, ".json", arena), arena, &mapping,
			      &why) == OK);
	return mapping;
}

static err read_by(const struct mapping *mapping, str text, struct record_trap *trap)
{
	struct text_input input = text_input_of(text, 0);
	struct read_summary summary = { 0 };

	if (mapping->format == MAPPING_JSONL)
		return jsonl_read(&input.input, &(const struct jsonl_options){ 0 }, &trap->sink,
			&summary, NULL);
	if (mapping->format == MAPPING_LOG)
		return log_read(&input.input, mapping, &trap->sink, NULL, NULL);
	return csv_read(&input.input, mapping, &trap->sink, NULL, NULL);
}

TEST(shipped_mappings_give_the_records_written_down)
{
	for (size_t i = 0; i < ARRAY_LEN(systems); i++) {
		AUTO_ARENA arena = arena_create(8 << 20);
		struct mapping mapping = mapping_of(systems[i], arena);
		struct record_trap trap = record_trap_make();
		CHECK(systems[i], read_by(&mapping, file_named(fixtures, systems[i], ".csv", arena),
					  &trap) == OK);
		str expected = file_named(fixtures, systems[i], ".expected", arena);
		bool same = str_equal(record_trap_lines(&trap), expected);
		strbuf_add_byte(&trap.lines, '\0');
		CHECK(systems[i], same);
		if (!same)
			CHECK(trap.lines.ptr, false);
		record_trap_done(&trap);
	}
}

/* The sample of each system, by nothing but its first line. */
TEST(shipped_mappings_recognise_their_samples)
{
	AUTO_ARENA arena = arena_create(32 << 20);
	struct catalogue catalogue;

	CHECK("catalogue", catalogue_read(arena, &catalogue, NULL) == OK);
	for (size_t i = 0; i < ARRAY_LEN(systems); i++) {
		const struct catalogue_entry *entry = NULL;
		str text = file_named(fixtures, systems[i], ".csv", arena);
		CHECK(systems[i],
			catalogue_recognise(&catalogue, STR("a/b"), text, &entry, NULL) == OK);
		CHECK(systems[i], entry != NULL && str_equal(entry->name, str_of(systems[i])));
	}
}

TEST(no_shipped_mapping_is_untested)
{
	AUTO_ARENA arena = arena_create(1 << 20);
	struct disk_entry *entries;
	size_t count = 0;

	CHECK("list", disk_list(disk_real(), examples, arena, &entries, &count, NULL) == OK);
	CHECK("count", count == ARRAY_LEN(systems) + 2); /* and BPI 2016, below */
}

TEST(shipped_mappings_keep_to_the_published_schema)
{
	AUTO_ARENA arena = arena_create(16 << 20);
	struct json_parser *parser = json_parser_create(NULL);
	struct disk_entry *entries;
	struct json schema, value;
	size_t count = 0;
	str text = file_text(ARIANE_SOURCE_FOLDER "/docs/schemas", "mapping.json", arena);

	CHECK("schema", json_parse(parser, text, arena, &schema, NULL) == OK);
	CHECK("list", disk_list(disk_real(), examples, arena, &entries, &count, NULL) == OK);
	for (size_t i = 0; i < count; i++) {
		text = file_text(examples, entries[i].name.ptr, arena);
		CHECK(entries[i].name.ptr, json_parse(parser, text, arena, &value, NULL) == OK);
		CHECK(entries[i].name.ptr, schema_check(&schema, &value, NULL) == OK);
	}
	CHECK("wrong", json_parse(parser, STR("{\"version\":1,\"activty\":\"a\"}"), arena, &value,
			       NULL) == OK);
	CHECK("wrong", schema_check(&schema, &value, NULL) == ERR_SYNTAX);
	json_parser_free(parser);
}

struct distinct {
	struct arena *arena;
	str *values;
	size_t count;
	int64_t least, most;
};

static void see(void *context, const struct record *r)
{
	struct distinct *d = context;
	size_t i = 0;

	d->least = MIN_OF(d->least, r->time.ms);
	d->most = MAX_OF(d->most, r->time.ms);
	while (i < d->count && !str_equal(d->values[i], r->identifiers[0].value))
		i++;
	if (i == d->count)
		d->values[d->count++] = arena_str(d->arena, r->identifiers[0].value);
}

TEST(bpi_2016_by_its_shipped_mappings)
{
	static const struct {
		const char *system, *file;
		uint64_t events;
		size_t customers;
	} rows[] = { { "bpi2016-complaints", "BPI2016_Complaints.csv", 289, 226 },
		{ "bpi2016-clicks", "BPI2016_Clicks_NOT_Logged_In_sample1000.csv", 1000, 603 } };
	char folder[PATH_BYTES_MAX];

	if (test_data() == NULL) {
		test_skip("no test data");
		return;
	}
	CHECK("folder", path_join(folder, test_data(), "events", NULL) == OK);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_ARENA arena = arena_create(16 << 20);
		struct mapping mapping = mapping_of(rows[i].system, arena);
		struct record_trap trap = record_trap_make();
		struct distinct seen = { arena, arena_array(arena, 2000, sizeof(str)), 0, INT64_MAX,
			INT64_MIN };
		trap.seen = see;
		trap.context = &seen;
		CHECK(rows[i].system,
			read_by(&mapping, file_text(folder, rows[i].file, arena), &trap) == OK);
		CHECK(rows[i].system, trap.records == rows[i].events && trap.rejects == 0);
		CHECK(rows[i].system, seen.count == rows[i].customers);
		record_trap_done(&trap);
	}
}
