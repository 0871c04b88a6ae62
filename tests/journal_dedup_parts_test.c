/* tests/journal_dedup_parts_test.c - the parts of the index: lists, filter, manifest, choice of
 * merges. */
#include "journal/dedup_lists.h"
#include "journal/dedup_manifest.h"
#include "journal/dedup_merge.h"

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

enum { LIST_OPS = 9000 };

static struct dedup_key crowded(struct random *random, int crowd)
{
	uint64_t high = random_next(random);

	return (struct dedup_key){
		crowd == 0   ? high
		: crowd == 1 ? UINT64_MAX - high % 3
			     : high % 2,
		random_below(random, crowd == 0 ? UINT64_MAX : 500),
	};
}

static bool is_same(const uint8_t *bytes, const struct dedup_entry *entry)
{
	struct dedup_entry back = entry_load(bytes);

	return key_compare(back.key, entry->key) == 0 && back.seq == entry->seq &&
	       back.check == entry->check && back.state == entry->state;
}

/* What was put last for each key, by looking at all of them. */
struct plain {
	struct dedup_entry entries[LIST_OPS];
	size_t count;
};

static struct dedup_entry *plain_find(struct plain *plain, struct dedup_key key)
{
	for (size_t i = 0; i < plain->count; i++)
		if (key_compare(plain->entries[i].key, key) == 0)
			return &plain->entries[i];
	return NULL;
}

static bool put_both(struct plain *plain, struct dedup_lists *lists, struct dedup_entry entry)
{
	struct dedup_entry *there = plain_find(plain, entry.key);

	if (there == NULL)
		plain->entries[plain->count++] = entry;
	else
		*there = entry;
	if (there == NULL && entry.seq % 3 != 0)
		dedup_lists_append(lists, &entry); /* nobody need look */
	else
		dedup_lists_put(lists, &entry);
	return lists->count == plain->count;
}

/* Every entry is there once, in the order of all keys. */
static void check_ranks(const char *row, struct plain *plain, const struct dedup_lists *lists)
{
	struct dedup_ranking ranking = { 0 };
	struct dedup_key last = { 0, 0 };
	size_t seen = 0;

	for (size_t i = 0; i < lists->list_count; i++) {
		dedup_lists_rank(lists, i, &ranking);
		for (size_t k = 0; k < ranking.count; k++, seen++) {
			struct dedup_key key = entry_key(ranking.entries[k].bytes);
			struct dedup_entry *there = plain_find(plain, key);
			CHECK(row, ranking.entries[k].high == key.high);
			CHECK(row, seen == 0 || key_compare(last, key) < 0);
			CHECK(row, there != NULL && is_same(ranking.entries[k].bytes, there));
			last = key;
		}
	}
	CHECK(row, seen == plain->count);
	dedup_ranking_done(&ranking);
}

/* Uniform keys, and ones that all crowd at one end; sought often, now and then, and never; put once
 * or again and again. */
TEST(dedup_lists_against_a_plain_array)
{
	static const struct {
		const char *row;
		int crowd;
		size_t count_max, ops;
		unsigned sought; /* one in so many times; 0: never */
		unsigned again; /* likewise: a key that is there */
	} rows[] = {
		{ "none", 0, 100, 0, 1, 0 },
		{ "one", 0, 100, 1, 0, 0 },
		{ "a block", 0, 100, LIST_BLOCK_ENTRIES, 0, 0 },
		{ "a block and one", 0, 100, LIST_BLOCK_ENTRIES + 1, 0, 0 },
		{ "one list", 0, LIST_ENTRIES_USUAL, 3000, 7, 5 },
		{ "two lists", 0, 2 * LIST_ENTRIES_USUAL, 3000, 1, 2 },
		{ "all lists", 0, (size_t)1 << 30, LIST_OPS, 100, 50 },
		{ "all lists, never sought", 0, (size_t)1 << 30, LIST_OPS, 0, 0 },
		{ "at the end", 1, 100000, 3000, 3, 3 },
		{ "at the start", 2, 100000, 3000, 3, 3 },
	};
	struct plain *plain = malloc(sizeof(*plain));

	ASSERT(plain != NULL);
	for (size_t r = 0; r < ARRAY_LEN(rows); r++) {
		struct random random = random_of(r);
		struct dedup_pool pool;
		struct dedup_lists lists;
		const char *row = rows[r].row;
		dedup_pool_init(&pool);
		dedup_lists_init(&lists, &pool, rows[r].count_max);
		plain->count = 0;
		CHECK(row, dedup_lists_find(&lists, crowded(&random, 0)) == NULL);
		CHECK(row, dedup_lists_bytes(&lists) == 0 && dedup_pool_bytes(&pool) == 0);
		for (size_t i = 0; i < rows[r].ops; i++) {
			struct dedup_entry entry = { .key = crowded(&random, rows[r].crowd),
				.seq = i,
				.check = (uint32_t)random_next(&random),
				.state = i % 4 == 0 ? DEDUP_ERASED : DEDUP_LIVE };
			if (rows[r].again > 0 && i > 0 && i % rows[r].again == 0)
				entry.key = plain->entries[random_below(&random, plain->count)].key;
			CHECK(row, put_both(plain, &lists, entry));
			if (rows[r].sought == 0 || i % rows[r].sought != 0)
				continue;
			const struct dedup_entry *any =
				&plain->entries[random_below(&random, plain->count)];
			const uint8_t *found = dedup_lists_find(&lists, any->key);
			CHECK(row, found != NULL && is_same(found, any));
			struct dedup_key other = crowded(&random, rows[r].crowd);
			CHECK(row, (dedup_lists_find(&lists, other) != NULL) ==
					   (plain_find(plain, other) != NULL));
		}
		check_ranks(row, plain, &lists);
		for (size_t i = 0; i < plain->count; i++)
			CHECK(row, is_same(dedup_lists_find(&lists, plain->entries[i].key),
					   &plain->entries[i]));
		CHECK(row, plain->count == 0 || dedup_lists_bytes(&lists) > 0);
		dedup_lists_done(&lists);
		CHECK(row, lists.count == 0 && dedup_lists_bytes(&lists) == 0);
		dedup_pool_done(&pool);
	}
	free(plain);
}

