/* tests/journal_dedup_parts_test.c - the parts of the index: table, filter, manifest, choice of
 * merges. */
#include "journal/dedup_manifest.h"
#include "journal/dedup_merge.h"
#include "journal/dedup_table.h"

#include "base/hash.h"
#include "base/random.h"
#include "test.h"

#include <stdlib.h>
#include <string.h>

TEST(dedup_key_separates_source_and_id)
{
	const uint8_t secret[DEDUP_SECRET_BYTES] = { 7 }, other[DEDUP_SECRET_BYTES] = { 8 };
	struct dedup_key key = dedup_key_of(secret, STR("web"), STR("42"));
	struct digest128 tag = tag128(secret, STR("\3web42"));
	static const struct {
		const char *row;
		str source, id;
	} rows[] = {
		{ "cut elsewhere", STR_INIT("we"), STR_INIT("b42") },
		{ "no source", STR_INIT(""), STR_INIT("web42") },
		{ "no id", STR_INIT("web42"), STR_INIT("") },
		{ "the other way", STR_INIT("42"), STR_INIT("web") },
	};

	CHECK("as said",
		memcmp(tag.bytes, &key.high, 8) == 0 && memcmp(tag.bytes + 8, &key.low, 8) == 0);
	static char id[5000];
	memset(id, 'x', sizeof(id));
	CHECK("long", dedup_key_of(secret, STR("web"), (str){ id, 5000 }).high !=
			      dedup_key_of(secret, STR("web"), (str){ id, 4999 }).high);
	CHECK("keyed", dedup_key_of(other, STR("web"), STR("42")).high != key.high);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		CHECK(rows[i].row,
			dedup_key_of(secret, rows[i].source, rows[i].id).high != key.high);
}

TEST(dedup_entry_keeps_all_its_bits)
{
	uint8_t bytes[DEDUP_ENTRY_BYTES];
	struct dedup_entry entry = { { 0x0123456789abcdef, 0xfedcba9876543210 }, DEDUP_SEQ_END - 2,
		0xdeadbeef, DEDUP_ERASED };

	entry_store(bytes, &entry);
	struct dedup_entry back = entry_load(bytes);
	CHECK("back", key_compare(back.key, entry.key) == 0 && back.seq == entry.seq &&
			      back.check == entry.check && back.state == DEDUP_ERASED);
	CHECK("valid", entry_is_valid(bytes) && !entry_is_empty(bytes));
	CHECK("little-endian", bytes[0] == 0xef && bytes[16] == 0xfe && bytes[22] == 0xef);
}

static struct dedup_key crowded(struct random *random, int crowd)
{
	uint64_t high = random_next(random);

	return (struct dedup_key){
		crowd == 0   ? high
		: crowd == 1 ? UINT64_MAX - high % 3
			     : high % 2,
		random_below(random, 500),
	};
}

/* Uniform keys, and ones that all crowd at one end. */
TEST(dedup_table_is_sorted_whatever_the_keys)
{
	static const char *const row[] = { "uniform", "at the end", "at the start" };

	for (int crowd = 0; crowd < 3; crowd++) {
		struct random random = random_of((uint64_t)crowd);
		struct dedup_table table;
		struct dedup_key last = { 0, 0 };
		const uint8_t *entry;
		size_t seen = 0;
		dedup_table_init(&table, 100, crowd == 1 ? 50 : 0); /* and past it, if it must */
		CHECK(row[crowd], dedup_table_find(&table, last) == NULL);
		for (uint64_t i = 0; i < 3000; i++) {
			struct dedup_entry e = { .key = crowded(&random, crowd), .seq = i };
			bool was = dedup_table_find(&table, e.key) != NULL;
			size_t before = table.count;
			dedup_table_put(&table, &e);
			entry = dedup_table_find(&table, e.key);
			CHECK(row[crowd], entry != NULL && entry_load(entry).seq == i);
			CHECK(row[crowd], table.count == before + (was ? 0 : 1));
		}
		for (size_t at = 0; (entry = dedup_table_next(&table, &at)) != NULL; seen++) {
			CHECK(row[crowd], seen == 0 || key_compare(last, entry_key(entry)) < 0);
			last = entry_key(entry);
		}
		CHECK(row[crowd], seen == table.count);
		dedup_table_done(&table);
	}
}

TEST(dedup_filter_forgets_nothing_and_passes_little)
{
	enum { LINES = 200 };
	static const struct {
		const char *row;
		unsigned line_entries, most, least; /* of 100,000; some: else it was not asked */
	} rows[] = {
		{ "young: under 1 %", YOUNG_LINE_ENTRIES, 999, 101 },
		{ "of a run: under 0.2 %", RUN_LINE_ENTRIES, 199, 11 },
	};

	for (size_t r = 0; r < ARRAY_LEN(rows); r++) {
		struct filter_line lines[LINES] = { { { 0 } } };
		struct random random = random_of(3);
		unsigned passed = 0;
		CHECK("lines", filter_lines(LINES * (uint64_t)rows[r].line_entries,
				       rows[r].line_entries) == LINES);
		for (size_t i = 0; i < (size_t)LINES * rows[r].line_entries; i++) {
			uint64_t key = random_next(&random);
			struct filter_line *line = &lines[part_of(random_next(&random), LINES)];
			filter_line_add(line, key);
			CHECK("added", filter_line_may_have((const uint8_t *)line, key));
		}
		for (size_t i = 0; i < 100000; i++) {
			uint64_t key = random_next(&random);
			passed += filter_line_may_have(
				(const uint8_t *)&lines[random_below(&random, LINES)], key);
		}
		CHECK(rows[r].row, passed <= rows[r].most && passed >= rows[r].least);
	}
}

