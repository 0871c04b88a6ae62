/* tests/support/journal_crash.h - one seeded life of a journal with many power failures.
 *
 * A life is rounds of: open, then a random mix of appending, rolling, sealing, erasing, reading
 * and closing, until the power fails at a random operation (or a planned error stops it); then
 * power returns.  A model knows what was acknowledged.  After each reopening: nothing
 * acknowledged is missing or altered, nothing stands twice, what was not acknowledged is there
 * whole or not at all, no byte of what was erased is left, check finds no fault.
 */
#pragma once

#include "support/sim_disk.h"

struct crash_life {
	uint64_t seed;
	unsigned rounds; /* 0: 4 */
	struct sim_faults bugs; /* planted: the bug_* alone count */
	bool errors; /* also planned errors: a full disk, a failed sync that forgets */
	struct sim_coverage *coverage; /* may be NULL */
};

/* What was wrong first, or NULL if nothing.  Static text. */
const char *journal_crash_live(const struct crash_life *life);

/* The same short story with a crash at exactly this operation; *reached false: it was over
 * before. */
const char *journal_crash_at(uint64_t seed, uint64_t operation, bool *reached);

/* The same story with a disk error at exactly this operation, and the power failing `after` as
 * many operations of the next opening. */
const char *journal_crash_after_error(
	uint64_t seed, uint64_t operation, uint64_t after, bool *reached);
