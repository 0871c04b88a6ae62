/* journey/drivers_adjust.c - is a driver still one among those who are alike in another? see
 * drivers.h */
#include "journey/drivers_internal.h"

#include <math.h>
#include <stdlib.h>

#define LEFT_LEAST 0.1 /* of the comparison, within strata; less tells nothing */

struct adjusting {
	const struct search *search;
	struct driver *drivers;
	uint64_t **sets; /* of each driver */
	size_t count;
	uint32_t families[DRIVERS_FAMILIES];
	size_t family_count;
};

/* Of a set, its trials within another as a stratum. */
static struct odds_table stratum(const struct search *s, const uint64_t *set,
	const struct odds_table *whole, const uint64_t *within)
{
	struct bits_counts in = bits_count(within, s->trials->count, s->trials->suffered);
	struct bits_counts both =
		bits_count_both(set, within, s->trials->count, s->trials->suffered);
	uint64_t b = both.all - both.suffered, others = in.all - in.suffered;

	(void)whole;
	return (struct odds_table){ both.suffered, b, in.suffered - both.suffered, others - b };
}

static struct odds_table rest_of(const struct odds_table *whole, const struct odds_table *part)
{
	return (struct odds_table){ whole->a - part->a, whole->b - part->b, whole->c - part->c,
		whole->d - part->d };
}

static struct strata_result adjust_for_set(
	const struct search *s, const struct driver *d, const uint64_t *set, const uint64_t *within)
{
	struct odds_table strata[2];

	strata[0] = stratum(s, set, &d->table, within);
	strata[1] = rest_of(&d->table, &strata[0]);
	return strata_adjust(strata, 2, d->design);
}

/* The values of a family, and one stratum of all who have none of them. */
static struct strata_result adjust_for_family(
	const struct search *s, const struct driver *d, const uint64_t *set, uint32_t family)
{
	struct odds_table strata[TRAITS_VALUES_MAX + 1];
	struct odds_table rest = d->table;
	size_t count = 0;

	for (size_t i = 0; i < s->traits->count; i++) {
		if (s->traits->items[i].family != family)
			continue;
		strata[count] = stratum(s, set, &d->table, trait_set(s->traits, i));
		rest = rest_of(&rest, &strata[count++]);
		ASSERT(count <= TRAITS_VALUES_MAX);
	}
	strata[count++] = rest;
	return strata_adjust(strata, count, d->design);
}

static bool takes_away(const struct driver *d, const struct strata_result *r)
{
	return r->left >= LEFT_LEAST && r->ratio.low <= 1 &&
	       log(r->ratio.value) < 0.5 * log(d->ratio.value);
}

/* Keeps what takes most of the ratio away. */
static bool offer(struct driver *d, const struct strata_result *r, bool explains)
{
	bool is_first = d->by == TRAIT_NOBODY && d->by_family == TRAIT_NOBODY;

	if (r->left < LEFT_LEAST || (d->explained && !explains))
		return false;
	if (!is_first && d->explained == explains && r->ratio.value >= d->adjusted.ratio.value)
		return false;
	d->adjusted = *r;
	d->explained = explains;
	d->by = d->by_other = d->by_family = TRAIT_NOBODY;
	return true;
}

static bool share_a_part(const struct driver *d, const struct driver *o)
{
	return o->trait == d->trait || o->other == d->trait ||
	       (d->other != TRAIT_NOBODY && (o->trait == d->other || o->other == d->other));
}

static uint64_t size_of(const struct driver *d)
{
	return d->table.a + d->table.b;
}

/* A combination may explain its part, where it is the smaller half of it: not the other way round,
 * and one that is nearly all of the part says nothing new. */
static bool may_explain(const struct driver *d, const struct driver *o)
{
	if (!share_a_part(d, o))
		return true;
	return o->other != TRAIT_NOBODY && size_of(o) * 2 <= size_of(d);
}

