/* thread/sequences.h - which record each row shows.
 *
 * Rows come in the order of their records, and nearly every record makes one: so the sequences of
 * rows rise by one from row to row, but behind a record that made none (a decision, a retraction,
 * one that was erased before it was read).  Kept are the runs between such records, in a table of
 * the writer: 16 bytes for each gap instead of 8 for each row, and a record in the journal for
 * each gap.
 *
 * Threads: as table.h.
 */
#pragma once

#include "base/table.h"

/* Row `row` shows the record `seq`, the row behind it the next record, until the next run. */
struct sequence_run {
	uint64_t seq;
	uint32_t row;
	uint32_t unused;
};

/* The next row: they are added in order, the first is 0; `seq` is above all before it. */
void sequences_add(struct table *runs, uint32_t row, uint64_t seq);
/* The same of `count` rows. */
void sequences_add_all(struct table *runs, uint32_t row, const uint64_t *seqs, size_t count);

/* Of a row that was added. */
uint64_t sequences_at(const struct table *runs, uint32_t row);
uint64_t sequences_view_at(const struct view *runs, uint32_t row);

/* Which of `rows` rows shows the record; false if none does. */
bool sequences_find(const struct table *runs, size_t rows, uint64_t seq, uint32_t *row);

/* Could they be those of `rows` rows?  Of what was loaded. */
bool sequences_agree(const struct table *runs, size_t rows);
