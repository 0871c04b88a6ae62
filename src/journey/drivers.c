/* journey/drivers.c - see drivers.h: each trait alone, then all that was found in order */
#include "journey/drivers.h"

#include "journey/drivers_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- tables */

struct odds_table table_of(const struct trials *trials, struct bits_counts counts)
{
	uint64_t others = trials->count - trials->suffered;
	uint64_t b = counts.all - counts.suffered;

	return (struct odds_table){ counts.suffered, b, trials->suffered - counts.suffered,
		others - b };
}

uint64_t *driver_set(
	const struct trials *trials, const struct traits *traits, uint32_t trait, uint32_t other)
{
	size_t words = bits_words(trials->count);
	uint64_t *set = memory_alloc((words + 1) * sizeof(*set));

	for (size_t i = 0; i < words; i++)
		set[i] = traits->items[trait].set[i] &
			 (other == TRAIT_NOBODY ? UINT64_MAX : traits->items[other].set[i]);
	return set;
}

void driver_fill(struct driver *d)
{
	const struct odds_table *t = &d->table;
	double all = (double)(t->a + t->b + t->c + t->d), n = (double)(t->a + t->b);
	double share = (double)(t->a + t->c) / all;

	d->z = odds_z(t, d->design);
	d->ratio = odds_ratio(t, d->design);
	d->with = share_interval(t->a, t->a + t->b);
	d->without = share_interval(t->c, t->c + t->d);
	d->difference = share_difference(t, d->design);
	d->lift = share == 0 ? 0 : (double)t->a / n / share;
	d->excess = (struct interval){ d->difference.value * n, d->difference.low * n,
		d->difference.high * n };
	d->adjusted = (struct strata_result){ d->ratio, d->p, 1 };
	d->by = d->by_other = d->by_family = TRAIT_NOBODY;
}

/* ---- customers with several trials */

static uint32_t *count_trials(const struct trials *trials, size_t customers)
{
	uint32_t *count = memory_alloc((customers + 1) * sizeof(*count));

	for (size_t i = 0; i < trials->count; i++)
		count[trials->items[i].customer]++;
	return count;
}

/* Turns counts into where each one's trials begin, + 1; 0: he has but one. */
static void place_customers(struct repeaters *r, uint32_t *count, size_t customers)
{
	for (size_t c = 0; c < customers; c++) {
		uint32_t n = count[c];
		count[c] = 0;
		if (n < 2)
			continue;
		r->start[r->customers++] = (uint32_t)r->trials;
		r->trials += n;
		count[c] = (uint32_t)r->trials - n + 1;
	}
	r->start[r->customers] = (uint32_t)r->trials;
}

err repeaters_make(struct search *s, struct why *why)
{
	const struct trials *trials = s->trials;
	struct repeaters *r = &s->repeaters;
	size_t customers = identity_customer_end(threads_view_identity(journey_plan_view(s->plan)));
	size_t bytes = (customers + trials->count * 2 + 2) * sizeof(uint32_t);

	if (trials->count == trials->customers)
		return OK;
	err e = limits_take(journey_plan_limits(s->plan), bytes, why);
	if (e != OK)
		return e;
	uint32_t *next = count_trials(trials, customers);
	r->start = memory_alloc((trials->count + 1) * sizeof(*r->start));
	r->trial = memory_alloc((trials->count + 1) * sizeof(*r->trial));
	place_customers(r, next, customers);
	for (uint32_t t = 0; t < trials->count; t++) {
		uint32_t *at = &next[trials->items[t].customer];
		if (*at != 0)
			r->trial[(*at)++ - 1] = t;
	}
	free(next);
	limits_give(journey_plan_limits(s->plan), bytes);
	return OK;
}

void repeaters_done(struct search *s)
{
	free(s->repeaters.start);
	free(s->repeaters.trial);
}

