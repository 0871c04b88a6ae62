/* thread/sequences.c - see sequences.h */
#include "thread/sequences.h"

/* Runs of the writer's table or of a view. */
struct runs {
	const void *of;
	const struct sequence_run *(*at)(const void *of, size_t i);
	size_t count;
};

static const struct sequence_run *at_table(const void *of, size_t i)
{
	return table_at(of, i);
}

static const struct sequence_run *at_view(const void *of, size_t i)
{
	return view_at(of, i);
}

static struct runs of_table(const struct table *runs)
{
	return (struct runs){ runs, at_table, table_count(runs) };
}

/* The last that begins at the row or before it: the first begins at 0. */
static const struct sequence_run *run_of_row(struct runs runs, uint32_t row)
{
	size_t low = 0, high = runs.count;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;
		if (runs.at(runs.of, middle)->row <= row)
			low = middle;
		else
			high = middle;
	}
	return runs.at(runs.of, low);
}

/* How many begin at the record or before it. */
static size_t runs_to_seq(struct runs runs, uint64_t seq)
{
	size_t low = 0, high = runs.count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (runs.at(runs.of, middle)->seq <= seq)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Where the rows of run i end. */
static size_t run_end(struct runs runs, size_t i, size_t rows)
{
	return i + 1 < runs.count ? runs.at(runs.of, i + 1)->row : rows;
}

/* ---- adding */

static bool goes_on(const struct table *table, uint32_t row, uint64_t seq)
{
	size_t count = table_count(table);

	if (count == 0)
		return false;
	const struct sequence_run *last = table_at(table, count - 1);
	return seq - last->seq == row - last->row;
}

void sequences_add(struct table *table, uint32_t row, uint64_t seq)
{
	if (!goes_on(table, row, seq))
		*(struct sequence_run *)table_push(table) =
			(struct sequence_run){ .seq = seq, .row = row };
}

/* They rise: so there is no gap among them if the last is as far from the first as they are many.
 */
void sequences_add_all(struct table *table, uint32_t row, const uint64_t *seqs, size_t count)
{
	bool gapless = count > 0 && seqs[count - 1] - seqs[0] == count - 1;
	size_t to_add = gapless ? 1 : count;

	for (size_t i = 0; i < to_add; i++)
		sequences_add(table, row + (uint32_t)i, seqs[i]);
}

/* ---- asking */

static uint64_t seq_of(struct runs runs, uint32_t row)
{
	const struct sequence_run *run = run_of_row(runs, row);

	return run->seq + (row - run->row);
}

uint64_t sequences_at(const struct table *table, uint32_t row)
{
	return seq_of(of_table(table), row);
}

uint64_t sequences_view_at(const struct view *view, uint32_t row)
{
	return seq_of((struct runs){ view, at_view, view_count(view) }, row);
}

bool sequences_find(const struct table *table, size_t rows, uint64_t seq, uint32_t *row)
{
	struct runs runs = of_table(table);
	size_t to = runs_to_seq(runs, seq);

	if (to == 0)
		return false;
	const struct sequence_run *run = runs.at(runs.of, to - 1);
	if (seq - run->seq >= run_end(runs, to - 1, rows) - run->row)
		return false;
	*row = run->row + (uint32_t)(seq - run->seq);
	return true;
}

/* The next run begins behind at least one record without a row. */
static bool is_behind(const struct sequence_run *next, const struct sequence_run *run)
{
	return next->row > run->row && next->seq > run->seq &&
	       next->seq - run->seq > next->row - run->row;
}

bool sequences_agree(const struct table *table, size_t rows)
{
	struct runs runs = of_table(table);

	if (runs.count == 0 || rows == 0)
		return runs.count == 0 && rows == 0;
	bool agree = runs.at(runs.of, 0)->row == 0 && runs.at(runs.of, runs.count - 1)->row < rows;
	for (size_t i = 1; agree && i < runs.count; i++)
		agree = is_behind(runs.at(runs.of, i), runs.at(runs.of, i - 1));
	return agree;
}
