/* journey/frictions.c - see frictions.h: the dearest candidates looked at one by one */
#include "journey/frictions.h"

#include "journey/frictions_internal.h"

#include "journey/drivers_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DAY_IN_TICKS ((int64_t)24 * 3600 * 1000 * TICKS_PER_MS)

double frictions_beyond(uint64_t suffered, uint64_t all, double usual)
{
	double expected = usual * (double)all;

	return suffered == 0 ? 0 : MAX_OF(1 - expected / (double)suffered, 0.0);
}

/* ---- a candidate as a friction */

static const enum friction_kind kinds_of_words[WORD_COUNT_] = {
	[WORD_FAILURE] = FRICTION_INSTEAD,
	[WORD_PASSAGE] = FRICTION_NEXT,
	[WORD_LEAKAGE] = FRICTION_LATER,
	[WORD_SWITCH] = FRICTION_LATER,
	[WORD_REPEAT] = FRICTION_LATER,
	[WORD_ABANDONMENT] = FRICTION_LEAVE,
	[WORD_WAIT] = FRICTION_WAIT,
};

static void set_steps(const struct journey_plan *plan, const struct step_kinds *kinds,
	const struct candidate_friction *c, struct friction_found *f)
{
	size_t steps = journey_plan_steps(plan);

	f->at = memory_alloc(steps + 1);
	f->to = memory_alloc(steps + 1);
	if (c->word == WORD_FAILURE) {
		for (size_t s = 0; s < steps; s++)
			f->at[s] = s != c->at && kinds->group[s] == kinds->group[c->at];
		f->to[c->at] = 1;
		return;
	}
	f->at[c->at] = 1;
	if (c->word == WORD_LEAKAGE || c->word == WORD_SWITCH)
		memcpy(f->to, kinds->leads + c->at * steps, steps);
	else if (c->to != STEP_NONE)
		f->to[c->to] = 1;
}

struct friction_found frictions_found_of(
	const struct looking *l, const struct candidate_friction *c)
{
	struct friction_found f = {
		.word = c->word, .step = c->at, .usual = c->usual, .windows = c->windows
	};

	set_steps(l->plan, l->kinds, c, &f);
	f.friction = (struct friction){ .kind = kinds_of_words[c->word],
		.at = f.at,
		.to = f.to,
		.within = c->within,
		.visit = c->word == WORD_REPEAT ? l->question->visit : 0 };
	return f;
}

void frictions_found_done(struct friction_found *f)
{
	free(f->at);
	free(f->to);
}

/* ---- looked at one by one */