/* One customer's trials: how many with and without the set, and of them suffered. */
static struct odds_table table_of_customer(
	const struct search *s, const uint64_t *set, const uint32_t *trial, size_t count)
{
	struct odds_table t = { 0 };

	for (size_t i = 0; i < count; i++) {
		bool with = bits_has(set, trial[i]), suffered = trial[i] < s->trials->suffered;
		*(with ? suffered ? &t.a : &t.b : suffered ? &t.c : &t.d) += 1;
	}
	return t;
}

double search_design(const struct search *s, const uint64_t *set, const struct odds_table *table)
{
	const struct repeaters *r = &s->repeaters;
	struct moments moments = { 0 };
	struct odds_table singles = *table;

	if (r->customers == 0)
		return 1;
	for (size_t c = 0; c < r->customers; c++) {
		struct odds_table t = table_of_customer(
			s, set, r->trial + r->start[c], r->start[c + 1] - r->start[c]);
		singles.a -= t.a, singles.b -= t.b, singles.c -= t.c, singles.d -= t.d;
		moments_add(&moments, t.a + t.b, (int64_t)t.a, t.c + t.d, (int64_t)t.c);
	}
	moments_add_singles(&moments, &singles);
	return moments_design(&moments);
}

/* ---- each trait alone */

double search_threshold(const struct search *s, const double *p, size_t count, size_t tests)
{
	double *q = memory_alloc((count + 1) * sizeof(*q)), threshold = 0;

	for (size_t i = 0; i < count; i++)
		q[i] = p[i];
	benjamini_hochberg(q, count, tests);
	for (size_t i = 0; i < count; i++)
		if (q[i] <= s->question->false_share)
			threshold = MAX_OF(threshold, p[i]);
	free(q);
	return threshold;
}

/* Nineteen of twenty of those who suffered have it, and of those who did not, nineteen have it not:
 * the friction in other words. */
static bool is_the_friction(const struct odds_table *t)
{
	return t->c * 19 <= t->a && t->b * 19 <= t->d;
}

static err test_trait(void *context, size_t i, struct why *why)
{
	struct search *s = context;
	const struct trait *trait = &s->traits->items[i];
	struct driver *d = &s->one[i];

	(void)why;
	*d = (struct driver){ .trait = (uint32_t)i, .other = TRAIT_NOBODY, .design = 1, .q = 1 };
	d->table = table_of(s->trials, trait->counts);
	d->p = odds_p(&d->table, 1);
	driver_fill(d);
	return OK;
}

/* Again with the design effect, where something may come of it. */
static err test_again(void *context, size_t i, struct why *why)
{
	struct search *s = context;
	struct driver *d = &s->one[i];

	(void)why;
	if (d->p > s->threshold)
		return OK;
	d->design = search_design(s, s->traits->items[i].set, &d->table);
	d->p = odds_p(&d->table, d->design);
	driver_fill(d);
	return OK;
}

static err test_traits(struct search *s, struct why *why)
{
	struct journey_limits *limits = journey_plan_limits(s->plan);
	size_t count = s->traits->count;
	err e = journey_share_out(limits, test_trait, s, count, why);

	if (e != OK || s->repeaters.customers == 0)
		return e;
	double *p = memory_alloc((count + 1) * sizeof(*p));
	for (size_t i = 0; i < count; i++)
		p[i] = s->one[i].p;
	s->threshold = s->question->all ? 1 : search_threshold(s, p, count, count);
	free(p);
	return journey_share_out(limits, test_again, s, count, why);
}

/* ---- in order */

static int by_strength(const void *a, const void *b)
{
	const struct driver *x = a, *y = b;

	if (x->explained != y->explained)
		return x->explained - y->explained;
	if (x->z != y->z)
		return x->z > y->z ? -1 : 1;
	if (x->trait != y->trait)
		return x->trait < y->trait ? -1 : 1;
	return (x->other > y->other) - (x->other < y->other);
}

static void count_customers(const struct search *s, struct driver *d)
{
	uint64_t *set = driver_set(s->trials, s->traits, d->trait, d->other);
	uint32_t last = UINT32_MAX;

	for (size_t t = 0; t < s->trials->suffered; t++) {
		uint32_t customer = s->trials->items[t].customer;
		d->customers += bits_has(set, t) && customer != last;
		if (bits_has(set, t))
			last = customer;
	}
	free(set);
}

