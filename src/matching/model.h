/* matching/model.h - what each level of each field is worth: the model of Fellegi and Sunter
 * (1969).
 *
 *   m   how often a field shows this level among pairs of records of one person
 *   u   the same among pairs of two persons
 *   weight of a level      log2(m / u): bits for (or against) the two being one person
 *   weight of a pair       log2 of the prior odds + the sum over its fields; a missing field adds 0
 *   probability            1 / (1 + 2^-weight)
 *
 * Learnt from the records themselves, never from known answers:
 *   u     levels of random pairs, less the share of those that the model itself takes for matches
 *   m     expectation-maximisation (Dempster, Laird, Rubin 1977; Winkler 1988) over pairs that
 *         share a key of blocking, the fields of that key and their relatives left out, u held;
 *         then the mean over keys, weighted by the matches found
 *   term frequency   agreement on a value that few have says more: an exact level is worth
 *         log2(m / share of records with that value)
 *   prior the odds at which the pairs' own probabilities sum up to as many matches as it says
 *
 * Pairs that keys show to be one person, or two (known.h), need no guess: they count as such in m
 * and u, and the prior is that of the others.
 *
 * A model is a plain value but for the weights of values, which lie in its arena.
 */
#pragma once

#include "matching/patterns.h"

enum { SESSIONS_MAX = 24, NO_PARENT = -1 };

/* Of what stands above a field: nothing is known, it differs, one of two is alike (LEVEL_SOUNDS or
 * more), all is. */
enum parent_state { PARENT_UNKNOWN, PARENT_APART, PARENT_PART, PARENT_ALIKE, PARENT_STATES };

typedef double level_shares[PARENT_STATES][LEVEL_COUNT_]; /* each row sums up to 1 */

struct match_model {
	size_t field_count;
	int parent[MATCHING_FIELDS_MAX]; /* a field, or NO_PARENT */
	int second[MATCHING_FIELDS_MAX]; /* another, where one does not explain all; likewise */
	level_shares m[MATCHING_FIELDS_MAX], u[MATCHING_FIELDS_MAX];
	float weight[MATCHING_FIELDS_MAX][PARENT_STATES][LEVEL_COUNT_];
	float *rarity[MATCHING_FIELDS_MAX]; /* by code of the value: -log2 of its share */
	float exact[MATCHING_FIELDS_MAX][PARENT_STATES]; /* log2 of m */
	bool has_homes; /* households are reckoned with */
	double homes; /* log2 of how many open pairs of a household there are for an open match */
	uint32_t personal; /* bits: fields that people of one home do not share */
	int email, given_name, surname; /* fields, or NO_PARENT */
	/* Bits: fields that are keys too.  Pairs known to be one person have them alike because
	 * else nobody would know: what is open has not. */
	uint32_t keys;
	double prior; /* log2 of the odds that a random open pair is of one person */
};

/* What may be assumed before anything is known. */
void model_init(struct match_model *model, const struct match_records *records);

/* Pairs of one source: those that share a key, or random ones. */
struct session {
	struct sample pairs;
	uint32_t fields; /* bits: the fields of the key, of which these pairs say nothing */
	double matches; /* out: how many of its open pairs are matches, by the model */
};

/* m from sessions; a field of which none says anything keeps what it has.  True if every field was
 * learnt by some session. */
bool model_learn_m(struct match_model *model, struct session *sessions, size_t count);

/* u from random pairs, given m and the prior. */
void model_learn_u(struct match_model *model, const struct sample *random);

/* How many pairs of a household there are for a match, known ones counted, given all else. */
double model_learn_homes(
	const struct match_model *model, const struct session *sessions, size_t count);

/* Which fields go together, from random pairs, by what is known so far.  True if there are any:
 * then m and u are to be learnt anew. */
bool model_find_parents(struct match_model *model, const struct sample *random);

/* These fields and all that hang together with them: bits. */
uint32_t model_relatives(const struct match_model *model, uint32_t fields);

static inline enum parent_state parent_state(
	const struct match_model *model, size_t field, uint64_t pattern)
{
	if (model->parent[field] == NO_PARENT)
		return PARENT_UNKNOWN;
	enum level level = pattern_level(pattern, (size_t)model->parent[field]);
	if (level == LEVEL_MISSING)
		return PARENT_UNKNOWN;
	bool first = level >= LEVEL_SOUNDS;
	if (model->second[field] == NO_PARENT)
		return first ? PARENT_ALIKE : PARENT_APART;
	bool second = pattern_level(pattern, (size_t)model->second[field]) >= LEVEL_SOUNDS;
	return first && second ? PARENT_ALIKE : first || second ? PARENT_PART : PARENT_APART;
}

/* Fills the weights.  False: no room in the arena. */
bool model_weigh(
	struct match_model *model, const struct match_records *records, struct arena *arena);

/* Of one pair, prior included; *home, if not NULL, is what the household takes away (<= 0). */
double model_weight(const struct match_model *model, uint64_t pattern, const uint32_t *a,
	const uint32_t *b, double *home);

/* Of one field.  The level is worth log2(m / u); agreement on a value is worth what the value's
 * rarity says, and under a parent that is alike no more than such agreement is worth there. */
static inline double model_field_weight(const struct match_model *model, size_t field,
	enum level level, enum parent_state state, uint32_t code_a, uint32_t code_b)
{
	float weight = model->weight[field][state][level];

	if (level != LEVEL_EXACT)
		return (double)weight;
	float a = model->rarity[field][code_a], b = model->rarity[field][code_b];
	float rare = model->exact[field][state] + (a < b ? a : b);
	return (double)(state >= PARENT_PART && weight < rare ? weight : rare);
}

/* ---- the prior, from how many pairs have which weight */

enum { WEIGHTS_LEAST = -64, WEIGHTS_MOST = 192, WEIGHT_STEPS = 8 };
enum { WEIGHT_BINS = (WEIGHTS_MOST - WEIGHTS_LEAST) * WEIGHT_STEPS };
struct weights {
	uint64_t pairs[WEIGHT_BINS]; /* by weight without prior, an eighth of a bit a bin */
};
static inline size_t weight_bin(double weight)
{
	double bin = (weight - WEIGHTS_LEAST) * WEIGHT_STEPS;

	return bin < 0 ? 0 : bin >= WEIGHT_BINS ? WEIGHT_BINS - 1 : (size_t)bin;
}
/* `pairs` is how many there are; those outside `weights` are taken for no matches. */
double model_prior(const struct weights *weights, double pairs, double start);
