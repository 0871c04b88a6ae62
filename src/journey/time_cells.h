/* journey/time_cells.h - packed times counted edge by edge: which cell of the counters is whose.
 *
 * A cell is a bucket of times (quantile.h) of an edge; edges that leave one step are told apart by
 * the number of the step they lead to.  They have their times in about the same buckets: a row that
 * were a multiple of 4 KiB would bring those of all edges into the same few lines of the first
 * cache.
 */
#pragma once

#include "journey/quantile.h"
#include "journey/time_packing.h"
#include "journey/time_wells.h"

enum { TIME_ROW_CELLS = TIME_BUCKETS + 13 * 16 };

static inline size_t time_cell(size_t to, unsigned bucket)
{
	return to * TIME_ROW_CELLS + bucket;
}

/* The cells of the first `count` numbers of a chunk, written with this packing: into `cells`, which
 * has room for them. */
void time_cells_of(const struct well_chunk *chunk, size_t count, const struct time_packing *packing,
	uint32_t *cells);
