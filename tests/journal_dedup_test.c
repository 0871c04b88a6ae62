/* tests/journal_dedup_test.c - the index of known messages against a plain array that knows all. */
#include "journal/dedup.h"

#include "base/random.h"
#include "support/failing_disk.h"
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEYS = 3000, OPS_MAX = 20000 };

/* What was done, in order, as the journal would have it: op i has sequence i + 1. */
struct story {
	struct random random;
	struct dedup_entry ops[OPS_MAX];
	size_t op_count;
	struct dedup_entry last[KEYS]; /* the oracle: what a look-up must answer */
	bool known[KEYS];
	struct dedup_key keys[KEYS];
	char folder[PATH_BYTES_MAX];
	struct dedup_options options;
	struct dedup *dedup;
	struct failing_disk disk;
};

static struct story *story_begin(uint64_t seed)
{
	struct story *s = calloc(1, sizeof(*s));

	ASSERT(s != NULL);
	s->random = random_of(seed);
	failing_disk_init(&s->disk);
	for (size_t i = 0; i < KEYS; i++)
		s->keys[i] = (struct dedup_key){ random_next(&s->random), random_next(&s->random) };
	/* Neighbours, twins of one high half, and the ends of the key space. */
	for (size_t i = 0; i < 400; i++)
		s->keys[i].high = 0x8000000000000000u + i / 200;
	s->keys[400] = (struct dedup_key){ 0, 0 };
	s->keys[401] = (struct dedup_key){ UINT64_MAX, UINT64_MAX };
	(void)snprintf(s->folder, sizeof(s->folder), "%s/dedup", test_folder());
	s->options = (struct dedup_options){
		.memory_entries_max = 2 + random_below(&s->random, 500),
		.read_blocks = random_below(&s->random, 2) == 0,
	};
	return s;
}

static void story_end(struct story *s)
{
	dedup_close(s->dedup);
	free(s);
}

static bool same(const struct dedup_entry *a, const struct dedup_entry *b)
{
	return a->key.high == b->key.high && a->key.low == b->key.low && a->seq == b->seq &&
	       a->check == b->check && a->state == b->state;
}

/* Opens and replays what the index does not cover. */
static err story_open(struct story *s, struct why *why)
{
	uint64_t covered = 0;
	err e = dedup_open(&s->disk.disk, s->folder, &s->options, &s->dedup, &covered, why);

	if (e != OK)
		return e;
	CHECK("covered", covered >= 1 && covered <= s->op_count + 1);
	for (size_t i = covered - 1; e == OK && i < s->op_count; i++)
		e = dedup_add(s->dedup, &s->ops[i], why);
	return e;
}

/* A new message, the same again, or an erasure. */
static struct dedup_entry story_next(struct story *s)
{
	size_t k = random_below(&s->random, KEYS);
	struct dedup_entry entry = {
		.key = s->keys[k],
		.seq = s->op_count + 1,
		.check = (uint32_t)random_next(&s->random),
	};

	if (s->known[k] && random_below(&s->random, 2) == 0) {
		entry = s->last[k];
		entry.state = DEDUP_ERASED;
	}
	if (random_below(&s->random, 50) == 0)
		entry.seq = DEDUP_SEQ_END - 1 - random_below(&s->random, 10);
	return entry;
}

static err story_add(struct story *s, struct why *why)
{
	struct dedup_entry entry = story_next(s);
	size_t k = 0;

	ASSERT(s->op_count < OPS_MAX);
	while (s->keys[k].high != entry.key.high || s->keys[k].low != entry.key.low)
		k++;
	s->ops[s->op_count++] = entry; /* durable in the journal, whatever follows */
	s->last[k] = entry;
	s->known[k] = true;
	return dedup_add(s->dedup, &entry, why);
}

static void check_all(struct story *s, const char *row)
{
	static struct dedup_entry entries[KEYS];
	static bool found[KEYS];
	struct why why = { 0 };
	struct dedup_entry one;
	bool one_found;

	CHECK(row, dedup_find_many(s->dedup, s->keys, KEYS, found, entries, &why) == OK);
	for (size_t k = 0; k < KEYS; k++) {
		CHECK(row, found[k] == s->known[k]);
		CHECK(row, !s->known[k] || same(&entries[k], &s->last[k]));
		if (k % 7 != 0)
			continue;
		CHECK(row, dedup_find(s->dedup, s->keys[k], &one_found, &one, &why) == OK);
		CHECK(row, one_found == s->known[k] && (!one_found || same(&one, &s->last[k])));
	}
	CHECK(row, dedup_check(s->dedup, NULL, &why) == OK);
}

