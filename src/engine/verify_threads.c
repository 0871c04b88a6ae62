/* engine/verify_threads.c - threads against the rows; see verify.h */
#include "engine/verify_internal.h"

#include <stdlib.h>

enum { THREAD_ARENA_BYTES = 1 << 30 };

struct gathered {
	struct verifying *v;
	uint8_t *seen; /* a bit a row */
	uint64_t count;
	struct headway headway; /* rows */
};

/* This customer's, visible, of this kind, and in no thread before. */
static bool is_rightly_in(struct gathered *g, uint32_t row, uint32_t customer, bool entities)
{
	struct row r = threads_view_row(g->v->view, row);
	bool again = (g->seen[row / 8] >> (row % 8) & 1) != 0;

	g->seen[row / 8] |= (uint8_t)(1u << (row % 8));
	g->count++;
	return !again && (r.flags & ROW_HIDDEN) == 0 && ((r.flags & ROW_ENTITY) != 0) == entities &&
	       threads_view_customer(g->v->view, row) == customer;
}

static bool is_after(const struct threads_view *view, uint32_t row, uint32_t before)
{
	struct row a = threads_view_row(view, before), b = threads_view_row(view, row);

	return b.time > a.time || (b.time == a.time && b.origin > a.origin);
}

static bool is_sound(struct gathered *g, uint32_t customer, const struct thread *thread)
{
	const struct threads_view *view = g->v->view;
	bool sound = true;

	for (size_t i = 0; i < thread->count; i++) {
		struct row row = threads_view_row(view, thread->row[i]);
		sound = is_rightly_in(g, thread->row[i], customer, false) && sound &&
			thread->time[i] == row.time && thread->what[i] == row.what &&
			(i == 0 || is_after(view, thread->row[i], thread->row[i - 1]));
	}
	return sound;
}

static err check_customer(
	struct gathered *g, uint32_t customer, struct arena *arena, struct why *why)
{
	const struct identity_view *identity = g->v->identity;
	struct thread thread;
	const uint32_t *rows;
	size_t count;
	err e = thread_of(g->v->view, customer, arena, &thread, why);

	if (e == OK)
		e = entities_of(g->v->view, customer, arena, &rows, &count, why);
	if (e != OK)
		return e;
	bool sound = is_sound(g, customer, &thread);
	for (size_t i = 0; i < count; i++)
		sound = is_rightly_in(g, rows[i], customer, true) && sound;
	if (!sound)
		verify_fault_of(g->v, MSG_VERIFY_THREAD,
			identity_text(identity, identity_customer(identity, customer)->head));
	return headway_add(&g->headway, thread.count + count, why);
}

/* What is somebody's and was in no thread. */
static void check_missing(struct gathered *g)
{
	const struct threads_view *view = g->v->view;

	for (uint32_t row = 0; row < threads_view_rows(view); row++) {
		struct row r = threads_view_row(view, row);
		if ((r.flags & ROW_HIDDEN) == 0 && (g->seen[row / 8] >> (row % 8) & 1) == 0 &&
			threads_view_customer(view, row) != CUSTOMER_NONE)
			verify_fault_of(g->v, MSG_VERIFY_THREAD,
				identity_text(
					g->v->identity, identity_set_owner(g->v->identity, r.set)));
	}
}

err verify_threads(struct verifying *v, struct why *why)
{
	AUTO_ARENA arena = arena_create(THREAD_ARENA_BYTES);
	size_t rows = threads_view_rows(v->view);
	struct gathered g = { .v = v,
		.seen = memory_alloc(rows / 8 + 1),
		.headway = headway_of(verify_part(v, VERIFY_THREADS), rows) };
	err e = headway_look(&g.headway, why);

	for (uint32_t i = 0; e == OK && i < identity_customer_end(v->identity); i++) {
		arena_reset(arena);
		if (identity_customer(v->identity, i)->head != IDENTITY_NO_CODE)
			e = check_customer(&g, i, arena, why);
	}
	if (e == OK)
		check_missing(&g);
	free(g.seen);
	return e;
}
