/* journey/frictions_parts.c - places where nothing is wrong on the whole, but with a part of those
 * who come there; see frictions.h
 *
 * Who gets a bill calls at some time anyway: no friction of bills.  But those whose promotion ended
 * with it call twice as often.
 */
#include "journey/drivers.h"
#include "journey/frictions_internal.h"

#include <stdlib.h>

/* ---- which candidates */

struct promise {
	const struct candidate_friction *candidate;
	double cost; /* of all who suffer it, more than of the others */
};

static int by_cost(const void *a, const void *b)
{
	const struct promise *x = a, *y = b;

	if (x->cost != y->cost)
		return x->cost > y->cost ? -1 : 1;
	return (x->candidate > y->candidate) - (x->candidate < y->candidate);
}

static bool is_found_at(const struct looking *l, uint32_t place)
{
	for (size_t i = 0; i < l->count; i++)
		if (l->kinds->place[l->found[i].step] == place)
			return true;
	return false;
}

static bool may_be_of_a_part(const struct looking *l, const struct candidate_friction *c)
{
	return (c->word == WORD_PASSAGE || c->word == WORD_LEAKAGE || c->word == WORD_SWITCH ||
		       c->word == WORD_FAILURE) &&
	       !is_found_at(l, l->kinds->place[c->at]);
}

static double cost_of(const struct candidate_friction *c)
{
	double n = (double)c->suffered.n;

	return (double)c->suffered.x - n * (double)c->others.x / (double)c->others.n;
}

/* The dearest, as few as FRICTIONS_PARTS. */
static size_t choose(const struct looking *l, const struct candidate_friction *candidates,
	size_t count, const struct candidate_friction *chosen[static FRICTIONS_PARTS])
{
	struct promise *promises = memory_alloc((count + 1) * sizeof(*promises));
	size_t n = 0;

	for (size_t i = 0; i < count; i++)
		if (may_be_of_a_part(l, &candidates[i]) && cost_of(&candidates[i]) > 0)
			promises[n++] = (struct promise){ &candidates[i], cost_of(&candidates[i]) };
	if (n > 0)
		qsort(promises, n, sizeof(*promises), by_cost);
	n = MIN_OF(n, (size_t)FRICTIONS_PARTS);
	for (size_t i = 0; i < n; i++)
		chosen[i] = promises[i].candidate;
	free(promises);
	return n;
}

/* ---- the part of one */

/* The surest that nothing explains, if it surely costs something. */
static const struct driver *costly_driver(
	const struct drivers *drivers, const struct trials *trials)
{
	for (size_t i = 0; i < drivers->count; i++)
		if (!drivers->items[i].explained)
			return driver_cost(&drivers->items[i], trials).low > 0 ? &drivers->items[i]
									       : NULL;
	return NULL;
}

static void tell_part(
	struct friction_found *f, const struct driver *driver, const struct trials *trials)
{
	struct interval each = moments_difference(&trials->cost);

	f->in_part = true;
	f->trials = *trials;
	f->each = (struct interval){ each.value / COST_UNIT, each.low / COST_UNIT,
		each.high / COST_UNIT };
	f->cost = driver_cost(driver, trials);
	f->usual = 0; /* those without it are what is usual */
	f->beyond = driver->excess.value / (double)trials->suffered;
	f->p = driver->p;
	f->q = driver->q;
}

static err find_part(const struct looking *l, struct friction_found *f, const struct trials *trials,
	bool *found, struct why *why)
{
	struct traits_question own = *l->question->parts;
	const struct drivers_question question = {
		.false_share = f->false_share, .support = own.support, .adjust = true
	};
	struct drivers drivers;
	struct traits traits;

	own.own_only = true;
	*found = false;
	err e = traits_make(l->plan, trials, &own, &traits, why);
	if (e != OK)
		return e;
	e = drivers_find(l->plan, trials, &traits, &question, &drivers, why);
	if (e == OK) {
		const struct driver *driver = costly_driver(&drivers, trials);
		*found = driver != NULL;
		if (driver != NULL)
			tell_part(f, driver, trials);
		drivers_done(l->plan, &drivers);
	}
	traits_done(l->plan, &traits);
	return e;
}

/* Takes what is asked of its trials; kept is what is found. */
static err look_at(struct looking *l, const struct candidate_friction *candidate,
	double false_share, struct trials *trials, struct why *why)
{
	struct friction_found f = frictions_found_of(l, candidate);
	bool found = false;

	f.false_share = false_share;
	err e = find_part(l, &f, trials, &found, why);
	if (e == OK && found && l->question->split != INT64_MIN)
		e = frictions_compare_periods(l, &f, why);
	if (e != OK || !found) {
		frictions_found_done(&f);
		return e;
	}
	f.trials.items = NULL;
	f.trials.bytes = 0;
	l->days[l->count] = frictions_days_of(trials);
	l->found[l->count++] = f;
	return OK;
}

/* ---- the whole */

static err look_at_some(struct looking *l, const struct candidate_friction *const *chosen,
	size_t count, double false_share, struct why *why)
{
	struct friction_found found[FRICTIONS_PARTS];
	const struct friction *frictions[FRICTIONS_PARTS] = { NULL };
	struct trials trials[FRICTIONS_PARTS];

	for (size_t i = 0; i < count; i++) {
		found[i] = frictions_found_of(l, chosen[i]);
		frictions[i] = &found[i].friction;
	}
	err e = trials_make_all(l->plan, frictions, count, l->costs, trials, why);
	for (size_t i = 0; i < count; i++)
		frictions_found_done(&found[i]);
	if (e != OK)
		return e;
	for (size_t i = 0; i < count; i++) {
		if (e == OK)
			e = look_at(l, chosen[i], false_share, &trials[i], why);
		trials_done(l->plan, &trials[i]);
	}
	return e;
}

err frictions_look_at_parts(struct looking *l, const struct candidate_friction *candidates,
	size_t count, struct why *why)
{
	const struct candidate_friction *chosen[FRICTIONS_PARTS];
	size_t n = choose(l, candidates, count, chosen), from = 0;
	double false_share = l->question->false_share / (double)MAX_OF(n, (size_t)1);
	err e = OK;

	while (e == OK && from < n) {
		size_t to = from;
		uint64_t together = 0;
		do
			together += chosen[to]->suffered.n + chosen[to]->others.n;
		while (++to < n && together + chosen[to]->suffered.n + chosen[to]->others.n <=
					   TRIALS_TOGETHER);
		e = look_at_some(l, chosen + from, to - from, false_share, why);
		from = to;
	}
	return e;
}
