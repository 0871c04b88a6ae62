/* matching/model_parents.c - which fields go together among strangers: a city with its postcode, an
 * address of e-mail with the names that it is made of.
 */
#include "matching/model_internal.h"

#include <math.h>
#include <stdlib.h>

/* How often two fields agree among random pairs, less what matches may account for: half as many
 * again as the model expects, for it may be wrong. */
struct together {
	double pairs, first, second, both;
};

struct relation {
	size_t child, parent;
	double strength; /* how many times more often the child agrees when the parent does */
};
enum { RELATIONS_MAX = MATCHING_FIELDS_MAX * MATCHING_FIELDS_MAX };
#define STRENGTH_LEAST 4.0
#define BOTH_LEAST 20.0 /* pairs seen */
#define MATCHES_ALLOWED 1.5

/* Random pairs, and what model_strangers() says of those that keys keep apart. */
struct pairs_seen {
	const struct sample *random;
	double *strangers;
};

/* Of pairs in which the field `apart` is not alike; NO_PARENT: of all.  `shares`: how many of each
 * pattern count; NULL: all. */
static void add_together(const struct patterns *patterns, const double *shares, size_t f, size_t g,
	int apart, struct together *t)
{
	uint64_t count;

	for (size_t i = 0; i < patterns_count(patterns); i++) {
		uint64_t pattern = patterns_at(patterns, i, &count);
		enum level x = pattern_level(pattern, f), y = pattern_level(pattern, g);
		if (x == LEVEL_MISSING || y == LEVEL_MISSING)
			continue;
		if (apart != NO_PARENT && pattern_level(pattern, (size_t)apart) >= LEVEL_SOUNDS)
			continue;
		double n = shares != NULL ? shares[i] : (double)count;
		t->pairs += n;
		t->first += x == LEVEL_EXACT ? n : 0;
		t->second += y >= LEVEL_RELATED ? n : 0;
		t->both += x == LEVEL_EXACT && y >= LEVEL_RELATED ? n : 0;
	}
}

/* Of matches, that the field is not alike. */
static double share_apart(const struct match_model *model, int field)
{
	double share = 0;

	if (field == NO_PARENT)
		return 1;
	for (size_t l = LEVEL_DIFFERENT; l < LEVEL_SOUNDS; l++)
		share += model->m[field][PARENT_UNKNOWN][l];
	return share;
}

static struct together count_together(const struct match_model *model,
	const struct pairs_seen *seen, size_t f, size_t g, int apart)
{
	struct together t = { .pairs = 0 };
	const double *mf = model->m[f][PARENT_UNKNOWN], *mg = model->m[g][PARENT_UNKNOWN];

	add_together(seen->random->of[PAIR_OPEN], NULL, f, g, apart, &t);
	double matches = MATCHES_ALLOWED * t.pairs * exp2(model->prior) * share_apart(model, apart);
	t.first -= matches * mf[LEVEL_EXACT];
	t.second -= matches * (1 - mg[LEVEL_DIFFERENT]);
	t.both -= matches * mf[LEVEL_EXACT] * (1 - mg[LEVEL_DIFFERENT]);
	add_together(seen->random->of[PAIR_TWO], seen->strangers, f, g, apart, &t);
	return t;
}

static bool stands_above(const struct match_model *model, size_t above, size_t field)
{
	uint32_t all = UINT32_C(1) << field, before;

	do {
		before = all;
		for (size_t f = 0; f < model->field_count; f++)
			all |= (all >> f & 1) != 0 ? parents_of(model, f) : 0;
	} while (all != before);
	return (all >> above & 1) != 0;
}

static double strength_of(const struct together *t)
{
	return t->both >= BOTH_LEAST ? t->both * t->pairs / (t->first * t->second) : 0;
}

static size_t list_relations(
	const struct match_model *model, const struct pairs_seen *seen, struct relation *out)
{
	size_t count = 0;

	for (size_t f = 0; f < model->field_count; f++)
		for (size_t g = 0; g < model->field_count; g++) {
			if (f == g)
				continue;
			struct together t = count_together(model, seen, f, g, NO_PARENT);
			double strength = strength_of(&t);
			if (strength >= STRENGTH_LEAST)
				out[count++] = (struct relation){ g, f, strength };
		}
	return count;
}

uint32_t model_relatives(const struct match_model *model, uint32_t fields)
{
	uint32_t all = fields, before;

	do {
		before = all;
		for (size_t f = 0; f < model->field_count; f++) {
			uint32_t family = UINT32_C(1) << f | parents_of(model, f);
			all |= (all & family) != 0 ? family : 0;
		}
	} while (all != before);
	return all;
}

/* A second one explains the field where the first does not: an address made of both names. */
static void find_second(struct match_model *model, const struct pairs_seen *seen, size_t f)
{
	double best = STRENGTH_LEAST;

	for (size_t g = 0; g < model->field_count; g++) {
		if ((int)g == model->parent[f] || stands_above(model, f, g))
			continue;
		struct together t = count_together(model, seen, g, f, model->parent[f]);
		double strength = strength_of(&t);
		if (strength < best)
			continue;
		best = strength;
		model->second[f] = (int)g;
	}
}

/* Some hundred records are too few to show what is the custom: addresses are made of names. */
static bool assume_email(struct match_model *model)
{
	int email = model->email, given = model->given_name, surname = model->surname;

	if (email == NO_PARENT || model->parent[email] != NO_PARENT || given == NO_PARENT ||
		surname == NO_PARENT || stands_above(model, (size_t)email, (size_t)given) ||
		stands_above(model, (size_t)email, (size_t)surname))
		return false;
	model->parent[email] = given;
	model->second[email] = surname;
	return true;
}

bool model_find_parents(struct match_model *model, const struct sample *random)
{
	struct relation relations[RELATIONS_MAX];
	const struct pairs_seen seen = { random, model_strangers(model, random->of[PAIR_TWO]) };
	size_t count = list_relations(model, &seen, relations);
	bool any = false;

	for (size_t f = 0; f < model->field_count; f++)
		model->parent[f] = model->second[f] = NO_PARENT;
	for (;;) {
		const struct relation *best = NULL;
		for (size_t i = 0; i < count; i++)
			if (model->parent[relations[i].child] == NO_PARENT &&
				!stands_above(model, relations[i].child, relations[i].parent) &&
				(best == NULL || relations[i].strength > best->strength))
				best = &relations[i];
		if (best == NULL)
			break;
		model->parent[best->child] = (int)best->parent;
		any = true;
	}
	for (size_t f = 0; f < model->field_count; f++)
		if (model->parent[f] != NO_PARENT)
			find_second(model, &seen, f);
	any |= assume_email(model);
	free(seen.strangers);
	return any;
}
