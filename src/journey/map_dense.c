/* journey/map_dense.c - the counting of a map whose steps are few: the loop that runs once an event
 *
 * Each event adds to one cell, that of the edge by which it was reached; the first of a journey to
 * one in a row of its own.  All else (how often a step occurs, how often it is the last) is summed
 * up from the cells at the end.  Customers of an edge, and journeys of a step, are told apart by
 * the number of the last one; the steps of a customer are bits of a word (bit_counts.h).
 */
#include "journey/map_internal.h"
#include "journey/plan_internal.h"

#include <stdlib.h>

static size_t cell_count(const struct tally *t)
{
	return (t->steps + 1) * t->steps;
}

static struct dense_code code_of(const struct tally *t, uint32_t step)
{
	return (struct dense_code){ (uint16_t)step, (uint16_t)(step * t->steps) };
}

/* What no event shown here has (STEP_NONE) may stand for anything. */
static void make_codes(struct tally *t, size_t whats)
{
	const uint32_t *plain = t->plan->plain_steps;

	t->codes = memory_alloc((whats + 1) * sizeof(*t->codes));
	for (size_t w = 0; plain != NULL && w < whats; w++)
		t->codes[w] = code_of(t, plain[w] == STEP_NONE ? 0 : plain[w]);
	t->coded_steps = memory_alloc((t->steps + 1) * sizeof(*t->coded_steps));
	for (uint32_t i = 0; i < t->steps; i++)
		t->coded_steps[i] = code_of(t, i);
}

err tally_dense_init(struct tally *t, struct why *why)
{
	size_t whats = threads_view_what_count(t->plan->view);
	size_t cell = sizeof(*t->both) + sizeof(*t->cell_customer);
	size_t bytes = cell_count(t) * cell + t->edge_count * sizeof(*t->edges) +
		       (whats + t->steps) * sizeof(*t->codes) + sizeof(*t->sets) +
		       t->steps * sizeof(*t->marks);
	err e = limits_take(journey_plan_limits(t->plan), bytes, why);

	if (e != OK)
		return e;
	t->bytes += bytes;
	t->edges = memory_alloc((t->edge_count + 1) * sizeof(*t->edges));
	t->both = memory_alloc((cell_count(t) + 1) * sizeof(*t->both));
	t->cell_customer = memory_alloc((cell_count(t) + 1) * sizeof(*t->cell_customer));
	t->sets = memory_alloc(sizeof(*t->sets));
	t->marks = memory_alloc((t->steps + 1) * sizeof(*t->marks));
	make_codes(t, whats);
	if (!t->has_times)
		return OK;
	t->packing = time_packing_of(t->plan->view);
	return time_wells_init(&t->times, 2 * t->steps, journey_plan_limits(t->plan), why);
}

void tally_dense_done(struct tally *t)
{
	free(t->both);
	free(t->cell_customer);
	free(t->codes);
	free(t->coded_steps);
	free(t->sets);
	free(t->marks);
	time_wells_done(&t->times);
}

/* ---- counting: one text, made eight times, so that what is not asked for costs nothing */

struct way {
	bool several; /* journeys a customer: else they are as many as customers */
	bool has_times;
	bool is_wide; /* steps take more than a word */
};

static ALWAYS_INLINE void add_step(struct step_set *set, size_t step, struct way way)
{
	uint64_t bit = (uint64_t)1 << (step % 64);

	if (!way.is_wide) {
		set->word[0] |= bit;
		return;
	}
	set->word[0] |= step < 64 ? bit : 0;
	set->word[1] |= step < 64 ? 0 : bit;
}

static ALWAYS_INLINE void count_set(
	struct step_sets *sets, const struct step_set *set, struct way way)
{
	bit_counts_add(&sets->of_word[0], set->word[0]);
	if (way.is_wide)
		bit_counts_add(&sets->of_word[1], set->word[1]);
}

static ALWAYS_INLINE void count_cell(uint64_t *both, uint32_t *last, size_t cell, uint32_t customer)
{
	const uint64_t again = 1, anew = 1 + ((uint64_t)1 << 32);

	both[cell] += last[cell] != customer ? anew : again;
	last[cell] = customer;
}

