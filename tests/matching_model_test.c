/* tests/matching_model_test.c - what is learnt is what was planted. */
#include "base/random.h"
#include "matching/model.h"
#include "test.h"

#include <math.h>

enum { FIELDS = 4, PAIRS = 200000 };
#define MATCHES 0.02

static const str names[FIELDS] = { STR_INIT("given_name"), STR_INIT("surname"), STR_INIT("city"),
	STR_INIT("birth_date") };

/* Of DIFFERENT, TYPO, EXACT. */
static const double planted_m[FIELDS][3] = { { 0.10, 0.10, 0.80 }, { 0.05, 0.15, 0.80 },
	{ 0.30, 0.05, 0.65 }, { 0.02, 0.08, 0.90 } };
static const double planted_u[FIELDS][3] = { { 0.95, 0.02, 0.03 }, { 0.97, 0.01, 0.02 },
	{ 0.86, 0.04, 0.10 }, { 0.98, 0.015, 0.005 } };
static const enum level planted_levels[3] = { LEVEL_DIFFERENT, LEVEL_TYPO, LEVEL_EXACT };

static enum level draw(struct random *r, const double *shares)
{
	double x = random_unit(r);

	return planted_levels[x < shares[0] ? 0 : x < shares[0] + shares[1] ? 1 : 2];
}

/* What makes a city the same for strangers, or nearly so: nothing, a surname, or either name. */
enum follows { FOLLOWS_NOTHING, FOLLOWS_SURNAME, FOLLOWS_NAMES };

static bool follows(enum follows how, uint64_t pattern)
{
	bool given = pattern_level(pattern, 0) == LEVEL_EXACT;
	bool surname = pattern_level(pattern, 1) == LEVEL_EXACT;

	return (how != FOLLOWS_NOTHING && surname) || (how == FOLLOWS_NAMES && given);
}

static struct patterns *plant(uint64_t seed, enum follows how)
{
	struct patterns *patterns = patterns_create();
	struct random r = random_of(seed);

	for (size_t i = 0; i < PAIRS; i++) {
		bool match = random_unit(&r) < MATCHES;
		uint64_t pattern = 0;
		for (size_t f = 0; f < FIELDS; f++) {
			enum level level = draw(&r, match ? planted_m[f] : planted_u[f]);
			if (f == 2 && !match && follows(how, pattern))
				level = how == FOLLOWS_NAMES ? LEVEL_TYPO : LEVEL_EXACT;
			pattern |= (uint64_t)level << (LEVEL_BITS * f);
		}
		patterns_add(patterns, pattern, 1);
	}
	patterns_sort(patterns);
	return patterns;
}

/* Nothing is known of any of them. */
static struct sample sample_of(struct patterns *open)
{
	struct sample sample = sample_create();

	sample_sort(&sample);
	patterns_free(sample.of[PAIR_OPEN]);
	sample.of[PAIR_OPEN] = open;
	return sample;
}

static struct match_records *some_records(size_t count)
{
	static const str values[FIELDS] = { STR_INIT("a"), STR_INIT("b"), STR_INIT("c"),
		STR_INIT("d") };
	struct match_records *records = NULL;
	char id[2] = { 'a', 'a' };

	CHECK("created", match_records_create(names, FIELDS, 1 << 20, &records, NULL) == OK);
	for (size_t i = 0; i < count; i++, id[0]++)
		CHECK("added", match_records_add(records, (str){ id, 2 }, values, NULL) == OK);
	match_records_settle(records);
	return records;
}

TEST(model_recovers_what_was_planted)
{
	struct match_records *records = some_records(20);
	struct patterns *patterns = plant(3, FOLLOWS_NOTHING);
	struct sample sample = sample_of(patterns);
	struct session session = { .pairs = sample };
	struct match_model model;

	model_init(&model, records);
	for (int round = 0; round < 10; round++) {
		model_learn_u(&model, &sample);
		CHECK("every field", model_learn_m(&model, &session, 1));
		model.prior = log2(session.matches / (PAIRS - session.matches));
	}
	CHECK("how many", fabs(session.matches / PAIRS - MATCHES) < 0.002);
	for (size_t f = 0; f < FIELDS; f++)
		for (size_t l = 0; l < 3; l++) {
			enum level level = planted_levels[l];
			CHECK(names[f].ptr, fabs(model.m[f][0][level] - planted_m[f][l]) < 0.03);
			CHECK(names[f].ptr, fabs(model.u[f][0][level] - planted_u[f][l]) < 0.003);
		}
	CHECK("independent", !model_find_parents(&model, &sample));
	sample_free(&sample);
	match_records_free(records);
}

