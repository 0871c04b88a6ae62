/* main/live_changes.h - who may have changed between two sequences. */
#pragma once

#include "base/map64.h"
#include "engine/engine.h"

enum {
	LIVE_ROWS_MAX = 50000, /* more new rows than this: everybody may have changed */
	LIVE_RECORDS_READ_MAX = 1000, /* records without a row, that must be read to know */
};

struct live_changes {
	bool all;
	struct map64 *customers; /* number + 1 */
};

/* Of the records from `from_seq` on that the snapshot holds.  Beside it customers change by being
 * joined or split: whoever keeps (customer, members) of before sees that. */
void live_changes_of(struct engine *engine, const struct snapshot *snapshot, uint64_t from_seq,
	struct live_changes *out);
bool live_changes_has(const struct live_changes *changes, uint32_t customer);
void live_changes_done(struct live_changes *changes);