static void live(struct story *s)
{
	struct why why = { 0 };
	bool did;

	switch (random_below(&s->random, 200)) {
	case 0:
		CHECK("save", dedup_save(s->dedup, s->op_count + 1, &why) == OK);
		break;
	case 1:
		dedup_close(s->dedup);
		s->dedup = NULL;
		CHECK("reopen", story_open(s, &why) == OK);
		CHECK("whole", dedup_damage(s->dedup) == NULL);
		break;
	case 2:
		do
			CHECK("merge", dedup_merge_one(s->dedup, &did, &why) == OK);
		while (did);
		break;
	case 4: /* from here on new keys are sought by one filter */
		if (random_below(&s->random, 2) == 0) /* the table may be one used before */
			CHECK("freeze", dedup_freeze(s->dedup, &why) == OK);
		dedup_widen(s->dedup,
			s->options.memory_entries_max * (1 + random_below(&s->random, 3)));
		break;
	case 3:
		CHECK("reserve",
			dedup_reserve(s->dedup, s->options.memory_entries_max / 2, &why) == OK);
		break;
	default:
		CHECK("add", story_add(s, &why) == OK);
		if (random_below(&s->random, 10) == 0)
			CHECK("merge a bit", dedup_merge_one(s->dedup, &did, &why) == OK);
	}
}

TEST(dedup_against_oracle)
{
	for (uint64_t seed = 1; seed <= 8; seed++) {
		struct story *s = story_begin(seed);
		struct why why = { 0 };
		char row[32];
		(void)snprintf(row, sizeof(row), "seed %llu", (unsigned long long)seed);
		CHECK(row, story_open(s, &why) == OK);
		for (int i = 0; i < 6000; i++) {
			live(s);
			if (i % 1500 == 0)
				check_all(s, row);
		}
		check_all(s, row);
		CHECK(row, dedup_save(s->dedup, s->op_count + 1, &why) == OK);
		dedup_close(s->dedup);
		s->dedup = NULL;
		CHECK(row, story_open(s, &why) == OK);
		check_all(s, row);
		CHECK(row, dedup_discard(disk_real(), s->folder, &why) == OK);
		story_end(s);
	}
}

/* Any operation of the disk fails: the index answers that, or goes on; nothing is forgotten. */
static unsigned fault_at(unsigned n, bool reopen)
{
	struct why why = { 0 };
	struct story *s = story_begin(n % 5);
	bool did = true;

	s->options.memory_entries_max = 60;
	CHECK("opens", story_open(s, &why) == OK);
	s->disk.fail_at = n;
	for (int i = 0; i < 600; i++) {
		err e = story_add(s, &why);
		if (e != OK) /* what the engine would do: the journal has it, so again */
			e = dedup_add(s->dedup, &s->ops[s->op_count - 1], &why);
		CHECK("adds", e == OK);
		if (i % 10 == 0)
			(void)dedup_merge_one(s->dedup, &did, &why); /* tried again later */
		if (i % 170 == 169)
			(void)dedup_save(s->dedup, s->op_count + 1, &why); /* likewise */
	}
	if (reopen) {
		dedup_close(s->dedup);
		s->dedup = NULL;
		err e = story_open(s, &why);
		if (e != OK) {
			dedup_close(s->dedup);
			s->dedup = NULL;
			e = story_open(s, &why);
		}
		CHECK("opens again", e == OK && dedup_damage(s->dedup) == NULL);
	}
	unsigned left = s->disk.fail_at;
	s->disk.fail_at = 0;
	check_all(s, "after a failure");
	do
		CHECK("merges", dedup_merge_one(s->dedup, &did, &why) == OK);
	while (did);
	CHECK("saves", dedup_save(s->dedup, s->op_count + 1, &why) == OK);
	check_all(s, "after a merge");
	CHECK("discards", dedup_discard(disk_real(), s->folder, &why) == OK);
	story_end(s);
	return left;
}

TEST(dedup_survives_any_failing_operation)
{
	unsigned n = 1;

	for (; fault_at(n, n % 2 == 0) == 0; n += 1 + n / 60) /* all early ones, then samples */
		;
	CHECK("the loop bites", n > 200);
}