TEST(model_sees_fields_that_go_together)
{
	struct match_records *records = some_records(20);
	struct sample sample = sample_of(plant(4, FOLLOWS_SURNAME));
	struct match_model model;

	model_init(&model, records);
	model.prior = log2(MATCHES);
	CHECK("found", model_find_parents(&model, &sample));
	CHECK("city under surname", model.parent[2] == 1 && model.parent[1] == NO_PARENT);
	CHECK("alone", model.second[2] == NO_PARENT);
	CHECK("relatives", model_relatives(&model, 1u << 1) == (1u << 1 | 1u << 2));
	model_learn_u(&model, &sample);
	CHECK("no evidence where the parent agrees", model.u[2][PARENT_ALIKE][LEVEL_EXACT] > 0.5);
	CHECK("as before where it does not",
		fabs(model.u[2][PARENT_APART][LEVEL_EXACT] - 0.10) < 0.02);
	sample_free(&sample);
	match_records_free(records);
}

TEST(model_sees_what_two_fields_make)
{
	struct match_records *records = some_records(20);
	struct sample sample = sample_of(plant(5, FOLLOWS_NAMES));
	struct match_model model;

	model_init(&model, records);
	model.prior = log2(MATCHES);
	CHECK("found", model_find_parents(&model, &sample));
	CHECK("city under both names", (model.parent[2] == 0 && model.second[2] == 1) ||
					       (model.parent[2] == 1 && model.second[2] == 0));
	CHECK("relatives", model_relatives(&model, 1u << 1) == 7u);
	model_learn_u(&model, &sample);
	CHECK("by one of them", model.u[2][PARENT_PART][LEVEL_TYPO] > 0.5);
	CHECK("by none", fabs(model.u[2][PARENT_APART][LEVEL_EXACT] - 0.10) < 0.02);
	sample_free(&sample);
	match_records_free(records);
}

/* Known pairs teach what matches are like, but not of the fields by which they became known. */
TEST(model_learns_from_what_is_known)
{
	static const str fields[2] = { STR_INIT("surname"), STR_INIT("email") };
	struct match_records *records = NULL;
	struct sample sample = sample_create();
	struct session session = { .pairs = sample };
	struct match_model model, before;

	CHECK("created", match_records_create(fields, 2, 1 << 20, &records, NULL) == OK);
	match_records_settle(records);
	for (int i = 0; i < 1000; i++) {
		enum level surname = i < 700 ? LEVEL_EXACT : LEVEL_TYPO;
		patterns_add(sample.of[PAIR_ONE],
			(uint64_t)surname | (uint64_t)LEVEL_EXACT << LEVEL_BITS, 1);
		patterns_add(sample.of[PAIR_TWO],
			LEVEL_DIFFERENT | (uint64_t)LEVEL_RELATED << LEVEL_BITS, 1);
	}
	sample_sort(&sample);
	model_init(&model, records);
	before = model;
	model_learn_u(&model, &sample);
	CHECK("u is of strangers", model.u[1][0][LEVEL_RELATED] > 0.99);
	CHECK("not every field", !model_learn_m(&model, &session, 1));
	CHECK("no open match", session.matches < 1);
	CHECK("names", fabs(model.m[0][0][LEVEL_EXACT] - 0.7) < 0.01);
	CHECK("what joined them", model.m[1][0][LEVEL_EXACT] == before.m[1][0][LEVEL_EXACT]);
	sample_free(&sample);
	match_records_free(records);
}

TEST(model_prior_is_as_many_as_it_says)
{
	struct weights weights = { .pairs = { 0 } };

	weights.pairs[weight_bin(30)] = 50;
	weights.pairs[weight_bin(-20)] = 4900;
	CHECK("share", fabs(model_prior(&weights, 4950, -10) - log2(50.0 / 4900)) < 0.05);
	CHECK("no pairs", model_prior(&weights, 0, -3) == -3);
	CHECK("bins", weight_bin(-1000) == 0 && weight_bin(1000) == WEIGHT_BINS - 1);
}

TEST(patterns_are_counted)
{
	struct patterns *patterns = patterns_create();
	uint64_t count;

	for (uint64_t i = 0; i < 5000; i++)
		patterns_add(patterns, i % 1000, 1);
	patterns_sort(patterns);
	CHECK("distinct", patterns_count(patterns) == 1000 && patterns_total(patterns) == 5000);
	for (size_t i = 0; i < 1000; i++)
		CHECK("sorted", patterns_at(patterns, i, &count) == i && count == 5);
	CHECK("none left out", patterns_left_out(patterns) == 0);
	patterns_free(patterns);
}
