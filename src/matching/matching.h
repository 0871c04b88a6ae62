/* matching/matching.h - which records are of one person, though no key says so.
 *
 *   records.h       the records, each distinct value brought into a form once
 *   block_choice.h  which keys bring together what is worth comparing      \
 *   model.h         what agreement and disagreement are worth, learnt       > from the data alone
 *   score.h         every pair that shares a key, weighed                  /
 *   cluster.h       from pairs to persons
 *
 * Weights are bits: log2 of the odds that two records are of one person, the prior included: 0 is
 * even odds, 7 is 128 to 1.  From `link` on two records are linked; from `review` on a person
 * should look; below, nothing.  The same records in any order give the same result.
 *
 * Threads: one, which starts others for a while (score.h).
 */
#pragma once

#include "matching/kept.h"
#include "matching/score.h"

#define MATCHING_LINK_WEIGHT 4.0 /* 16 to 1 */
#define MATCHING_REVIEW_WEIGHT 0.0

struct matching_options {
	double link, review;
	unsigned threads; /* 0: one */
	size_t bytes_max; /* of what is worked with, beside the records and the pairs kept */
	struct known_pairs known;
	/* May be NULL: what was learnt before is used, and nothing learnt. */
	const struct match_kept *kept;
	/* May be NULL: a byte a row; only pairs of which one row is fresh are compared. */
	const uint8_t *fresh;
	const atomic_bool *stop; /* may be NULL */
};

struct matching_report {
	size_t records, persons;
	uint64_t compared; /* pairs */
	uint64_t cut_rows; /* records in groups too large to be compared all with all (block.h) */
	double recall; /* estimated share of true pairs that were compared */
	double prior; /* log2 */
	size_t links, bridges, reviews;
	size_t apart; /* pairs as heavy as what is linked that decisions or keys keep apart */
};

struct matching;

/* `records` are settled, and outlive it.  ERR_LIMIT: bytes_max, or too many pairs; ERR_CANCELLED.
 */
err matching_run(const struct match_records *records, const struct matching_options *options,
	struct matching **out, struct why *why);
void matching_free(struct matching *matching); /* NULL is fine */

const struct matching_report *matching_report(const struct matching *matching);
/* Heaviest first; from `review` on. */
const struct match_pair *matching_pairs(const struct matching *matching, size_t *count);
uint32_t matching_person(const struct matching *matching, uint32_t row); /* its lowest row */
const struct match_model *matching_model(const struct matching *matching);
/* What blocking asked records to agree on; NULL: all pairs were compared. */
const struct block_choice *matching_keys(const struct matching *matching);

/* Why two records weigh what they weigh, field by field.  In the matching's memory of its own;
 * valid until the next call. */
struct explained_field {
	const struct records_field *field;
	str a, b; /* as they were compared; "" where missing */
	enum level level;
	double weight;
};
struct explanation {
	double weight, prior, probability;
	double home; /* what they would share as people of one home: <= 0 */
	struct explained_field fields[MATCHING_FIELDS_MAX];
	size_t field_count;
};
void matching_explain(struct matching *matching, uint32_t a, uint32_t b, struct explanation *out);
