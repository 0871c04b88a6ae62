/* journey/drivers_pairs.c - combinations of two traits that say more than either; see drivers.h */
#include "journey/drivers_internal.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>

/* What one thread counts: of every two, i * count + k, those who suffered and the others. */
struct pair_counts {
	uint32_t *suffered, *others;
};

struct pairing {
	struct search *search;
	uint32_t trait[DRIVERS_PAIRED]; /* the strongest */
	const uint64_t *sets[DRIVERS_PAIRED];
	size_t count;
	struct pair_counts parts[JOURNEY_THREADS_MAX];
	atomic_size_t next; /* tile */
	size_t bytes;
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

/* ---- who has both */

static err find_set(void *context, size_t i, struct why *why)
{
	struct pairing *p = context;

	(void)why;
	p->sets[i] = trait_set(p->search->traits, p->trait[i]);
	return OK;
}

/* Tiles of words that hold one kind of trials; the word that may hold both is counted apart. */
static err count_part(void *context, size_t part, struct why *why)
{
	struct pairing *p = context;
	const struct trials *trials = p->search->trials;
	size_t mixed = trials->suffered / 64, end = bits_words(trials->count);
	size_t first =
		(mixed + BITS_TILE_WORDS - 1) / BITS_TILE_WORDS; /* tiles of the first kind */
	err e = OK;

	while (e == OK) {
		size_t tile = atomic_fetch_add_explicit(&p->next, 1, memory_order_relaxed);
		bool suffered = tile < first;
		size_t from = suffered ? tile * BITS_TILE_WORDS
				       : mixed + 1 + (tile - first) * BITS_TILE_WORDS;
		size_t to = MIN_OF(from + BITS_TILE_WORDS, suffered ? mixed : end);
		if (from >= end)
			break;
		bits_count_pairs(p->sets, p->count, from, to,
			suffered ? p->parts[part].suffered : p->parts[part].others);
		e = limits_check(journey_plan_limits(p->search->plan), why);
	}
	return e;
}

static void count_mixed_word(struct pairing *p)
{
	const struct trials *trials = p->search->trials;
	size_t word = trials->suffered / 64;
	uint64_t mask = ((uint64_t)1 << (trials->suffered % 64)) - 1;

	for (size_t i = 0; word < bits_words(trials->count) && i < p->count; i++)
		for (size_t k = i + 1; k < p->count; k++) {
			uint64_t both = p->sets[i][word] & p->sets[k][word];
			p->parts[0].suffered[i * p->count + k] +=
				(uint32_t)__builtin_popcountll(both & mask);
			p->parts[0].others[i * p->count + k] +=
				(uint32_t)__builtin_popcountll(both & ~mask);
		}
}

static void join_parts(struct pairing *p, size_t parts)
{
	for (size_t part = 1; part < parts; part++)
		for (size_t i = 0; i < p->count * p->count; i++) {
			p->parts[0].suffered[i] += p->parts[part].suffered[i];
			p->parts[0].others[i] += p->parts[part].others[i];
		}
}

static err count_pairs(struct pairing *p, struct why *why)
{
	struct journey_limits *limits = journey_plan_limits(p->search->plan);
	size_t parts = MIN_OF((size_t)MAX_OF(limits->threads, 1U), (size_t)JOURNEY_THREADS_MAX);
	size_t pairs = p->count * p->count + 1, bytes = parts * 2 * pairs * sizeof(uint32_t);
	err e = limits_take(limits, bytes, why);

	if (e != OK)
		return e;
	p->bytes = bytes;
	for (size_t i = 0; i < parts; i++)
		p->parts[i] = (struct pair_counts){ memory_alloc(pairs * sizeof(uint32_t)),
			memory_alloc(pairs * sizeof(uint32_t)) };
	e = journey_share_out(limits, find_set, p, p->count, why);
	if (e == OK)
		e = journey_share_out(limits, count_part, p, parts, why);
	if (e == OK) {
		count_mixed_word(p);
		join_parts(p, parts);
	}
	return e;
}

static void pairing_done(struct pairing *p)
{
	for (size_t i = 0; i < JOURNEY_THREADS_MAX; i++) {
		free(p->parts[i].suffered);
		free(p->parts[i].others);
	}
	limits_give(journey_plan_limits(p->search->plan), p->bytes);
	free(p);
}

/* ---- tests */

/* The a-th and the b-th of the strongest. */
static bool test_pair(const struct pairing *p, size_t a, size_t b, struct driver *d)
{
	const struct search *s = p->search;
	size_t at = a * p->count + b;
	uint32_t i = p->trait[a], k = p->trait[b];
	uint64_t suffered = p->parts[0].suffered[at];
	struct bits_counts counts = { suffered, suffered + p->parts[0].others[at] };

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
			!test_pair(p, i, k, &d))
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
	struct pairing *p = memory_alloc(sizeof(*p));

	p->search = s;
	p->count = choose(s, p->trait);
	err e = count_pairs(p, why);
	if (e == OK)
		e = journey_share_out(journey_plan_limits(s->plan), pair_one, p, p->count, why);
	pairing_done(p);
	return e == OK ? test_pairs_again(s, why) : e;
}