static ALWAYS_INLINE void count_mark(struct mark *mark, uint32_t journey, struct way way)
{
	if (!way.several)
		return;
	mark->journeys += mark->last_journey != journey;
	mark->last_journey = journey;
}

/* The time from one step to the next. */
static ALWAYS_INLINE void keep_time(
	struct tally *t, const struct time_packing *packing, size_t from, size_t to, uint64_t ticks)
{
	uint64_t packed;

	if (time_pack(packing, ticks, &packed))
		time_wells_add(&t->times, from, packing->bytes, packed | to);
	else
		time_wells_add(
			&t->times, t->steps + from, sizeof(ticks), ticks << PACKED_STEP_BITS | to);
}

/* Whose journey it is; its steps into `set`. */
struct owner {
	uint32_t customer, journey;
	struct step_set *set;
};

/* `count` events after one of step `from` at `before`. */
static ALWAYS_INLINE struct dense_code count_edges(struct tally *t, const uint32_t *codes,
	const struct dense_code *meaning, const int64_t *time, size_t count, struct dense_code from,
	int64_t before, struct owner of, struct way way)
{
	uint64_t *both = t->both;
	uint32_t *last = t->cell_customer;
	const struct time_packing packing = t->packing;
	uint64_t longest = 0;

	for (size_t i = 0; i < count; i++) {
		const struct dense_code to = meaning[codes[i]];
		size_t cell = (size_t)from.row + to.step;
		count_cell(both, last, cell, of.customer);
		count_mark(&t->marks[to.step], of.journey, way);
		add_step(of.set, to.step, way);
		if (way.has_times) {
			uint64_t ticks = (uint64_t)time[i] - (uint64_t)before;
			before = time[i];
			longest |= ticks;
			keep_time(t, &packing, from.step, to.step, ticks);
		}
		from = to;
	}
	t->longest |= longest;
	return from;
}

/* A journey of `count` events; the step that it ends with. */
static ALWAYS_INLINE struct dense_code count_journey(struct tally *t, const uint32_t *codes,
	const struct dense_code *meaning, const int64_t *time, size_t count, struct owner of,
	struct way way)
{
	struct dense_code first = meaning[codes[0]];

	count_cell(t->both, t->cell_customer, t->steps * t->steps + first.step, of.customer);
	count_mark(&t->marks[first.step], of.journey, way);
	add_step(of.set, first.step, way);
	return count_edges(t, codes + 1, meaning, way.has_times ? time + 1 : NULL, count - 1, first,
		way.has_times ? time[0] : 0, of, way);
}

/* A customer's runs follow each other: his steps are counted when the next one comes. */
static ALWAYS_INLINE void begin_customer(struct tally *t, uint32_t customer, struct way way)
{
	if (t->last_customer == customer)
		return;
	if (t->last_customer != 0)
		count_set(t->sets, &t->customer_steps, way);
	t->customer_steps = (struct step_set){ { 0 } };
	t->last_customer = customer;
	t->customers++;
}

/* All that a customer did is one journey. */
static ALWAYS_INLINE void count_whole(
	struct tally *t, const struct journey_run *runs, size_t count, struct way way)
{
	size_t events = 0;

	for (size_t i = 0; i < count; i++) {
		const struct journey_run *run = &runs[i];
		const struct dense_code *meaning;
		const uint32_t *codes = dense_codes(t, run, &meaning);
		struct step_set set = { { 0 } };
		const struct owner of = { run->customer + 1, 0, &set };
		const size_t own = run->events, later = run->tail.count;
		t->outcomes[run->outcome[0]]++;
		struct dense_code end = count_journey(
			t, codes, meaning, way.has_times ? run->time : NULL, own, of, way);
		if (later > 0)
			count_edges(t, run->tail.what, meaning, run->tail.time, later, end,
				way.has_times ? run->time[own - 1] : 0, of, way);
		count_set(t->sets, &set, way);
		events += own + later;
	}
	t->customers += count;
	t->journeys += count;
	t->events += events;
}

