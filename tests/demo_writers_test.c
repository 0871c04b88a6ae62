/* tests/demo_writers_test.c - what the company's systems write is recognised, read by the product's
 * own readers without a reject, and the same for the same seed. */
#include "demo/writers.h"

#include "base/hash.h"
#include "demo/company.h"
#include "exchange/catalogue.h"
#include "exchange/csv.h"
#include "exchange/inputs.h"
#include "exchange/jsonl.h"
#include "exchange/log.h"
#include "identity/identifier.h"
#include "support/record_trap.h"
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Forty days of some customers into a new folder below test_folder(), the truth beside it. */
static uint64_t write_company(const char *name, uint32_t customers, uint32_t days, bool tidy)
{
	struct company_plan plan = company_plan_of(customers);
	char folder[PATH_BYTES_MAX], truth[PATH_BYTES_MAX];
	struct company_totals totals;
	struct why why = { 0 };
	struct writers *w;

	plan.days = days;
	struct people people = company_people(&plan);
	CHECK(name, path_join(folder, test_folder(), name, &why) == OK);
	CHECK(name, disk_make_folder(disk_real(), folder, &why) == OK);
	CHECK(name, path_join(truth, test_folder(), "truth", &why) == OK);
	CHECK(name, disk_make_folder(disk_real(), truth, &why) == OK);
	const struct writers_options options = { .disk = disk_real(),
		.people = &people,
		.folder = folder,
		.truth_folder = truth,
		.tidy = tidy };
	CHECK(name, writers_create(&options, &w, &why) == OK);
	err e = company_run(&plan, writers_listener(w), NULL, &totals, &why);
	CHECK(name, e == OK);
	CHECK(name, writers_finish(w, &why) == OK);
	uint64_t rows = writers_rows(w);
	writers_free(w);
	return rows;
}

/* ---- reading back */

struct reading {
	struct record_trap trap;
	struct arena *scratch;
	uint64_t refused; /* identifiers that have no normal form, records without any */
};

/* What the importer asks of a record. */
static void look(void *context, const struct record *record)
{
	const struct identifier_rules rules = { .phone_country = identifier_country(STR("FR")) };
	struct reading *r = context;
	struct record_identifier normal;

	arena_reset(r->scratch);
	for (size_t i = 0; i < record->identifier_count; i++) {
		const struct record_identifier *id = &record->identifiers[i];
		r->refused += identifier_normalise(
				      &rules, id->type, id->value, r->scratch, &normal, NULL) != OK;
	}
	r->refused +=
		record->identifier_count == 0 ||
		(record->kind == RECORD_EVENT && (record->activity.len == 0 || !record->has_time));
}

static err read_file(struct reading *r, const struct catalogue_entry *entry, const char *path)
{
	struct read_summary summary = { 0 };
	struct input_file *file;
	struct why why = { 0 };
	err e = input_open(path, &file, &why);

	if (e != OK)
		return e;
	if (entry->mapping.format == MAPPING_LOG)
		e = log_read(input_stream(file), &entry->mapping, &r->trap.sink, &summary, &why);
	else if (entry->mapping.format == MAPPING_JSONL)
		e = jsonl_read(input_stream(file), &(const struct jsonl_options){ 0 },
			&r->trap.sink, &summary, &why);
	else
		e = csv_read(input_stream(file), &entry->mapping, &r->trap.sink, &summary, &why);
	input_close(file);
	return e;
}

static const struct catalogue_entry *entry_for(const struct catalogue *catalogue, const char *path)
{
	const struct catalogue_entry *entry = NULL;
	struct input_file *file;
	str first_bytes;

	CHECK(path, input_open(path, &file, NULL) == OK);
	CHECK(path, input_peek(file, &first_bytes, NULL) == OK);
	CHECK(path, catalogue_recognise(catalogue, str_of(path), first_bytes, &entry, NULL) == OK);
	CHECK(path, entry != NULL);
	input_close(file);
	return entry;
}

TEST(what_systems_write_is_recognised_and_read_without_a_reject)
{
	AUTO_ARENA arena = arena_create(64 << 20);
	AUTO_ARENA scratch = arena_create(16 << 20);
	struct catalogue catalogue;
	char folder[PATH_BYTES_MAX];
	uint64_t rows = write_company("company", 600, 45, true), read = 0;
	str *files;
	size_t count;
	bool met[64] = { false };

	CHECK("catalogue", catalogue_read(arena, &catalogue, NULL) == OK);
	CHECK("folder", path_join(folder, test_folder(), "company", NULL) == OK);
	CHECK("list", input_list(folder, arena, &files, &count, NULL) == OK);
	for (size_t i = 0; i < count; i++) {
		const struct catalogue_entry *entry = entry_for(&catalogue, files[i].ptr);
		if (entry == NULL)
			continue;
		struct reading r = { .trap = record_trap_make(), .scratch = scratch };
		r.trap.counts_only = true;
		r.trap.seen = look;
		r.trap.context = &r;
		CHECK(files[i].ptr, read_file(&r, entry, files[i].ptr) == OK);
		CHECK(files[i].ptr, r.trap.rejects == 0 && r.refused == 0);
		if (r.trap.rejects > 0)
			printf("%.*s\n", (int)MIN_OF(r.trap.lines.len, (size_t)600),
				r.trap.lines.ptr);
		read += r.trap.records;
		met[entry - catalogue.entries] = true;
		record_trap_done(&r.trap);
	}
	char said[96];
	(void)snprintf(said, sizeof(said), "%zu files, %u rows, %u read", count, (unsigned)rows,
		(unsigned)read);
	CHECK(said, read > 5000 && read <= rows); /* without those of agents, and the truth's */
	size_t kinds = 0;
	for (size_t i = 0; i < catalogue.count; i++)
		kinds += met[i];
	(void)snprintf(said, sizeof(said), "%zu kinds of files", kinds);
	CHECK(said, kinds >= 20);
}

/* ---- the same again */

static void digest_folder(const char *name, uint8_t out[32])
{
	AUTO_ARENA arena = arena_create(256 << 20);
	char folder[PATH_BYTES_MAX];
	struct digest_state state;
	str *files, text;
	size_t count;

	CHECK(name, path_join(folder, test_folder(), name, NULL) == OK);
	CHECK(name, input_list(folder, arena, &files, &count, NULL) == OK);
	digest_begin(&state);
	for (size_t i = 0; i < count; i++) {
		digest_add(&state, str_from(files[i], strlen(folder)));
		CHECK(files[i].ptr, disk_read_whole(disk_real(), files[i].ptr, 64 << 20, arena,
					    &text, NULL) == OK);
		digest_add(&state, text);
	}
	digest_end(&state, out);
}

TEST(the_same_seed_writes_the_same_files)
{
	uint8_t first[32], second[32], tidy[32];

	(void)write_company("a", 150, 20, false);
	(void)write_company("b", 150, 20, false);
	(void)write_company("c", 150, 20, true);
	digest_folder("a", first);
	digest_folder("b", second);
	digest_folder("c", tidy);
	CHECK("same", memcmp(first, second, sizeof(first)) == 0);
	CHECK("deliveries are untidy", memcmp(first, tidy, sizeof(first)) != 0);
}