/* Takes the tests of one kind that are candidates, with their p beside. */
static size_t take_candidates(
	const struct driver *from, size_t count, struct driver *to, double *p, size_t n)
{
	for (size_t i = 0; i < count; i++) {
		if (is_the_friction(&from[i].table))
			continue;
		to[n] = from[i];
		p[n++] = from[i].p;
	}
	return n;
}

static err gather(struct search *s, struct drivers *out, struct why *why)
{
	size_t room = s->traits->count + s->two_count + 1, kept = 0;
	struct driver *all = memory_alloc(room * sizeof(*all));
	double *p = memory_alloc(room * sizeof(*p));
	size_t n = take_candidates(s->one, s->traits->count, all, p, 0);

	out->left_out = s->traits->count - n;
	out->traits = n;
	out->pairs = s->pairs_tested;
	out->tests = out->traits + out->pairs;
	n = take_candidates(s->two, s->two_count, all, p, n);
	benjamini_hochberg(p, n, out->tests);
	for (size_t i = 0; i < n; i++) {
		all[i].q = p[i];
		if (s->question->all || (p[i] <= s->question->false_share && all[i].z > 0))
			all[kept++] = all[i];
	}
	free(p);
	if (kept > 0)
		qsort(all, kept, sizeof(*all), by_strength);
	err e = s->question->adjust ? search_adjust(s, all, kept, why) : OK;
	if (e != OK) {
		free(all);
		return e;
	}
	if (kept > 0)
		qsort(all, kept, sizeof(*all), by_strength);
	for (size_t i = 0; i < kept; i++)
		count_customers(s, &all[i]);
	out->items = all;
	out->count = kept;
	return OK;
}

static err find(struct search *s, struct drivers *out, struct why *why)
{
	err e = repeaters_make(s, why);

	if (e == OK)
		e = test_traits(s, why);
	if (e == OK && s->question->pairs)
		e = search_pairs(s, why);
	if (e == OK)
		e = gather(s, out, why);
	repeaters_done(s);
	return e;
}

err drivers_find(const struct journey_plan *plan, const struct trials *trials,
	const struct traits *traits, const struct drivers_question *question, struct drivers *out,
	struct why *why)
{
	pthread_mutex_t mutex;
	struct search s = { .plan = plan,
		.trials = trials,
		.traits = traits,
		.question = question,
		.lock = &mutex };
	size_t bytes = (traits->count + 1) * sizeof(struct driver) * 2;
	err e = limits_take(journey_plan_limits(plan), bytes, why);

	if (e != OK)
		return e;
	*out = (struct drivers){ .bytes = bytes };
	ASSERT(pthread_mutex_init(&mutex, NULL) == 0);
	s.one = memory_alloc((traits->count + 1) * sizeof(*s.one));
	e = trials->suffered == 0 || trials->suffered == trials->count ? OK : find(&s, out, why);
	free(s.one);
	free(s.two);
	ASSERT(pthread_mutex_destroy(&mutex) == 0);
	if (e != OK)
		drivers_done(plan, out);
	return e;
}

void drivers_done(const struct journey_plan *plan, struct drivers *drivers)
{
	limits_give(journey_plan_limits(plan), drivers->bytes);
	free(drivers->items);
	*drivers = (struct drivers){ .count = 0 };
}

struct interval driver_cost(const struct driver *d, const struct trials *trials)
{
	struct interval cost = moments_difference(&trials->cost);
	double unit = cost.value / COST_UNIT, unit_error = (cost.high - cost.low) / COST_UNIT / 2;
	double excess_error = (d->excess.high - d->excess.low) / 2;
	double value = d->excess.value * unit;
	double reach = hypot(d->excess.value * unit_error, unit * excess_error);

	return (struct interval){ value, value - reach, value + reach };
}
