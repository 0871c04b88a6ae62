/* matching/model.c - see model.h */
#include "matching/model.h"

#include "matching/model_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS_MAX = 200, HOME_ROUNDS = 40 };

/* What is assumed of m before the first look, in pseudo-counts: a level that no pair showed is not
 * impossible. */
static const double assumed_m[LEVEL_COUNT_] = {
	[LEVEL_DIFFERENT] = 0.06,
	[LEVEL_RELATED] = 0.02,
	[LEVEL_SIMILAR] = 0.02,
	[LEVEL_SOUNDS] = 0.02,
	[LEVEL_ALIAS] = 0.02,
	[LEVEL_SWAPPED] = 0.01,
	[LEVEL_TYPO] = 0.05,
	[LEVEL_EXACT] = 0.80,
};
static const double assumed_u[LEVEL_COUNT_] = {
	[LEVEL_DIFFERENT] = 0.90,
	[LEVEL_RELATED] = 0.03,
	[LEVEL_SIMILAR] = 0.02,
	[LEVEL_SOUNDS] = 0.01,
	[LEVEL_ALIAS] = 0.01,
	[LEVEL_SWAPPED] = 0.001,
	[LEVEL_TYPO] = 0.009,
	[LEVEL_EXACT] = 0.02,
};
#define M_PSEUDO_COUNT 4.0
#define HOMES_ASSUMED (-3.0) /* log2, for a match: where no key can tell */
#define HOMES_LEAST (-12.0)
#define HOMES_MOST 3.0
#define U_PSEUDO_COUNT 1.0
#define DIFFERENT_MOST 0.4 /* of m: a field that differs more often among matches tells nothing */

/* Not shared by the people of one home. */
static bool is_personal(enum field_kind kind)
{
	switch (kind) {
	case KIND_GIVEN_NAME:
	case KIND_FULL_NAME:
	case KIND_DATE:
	case KIND_CODE:
	case KIND_EMAIL:
	case KIND_GENDER:
	case KIND_TEXT:
		return true;
	case KIND_SURNAME:
	case KIND_ADDRESS:
	case KIND_PLACE:
	case KIND_POSTCODE:
	case KIND_NUMBER:
	case KIND_PHONE:
	case KIND_COUNT_:
		break;
	}
	return false;
}

static void note_name_field(struct match_model *model, enum field_kind kind, int field)
{
	if (kind == KIND_EMAIL)
		model->email = field;
	else if (kind == KIND_GIVEN_NAME)
		model->given_name = field;
	else if (kind == KIND_SURNAME)
		model->surname = field;
}

void model_init(struct match_model *model, const struct match_records *records)
{
	double n = (double)MAX_OF(match_records_count(records), (size_t)2);

	memset(model, 0, sizeof(*model));
	model->email = model->given_name = model->surname = NO_PARENT;
	model->field_count = match_records_fields(records);
	for (size_t f = 0; f < model->field_count; f++) {
		enum field_kind kind = match_records_field(records, f)->kind;
		model->parent[f] = model->second[f] = NO_PARENT;
		model->has_homes |= kind == KIND_GIVEN_NAME;
		note_name_field(model, kind, (int)f);
		model->personal |= (uint32_t)is_personal(kind) << f;
		model->keys |= (uint32_t)(kind == KIND_EMAIL || kind == KIND_PHONE) << f;
		for (size_t state = 0; state < PARENT_STATES; state++) {
			memcpy(model->m[f][state], assumed_m, sizeof(assumed_m));
			memcpy(model->u[f][state], assumed_u, sizeof(assumed_u));
		}
	}
	model->homes = HOMES_ASSUMED;
	model->prior = -log2(n); /* every record has one other of its person */
}

static double probability_of(double log2_odds)
{
	return 1 / (1 + exp2(-log2_odds));
}

/* ---- sums over patterns */

typedef level_shares all_shares[MATCHING_FIELDS_MAX];

struct sums {
	all_shares level;
	double matches;
};

static void take_logs(const struct match_model *model, const level_shares *m, level_shares *logs)
{
	for (size_t f = 0; f < model->field_count; f++)
		for (size_t state = 0; state < PARENT_STATES; state++)
			for (size_t l = LEVEL_DIFFERENT; l < LEVEL_COUNT_; l++)
				logs[f][state][l] = log2(m[f][state][l] / model->u[f][state][l]);
}

static double odds_of(const struct match_model *model, uint32_t without, const level_shares *logs,
	uint64_t pattern, double prior)
{
	double odds = prior;

	for (size_t f = 0; f < model->field_count; f++)
		if ((without >> f & 1) == 0)
			odds += logs[f][parent_state(model, f, pattern)][pattern_level(pattern, f)];
	return odds;
}

