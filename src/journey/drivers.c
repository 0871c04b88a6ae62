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
	const uint64_t *one = trait_set(traits, trait);
	const uint64_t *two = other == TRAIT_NOBODY ? NULL : trait_set(traits, other);
	size_t words = bits_words(trials->count);
	uint64_t *set = memory_alloc((words + 1) * sizeof(*set));

	for (size_t i = 0; i < words; i++)
		set[i] = one[i] & (two == NULL ? UINT64_MAX : two[i]);
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

/* Of each customer: his number among those who have several trials, + 1; 0: he has not. */
static uint32_t *number_repeaters(const struct trials *trials, size_t customers, size_t *repeaters)
{
	uint32_t *number = memory_alloc((customers + 1) * sizeof(*number)), n = 0;

	for (size_t t = 0; t < trials->count; t++)
		number[trials->items[t].customer]++;
	for (size_t c = 0; c < customers; c++)
		number[c] = number[c] < 2 ? 0 : ++n;
	*repeaters = n;
	return number;
}

/* In each half a customer's trials stand side by side. */
static void place_trials(struct repeaters *r, const struct trials *trials, const uint32_t *number)
{
	for (uint32_t t = 0; t < trials->count; t++) {
		uint32_t n = number[trials->items[t].customer];
		if (n == 0)
			continue;
		struct repeater *one = &r->items[n - 1];
		bool suffered = t < trials->suffered;
		uint32_t *from = suffered ? &one->suffered_from : &one->others_from;
		uint32_t *count = suffered ? &one->suffered : &one->others;
		if ((*count)++ == 0)
			*from = t;
		ASSERT(*from + *count == t + 1);
	}
}

err repeaters_make(struct search *s, struct why *why)
{
	const struct trials *trials = s->trials;
	struct repeaters *r = &s->repeaters;
	size_t customers = identity_customer_end(threads_view_identity(journey_plan_view(s->plan)));
	size_t bytes = customers * sizeof(uint32_t) + trials->count / 2 * sizeof(*r->items);

	if (trials->count == trials->customers)
		return OK;
	err e = limits_take(journey_plan_limits(s->plan), bytes, why);
	if (e != OK)
		return e;
	uint32_t *number = number_repeaters(trials, customers, &r->count);
	r->items = memory_alloc((r->count + 1) * sizeof(*r->items));
	place_trials(r, trials, number);
	free(number);
	for (size_t i = 0; i < r->count; i++)
		moments_add(&r->nobody, 0, 0, r->items[i].suffered + r->items[i].others,
			r->items[i].suffered);
	limits_give(journey_plan_limits(s->plan), bytes);
	return OK;
}

void repeaters_done(struct search *s)
{
	free(s->repeaters.items);
}

/* Sums of products of counts: below 2^64, for there are fewer than 2^32 trials. */
struct design_sums {
	uint64_t n1, x1, x1x1, x1n1, n1n1, x0x0, x0n0, n0n0, x1x0, x1n0, n1x0, n1n0;
};

/* A customer with n1 trials in the set, x1 of which suffered: instead of having none there. */
static void add_repeater(struct design_sums *sums, const struct repeater *r, uint64_t a, uint64_t b)
{
	uint64_t n = (uint64_t)r->suffered + r->others, x = r->suffered;
	uint64_t n1 = a + b, n0 = n - n1, x0 = x - a;

	sums->n1 += n1;
	sums->x1 += a;
	sums->x1x1 += a * a;
	sums->x1n1 += a * n1;
	sums->n1n1 += n1 * n1;
	sums->x0x0 += x * x - x0 * x0;
	sums->x0n0 += x * n - x0 * n0;
	sums->n0n0 += n * n - n0 * n0;
	sums->x1x0 += a * x0;
	sums->x1n0 += a * n0;
	sums->n1x0 += n1 * x0;
	sums->n1n0 += n1 * n0;
}

static struct moments moments_of(const struct repeaters *r, const struct design_sums *sums)
{
	struct moments m = r->nobody;

