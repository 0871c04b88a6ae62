/* engine/verify.h - is everything what it should be?
 *
 * Checks every checksum, length and sequence of the journal; every run of the index of known
 * messages, and that it knows each event of the journal; and that the live state is what a replay
 * of the journal gives.  Changes nothing.
 *
 * The state is not made a second time: the journal is read once, and each record is compared with
 * what the live state has of it - its row (time, names, identifiers, origin, hidden or not), its
 * values in the columns; then the counts of evidence, the decisions; then the customers, computed
 * once more in another way; then the threads.  What differs is named.  Docs: decision 0006.
 *
 * Memory, beside the live state: 4 bits a row, 5 bytes a set, 8 bytes an identifier, 12 KiB a
 * column, some 32 bytes an event that was corrected, and a customer's thread; after that what the
 * digest takes (digest.h).
 */
#pragma once

#include <stdatomic.h>

#include "engine/digest.h"

struct verification {
	uint64_t records, faults;
	bool same; /* the live state is what the journal gives: it was compared, and nothing differs
		    */
	struct state_digest live; /* its bytes: if it is the same */
};

/* Its parts, in order.  Told of each: bytes of the journal; entries of the index; records; rows;
 * rows, twice each. */
enum verify_part { VERIFY_BYTES, VERIFY_INDEX, VERIFY_RECORDS, VERIFY_THREADS, VERIFY_DIGEST };

/* Where a verification runs.  Beside a running writer it looks at one moment of the state
 * (recount.h), which is taken in the writer's place, and asks there, some thousands at a time,
 * which messages are known: so that producers wait for milliseconds and not for the whole of it.
 * Records that come meanwhile are not looked at.
 *
 * Bytes that are erased meanwhile are missing where the moment has their rows: who runs it beside
 * looks whether that happened. */
struct verify_place {
	/* Runs `call` in the writer's place. */
	err (*call)(void *context, err (*call)(struct engine *engine, void *with, struct why *why),
		void *with, struct why *why);
	/* How far a part is; may be NULL. */
	void (*tell)(void *context, enum verify_part part, uint64_t done, uint64_t of);
	void *context;
	const atomic_bool *stop; /* set: ERR_CANCELLED; may be NULL */
	bool is_alone; /* there is no writer: the state holds still */
};

/* Calls `report` for each fault, with its place and what to do.  OK also when there are faults:
 * see out->faults.  An error means that it could not go on.  Memory beside the writer: an index of
 * all threads too (thread_index.h). */
err engine_verify_at(struct engine *engine, const struct verify_place *place,
	void (*report)(void *context, const struct why *fault), void *context,
	struct verification *out, struct why *why);
/* In the writer's place, at once. */
err engine_verify(struct engine *engine, void (*report)(void *context, const struct why *fault),
	void *context, struct verification *out, struct why *why);
