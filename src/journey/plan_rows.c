/* journey/plan_rows.c - which rows meet the tests of a selector, for certain.
 *
 * Columns answer for all rows at once (thread/where.h); the few rows of which they do not know the
 * whole truth are read back from the journal, here and once, so that a pass need not.
 */
#include "journey/plan_internal.h"

#include <stdlib.h>
#include <string.h>

enum { RECORD_BYTES = 64 << 20 };

struct sifting {
	struct journey_plan *plan;
	const struct journey_journal *journal;
	const struct row_question *question;
	size_t rows, words;
	uint64_t *may, *sure; /* of all tests so far */
	uint64_t *any_may, *any_sure; /* of one test */
};

/* The rows that meet one condition, added to those of its test. */
static err sift_one(struct sifting *s, const struct where *where, struct why *why)
{
	AUTO_ARENA arena = arena_create(s->words * 8 * 5 + (1 << 20));
	struct where_rows found;
	err e = limits_check(s->plan->limits, why);

	if (e == OK)
		e = where_select(threads_view_attributes(s->plan->view), where, 1, s->rows, arena,
			&found, why);
	for (size_t i = 0; e == OK && i < s->words; i++) {
		s->any_may[i] |= found.may[i];
		s->any_sure[i] |= found.may[i] & ~found.ask[i];
	}
	return e;
}

static err sift_test(struct sifting *s, const struct journey_test *test, struct why *why)
{
	err e = OK;

	memset(s->any_may, 0, s->words * 8);
	memset(s->any_sure, 0, s->words * 8);
	for (size_t i = 0; e == OK && i < test->count; i++)
		e = sift_one(s, &test->any[i], why);
	for (size_t i = 0; e == OK && i < s->words; i++) {
		s->may[i] &= s->any_may[i];
		s->sure[i] &= s->any_sure[i];
	}
	return e;
}

static bool meets_test(const struct journey_test *test, const struct record *record)
{
	for (size_t i = 0; i < test->count; i++)
		if (where_record(&test->any[i], record))
			return true;
	return false;
}

static bool meets_all(const struct row_question *question, const struct record *record)
{
	for (size_t i = 0; i < question->test_count; i++)
		if (!meets_test(&question->tests[i], record))
			return false;
	return true;
}

static bool is_wanted(const struct row_question *question, const struct row *row)
{
	if (row->flags & ROW_HIDDEN)
		return false;
	return row->flags & ROW_ENTITY ? question->entities : question->whats[row->what] != 0;
}

/* One row that the columns leave open. */
static err ask(struct sifting *s, uint32_t number, struct arena *arena, struct why *why)
{
	struct row row = threads_view_row(s->plan->view, number);
	struct record record;

	if (!is_wanted(s->question, &row))
		return OK;
	arena_reset(arena);
	err e = limits_check(s->plan->limits, why);
	if (e == OK)
		e = s->journal->read(s->journal->context, row.seq, arena, &record, why);
	if (e == OK && meets_all(s->question, &record))
		s->sure[number / 64] |= (uint64_t)1 << (number % 64);
	return e;
}

static err ask_open_rows(struct sifting *s, struct why *why)
{
	AUTO_ARENA arena = arena_create(RECORD_BYTES);
	err e = OK;

	for (size_t i = 0; e == OK && i < s->words; i++)
		for (uint64_t open = s->may[i] & ~s->sure[i]; e == OK && open != 0;
			open &= open - 1)
			e = ask(s, (uint32_t)(i * 64 + (size_t)__builtin_ctzll(open)), arena, why);
	return e;
}

static void all_rows(uint64_t *set, size_t rows)
{
	memset(set, 0xff, rows / 64 * 8);
	if (rows % 64 != 0)
		set[rows / 64] = ((uint64_t)1 << (rows % 64)) - 1;
}

static err sift(struct sifting *s, struct why *why)
{
	err e = OK;

	all_rows(s->may, s->rows);
	all_rows(s->sure, s->rows);
	for (size_t i = 0; e == OK && i < s->question->test_count; i++)
		e = sift_test(s, &s->question->tests[i], why);
	return e == OK ? ask_open_rows(s, why) : e;
}

err plan_rows(struct journey_plan *plan, const struct journey_journal *journal,
	const struct row_question *question, struct row_set *out, struct why *why)
{
	size_t rows = threads_view_rows(plan->view), words = rows / 64 + 1;
	struct sifting s = {
		.plan = plan, .journal = journal, .question = question, .rows = rows, .words = words
	};
	err e = limits_take(plan->limits, words * 8 * 9, why); /* with those of where_select() */

	if (e != OK)
		return e;
	s.may = memory_alloc(words * 8);
	s.sure = memory_alloc(words * 8);
	s.any_may = memory_alloc(words * 8);
	s.any_sure = memory_alloc(words * 8);
	e = sift(&s, why);
	free(s.may);
	free(s.any_may);
	free(s.any_sure);
	limits_give(plan->limits, words * 8 * 9);
	if (e == OK)
		e = plan_take(plan, words * 8, why);
	if (e == OK)
		out->words = s.sure;
	else
		free(s.sure);
	return e;
}
