/* tests/support/engine_sim.h - one seeded life of a whole engine with many power failures.
 *
 * A life is rounds of: open, then a random mix of everything an engine can be asked, until the
 * power fails at some operation of the disk (also while it opens, rewrites, checkpoints, backs up
 * or restores), or an error of the disk stops it, or the round is over; then power returns.  A
 * model (engine_model.h) knows what was acknowledged.  After each opening:
 *
 *   - nothing acknowledged is missing or altered, nothing stands twice; a batch that was not
 *     acknowledged is there whole or not at all;
 *   - customers, threads and entities are those of the model;
 *   - what was delivered before and comes again is answered duplicate, conflict or erased;
 *   - nothing on the disk is found damaged, and the index of known messages has not gone back;
 *   - the digest is the same live, after opening from a checkpoint, and after a full replay;
 *   - bytes whose erasure was acknowledged stand in no file of the data folder;
 *   - a back-up that was acknowledged restores to the digest of its moment.
 */
#pragma once

#include "engine/engine.h"
#include "support/sim_disk.h"

/* Bugs of the engine itself that a test plants: see engine/engine_internal.h. */
enum sim_plant {
	PLANT_NONE,
	PLANT_SKIPPED_APPLY,
	PLANT_DOUBLED_REPLAY,
	PLANT_MANIFEST_FIRST,
	PLANT_INDEX_UNSAVED,
};

struct engine_life {
	uint64_t seed;
	unsigned rounds; /* 0: 3 */
	struct sim_faults bugs; /* planted below the engine: the bug_* alone count */
	enum sim_plant plant; /* planted within it */
	bool errors; /* also planned errors: a full disk, a failed sync that forgets */
	/* Points (sim_disk.h) at which the power fails as well, the first time each is met: a life
	 * that met one without this, does with it.  NULL: none. */
	const char *aims[SIM_AIMS_MAX];
	struct sim_coverage *coverage; /* may be NULL */
	uint64_t *rows; /* may be NULL: so many more records were told as rows of a form */
};

/* What was wrong first, or NULL if nothing.  Static text, until the next call. */
const char *engine_sim_live(const struct engine_life *life);