static str encoded(struct arena *arena, const struct manifest *m)
{
	struct strbuf out = strbuf_in(arena, MANIFEST_BYTES_MAX);

	manifest_encode(m, &out);
	return strbuf_str(&out);
}

TEST(dedup_manifest_table)
{
	static struct manifest m, back;
	static const struct {
		const char *row;
		uint64_t covered, next, first, second;
		bool ok;
	} rows[] = {
		{ "two runs", 17, 10, 3, 9, true },
		{ "younger number first", 17, 10, 9, 3, true },
		{ "covers nothing", 0, 10, 3, 9, false },
		{ "one run twice", 17, 10, 3, 3, false },
		{ "a number to come", 17, 9, 3, 9, false },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_ARENA arena = arena_create(100000);
		size_t at;
		m = (struct manifest){ .covered_seq = rows[i].covered,
			.next_number = rows[i].next,
			.run_count = 2,
			.runs = { { rows[i].first, 1 }, { rows[i].second, 2 } } };
		str bytes = encoded(arena, &m);
		CHECK(rows[i].row, manifest_decode(bytes, &back, &at) == rows[i].ok);
		CHECK(rows[i].row, !rows[i].ok || memcmp(&m, &back, sizeof(m)) == 0);
		for (size_t len = 0; len < bytes.len; len++)
			CHECK(rows[i].row, !manifest_decode(str_upto(bytes, len), &back, &at));
	}
}

TEST(dedup_run_names)
{
	static const struct {
		str name;
		bool ok;
	} rows[] = {
		{ STR_INIT("run-0.dedup"), true },
		{ STR_INIT("run-9223372036854775807.dedup"), true },
		{ STR_INIT("run-07.dedup"), false },
		{ STR_INIT("run--1.dedup"), false },
		{ STR_INIT("run-.dedup"), false },
		{ STR_INIT("run-1.dedup.tmp"), false },
		{ STR_INIT("xrun-1.dedup"), false },
		{ STR_INIT(".dedup"), false },
		{ STR_INIT(""), false },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		uint64_t number;
		CHECK(rows[i].name.ptr, run_name_parse(rows[i].name, &number) == rows[i].ok);
	}
}

/* Sizes of runs, oldest first; which are to become one. */
static const struct {
	const char *row;
	uint64_t sizes[20];
	size_t from, count;
} choices[] = {
	{ "none", { 0 }, 0, 0 },
	{ "three of a size", { 100, 100, 100 }, 0, 0 },
	{ "four of a size", { 100, 100, 100, 100 }, 0, 4 },
	{ "four young ones", { 9000, 100, 100, 100, 100 }, 1, 4 },
	{ "falling sizes", { 70000, 17000, 4100, 1030, 260 }, 0, 0 },
	{ "small ones behind larger ones", { 1, 100, 1, 100 }, 0, 4 },
	{ "the smallest class first", { 4096, 4096, 4096, 4096, 2, 2, 2, 2, 2 }, 4, 5 },
	{ "not the young ones of a smaller class", { 4096, 4096, 4096, 4096, 2, 2, 2 }, 0, 4 },
	{ "at most 16", { 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5 }, 0, 16 },
};

TEST(dedup_merge_choice)
{
	for (size_t i = 0; i < ARRAY_LEN(choices); i++) {
		struct dedup_run *runs[20] = { NULL };
		size_t n = 0, from = 0;
		for (; choices[i].sizes[n] > 0; n++) {
			runs[n] = calloc(1, sizeof(*runs[n]));
			ASSERT(runs[n] != NULL);
			runs[n]->header.entries = choices[i].sizes[n];
		}
		size_t count = dedup_merge_choose(runs, n, &from);
		CHECK(choices[i].row, count == choices[i].count);
		CHECK(choices[i].row, from == choices[i].from);
		for (; n > 0; n--)
			free(runs[n - 1]);
	}
}

/* Together as one by one: short and long, in any order. */
TEST(dedup_keys_of_many)
{
	enum { COUNT = 70, BYTES_MAX = 3000 };
	static const uint8_t secret[DEDUP_SECRET_BYTES] = { 7, 1, 3 };
	static char bytes[BYTES_MAX];
	struct dedup_key_text texts[COUNT];
	struct dedup_key keys[COUNT];
	struct random random = random_of(4);

	for (size_t i = 0; i < BYTES_MAX; i++)
		bytes[i] = (char)random_next(&random);
	for (size_t i = 0; i < COUNT; i++) {
		size_t most = i % 9 == 0 ? BYTES_MAX / 2 : 60;
		size_t source = random_below(&random, most), id = random_below(&random, most);
		texts[i] = (struct dedup_key_text){ { bytes, source }, { bytes + source, id } };
	}
	dedup_keys_of(secret, texts, COUNT, keys);
	for (size_t i = 0; i < COUNT; i++) {
		struct dedup_key one = dedup_key_of(secret, texts[i].source, texts[i].message_id);
		CHECK("the same", key_compare(keys[i], one) == 0);
	}
}
