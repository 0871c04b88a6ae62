/* engine/first_times.c - when was the earliest of the events that still carry a set?
 *
 * Identity asks after the earliest event of a set went, and only where the order of links in time
 * matters: something was refused there.  One pass over the rows for all sets that are asked for,
 * some nanoseconds a row; nothing is kept for it.
 */
#include "engine/engine_internal.h"

#include <stdlib.h>

static size_t place_of(const uint32_t *sets, size_t count, uint32_t set)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (sets[middle] < set)
			low = middle + 1;
		else
			high = middle;
	}
	return low < count && sets[low] == set ? low : count;
}

int64_t identity_time_of(int64_t ticks)
{
	return ticks == INT64_MIN ? IDENTITY_ALWAYS : ms_of_ticks(ticks);
}

static void find(void *context, const uint32_t *sets, int64_t *times, size_t count)
{
	const struct threads *threads = context;
	size_t rows = threads_row_count(threads);

	for (size_t i = 0; i < count; i++)
		times[i] = INT64_MAX - 1; /* live, and yet in no row: cannot be */
	for (uint32_t row = 0; row < rows; row++) {
		uint32_t set = threads_row_set(threads, row);
		if (set < sets[0] || set > sets[count - 1])
			continue;
		size_t at = place_of(sets, count, set);
		if (at == count || threads_row_is_hidden(threads, row))
			continue;
		int64_t time = identity_time_of(threads_row_time(threads, row));
		times[at] = MIN_OF(times[at], time);
	}
}

static size_t rows_of(void *context)
{
	const struct threads *threads = context;

	return threads_row_count(threads);
}

/* The same of a view. */
void engine_times_of_view(void *context, const uint32_t *sets, int64_t *times, size_t count)
{
	const struct threads_view *view = context;
	size_t rows = threads_view_rows(view);

	for (size_t i = 0; i < count; i++)
		times[i] = INT64_MAX - 1;
	for (uint32_t r = 0; r < rows; r++) {
		struct row row = threads_view_row(view, r);
		if (row.set < sets[0] || row.set > sets[count - 1] || (row.flags & ROW_HIDDEN) != 0)
			continue;
		size_t at = place_of(sets, count, row.set);
		if (at < count)
			times[at] = MIN_OF(times[at], identity_time_of(row.time));
	}
}

void engine_answer_times(struct identity *identity, struct threads *threads)
{
	identity_ask_times(identity, find, threads);
	identity_count_rows(identity, rows_of);
}