static void adjust_by_drivers(struct adjusting *a, size_t i)
{
	struct driver *d = &a->drivers[i];

	for (size_t k = 0; k < a->count; k++) {
		const struct driver *o = &a->drivers[k];
		if (k == i || !may_explain(d, o))
			continue;
		struct strata_result r = adjust_for_set(a->search, d, a->sets[i], a->sets[k]);
		bool explains = takes_away(d, &r);
		if (explains && k > i) { /* by a weaker one only if that stands by itself */
			struct strata_result back =
				adjust_for_set(a->search, o, a->sets[k], a->sets[i]);
			explains = !takes_away(o, &back);
		}
		if (offer(d, &r, explains)) {
			d->by = o->trait;
			d->by_other = o->other;
		}
	}
}

/* The family's strongest trait among the drivers; else nothing speaks for the family. */
static const struct driver *speaker_of(const struct adjusting *a, uint32_t family, size_t *at)
{
	for (*at = 0; *at < a->count; (*at)++) {
		const struct driver *d = &a->drivers[*at];
		if (d->other == TRAIT_NOBODY && a->search->traits->items[d->trait].family == family)
			return d;
	}
	return NULL;
}

static bool is_of_family(const struct search *s, const struct driver *d, uint32_t family)
{
	return s->traits->items[d->trait].family == family ||
	       (d->other != TRAIT_NOBODY && s->traits->items[d->other].family == family);
}

static void adjust_by_families(struct adjusting *a, size_t i)
{
	struct driver *d = &a->drivers[i];

	for (size_t f = 0; f < a->family_count; f++) {
		size_t at = 0;
		if (is_of_family(a->search, d, a->families[f]))
			continue;
		struct strata_result r =
			adjust_for_family(a->search, d, a->sets[i], a->families[f]);
		bool explains = takes_away(d, &r);
		const struct driver *o = speaker_of(a, a->families[f], &at);
		if (explains && o != NULL && at > i) {
			struct strata_result back =
				adjust_for_set(a->search, o, a->sets[at], a->sets[i]);
			explains = !takes_away(o, &back);
		}
		if (offer(d, &r, explains))
			d->by_family = a->families[f];
	}
}

static void add_family(struct adjusting *a, uint32_t family)
{
	for (size_t f = 0; f < a->family_count; f++)
		if (a->families[f] == family)
			return;
	if (a->family_count < DRIVERS_FAMILIES)
		a->families[a->family_count++] = family;
}

/* Those of the drivers found, the surest first. */
static void choose_families(struct adjusting *a)
{
	for (size_t i = 0; i < a->count; i++) {
		add_family(a, a->search->traits->items[a->drivers[i].trait].family);
		if (a->drivers[i].other != TRAIT_NOBODY)
			add_family(a, a->search->traits->items[a->drivers[i].other].family);
	}
}

static err adjust_one(void *context, size_t i, struct why *why)
{
	struct adjusting *a = context;

	(void)why;
	adjust_by_drivers(a, i);
	adjust_by_families(a, i);
	return OK;
}

static err make_sets(
	const struct search *s, const struct driver *drivers, size_t count, struct why *why)
{
	struct journey_limits *limits = journey_plan_limits(s->plan);
	err e = OK;

	for (size_t i = 0; e == OK && i < count; i++) {
		e = trait_set_make(limits, s->traits, drivers[i].trait, why);
		if (e == OK && drivers[i].other != TRAIT_NOBODY)
			e = trait_set_make(limits, s->traits, drivers[i].other, why);
	}
	return e;
}

err search_adjust(struct search *s, struct driver *drivers, size_t count, struct why *why)
{
	struct adjusting a = {
		.search = s, .drivers = drivers, .count = MIN_OF(count, (size_t)DRIVERS_ADJUSTED)
	};
	size_t bytes = a.count * (bits_words(s->trials->count) + 1) * sizeof(uint64_t);
	err e = limits_take(journey_plan_limits(s->plan), bytes, why);

	if (e != OK)
		return e;
	a.sets = memory_alloc((a.count + 1) * sizeof(*a.sets));
	e = make_sets(s, drivers, a.count, why);
	for (size_t i = 0; e == OK && i < a.count; i++)
		a.sets[i] = driver_set(s->trials, s->traits, drivers[i].trait, drivers[i].other);
	choose_families(&a);
	if (e == OK)
		e = journey_share_out(journey_plan_limits(s->plan), adjust_one, &a, a.count, why);
	for (size_t i = 0; i < a.count; i++)
		free(a.sets[i]);
	free(a.sets);
	limits_give(journey_plan_limits(s->plan), bytes);
	return e;
}
