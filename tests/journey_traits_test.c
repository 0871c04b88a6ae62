/* tests/journey_traits_test.c - traits against what a slow reading of the records says: of each
 * trial the latest value at its point or before, whatever its type, however late it arrived */
#include "base/random.h"
#include "journey/traits.h"
#include "support/journey_world.h"
#include "test.h"

#include <stdlib.h>
#include <string.h>

enum { EVENTS = 260, CUSTOMERS = 20, KEYS = 5 };

/* text: few texts.  mixed: a text or a number.  number: of three.  rare: one event in thirty has
 * it.  alone: of one event in two. */
static const char *const keys[KEYS] = { "text", "mixed", "number", "rare", "alone" };

/* Several events at one time; they arrive in no order. */
static const char *make_events(uint64_t seed)
{
	static char text[EVENTS * 96];
	struct strbuf out = { .ptr = text, .cap = sizeof(text), .cap_max = sizeof(text) };
	struct random random = random_of(seed);

	for (int i = 0; i < EVENTS; i++) {
		unsigned dice = (unsigned)random_below(&random, 60);
		strbuf_printf(&out, "%sc%u %u web %c", i == 0 ? "" : "; ",
			(unsigned)random_below(&random, CUSTOMERS),
			(unsigned)random_below(&random, 50) * 60,
			(int)('p' + random_below(&random, 4)));
		if (dice % 3 == 0)
			strbuf_printf(&out, " text=t%u", (unsigned)random_below(&random, 4));
		if (dice % 4 == 0)
			strbuf_printf(&out, dice % 8 == 0 ? " mixed=m%u" : " mixed=%u",
				(unsigned)random_below(&random, 3));
		if (dice % 5 == 0)
			strbuf_printf(&out, " number=%u", (unsigned)random_below(&random, 3));
		if (dice < 2)
			strbuf_printf(&out, " rare=r%u", (unsigned)random_below(&random, 2));
		if (dice % 2 == 0)
			strbuf_printf(&out, " alone=a%u", (unsigned)random_below(&random, 3));
	}
	strbuf_add_byte(&out, '\0');
	CHECK("room", strbuf_ok(&out));
	return text;
}

/* ---- the slow reading */

/* Rows are in the order of arrival, records told from 1. */
static const struct record *record_of(const struct journey_world *w, uint32_t row)
{
	return &w->records[row + 1];
}

static bool are_equal(const struct value *a, const struct value *b)
{
	return a->kind == b->kind && (a->kind == VALUE_STRING ? str_equal(a->string, b->string)
							      : a->integer == b->integer);
}

static const struct value *value_of(const struct record *record, str key)
{
	for (size_t i = 0; i < record->attribute_count; i++)
		if (str_equal(record->attributes[i].key, key))
			return &record->attributes[i].value;
	return NULL;
}

static bool is_before(const struct record *a, const struct record *b)
{
	return a->time.ms != b->time.ms ? a->time.ms < b->time.ms : a->seq < b->seq;
}

/* The customer's latest at the point or before it. */
static const struct value *latest(
	const struct journey_world *w, const struct record *point, str key)
{
	const struct record *best = NULL;

	for (size_t i = 1; i <= w->count; i++) {
		const struct record *r = &w->records[i];
		if (!str_equal(r->identifiers[0].value, point->identifiers[0].value) ||
			is_before(point, r) || value_of(r, key) == NULL)
			continue;
		if (best == NULL || is_before(best, r))
			best = r;
	}
	return best == NULL ? NULL : value_of(best, key);
}

static bool is_own(const struct journey_world *w, const struct trials *trials, str key)
{
	size_t own = 0;

	for (size_t t = 0; t < trials->count; t++)
		own += value_of(record_of(w, trials->items[t].row), key) != NULL;
	return own * 2 >= trials->count;
}

static const struct value *expected(const struct journey_world *w, const struct trials *trials,
	size_t t, str key, const struct traits_question *q)
{
	const struct record *point = record_of(w, trials->items[t].row);

	if (is_own(w, trials, key))
		return value_of(point, key);
	return q->own_only ? NULL : latest(w, point, key);
}