static ALWAYS_INLINE void count_run(struct tally *t, const struct journey_run *run, struct way way)
{
	const struct dense_code *meaning;
	const uint32_t *codes = dense_codes(t, run, &meaning);
	uint32_t journey = (uint32_t)t->journeys; /* stamps begin at 1: fewer than rows */

	begin_customer(t, run->customer + 1, way);
	struct step_set set = t->customer_steps;
	for (size_t k = 0, from = 0; k < run->journeys; from = run->end[k++]) {
		t->outcomes[run->outcome[k]]++;
		const struct owner of = { run->customer + 1, ++journey, &set };
		count_journey(t, codes + from, meaning, way.has_times ? run->time + from : NULL,
			run->end[k] - from, of, way);
	}
	t->customer_steps = set;
	t->journeys += run->journeys;
	t->events += run->events;
}

static ALWAYS_INLINE void count_runs(
	struct tally *t, const struct journey_run *runs, size_t count, struct way way)
{
	if (!way.several)
		count_whole(t, runs, count, way);
	for (size_t i = 0; way.several && i < count; i++)
		count_run(t, &runs[i], way);
}

static void count_narrow(struct tally *t, const struct journey_run *runs, size_t count)
{
	if (t->plan->is_whole_thread && t->has_times)
		count_runs(t, runs, count, (struct way){ false, true, false });
	else if (t->plan->is_whole_thread)
		count_runs(t, runs, count, (struct way){ false, false, false });
	else if (t->has_times)
		count_runs(t, runs, count, (struct way){ true, true, false });
	else
		count_runs(t, runs, count, (struct way){ true, false, false });
}

static void count_wide(struct tally *t, const struct journey_run *runs, size_t count)
{
	if (t->plan->is_whole_thread && t->has_times)
		count_runs(t, runs, count, (struct way){ false, true, true });
	else if (t->plan->is_whole_thread)
		count_runs(t, runs, count, (struct way){ false, false, true });
	else if (t->has_times)
		count_runs(t, runs, count, (struct way){ true, true, true });
	else
		count_runs(t, runs, count, (struct way){ true, false, true });
}

err tally_dense_runs(struct tally *t, const struct journey_run *runs, size_t count, struct why *why)
{
	if (t->steps <= 64)
		count_narrow(t, runs, count);
	else
		count_wide(t, runs, count);
	return time_wells_state(&t->times, why);
}

bool tally_dense_is_too_long(const struct tally *t)
{
	return t->longest >= PACKED_TICKS_MAX;
}

/* ---- what follows from it */

static uint32_t count_of(const struct tally *t, size_t cell)
{
	return (uint32_t)t->both[cell];
}

static void settle_edges(struct tally *t)
{
	for (size_t i = 0; i < t->edge_count; i++) {
		struct edge_tally *edge = &t->edges[i];
		edge->count = count_of(t, i);
		edge->customers = (uint32_t)(t->both[i] >> 32);
	}
}

static void settle_step(struct tally *t, size_t step)
{
	struct step_tally *to = &t->step[step];
	uint64_t left = 0;

	to->starts = count_of(t, t->steps * t->steps + step);
	to->count = to->starts;
	for (size_t i = 0; i < t->steps; i++) {
		to->count += count_of(t, i * t->steps + step);
		left += count_of(t, step * t->steps + i);
	}
	to->ends = to->count - left;
	to->customers = (uint32_t)t->sets->of_word[step / 64].counts[step % 64];
	to->journeys = t->plan->is_whole_thread ? to->customers : t->marks[step].journeys;
}

void tally_dense_settle(struct tally *t)
{
	for (size_t i = 0; i < STEP_WORDS; i++) {
		/* The last one's, who is behind nobody; no bit where each has one journey. */
		bit_counts_add(&t->sets->of_word[i], t->customer_steps.word[i]);
		bit_counts_settle(&t->sets->of_word[i]);
	}
	settle_edges(t);
	for (size_t i = 0; i < t->steps; i++)
		settle_step(t, i);
}