	m.n1 = sums->n1;
	m.n0 -= sums->n1;
	m.x1 = (wide_int)sums->x1;
	m.x0 -= (wide_int)sums->x1;
	m.x1x1 = (wide_int)sums->x1x1;
	m.x1n1 = (wide_int)sums->x1n1;
	m.n1n1 = (wide_int)sums->n1n1;
	m.x0x0 -= (wide_int)sums->x0x0;
	m.x0n0 -= (wide_int)sums->x0n0;
	m.n0n0 -= (wide_int)sums->n0n0;
	m.x1x0 = (wide_int)sums->x1x0;
	m.x1n0 = (wide_int)sums->x1n0;
	m.n1x0 = (wide_int)sums->n1x0;
	m.n1n0 = (wide_int)sums->n1n0;
	return m;
}

double search_design(const struct search *s, const uint64_t *set, const struct odds_table *table)
{
	const struct repeaters *r = &s->repeaters;
	struct design_sums sums = { 0 };

	if (r->count == 0)
		return 1;
	for (size_t i = 0; i < r->count; i++) {
		const struct repeater *one = &r->items[i];
		uint64_t a = bits_count_in(set, one->suffered_from, one->suffered);
		uint64_t b = bits_count_in(set, one->others_from, one->others);
		if (a + b > 0)
			add_repeater(&sums, one, a, b);
	}
	struct moments moments = moments_of(r, &sums);
	const struct odds_table singles = { table->a - sums.x1, table->b - (sums.n1 - sums.x1),
		table->c - (uint64_t)moments.x0, table->d - (moments.n0 - (uint64_t)moments.x0) };
	moments_add_singles(&moments, &singles);
	return moments_design(&moments);
}

/* ---- each trait alone */

/* p in place becomes q.  Tests of one trait (the first `ones`) and those of two share what may be
 * false evenly (weights of Genovese, Roeder and Wasserman 2006): a cause alone would drown else
 * among thousands of combinations. */
static void correct(double *p, size_t ones, size_t count, uint64_t pairs)
{
	double tests = (double)ones + (double)pairs;
	double one = ones > 0 ? MAX_OF(tests / (2 * (double)ones), 1.0) : 1;
	double two = pairs > 0 ? (tests - one * (double)ones) / (double)pairs : 1;

	for (size_t i = 0; i < count; i++)
		p[i] = MIN_OF(p[i] / (i < ones ? one : two), 1.0);
	benjamini_hochberg(p, count, ones + (size_t)pairs);
}

void search_thresholds(struct search *s, const double *p, size_t ones, size_t count, uint64_t pairs)
{
	double *q = memory_alloc((count + 1) * sizeof(*q));

	s->threshold = s->threshold_of_two = s->question->all ? 1 : 0;
	for (size_t i = 0; i < count; i++)
		q[i] = p[i];
	correct(q, ones, count, pairs);
	for (size_t i = 0; i < count; i++) {
		double *threshold = i < ones ? &s->threshold : &s->threshold_of_two;
		if (q[i] <= s->question->false_share)
			*threshold = MAX_OF(*threshold, p[i]);
	}
	free(q);
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

/* Again with the design effect, where something may come of it; doing so twice changes nothing. */
static err test_again(void *context, size_t i, struct why *why)
{
	struct search *s = context;
	struct driver *d = &s->one[i];

	(void)why;
	if (d->p > s->threshold)
		return OK;
	d->design = search_design(s, trait_set(s->traits, i), &d->table);
	d->p = odds_p(&d->table, d->design);
	driver_fill(d);
	return OK;
}

err search_again(struct search *s, struct why *why)
{
	if (s->repeaters.count == 0)
		return OK;
	return journey_share_out(
		journey_plan_limits(s->plan), test_again, s, s->traits->count, why);
}

static err test_traits(struct search *s, struct why *why)
{
	struct journey_limits *limits = journey_plan_limits(s->plan);
	size_t count = s->traits->count;
	err e = journey_share_out(limits, test_trait, s, count, why);

	if (e != OK)
		return e;
	double *p = memory_alloc((count + 1) * sizeof(*p));
	for (size_t i = 0; i < count; i++)
		p[i] = s->one[i].p;
	search_thresholds(s, p, count, count, 0);
	free(p);
	return search_again(s, why);
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
	correct(p, (size_t)out->traits, n, out->pairs);
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