static bool says(const struct trait *trait, const struct value *value)
{
	if (value == NULL || (trait->kind != TRAIT_TEXT && trait->kind != TRAIT_NUMBER))
		return false;
	if (value->kind == VALUE_STRING)
		return trait->kind == TRAIT_TEXT && str_equal(trait->text, value->string);
	return trait->kind == TRAIT_NUMBER && trait->low == (double)value->integer;
}

/* ---- compared */

/* A trait holds exactly the trials that it should. */
static void check_trait(const struct journey_world *w, const struct trials *trials,
	const struct traits *traits, size_t i, const struct traits_question *q)
{
	const struct trait *trait = &traits->items[i];
	const uint64_t *set = trait_set(traits, i);
	struct bits_counts counts = bits_count(set, trials->count, trials->suffered);
	size_t wrong = 0;

	for (size_t t = 0; t < trials->count; t++)
		wrong += bits_has(set, t) != says(trait, expected(w, trials, t, trait->key, q));
	CHECK("its trials", wrong == 0);
	CHECK("own", trait->own == is_own(w, trials, trait->key));
	CHECK("counted",
		counts.all == trait->counts.all && counts.suffered == trait->counts.suffered);
}

/* Each value that some trials have, and some have not, is a trait, or another's twin. */
static void check_none_is_missing(const struct journey_world *w, const struct trials *trials,
	const struct traits *traits, str key, const struct traits_question *q)
{
	for (size_t t = 0; t < trials->count; t++) {
		const struct value *value = expected(w, trials, t, key, q);
		size_t all = 0, alike = 0;
		for (size_t o = 0; value != NULL && o < trials->count; o++) {
			const struct value *other = expected(w, trials, o, key, q);
			all += other != NULL && are_equal(value, other);
		}
		if (all == 0 || all == trials->count)
			continue;
		for (size_t i = 0; i < traits->count; i++)
			alike += bits_has(trait_set(traits, i), t) &&
				 (traits->items[i].same > 0 ||
					 (str_equal(traits->items[i].key, key) &&
						 says(&traits->items[i], value)));
		CHECK("there", alike > 0);
	}
}

static void compare(const struct journey_world *w, const struct journey_plan *plan,
	const struct trials *trials, bool own_only)
{
	const struct traits_question question = {
		.zone = zone_utc(), .support = 1, .look_back = 1, .own_only = own_only
	};
	struct traits traits;

	CHECK("made", traits_make(plan, trials, &question, &traits, NULL) == OK);
	for (size_t i = 0; i < traits.count; i++)
		if (traits.items[i].kind == TRAIT_TEXT || traits.items[i].kind == TRAIT_NUMBER)
			check_trait(w, trials, &traits, i, &question);
	for (int k = 0; k < KEYS; k++)
		check_none_is_missing(w, trials, &traits, str_of(keys[k]), &question);
	traits_done(plan, &traits);
}

static void check_world(uint64_t seed)
{
	uint8_t at[8] = { 0 }, to[8] = { 0 };
	const struct friction friction = {
		.kind = FRICTION_NEXT, .at = at, .to = to, .within = INT64_MAX
	};
	struct journey_world w;
	struct journey_plan *plan;
	struct trials trials;
	struct costs costs;

	journey_world_init(&w, make_events(seed), true);
	CHECK("plan", journey_world_plan(&w, &plan, NULL) == OK);
	at[journey_plan_find_step(plan, STR("p"))] = 1;
	to[journey_plan_find_step(plan, STR("q"))] = 1;
	CHECK("costs", costs_make(plan, NULL, 0, 1, &costs, NULL) == OK);
	CHECK("trials", trials_make(plan, &friction, &costs, &trials, NULL) == OK);
	CHECK("several of one customer", trials.count > trials.customers);
	for (size_t t = 0; t < trials.count; t++)
		CHECK("rows are records",
			str_equal(record_of(&w, trials.items[t].row)->activity, STR("p")));
	compare(&w, plan, &trials, false);
	compare(&w, plan, &trials, true);
	trials_done(plan, &trials);
	costs_done(plan, &costs);
	journey_plan_free(plan);
	CHECK("given back", atomic_load(&w.limits.bytes) == 0);
	journey_world_done(&w);
}

TEST(traits_are_what_was_known_at_the_point)
{
	for (uint64_t seed = 1; seed <= 4; seed++)
		check_world(seed);
}