/* Blocks that come back are handed out again before there are new ones. */
TEST(dedup_lists_share_their_memory)
{
	struct random random = random_of(8);
	struct dedup_pool pool;
	struct dedup_lists lists[2];
	size_t bytes = 0;

	dedup_pool_init(&pool);
	for (size_t i = 0; i < 2; i++)
		dedup_lists_init(&lists[i], &pool, (size_t)4 * LIST_ENTRIES_USUAL);
	for (int turn = 0; turn < 6; turn++) {
		struct dedup_lists *filling = &lists[turn % 2];
		for (uint64_t i = 0; i < 20000; i++) {
			struct dedup_entry entry = {
				.key = { random_next(&random), random_next(&random) }, .seq = i
			};
			dedup_lists_append(filling, &entry);
		}
		dedup_lists_done(&lists[(turn + 1) % 2]);
		bytes = turn == 1 ? dedup_pool_bytes(&pool) : bytes;
	}
	CHECK("two of them", bytes >= (size_t)2 * 20000 * DEDUP_ENTRY_BYTES);
	CHECK("no more", dedup_pool_bytes(&pool) == bytes);
	dedup_lists_done(&lists[1]);
	dedup_pool_done(&pool);
}

/* Of many keys at once as of each alone. */
TEST(dedup_filter_of_many)
{
	enum { LINES = 30, COUNT = 700 };
	struct filter_line lines[LINES] = { { { 0 } } }, others[LINES] = { { { 0 } } };
	struct dedup_entry entries[COUNT];
	struct dedup_key keys[COUNT];
	uint8_t bytes[COUNT][DEDUP_ENTRY_BYTES], line[FILTER_LINE_BYTES + 1] = { 0 };
	struct dedup_ranked ranked[COUNT];
	bool had[COUNT], may_have[COUNT];
	struct random random = random_of(11);

	for (size_t i = 0; i < COUNT; i++) {
		keys[i] = (struct dedup_key){ random_next(&random), random_next(&random) };
		if (i % 10 == 9)
			keys[i] = keys[i / 2];
		entries[i] = (struct dedup_entry){ .key = keys[i], .seq = i };
		entry_store(bytes[i], &entries[i]);
		ranked[i] = (struct dedup_ranked){ keys[i].high, bytes[i] };
	}
	filter_note(lines, LINES, entries, COUNT / 2, had);
	filter_ask(lines, LINES, keys, COUNT, may_have);
	for (size_t i = 0; i < COUNT; i++) {
		struct filter_line *other = &others[part_of(keys[i].high, LINES)];
		const uint8_t *now = (const uint8_t *)&lines[part_of(keys[i].high, LINES)];
		CHECK("asked", may_have[i] == filter_line_may_have(now, keys[i].low));
		if (i >= COUNT / 2)
			continue;
		CHECK("had", had[i] == filter_line_may_have((const uint8_t *)other, keys[i].low));
		filter_line_add(other, keys[i].low);
	}
	CHECK("noted", memcmp(lines, others, sizeof(lines)) == 0);
	filter_line_add_all(line + 1, ranked, 20);
	filter_line_add_all(line + 1, ranked + 20, 1);
	memset(others, 0, sizeof(others[0]));
	for (size_t i = 0; i <= 20; i++)
		filter_line_add(&others[0], keys[i].low);
	CHECK("added", line[0] == 0 && memcmp(line + 1, &others[0], FILTER_LINE_BYTES) == 0);
}

TEST(dedup_filter_forgets_nothing_and_passes_little)
{
	enum { LINES = 200 };
	struct filter_line lines[LINES] = { { { 0 } } };
	struct random random = random_of(3);
	unsigned passed = 0;

	CHECK("lines", filter_lines(LINES * (uint64_t)FILTER_LINE_ENTRIES) == LINES);
	for (size_t i = 0; i < (size_t)LINES * FILTER_LINE_ENTRIES; i++) {
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
	CHECK("under 0.2 %; some: else it was not asked", passed < 200 && passed > 10);
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
