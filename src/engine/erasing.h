/* engine/erasing.h - the bytes of what was erased vanish, beside the writer.
 *
 *   begin    writer   notes which erasures wait; a new segment of the journal is begun
 *   step     beside   FIND      the places that they name and that are not empty yet
 *                     REWRITE   a segment of the journal at a time, without them
 *                     REPLAY    a second state, from the journal alone, so that no dictionary,
 *                               column or index keeps a name; its threads
 *   turn     writer   the second state takes the place of the first; a checkpoint is begun
 *   step     beside   CHECKPOINT  in a new file; all others are removed
 *                     REJECTS   files of rejected rows that are older than the erasure: rows of
 *                               anybody may stand in them, and nobody can tell of whom
 *                     MARK      "erased" says that it is done (erasures.h)
 *   turn     writer   the erasures wait no more
 *
 * Broken off anywhere, also by a crash, it begins anew: the erasures wait until the mark.
 *
 * Memory: while it lasts a second state.  An old file of a checkpoint, though removed, keeps its
 * room on the disk until the process ends, since readers may see into it.
 */
#pragma once

#include "engine/engine.h"

enum { ERASE_WITHIN_MS = 3600 * 1000, ERASE_WITHIN_MS_MAX = 24 * 3600 * 1000 };

struct erasures_waiting {
	uint64_t count; /* ERASURE records */
	int64_t oldest_ms; /* received, of the first; where count > 0 */
};
struct erasures_waiting engine_erasures_waiting(const struct engine *engine); /* writer's place */

/* Has one waited for `within_ms` or longer? */
bool engine_erasing_is_due(const struct engine *engine, int64_t within_ms);

struct erasing_result {
	uint64_t rewritten; /* places emptied */
	uint64_t rejects; /* files removed */
};

/* All of it at once, in the writer's place: house-keeping is at rest.  `progress` may be NULL:
 * records of the journal read, of how many. */
err engine_erase_bytes(struct engine *engine, struct erasing_result *result,
	void (*progress)(void *context, uint64_t done, uint64_t of), void *context,
	struct why *why);

/* In pieces.  Whose turn it is next, or ERASING_ENDED. */
enum erasing_turn { ERASING_BESIDE, ERASING_WRITER, ERASING_ENDED };

/* ERASING_ENDED: nothing waits. */
err engine_erasing_begin(struct engine *engine, enum erasing_turn *next, struct why *why);
/* By one thread beside the writer, the one that writes checkpoints.  After an error it is given
 * up. */
err engine_erasing_step(struct engine *engine, enum erasing_turn *next, struct why *why);
/* In the writer's place, while no checkpoint is being written. */
err engine_erasing_turn(struct engine *engine, enum erasing_turn *next, struct why *why);

/* What the one under way has done so far, or the last one did; records read anew, too.  By whose
 * turn it is. */
struct erasing_result engine_erasing_result(const struct engine *engine);
uint64_t engine_erasing_read(const struct engine *engine);

void engine_erasing_abandon(struct engine *engine); /* nobody is at it */
