/* matching/block_choice.h - which keys bring together the records worth comparing.
 *
 * A key is one or two things that two records must agree on: the sound of the surname and the year
 * of birth.  Every kind of field offers some (field.h); singles and pairs of them over different
 * fields are the candidates.  Chosen from the data:
 *   cost   how many pairs would share the key, counted on a sample of the records
 *   gain   how many true pairs it would find that the keys chosen before do not: told on
 *          simulated pairs of one person, whose fields agree as often as the model's m says and
 *          are missing as often as they are
 * Greedily the key with the best gain for its cost, until nothing is gained or the budget is spent.
 */
#pragma once

#include "matching/model.h"

enum { BLOCK_KEYS_MAX = 16, BLOCK_PARTS_MAX = 2 };

struct block_key {
	struct {
		uint8_t field, key; /* KEYS_MAX of field.h */
	} parts[BLOCK_PARTS_MAX];
	uint8_t part_count;
	double pairs; /* estimated */
};

struct block_choice {
	struct block_key keys[BLOCK_KEYS_MAX];
	size_t count;
	double recall; /* estimated share of true pairs that share a key */
};

/* ERR_LIMIT: no room in the arena.  count is 0 if no key is within the budget. */
err block_choose(const struct match_records *records, const struct match_model *model,
	double pairs_max, struct arena *arena, struct block_choice *out, struct why *why);

/* 0: the row lacks a part. */
uint32_t block_hash(
	const struct match_records *records, const struct block_key *key, const uint32_t *row);

uint32_t block_fields(const struct block_key *key); /* bits */
