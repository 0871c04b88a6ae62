/* tests/thread_sequences_test.c - runs of sequences against a plain list of them. */
#include "base/random.h"
#include "test.h"
#include "thread/sequences.h"

#include <stdlib.h>

enum { ROWS = 3000 };

/* Rising, a gap behind one row in `one_in`; 0: none. */
static void make(uint64_t seed, uint32_t one_in, uint64_t seqs[static ROWS])
{
	struct random random = random_of(seed);
	uint64_t seq = random_below(&random, 50) + 1;

	for (size_t row = 0; row < ROWS; row++) {
		seqs[row] = seq++;
		if (one_in > 0 && random_below(&random, one_in) == 0)
			seq += 1 + random_below(&random, 3);
	}
}

/* One by one, or some at once, as `seed` wants it. */
static struct table *add(uint64_t seed, const uint64_t *seqs)
{
	struct random random = random_of(seed);
	struct table *runs = table_create(sizeof(struct sequence_run));

	for (size_t row = 0, count; row < ROWS; row += count) {
		size_t some = random_below(&random, 70);
		count = MIN_OF(some + 1, ROWS - row);
		if (count == 1)
			sequences_add(runs, (uint32_t)row, seqs[row]);
		else
			sequences_add_all(runs, (uint32_t)row, seqs + row, count);
	}
	return runs;
}

static size_t runs_in(const uint64_t *seqs)
{
	size_t count = 1;

	for (size_t row = 1; row < ROWS; row++)
		count += seqs[row] != seqs[row - 1] + 1;
	return count;
}

static bool same_rows(const struct table *runs, const struct view *view, const uint64_t *seqs)
{
	for (uint32_t row = 0; row < ROWS; row++)
		if (sequences_at(runs, row) != seqs[row] ||
			sequences_view_at(view, row) != seqs[row])
			return false;
	return true;
}

/* Each sequence from 0 to past the last, those without a row too. */
static bool same_found(const struct table *runs, const uint64_t *seqs)
{
	size_t at = 0;

	for (uint64_t seq = 0; seq < seqs[ROWS - 1] + 5; seq++) {
		uint32_t row = 0;
		bool there = at < ROWS && seqs[at] == seq;
		if (sequences_find(runs, ROWS, seq, &row) != there || (there && row != at))
			return false;
		at += there;
	}
	return at == ROWS;
}

TEST(thread_sequences_are_those_added)
{
	static const uint32_t one_in[] = { 0, 1, 2, 10, 1000 };
	static uint64_t seqs[ROWS];

	for (size_t i = 0; i < ARRAY_LEN(one_in); i++) {
		make(i + 1, one_in[i], seqs);
		struct table *runs = add(i + 100, seqs);
		struct view *view = table_publish(runs);
		CHECK("a run where a gap is", table_count(runs) == runs_in(seqs));
		CHECK("of each row", same_rows(runs, view, seqs));
		CHECK("of each sequence", same_found(runs, seqs));
		CHECK("they agree", sequences_agree(runs, ROWS));
		view_unref(view);
		table_free(runs);
	}
}

TEST(thread_sequences_of_no_row)
{
	struct table *runs = table_create(sizeof(struct sequence_run));
	uint32_t row;

	sequences_add_all(runs, 0, NULL, 0);
	CHECK("nothing is added", table_count(runs) == 0);
	CHECK("nothing is found", !sequences_find(runs, 0, 1, &row));
	CHECK("they agree", sequences_agree(runs, 0) && !sequences_agree(runs, 1));
	table_free(runs);
}

static bool agree(const struct sequence_run *list, size_t count, size_t rows)
{
	struct table *runs = table_create(sizeof(*list));

	table_append(runs, list, count);
	bool is = sequences_agree(runs, rows);
	table_free(runs);
	return is;
}

TEST(thread_sequences_that_cannot_be)
{
	static const struct sequence_run good[] = { { 7, 0, 0 }, { 20, 10, 0 } },
					 late[] = { { 7, 1, 0 } },
					 back[] = { { 7, 0, 0 }, { 20, 0, 0 } },
					 no_gap[] = { { 7, 0, 0 }, { 17, 10, 0 } },
					 falling[] = { { 20, 0, 0 }, { 7, 10, 0 } };

	CHECK("as they should be", agree(good, 2, 11));
	CHECK("a row that is not there", !agree(good, 2, 10));
	CHECK("a first row that nobody has", !agree(late, 1, 5));
	CHECK("rows that do not rise", !agree(back, 2, 11));
	CHECK("runs that are one", !agree(no_gap, 2, 11));
	CHECK("sequences that fall", !agree(falling, 2, 11));
}
