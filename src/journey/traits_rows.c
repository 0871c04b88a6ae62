/* journey/traits_rows.c - the threads of all who have trials, walked once: which trial each row
 * stands before, and what came before each trial; see traits.h */
#include "journey/traits_internal.h"

#include <stdatomic.h>
#include <string.h>

enum { CUSTOMERS_A_PIECE = 1024, TRIALS_A_PIECE = 1 << 14 };

struct walking {
	struct traits_maker *maker;
	struct before_sets *sets;
	uint32_t customers;
	atomic_uint placed; /* of in_order */
};

/* From the last event to the first: all that lie behind a point, up to the one before it, are
 * those of the next point. */
static uint32_t mark_rows(struct trial_rows *rows, const struct thread *thread)
{
	uint32_t here = 0;

	for (size_t i = thread->count; i-- > 0;) {
		struct trial_row *row = &rows->row[thread->row[i]];
		uint32_t point = row->trial;
		row->stamp = MIN_OF((uint32_t)i + 1, ROW_IS_POINT - 2);
		if (point == 0) {
			row->trial = here;
			continue;
		}
		row->stamp |= ROW_IS_POINT;
		if (here != 0) {
			rows->before[here - 1] = point - 1;
			rows->after[point - 1] = here - 1;
		}
		here = point;
	}
	return here;
}

static void place(struct walking *w, uint32_t first)
{
	struct trial_rows *rows = &w->maker->rows;
	unsigned count = 0;

	for (uint32_t t = first; t != TRIAL_NONE; t = rows->after[t])
		count++;
	unsigned at = atomic_fetch_add_explicit(&w->placed, count, memory_order_relaxed);
	for (uint32_t t = first; t != TRIAL_NONE; t = rows->after[t])
		rows->in_order[at++] = t;
}

static err walk_customer(struct walking *w, struct before_walk *before, uint32_t customer,
	const struct thread *thread, struct why *why)
{
	struct trial_rows *rows = &w->maker->rows;
	uint32_t first = mark_rows(rows, thread);

	rows->first_of[customer] = first;
	if (first == 0)
		return OK;
	place(w, first - 1);
	return before_walk_thread(before, thread, why);
}

static bool any_has_trials(const struct trial_rows *rows, uint32_t from, uint32_t to)
{
	for (uint32_t c = from; c < to; c++)
		if (rows->first_of[c] != 0)
			return true;
	return false;
}

static err walk_block(struct walking *w, struct before_walk *before, struct thread_walker *walker,
	uint32_t from, uint32_t to, struct why *why)
{
	struct walked block[THREAD_WALK_BLOCK];
	size_t count = thread_walk_block(walker, from, to, block);
	err e = OK;

	for (size_t i = 0; e == OK && i < count; i++)
		if (w->maker->rows.first_of[block[i].customer] != 0)
			e = walk_customer(w, before, block[i].customer, &block[i].thread, why);
	return e;
}

static err walk_piece(void *context, size_t piece, struct why *why)
{
	struct walking *w = context;
	uint32_t from = (uint32_t)piece * CUSTOMERS_A_PIECE;
	uint32_t to = (uint32_t)MIN_OF((uint64_t)from + CUSTOMERS_A_PIECE, (uint64_t)w->customers);
	struct before_walk *before = before_walk_create(w->maker, w->sets);
	struct thread_walker walker;
	err e = OK;

	thread_walker_init(&walker, w->maker->plan->walk);
	for (uint32_t c = from; e == OK && c < to; c += THREAD_WALK_BLOCK) {
		uint32_t end = MIN_OF(c + THREAD_WALK_BLOCK, to);
		if (any_has_trials(&w->maker->rows, c, end))
			e = walk_block(w, before, &walker, c, end, why);
	}
	thread_walker_done(&walker);
	before_walk_free(before);
	return e;
}