static double odds_of_class(const struct match_model *model, uint32_t without,
	const level_shares *logs, uint64_t pattern)
{
	return exp2(fmin(odds_of(model, without, logs, pattern, 0), 900));
}

/* What is known of a parent counts also for pairs of which it is not; but where the pairs were
 * chosen for their parents being alike, they say nothing of others. */
static void add_share(const struct match_model *model, uint32_t without, uint64_t pattern,
	double share, struct sums *sums)
{
	sums->matches += share;
	for (size_t f = 0; f < model->field_count; f++) {
		enum parent_state state = parent_state(model, f, pattern);
		enum level level = pattern_level(pattern, f);
		if (state != PARENT_UNKNOWN)
			sums->level[f][state][level] += share;
		if ((without & parents_of(model, f)) == 0)
			sums->level[f][PARENT_UNKNOWN][level] += share;
	}
}

/* The change of the largest share. */
static double shares_of(const struct match_model *model, const struct sums *sums,
	const double *assumed, double pseudo_count, level_shares *out)
{
	double change = 0;

	for (size_t f = 0; f < model->field_count; f++)
		for (size_t state = 0; state < PARENT_STATES; state++) {
			const double *level = sums->level[f][state];
			double all = pseudo_count;
			for (size_t l = LEVEL_DIFFERENT; l < LEVEL_COUNT_; l++)
				all += level[l];
			for (size_t l = LEVEL_DIFFERENT; l < LEVEL_COUNT_; l++) {
				double next = (level[l] + pseudo_count * assumed[l]) / all;
				change = fmax(change, fabs(next - out[f][state][l]));
				out[f][state][l] = next;
			}
		}
	return change;
}

/* ---- m */

/* All of these pairs, for certain; of the fields in `without` they say nothing. */
static void add_all(const struct match_model *model, uint32_t without,
	const struct patterns *patterns, struct sums *sums)
{
	uint64_t count, missing = 0;

	for (size_t f = 0; f < model->field_count; f++)
		missing |= (without >> f & 1) != 0 ? UINT64_C(15) << (LEVEL_BITS * f) : 0;

	for (size_t i = 0; i < patterns_count(patterns); i++) {
		uint64_t pattern = patterns_at(patterns, i, &count) & ~missing;
		add_share(model, 0, pattern, (double)count, sums);
	}
}

/* Pairs of a session, in three classes. */
struct classes {
	double matches, homes, others;
};

/* The open pairs of a session sorted into classes by their shares before. */
static struct classes expect(const struct match_model *model, const struct session *s,
	const level_shares *logs, const struct classes *before, struct sums *sums)
{
	const struct patterns *open = s->pairs.of[PAIR_OPEN];
	struct classes found = { 0, 0, 0 };
	uint64_t count;

	memset(sums, 0, sizeof(*sums));
	for (size_t i = 0; i < patterns_count(open); i++) {
		uint64_t pattern = patterns_at(open, i, &count);
		double n = (double)count;
		double match = before->matches * odds_of_class(model, s->fields, logs, pattern);
		double home = before->homes *
			      odds_of_class(model, s->fields | model->personal, logs, pattern);
		double all = match + home + before->others;
		found.matches += n * match / all;
		found.homes += n * home / all;
		found.others += n * before->others / all;
		add_share(model, s->fields, pattern, n * match / all, sums);
	}
	if (s->fields == 0) /* else they were chosen for what they agree on */
		add_all(model, model->keys, s->pairs.of[PAIR_ONE], sums);
	return found;
}

/* Fields of whose m a session says something. */
static uint32_t taught_by(const struct match_model *model, const struct session *s)
{
	uint32_t all = (UINT32_C(1) << model->field_count) - 1;
	bool ones = s->fields == 0 && patterns_total(s->pairs.of[PAIR_ONE]) > 0;

	return (s->matches >= 1 ? all & ~s->fields : 0) | (ones ? all & ~model->keys : 0);
}

/* A class of pairs whose fields mostly differ is something else than matches: namesakes, say, where
 * there are hardly any matches to learn from. */
