/* journey/traits_points.c - the points of all trials in the order of their rows, which is that of
 * attribute columns; see traits.h
 *
 * Where two trials have one point there is no such order, and values go the longer way, by row.
 */
#include "base/spare.h"
#include "journey/traits_internal.h"

#include <stdlib.h>

enum { TRIALS_A_PIECE = 1 << 14 };

/* Points of neighbouring trials are often of neighbouring rows: those of one word together. */
static err mark_piece(void *context, size_t piece, struct why *why)
{
	struct traits_maker *m = context;
	size_t from = piece * TRIALS_A_PIECE;
	size_t to = MIN_OF(from + TRIALS_A_PIECE, m->trials->count), word = 0;
	uint64_t some = 0;

	(void)why;
	for (size_t t = from; t < to; t++) {
		uint32_t row = m->trials->items[t].row;
		if (row / 64 != word) {
			row_marks_add(&m->points.rows, word, some);
			word = row / 64;
			some = 0;
		}
		some |= (uint64_t)1 << (row % 64);
	}
	row_marks_add(&m->points.rows, word, some);
	return OK;
}

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
	size_t pieces = (count + TRIALS_A_PIECE - 1) / TRIALS_A_PIECE;
	err e = limits_take(journey_plan_limits(m->plan), bytes + numbers, why);

	if (e != OK)
		return e;
	m->bytes += bytes;
	m->out->bytes += numbers; /* columns look there as long as they live */
	m->points.rows = row_marks_create(rows);
	e = journey_share_out(journey_plan_limits(m->plan), mark_piece, m, pieces, why);
	if (e != OK || row_marks_number(&m->points.rows) != count)
		return e;
	m->points.of = spare_take((count + 1) * sizeof(*m->points.of));
	m->out->points = m->points.of;
	return journey_share_out(journey_plan_limits(m->plan), number_piece, m, pieces, why);
}

void traits_points_done(struct traits_maker *m)
{
	if (m->points.rows.bits != NULL)
		row_marks_done(&m->points.rows);
}
