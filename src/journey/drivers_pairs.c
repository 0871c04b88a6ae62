/* journey/drivers_pairs.c - combinations of two traits that say more than either; see drivers.h */
#include "journey/drivers_internal.h"

#include <math.h>
#include <stdlib.h>

struct pairing {
	struct search *search;
	const uint32_t *trait; /* the strongest */
	size_t count;
};

static int by_reach(const void *a, const void *b)
{
	const struct driver *x = *(const struct driver *const *)a;
	const struct driver *y = *(const struct driver *const *)b;
	double one = fabs(x->z), two = fabs(y->z);

	if (one != two)
		return one > two ? -1 : 1;
	return (x->trait > y->trait) - (x->trait < y->trait);
}

static size_t choose(const struct search *s, uint32_t chosen[static DRIVERS_PAIRED])
{
	const struct driver **order = memory_alloc((s->traits->count + 1) * sizeof(*order));
	size_t n = MIN_OF(s->traits->count, (size_t)DRIVERS_PAIRED);

	for (size_t i = 0; i < s->traits->count; i++)
		order[i] = &s->one[i];
	if (s->traits->count > 0)
		qsort(order, s->traits->count, sizeof(*order), by_reach);
	for (size_t i = 0; i < n; i++)
		chosen[i] = order[i]->trait;
	free(order);
	return n;
}

/* Within those who have one part: with the other part against without it. */
static struct odds_table within(const struct odds_table *both, const struct odds_table *part)
{
	return (struct odds_table){ both->a, both->b, part->a - both->a, part->b - both->b };
}

static bool is_higher(const struct odds_table *t)
{
	return (double)t->a * (double)t->d > (double)t->b * (double)t->c;
}

/* p of saying more than either part. */
static double p_of_more(const struct odds_table *both, const struct odds_table *one,
	const struct odds_table *two, double design)
{
	struct odds_table within_one = within(both, one), within_two = within(both, two);

	if (!is_higher(&within_one) || !is_higher(&within_two))
		return 1;
	double p = odds_p(&within_one, design);
	return p >= 1 ? 1 : MAX_OF(p, odds_p(&within_two, design));
}

static void keep(struct search *s, const struct driver *d)
{
	if (s->two_count == s->two_room) {
		s->two_room = s->two_room == 0 ? 64 : 2 * s->two_room;
		s->two = memory_resize(s->two, s->two_room * sizeof(*s->two));
	}
	s->two[s->two_count++] = *d;
}

#define P_WORTH_KEEPING 0.05 /* above it no correction makes a finding */

static bool test_pair(const struct search *s, uint32_t i, uint32_t k, struct driver *d)
{
	struct bits_counts counts = bits_count_both(trait_set(s->traits, i),
		trait_set(s->traits, k), s->trials->count, s->trials->suffered);

	*d = (struct driver){ .trait = MIN_OF(i, k), .other = MAX_OF(i, k), .design = 1, .q = 1 };
	if (counts.all < s->question->support)
		return false;
	d->table = table_of(s->trials, counts);
	d->p = p_of_more(&d->table, &s->one[i].table, &s->one[k].table, 1);
	return true;
}

/* Again with the design effect, where something may come of it. */
static err test_again(void *context, size_t at, struct why *why)
{
	struct search *s = context;
	struct driver *d = &s->two[at];

	(void)why;
	if (d->p <= s->threshold_of_two && s->repeaters.count > 0) {
		uint64_t *set = driver_set(s->trials, s->traits, d->trait, d->other);
		d->design = search_design(s, set, &d->table);
		d->p = p_of_more(
			&d->table, &s->one[d->trait].table, &s->one[d->other].table, d->design);
		free(set);
	}
	driver_fill(d);
	return OK;
}

/* One trait with all that follow it. */
static err pair_one(void *context, size_t i, struct why *why)
{
	struct pairing *p = context;
	struct search *s = p->search;
	const struct trait *items = s->traits->items;
	uint64_t tested = 0;
	struct driver d;

	(void)why;
	for (size_t k = i + 1; k < p->count; k++) {
		if (items[p->trait[i]].family == items[p->trait[k]].family ||
			!test_pair(s, p->trait[i], p->trait[k], &d))
			continue;
		tested++;
		if (d.p >= P_WORTH_KEEPING)
			continue;
		ASSERT(pthread_mutex_lock(s->lock) == 0);
		keep(s, &d);
		ASSERT(pthread_mutex_unlock(s->lock) == 0);
	}
	ASSERT(pthread_mutex_lock(s->lock) == 0);
	s->pairs_tested += tested;
	ASSERT(pthread_mutex_unlock(s->lock) == 0);
	return OK;
}

/* p of every test made so far, but for combinations that were not worth keeping. */
static err test_pairs_again(struct search *s, struct why *why)
{
	size_t count = s->traits->count + s->two_count;
	double *p = memory_alloc((count + 1) * sizeof(*p));

	for (size_t i = 0; i < s->traits->count; i++)
		p[i] = s->one[i].p;
	for (size_t i = 0; i < s->two_count; i++)
		p[s->traits->count + i] = s->two[i].p;
	search_thresholds(s, p, s->traits->count, count, s->pairs_tested);
	free(p);
	err e = search_again(s, why); /* what is found of two makes room for more of one */
	if (e != OK)
		return e;
	return journey_share_out(journey_plan_limits(s->plan), test_again, s, s->two_count, why);
}

err search_pairs(struct search *s, struct why *why)
{
	uint32_t chosen[DRIVERS_PAIRED];
	struct pairing p = { .search = s, .trait = chosen, .count = choose(s, chosen) };

	err e = journey_share_out(journey_plan_limits(s->plan), pair_one, &p, p.count, why);
	return e == OK ? test_pairs_again(s, why) : e;
}