static void hold_together(const struct match_model *model, level_shares *m)
{
	for (size_t f = 0; f < model->field_count; f++)
		for (size_t state = 0; state < PARENT_STATES; state++) {
			double *level = m[f][state],
			       excess = level[LEVEL_DIFFERENT] - DIFFERENT_MOST;
			if (excess <= 0)
				continue;
			level[LEVEL_DIFFERENT] = DIFFERENT_MOST;
			for (size_t l = LEVEL_RELATED; l < LEVEL_COUNT_; l++)
				level[l] +=
					excess * assumed_m[l] / (1 - assumed_m[LEVEL_DIFFERENT]);
		}
}

static void learn_session(const struct match_model *model, struct session *s, struct sums *sums)
{
	all_shares m, logs = { 0 };
	double total = (double)patterns_total(s->pairs.of[PAIR_OPEN]);
	double share = s->fields == 0 ? probability_of(model->prior) : 0.2;
	struct classes c = { share, model->has_homes ? share * exp2(HOMES_ASSUMED) : 0, 1 - share };

	memcpy(m, model->m, sizeof(m));
	for (int round = 0; round < ROUNDS_MAX; round++) {
		take_logs(model, m, logs);
		struct classes found = expect(model, s, logs, &c, sums);
		s->matches = found.matches;
		c.matches = (found.matches + 0.5) / (total + 1);
		c.homes = model->has_homes ? (found.homes + 0.1) / (total + 1) : 0;
		c.others = fmax(1 - c.matches - c.homes, 1e-9);
		double change = shares_of(model, sums, assumed_m, M_PSEUDO_COUNT, m);
		hold_together(model, m);
		if (change < 1e-4)
			break;
	}
}

bool model_learn_m(struct match_model *model, struct session *sessions, size_t count)
{
	struct sums all = { .matches = 0 }, one;
	uint32_t learnt = 0;
	all_shares m = { 0 };

	for (size_t i = 0; i < count; i++) {
		learn_session(model, &sessions[i], &one);
		learnt |= taught_by(model, &sessions[i]);
		for (size_t f = 0; f < model->field_count; f++) {
			if (sessions[i].fields >> f & 1)
				continue;
			for (size_t state = 0; state < PARENT_STATES; state++)
				for (size_t l = 0; l < LEVEL_COUNT_; l++)
					all.level[f][state][l] += one.level[f][state][l];
		}
	}
	(void)shares_of(model, &all, assumed_m, M_PSEUDO_COUNT, m);
	hold_together(model, m);
	for (size_t f = 0; f < model->field_count; f++)
		if ((learnt >> f & 1) != 0)
			memcpy(model->m[f], m[f], sizeof(m[f]));
	return learnt == (UINT32_C(1) << model->field_count) - 1;
}

/* ---- u */

double *model_strangers(const struct match_model *model, const struct patterns *two)
{
	double *strangers = memory_alloc((patterns_count(two) + 1) * sizeof(*strangers));
	double prior = exp2(model->prior);
	all_shares logs = { 0 };
	uint64_t count;

	take_logs(model, model->m, logs);
	for (size_t i = 0; i < patterns_count(two); i++) {
		uint64_t pattern = patterns_at(two, i, &count);
		double match = prior * odds_of_class(model, 0, logs, pattern);
		double home = prior * exp2(HOMES_ASSUMED) *
			      odds_of_class(model, model->personal, logs, pattern);
		strangers[i] = (double)count * (1 + home) / (1 + home + match);
	}
	return strangers;
}

void model_learn_u(struct match_model *model, const struct sample *random)
{
	const struct patterns *open = random->of[PAIR_OPEN];
	all_shares logs = { 0 };
	struct sums sums = { .matches = 0 };
	uint64_t count;

	take_logs(model, model->m, logs);
	for (size_t i = 0; i < patterns_count(open); i++) {
		uint64_t pattern = patterns_at(open, i, &count);
		double odds = odds_of(model, 0, logs, pattern, model->prior);
		add_share(model, 0, pattern, (double)count * (1 - probability_of(odds)), &sums);
	}
	double *strangers = model_strangers(model, random->of[PAIR_TWO]);
	for (size_t i = 0; i < patterns_count(random->of[PAIR_TWO]); i++) {
		uint64_t pattern = patterns_at(random->of[PAIR_TWO], i, &count);
		add_share(model, 0, pattern, strangers[i], &sums);
	}
	free(strangers);
	(void)shares_of(model, &sums, assumed_u, U_PSEUDO_COUNT, model->u);
}

/* ---- households */

