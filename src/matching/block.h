/* matching/block.h - the pairs of records that share a key of blocking, each once.
 *
 *   hashes[row * keys + k]   what row has for key k; 0: nothing
 *   cut[row]                 bit k: its group by key k is too large
 *   order[k]                 rows that have something, those of one group side by side
 *
 * A pair is given by the first key that both share.  A group that is too large to compare all with
 * all (BLOCK_GROUP_MAX, or over its part of the budget) is put into the order of its rows' values,
 * and each row compared with the next BLOCK_WINDOW: so a million equal records cost as many
 * millions of comparisons as the window is wide.  Such pairs may come again by another key: whoever
 * keeps pairs drops the second.  `cut_rows` says how many rows that concerned.
 *
 * Read-only once built; walked by any number of threads.
 */
#pragma once

#include "matching/block_choice.h"

enum { BLOCK_GROUP_MAX = 5000, BLOCK_WINDOW = 5 };

struct blocks {
	const struct match_records *records;
	struct block_choice choice;
	uint32_t *hashes;
	uint16_t *cut;
	uint32_t *order[BLOCK_KEYS_MAX];
	size_t order_count[BLOCK_KEYS_MAX];
	uint32_t group_max[BLOCK_KEYS_MAX];
	uint64_t pairs[BLOCK_KEYS_MAX]; /* before those of earlier keys are left out */
	uint64_t cut_rows;
};

/* ERR_LIMIT: no room in the arena. */
err blocks_build(const struct match_records *records, const struct block_choice *choice,
	double pairs_max, struct arena *arena, struct blocks **out, struct why *why);

/* Calls back for each pair whose group begins at order[key][from .. to).  `all`: also the pairs
 * that an earlier key gives. */
typedef void pair_visitor(void *context, uint32_t row_a, uint32_t row_b);
void blocks_walk(const struct blocks *blocks, size_t key, size_t from, size_t to, bool all,
	pair_visitor *visit, void *context);