static err mark_piece(void *context, size_t piece, struct why *why)
{
	struct walking *w = context;
	struct trial_rows *rows = &w->maker->rows;
	const struct trials *trials = w->maker->trials;
	size_t from = piece * TRIALS_A_PIECE, to = MIN_OF(from + TRIALS_A_PIECE, trials->count);

	(void)why;
	for (size_t t = from; t < to; t++)
		rows->row[trials->items[t].row] =
			(struct trial_row){ (uint32_t)t + 1, ROW_IS_POINT };
	for (size_t t = from; rows->first_of != NULL && t < to; t++) /* set right later */
		__atomic_store_n(&rows->first_of[trials->items[t].customer], 1, __ATOMIC_RELAXED);
	return OK;
}

static err mark_points(struct walking *w, struct why *why)
{
	struct trial_rows *rows = &w->maker->rows;
	size_t bytes = (w->maker->trials->count + 1) * sizeof(uint32_t);

	if (rows->before != NULL) {
		memset(rows->before, 0xff, bytes);
		memset(rows->after, 0xff, bytes);
	}
	return journey_share_out(journey_plan_limits(w->maker->plan), mark_piece, w,
		(w->maker->trials->count + TRIALS_A_PIECE - 1) / TRIALS_A_PIECE, why);
}

err traits_mark_points(struct traits_maker *m, struct why *why)
{
	struct walking w = { .maker = m };

	return mark_points(&w, why);
}

/* ---- what is known of customers beside their threads */

enum { ROWS_A_PIECE = 1 << 16 };

static void mark_entity(const struct traits_maker *m, uint32_t row)
{
	const struct threads_view *view = journey_plan_view(m->plan);
	uint32_t customer = threads_view_customer(view, row);

	if (customer == CUSTOMER_NONE || m->rows.first_of[customer] == 0)
		return;
	int64_t time = threads_view_row(view, row).time;
	uint32_t trial = m->rows.first_of[customer] - 1;
	while (trial != TRIAL_NONE && m->trials->items[trial].time < time)
		trial = m->rows.after[trial];
	if (trial != TRIAL_NONE)
		m->rows.row[row].trial = trial + 1;
}

static err mark_entities(void *context, size_t piece, struct why *why)
{
	const struct traits_maker *m = context;
	const struct threads_view *view = journey_plan_view(m->plan);
	size_t from = piece * ROWS_A_PIECE;
	size_t to = MIN_OF(from + ROWS_A_PIECE, (size_t)threads_view_rows(view));

	(void)why;
	for (size_t row = from; row < to; row++)
		if ((threads_view_flags(view, (uint32_t)row) & (ROW_HIDDEN | ROW_ENTITY)) ==
			ROW_ENTITY)
			mark_entity(m, (uint32_t)row);
	return OK;
}

/* ---- the whole */

err traits_walk(struct traits_maker *m, uint32_t order, struct why *why)
{
	struct before_sets sets;
	struct walking w = { .maker = m,
		.sets = &sets,
		.customers =
			identity_customer_end(threads_view_identity(journey_plan_view(m->plan))) };
	err e = before_sets_create(m, &sets, why);

	if (e != OK)
		return e;
	e = mark_points(&w, why);
	if (e == OK)
		e = journey_share_out(journey_plan_limits(m->plan), walk_piece, &w,
			(w.customers + CUSTOMERS_A_PIECE - 1) / CUSTOMERS_A_PIECE, why);
	ASSERT(e != OK || atomic_load(&w.placed) == m->trials->count);
	const struct threads_view *view = journey_plan_view(m->plan);
	if (e == OK && threads_view_entities(view) > 0)
		e = journey_share_out(journey_plan_limits(m->plan), mark_entities, m,
			threads_view_rows(view) / ROWS_A_PIECE + 1, why);
	for (size_t t = 0; !m->rows.any_before && t < m->trials->count; t++)
		m->rows.any_before = m->rows.before[t] != TRIAL_NONE;
	if (e == OK)
		e = before_sets_add(m, order, &sets, why);
	before_sets_done(&sets);
	return e;
}
