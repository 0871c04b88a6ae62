/* matching/score.h - all pairs that blocking gives, weighed, by several threads; but not those that
 * keys show to be one person.
 *
 * Fields are looked at from the one that may lose most on, first at their briefs (field_brief.h),
 * then, where these leave it open, closely; a pair is left as soon as it cannot reach `floor` any
 * more.  What comes out does not depend on the number of threads.
 */
#pragma once

#include "matching/block.h"
#include "matching/cluster.h"

#include <stdatomic.h>

enum { MATCHING_PAIRS_MAX = 100000000, MATCHING_THREADS_MAX = 64 };

struct score_options {
	double floor; /* weights without prior below this need not be told apart */
	double keep; /* pairs from this weight (without prior) on are kept */
	unsigned threads;
	const uint8_t *fresh; /* by row, may be NULL: only pairs of which one is are looked at */
	const struct known_pairs *known;
	const atomic_bool *stop; /* may be NULL */
};

struct scores {
	struct match_pair *pairs; /* on the heap; by rows; weights without prior */
	size_t count;
	uint64_t compared;
	struct weights weights; /* of open pairs */
};

/* `blocks` NULL: all pairs of records.  ERR_LIMIT: more than MATCHING_PAIRS_MAX are kept;
 * ERR_CANCELLED.  On success scores_done() is due. */
err score_pairs(const struct match_records *records, const struct match_model *model,
	const struct blocks *blocks, const struct score_options *options, struct scores *out,
	struct why *why);
void scores_done(struct scores *scores);
