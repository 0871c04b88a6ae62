/* journey/traits_points.c - the points of all trials in the order of their rows, which is that of
 * attribute columns; see traits.h
 *
 * Where two trials have one point there is no such order, and values go the longer way, by row.
 */
#include "journey/traits_internal.h"

#include <stdlib.h>

enum { TRIALS_A_PIECE = 1 << 14 };

static err number_piece(void *context, size_t piece, struct why *why)
{
	const struct traits_maker *m = context;
	size_t from = piece * TRIALS_A_PIECE;
	size_t to = MIN_OF(from + TRIALS_A_PIECE, m->trials->count);

	(void)why;
	for (size_t t = from; t < to; t++)
		m->points.of[t] = row_marks_find(&m->points.rows, m->trials->items[t].row);
	return OK;
}

err traits_number_points(struct traits_maker *m, struct why *why)
{
	size_t rows = threads_view_rows(journey_plan_view(m->plan)), count = m->trials->count;
	size_t bytes = row_marks_bytes(rows), numbers = count * sizeof(*m->points.of);
	err e = limits_take(journey_plan_limits(m->plan), bytes + numbers, why);

	if (e != OK)
		return e;
	m->bytes += bytes;
	m->out->bytes += numbers; /* columns look there as long as they live */
	m->points.rows = row_marks_create(rows);
	for (size_t t = 0; t < count; t++)
		row_marks_add(&m->points.rows, m->trials->items[t].row);
	if (row_marks_number(&m->points.rows) != count)
		return OK;
	m->points.of = memory_resize(NULL, (count + 1) * sizeof(*m->points.of));
	m->out->points = m->points.of;
	return journey_share_out(journey_plan_limits(m->plan), number_piece, m,
		(count + TRIALS_A_PIECE - 1) / TRIALS_A_PIECE, why);
}

void traits_points_done(struct traits_maker *m)
{
	if (m->points.rows.bits != NULL)
		row_marks_done(&m->points.rows);
}
