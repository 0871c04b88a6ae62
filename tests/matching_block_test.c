/* tests/matching_block_test.c - keys chosen from the data, pairs once each, groups bounded. */
#include "matching/block.h"
#include "test.h"

#include <stdio.h>
#include <stdlib.h>

enum { BYTES = 1 << 26 };
#define ENOUGH ((size_t)1 << 30)

static const str names[] = { STR_INIT("given_name"), STR_INIT("surname"), STR_INIT("birth_date"),
	STR_INIT("city") };

/* Everybody lives in one city; surnames repeat every 40, days of birth every 500. */
static struct match_records *people(size_t count)
{
	struct match_records *records = NULL;
	char cells[3][40], id[32];

	CHECK("created",
		match_records_create(names, ARRAY_LEN(names), BYTES, &records, NULL) == OK);
	for (size_t i = 0; i < count; i++) {
		(void)snprintf(id, sizeof(id), "%06zu", i);
		(void)snprintf(
			cells[0], 40, "given%c%c", (char)('a' + i % 7), (char)('a' + i % 11));
		(void)snprintf(cells[1], 40, "%c%cson", (char)('a' + i % 8), (char)('a' + i % 5));
		(void)snprintf(
			cells[2], 40, "19%02zu-%02zu-%02zu", 10 + i % 50, 1 + i % 12, 1 + i % 25);
		const str values[] = { str_of(cells[0]), str_of(cells[1]), str_of(cells[2]),
			STR("paris") };
		CHECK("added", match_records_add(records, str_of(id), values, NULL) == OK);
	}
	match_records_settle(records);
	return records;
}

struct seen {
	uint8_t *pairs;
	size_t rows, count, twice;
};

static void note(void *context, uint32_t a, uint32_t b)
{
	struct seen *seen = context;

	CHECK("in order", a < b && b < seen->rows);
	seen->twice += seen->pairs[a * seen->rows + b]++ > 0;
	seen->count++;
}

static struct seen walk_all(const struct blocks *blocks, size_t rows, size_t step)
{
	struct seen seen = { calloc(rows * rows, 1), rows, 0, 0 };

	for (size_t key = 0; key < blocks->choice.count; key++)
		for (size_t from = 0; from < blocks->order_count[key]; from += step)
			blocks_walk(blocks, key, from, from + step, false, note, &seen);
	return seen;
}

TEST(block_keys_fit_the_data)
{
	enum { PEOPLE = 2000 };
	AUTO_ARENA arena = arena_create(ENOUGH);
	struct match_records *records = people(PEOPLE);
	struct match_model model;
	struct block_choice choice;
	struct blocks *blocks;

	model_init(&model, records);
	CHECK("chosen", block_choose(records, &model, 200000, arena, &choice, NULL) == OK);
	CHECK("some", choice.count >= 2 && choice.recall > 0.9);
	for (size_t k = 0; k < choice.count; k++)
		CHECK("never the city alone",
			choice.keys[k].part_count > 1 || choice.keys[k].parts[0].field != 3);
	CHECK("built", blocks_build(records, &choice, 100000, arena, &blocks, NULL) == OK);
	struct seen seen = walk_all(blocks, PEOPLE, 64), again = walk_all(blocks, PEOPLE, PEOPLE);
	CHECK("each once", seen.twice == 0 && blocks->cut_rows == 0);
	CHECK("however cut", seen.count == again.count && seen.count > 0);
	for (uint32_t a = 0; a < PEOPLE; a += 97)
		for (uint32_t b = a + 1; b < PEOPLE; b++) {
			bool shares = false;
			for (size_t k = 0; k < choice.count; k++) {
				uint32_t h = block_hash(
					records, &choice.keys[k], match_records_row(records, a));
				shares |= h != 0 && h == block_hash(records, &choice.keys[k],
								 match_records_row(records, b));
			}
			CHECK("who shares a key", (seen.pairs[a * PEOPLE + b] > 0) == shares);
		}
	free(seen.pairs);
	free(again.pairs);
	match_records_free(records);
}

TEST(block_groups_are_bounded)
{
	enum { PEOPLE = 3000 };
	AUTO_ARENA arena = arena_create(ENOUGH);
	struct match_records *records = people(PEOPLE);
	struct block_choice choice = { .count = 1 };
	struct blocks *blocks;

	choice.keys[0].part_count = 1; /* the city: one group of all */
	choice.keys[0].parts[0].field = 3;
	CHECK("built", blocks_build(records, &choice, 100000, arena, &blocks, NULL) == OK);
	struct seen seen = walk_all(blocks, PEOPLE, PEOPLE);
	CHECK("told", blocks->cut_rows == PEOPLE);
	CHECK("bounded", seen.count <= (size_t)PEOPLE * BLOCK_WINDOW && seen.count > PEOPLE);
	free(seen.pairs);
	match_records_free(records);
}

TEST(block_needs_room)
{
	struct match_records *records = people(300);
	struct match_model model;

	model_init(&model, records);
	for (unsigned n = 1;; n++) {
		AUTO_ARENA arena = arena_create(ENOUGH);
		struct block_choice choice;
		struct blocks *blocks;
		arena_fail_at(arena, n);
		err e = block_choose(records, &model, 20000, arena, &choice, NULL);
		if (e == OK)
			e = blocks_build(records, &choice, 10000, arena, &blocks, NULL);
		CHECK("refused, or whole", e == OK || e == ERR_LIMIT);
		if (e == OK) {
			CHECK("it needs memory", n > 5);
			break;
		}
	}
	match_records_free(records);
}