static int by_number(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

struct days frictions_days_of(const struct trials *trials)
{
	struct days d = { memory_alloc((trials->suffered + 1) * sizeof(*d.items)),
		trials->suffered };

	for (size_t t = 0; t < d.count; t++)
		d.items[t] = (uint64_t)trials->items[t].customer << 32 |
			     (uint32_t)(trials->items[t].time / DAY_IN_TICKS);
	if (d.count > 0)
		qsort(d.items, d.count, sizeof(*d.items), by_number);
	return d;
}

static bool is_mostly_in(const struct days *small, const struct days *large)
{
	size_t both = 0;

	for (size_t i = 0, k = 0; i < small->count; i++) {
		while (k < large->count && large->items[k] < small->items[i])
			k++;
		both += k < large->count && large->items[k] == small->items[i];
	}
	return both * 5 >= small->count * 4;
}

/* Could it be as many by chance, at the usual share?  The usual one is taken as known. */
static double p_beyond(const struct friction_found *f)
{
	double n = (double)f->trials.count, share = (double)f->trials.suffered / MAX_OF(n, 1.0);
	double error = sqrt(MAX_OF(f->usual * (1 - f->usual), 1e-12) / MAX_OF(n, 1.0));

	if (f->usual <= 0)
		return 0;
	return share <= f->usual ? 1 : normal_p((share - f->usual) / error);
}

static void weigh(struct friction_found *f)
{
	struct interval each = moments_difference(&f->trials.cost);
	double beyond = frictions_beyond(f->trials.suffered, f->trials.count, f->usual);
	double n = (double)f->trials.suffered * beyond;
	double reach = (each.high - each.low) / 2;

	f->each = (struct interval){ each.value / COST_UNIT, each.low / COST_UNIT,
		each.high / COST_UNIT };
	f->cost = (struct interval){ f->each.value * n, f->each.low * n, f->each.high * n };
	f->beyond = beyond;
	f->p = reach > 0 ? normal_p(each.value / (reach / NORMAL_95)) : each.value > 0 ? 0 : 1;
	f->p = MIN_OF(MAX_OF(f->p, p_beyond(f)) * f->windows, 1.0);
}

err frictions_compare_periods(const struct looking *l, struct friction_found *f, struct why *why)
{
	const struct trials *trials = &f->trials;
	struct search s = { .plan = l->plan, .trials = trials };
	uint64_t *after = memory_alloc((bits_words(trials->count) + 1) * sizeof(*after));
	struct friction_change *c = &f->change;

	for (size_t t = 0; t < trials->count; t++)
		if (trials->items[t].time >= l->question->split)
			bits_add(after, t);
	err e = repeaters_make(&s, why);
	if (e == OK) {
		c->table = table_of(trials, bits_count(after, trials->count, trials->suffered));
		double design = search_design(&s, after, &c->table);
		c->difference = share_difference(&c->table, design);
		c->p = odds_p(&c->table, design);
	}
	repeaters_done(&s);
	free(after);
	return e;
}

/* Takes what is asked of its trials, which are then given back. */
static err look_at(struct looking *l, size_t i, struct trials *trials, struct why *why)
{
	struct friction_found *f = &l->found[i];
	err e = OK;

	f->trials = *trials;
	weigh(f);
	l->days[i] = frictions_days_of(trials);
	if (l->question->split != INT64_MIN)
		e = frictions_compare_periods(l, f, why);
	trials_done(l->plan, trials);
	f->trials.items = NULL;
	f->trials.bytes = 0;
	return e;
}

/* Those from `from` to the end, whose trials lie in memory together. */
static err look_at_some(struct looking *l, size_t from, struct why *why)
{
	const struct friction *frictions[FRICTIONS_LOOKED_AT] = { NULL };
	struct trials trials[FRICTIONS_LOOKED_AT];
	size_t count = l->count - from;

	if (count == 0)
		return OK;
	for (size_t i = 0; i < count; i++)
		frictions[i] = &l->found[from + i].friction;
	err e = trials_make_all(l->plan, frictions, count, l->costs, trials, why);
	if (e != OK)
		return e;
	for (size_t i = 0; i < count; i++) {
		if (e == OK)
			e = look_at(l, from + i, &trials[i], why);
		else
			trials_done(l->plan, &trials[i]);
	}
	return e;
}

/* One pass finds the trials of as many as fit: passes cost more than what they look for. */
static err look_at_all(struct looking *l, const struct candidate_friction *candidates, size_t count,
	struct why *why)
{
	uint64_t together = 0;
	size_t from = 0;
	err e = OK;

	for (size_t i = 0; e == OK && i < count && candidates[i].low > 0; i++) {
		uint64_t trials = candidates[i].suffered.n + candidates[i].others.n;
		if (l->count > from && together + trials > TRIALS_TOGETHER) {
			e = look_at_some(l, from, why);
			from = l->count;
			together = 0;
		}
		together += trials;
		if (e == OK)
			l->found[l->count++] = frictions_found_of(l, &candidates[i]);
	}
	return e == OK ? look_at_some(l, from, why) : e;
}

/* ---- in order */

static int by_low(const void *a, const void *b)
{
	const struct candidate_friction *x = a, *y = b;

	if (x->low != y->low)
		return x->low > y->low ? -1 : 1;
	if (x->word != y->word)
		return x->word < y->word ? -1 : 1;
	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return (x->to > y->to) - (x->to < y->to);
}

static void exchange(struct looking *l, size_t a, size_t b)
{
	struct friction_found found = l->found[a];
	struct days days = l->days[a];

	l->found[a] = l->found[b];
	l->days[a] = l->days[b];
	l->found[b] = found;
	l->days[b] = days;
}

/* Few: by choice of the largest. */
static void sort_found(struct looking *l)
{
	for (size_t i = 0; i < l->count; i++)
		for (size_t k = i + 1; k < l->count; k++)
			if (l->found[k].cost.low > l->found[i].cost.low)
				exchange(l, i, k);
}

static void drop(struct looking *l, size_t i)
{
	frictions_found_done(&l->found[i]);
	free(l->days[i].items);
	l->count--;
	for (size_t k = i; k < l->count; k++) {
		l->found[k] = l->found[k + 1];
		l->days[k] = l->days[k + 1];
	}
}

static void keep_found(struct looking *l, uint64_t screened)
{
	double p[FRICTIONS_LOOKED_AT];

	for (size_t i = 0; i < l->count; i++)
		p[i] = l->found[i].p;
	benjamini_hochberg(p, l->count, screened);
	for (size_t i = l->count; i-- > 0;) {
		l->found[i].q = p[i];
		if (p[i] > l->question->false_share || l->found[i].cost.low <= 0)
			drop(l, i);
	}
	for (size_t i = 0; i < l->count; i++)
		l->found[i].false_share = l->question->false_share * (double)l->count /
					  (double)MAX_OF(screened, (uint64_t)1);
}

static void correct_changes(struct looking *l)
{
	double changed[FOUND_MAX];

	for (size_t i = 0; i < l->count; i++)
		changed[i] = l->found[i].change.p;
	benjamini_hochberg(changed, l->count, l->count);
	for (size_t i = 0; i < l->count; i++)
		l->found[i].change.q = changed[i];
}

static bool are_at_one_place(const struct looking *l, size_t i, size_t k)
{
	return l->kinds->place[l->found[i].step] == l->kinds->place[l->found[k].step];
}

/* Under the dearest of its place, or a dearer one that has those who suffer it. */
static void put_under(struct looking *l)
{
	for (size_t i = 1; i < l->count; i++)
		for (size_t k = 0; k < i && l->found[i].within == 0; k++)
			if (l->found[k].within == 0 &&
				(are_at_one_place(l, i, k) ||
					is_mostly_in(&l->days[i], &l->days[k])))
				l->found[i].within = k + 1;
}

static void hand_over(struct looking *l, uint64_t screened, struct frictions *out)
{
	*out = (struct frictions){ .count = l->count,
		.screened = screened,
		.items = memory_alloc((l->count + 1) * sizeof(*out->items)) };
	for (size_t i = 0; i < l->count; i++)
		out->items[i] = l->found[i];
	for (size_t i = 0; i < l->count; i++) { /* sets stay where they are */
		out->items[i].friction.at = out->items[i].at;
		out->items[i].friction.to = out->items[i].to;
	}
}

/* ---- the whole */

err frictions_find(const struct journey_plan *plan, const struct costs *costs,
	const struct frictions_question *question, struct frictions *out, struct why *why)
{
	struct candidate_friction *candidates = NULL;
	struct step_kinds kinds;
	size_t screened = 0;

	if (journey_plan_steps(plan) > FRICTIONS_STEPS_MAX)
		return fail(why, MSG_FRICTIONS_STEPS, arg_int((int64_t)journey_plan_steps(plan)),
			arg_int(FRICTIONS_STEPS_MAX));
	struct looking *l = memory_alloc(sizeof(*l));
	*l = (struct looking){
		.plan = plan, .costs = costs, .question = question, .kinds = &kinds
	};
	step_kinds_make(plan, costs, &kinds);
	err e = frictions_screen(plan, costs, question, &kinds, &candidates, &screened, why);
	if (e == OK && screened > 0)
		qsort(candidates, screened, sizeof(*candidates), by_low);
	size_t most = MIN_OF(question->most, (size_t)FRICTIONS_LOOKED_AT);
	if (e == OK)
		e = look_at_all(l, candidates, MIN_OF(screened, most), why);
	if (e == OK)
		keep_found(l, screened);
	if (e == OK && question->parts != NULL)
		e = frictions_look_at_parts(l, candidates, screened, why);
	if (e == OK) {
		correct_changes(l);
		sort_found(l);
		put_under(l);
		hand_over(l, screened, out);
	}
	for (size_t i = 0; i < l->count; i++) {
		free(l->days[i].items);
		if (e != OK)
			frictions_found_done(&l->found[i]);
	}
	free(candidates);
	step_kinds_done(&kinds);
	free(l);
	return e;
}

void frictions_done(const struct journey_plan *plan, struct frictions *frictions)
{
	(void)plan;
	for (size_t i = 0; i < frictions->count; i++)
		frictions_found_done(&frictions->items[i]);
	free(frictions->items);
	*frictions = (struct frictions){ .count = 0 };
}
