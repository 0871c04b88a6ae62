/* matching/model.c - see model.h */
#include "matching/model.h"

#include <math.h>
#include <string.h>

enum { ROUNDS_MAX = 200 };

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
#define U_PSEUDO_COUNT 1.0

void model_init(struct match_model *model, const struct match_records *records)
{
	double n = (double)MAX_OF(match_records_count(records), (size_t)2);

	memset(model, 0, sizeof(*model));
	model->field_count = match_records_fields(records);
	for (size_t f = 0; f < model->field_count; f++) {
		memcpy(model->m[f], assumed_m, sizeof(assumed_m));
		memcpy(model->u[f], assumed_u, sizeof(assumed_u));
	}
	model->prior = -log2(n); /* every record has one other of its person */
}

static double probability_of(double log2_odds)
{
	return 1 / (1 + exp2(-log2_odds));
}

/* ---- m */

struct sums {
	double level[MATCHING_FIELDS_MAX][LEVEL_COUNT_];
	double matches;
};

static void take_logs(const struct match_model *model, const double m[][LEVEL_COUNT_],
	double logs[][LEVEL_COUNT_])
{
	for (size_t f = 0; f < model->field_count; f++)
		for (size_t l = LEVEL_DIFFERENT; l < LEVEL_COUNT_; l++)
			logs[f][l] = log2(m[f][l] / model->u[f][l]);
}

static double odds_of(size_t fields, uint32_t without, const double logs[][LEVEL_COUNT_],
	uint64_t pattern, double prior)
{
	double odds = prior;

	for (size_t f = 0; f < fields; f++)
		if ((without >> f & 1) == 0)
			odds += logs[f][pattern_level(pattern, f)];
	return odds;
}

static void expect(const struct match_model *model, const struct session *s,
	const double logs[][LEVEL_COUNT_], double prior, struct sums *sums)
{
	uint64_t count;

	memset(sums, 0, sizeof(*sums));
	for (size_t i = 0; i < patterns_count(s->patterns); i++) {
		uint64_t pattern = patterns_at(s->patterns, i, &count);
		double share = (double)count * probability_of(odds_of(model->field_count, s->fields,
						       logs, pattern, prior));
		sums->matches += share;
		for (size_t f = 0; f < model->field_count; f++)
			sums->level[f][pattern_level(pattern, f)] += share;
	}
}

/* The change of the largest parameter. */
static double maximise(
	const struct match_model *model, const struct sums *sums, double m[][LEVEL_COUNT_])
{
	double change = 0;

	for (size_t f = 0; f < model->field_count; f++) {
		double all = M_PSEUDO_COUNT;
		for (size_t l = LEVEL_DIFFERENT; l < LEVEL_COUNT_; l++)
			all += sums->level[f][l];
		for (size_t l = LEVEL_DIFFERENT; l < LEVEL_COUNT_; l++) {
			double next = (sums->level[f][l] + M_PSEUDO_COUNT * assumed_m[l]) / all;
			change = fmax(change, fabs(next - m[f][l]));
			m[f][l] = next;
		}
	}
	return change;
}

static void learn_session(const struct match_model *model, struct session *s, struct sums *sums)
{
	double m[MATCHING_FIELDS_MAX][LEVEL_COUNT_],
		logs[MATCHING_FIELDS_MAX][LEVEL_COUNT_] = { 0 };
	double total = (double)patterns_total(s->patterns);
	double prior = s->fields == 0 ? model->prior : log2(0.2 / 0.8);

	memcpy(m, model->m, sizeof(m));
	for (int round = 0; round < ROUNDS_MAX; round++) {
		take_logs(model, m, logs);
		expect(model, s, logs, prior, sums);
		double share = (sums->matches + 0.5) / (total + 1);
		prior = log2(share / (1 - share));
		if (maximise(model, sums, m) < 1e-5)
			break;
	}
	s->matches = sums->matches;
}

bool model_learn_m(struct match_model *model, struct session *sessions, size_t count)
{
	struct sums all = { .matches = 0 }, one;
	uint32_t learnt = 0;

	for (size_t i = 0; i < count; i++) {
		learn_session(model, &sessions[i], &one);
		for (size_t f = 0; f < model->field_count; f++) {
			if (sessions[i].fields >> f & 1)
				continue;
			learnt |= one.matches >= 1 ? UINT32_C(1) << f : 0;
			for (size_t l = 0; l < LEVEL_COUNT_; l++)
				all.level[f][l] += one.level[f][l];
		}
	}
	(void)maximise(model, &all, model->m);
	return learnt == (UINT32_C(1) << model->field_count) - 1;
}

/* ---- u */

void model_learn_u(struct match_model *model, const struct patterns *random)
{
	double logs[MATCHING_FIELDS_MAX][LEVEL_COUNT_] = { 0 };
	double sums[MATCHING_FIELDS_MAX][LEVEL_COUNT_] = { 0 };
	uint64_t count;

	take_logs(model, model->m, logs);
	for (size_t i = 0; i < patterns_count(random); i++) {
		uint64_t pattern = patterns_at(random, i, &count);
		double odds = odds_of(model->field_count, 0, logs, pattern, model->prior);
		for (size_t f = 0; f < model->field_count; f++)
			sums[f][pattern_level(pattern, f)] +=
				(double)count * (1 - probability_of(odds));
	}
	for (size_t f = 0; f < model->field_count; f++) {
		double all = U_PSEUDO_COUNT;
		for (size_t l = LEVEL_DIFFERENT; l < LEVEL_COUNT_; l++)
			all += sums[f][l];
		for (size_t l = LEVEL_DIFFERENT; l < LEVEL_COUNT_; l++)
			model->u[f][l] = (sums[f][l] + U_PSEUDO_COUNT * assumed_u[l]) / all;
	}
}

/* ---- weights */

static bool weigh_values(
	struct match_model *model, size_t f, const struct records_field *field, struct arena *arena)
{
	double exact = model->m[f][LEVEL_EXACT],
	       present = (double)MAX_OF(field->present, (size_t)1);

	model->exact[f] = arena_array(arena, field->value_count, sizeof(float));
	if (model->exact[f] == NULL)
		return false;
	for (size_t code = 1; code < field->value_count; code++)
		model->exact[f][code] = (float)log2(exact * present / (double)field->counts[code]);
	return true;
}

bool model_weigh(
	struct match_model *model, const struct match_records *records, struct arena *arena)
{
	for (size_t f = 0; f < model->field_count; f++) {
		model->weight[f][LEVEL_MISSING] = 0;
		for (size_t l = LEVEL_DIFFERENT; l < LEVEL_COUNT_; l++)
			model->weight[f][l] = (float)log2(model->m[f][l] / model->u[f][l]);
		if (!weigh_values(model, f, match_records_field(records, f), arena))
			return false;
	}
	return true;
}

double model_field_weight(const struct match_model *model, size_t field, enum level level,
	uint32_t code_a, uint32_t code_b)
{
	if (level == LEVEL_EXACT)
		return (double)fminf(model->exact[field][code_a], model->exact[field][code_b]);
	return (double)model->weight[field][level];
}

double model_weight(
	const struct match_model *model, uint64_t pattern, const uint32_t *a, const uint32_t *b)
{
	double sum = 0;

	for (size_t f = 0; f < model->field_count; f++)
		sum += model_field_weight(model, f, pattern_level(pattern, f), a[f], b[f]);
	return sum;
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

double model_prior(const struct weights *weights, size_t records, double start)
{
	double pairs = (double)records * ((double)records - 1) / 2, prior = start;

	if (records < 2)
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