/* Shares of the three classes among these pairs, by their shares before. */
static void sort_pairs(const struct match_model *model, const struct patterns *patterns,
	const level_shares *logs, const struct classes *before, struct classes *sums)
{
	uint64_t count;

	for (size_t i = 0; i < patterns_count(patterns); i++) {
		uint64_t pattern = patterns_at(patterns, i, &count);
		double match = odds_of_class(model, 0, logs, pattern);
		double home = odds_of_class(model, model->personal, logs, pattern);
		double all = before->matches * match + before->homes * home + before->others;
		sums->matches += (double)count * before->matches * match / all;
		sums->homes += (double)count * before->homes * home / all;
		sums->others += (double)count * before->others / all;
	}
}

/* One round over all pairs of a session.  What would be a match, were it not for its keys, says
 * nothing of households. */
static struct classes sort_session(const struct match_model *model, const struct session *s,
	const level_shares *logs, const struct classes *before)
{
	struct classes sums = { 0.5, 0, 0.5 }, two = { 0, 0, 0 };

	sort_pairs(model, s->pairs.of[PAIR_OPEN], logs, before, &sums);
	sort_pairs(model, s->pairs.of[PAIR_TWO], logs, before, &two);
	sums.homes += two.homes;
	sums.others += two.others;
	sums.matches += (double)patterns_total(s->pairs.of[PAIR_ONE]);
	return sums;
}

double model_learn_homes(
	const struct match_model *model, const struct session *sessions, size_t count)
{
	double matches = 0, homes = 0;
	all_shares logs = { 0 };

	take_logs(model, model->m, logs);
	for (size_t i = 0; i < count; i++) {
		struct classes c = { 0.1, 0.02, 0.88 };
		if ((sessions[i].fields & model->personal) != 0)
			continue; /* who shares a birth date is hardly of one household */
		for (int round = 0; round < HOME_ROUNDS; round++)
			c = sort_session(model, &sessions[i], logs, &c);
		matches += c.matches;
		homes += c.homes;
	}
	return matches >= 1 ? fmin(fmax(log2(homes / matches), HOMES_LEAST), HOMES_MOST)
			    : HOMES_ASSUMED;
}

/* ---- weights */

static bool weigh_values(
	struct match_model *model, size_t f, const struct records_field *field, struct arena *arena)
{
	double present = (double)MAX_OF(field->present, (size_t)1);

	model->rarity[f] = arena_array(arena, field->value_count, sizeof(float));
	if (model->rarity[f] == NULL)
		return false;
	for (size_t code = 1; code < field->value_count; code++)
		model->rarity[f][code] = (float)log2(present / (double)field->counts[code]);
	return true;
}

bool model_weigh(
	struct match_model *model, const struct match_records *records, struct arena *arena)
{
	for (size_t f = 0; f < model->field_count; f++) {
		for (size_t state = 0; state < PARENT_STATES; state++) {
			for (size_t l = LEVEL_DIFFERENT; l < LEVEL_COUNT_; l++)
				model->weight[f][state][l] =
					(float)log2(model->m[f][state][l] / model->u[f][state][l]);
			model->exact[f][state] = (float)log2(model->m[f][state][LEVEL_EXACT]);
		}
		if (!weigh_values(model, f, match_records_field(records, f), arena))
			return false;
	}
	return true;
}

double model_weight(const struct match_model *model, uint64_t pattern, const uint32_t *a,
	const uint32_t *b, double *home)
{
	double sum = model->prior, personal = 0;

	for (size_t f = 0; f < model->field_count; f++) {
		double weight = model_field_weight(model, f, pattern_level(pattern, f),
			parent_state(model, f, pattern), a[f], b[f]);
		sum += weight;
		personal += (model->personal >> f & 1) ? weight : 0;
	}
	double less =
		model->has_homes ? log2(1 + exp2(fmin(sum + model->homes - personal, 900))) : 0;
	if (home != NULL)
		*home = -less;
	return sum - less;
}

/* ---- prior */

static double matches_at(const struct weights *weights, double prior)
{
	double matches = 0;

	for (size_t bin = 0; bin < WEIGHT_BINS; bin++)
		if (weights->pairs[bin] > 0) {
			double weight = WEIGHTS_LEAST + ((double)bin + 0.5) / WEIGHT_STEPS;
			matches += (double)weights->pairs[bin] * probability_of(weight + prior);
		}
	return matches;
}

double model_prior(const struct weights *weights, double pairs, double start)
{
	double prior = start;

	if (pairs < 1)
		return start;
	for (int round = 0; round < ROUNDS_MAX; round++) {
		double matches = fmax(matches_at(weights, prior), 0.5);
		double share = fmin(matches / pairs, 0.5), next = log2(share / (1 - share));
		double change = fabs(next - prior);
		prior = next;
		if (change < 1e-3)
			break;
	}
	return prior;
}
