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

#include "engine/digest.h"

struct verification {
	uint64_t records, faults;
	bool same; /* the live state is what the journal gives: it was compared, and nothing differs
		    */
	struct state_digest live; /* its bytes: if it is the same */
};

/* Calls `report` for each fault, with its place and what to do.  OK also when there are faults:
 * see out->faults.  An error means that it could not go on. */
err engine_verify(struct engine *engine, void (*report)(void *context, const struct why *fault),
	void *context, struct verification *out, struct why *why);
