/* engine/verify.h - is everything what it should be?
 *
 * Checks every checksum, length and sequence of the journal; every run of the index of known
 * messages, and that it knows each event of the journal; and that the live state is what a replay
 * of the journal gives, by digest (digest.h).  Changes nothing.
 *
 * Memory: a second state beside the live one, and what the digest takes.
 */
#pragma once

#include "engine/digest.h"

struct verification {
	uint64_t records, faults;
	struct state_digest live, replayed;
	bool same; /* live and replayed digests are */
};

/* Calls `report` for each fault, with its place and what to do.  OK also when there are faults:
 * see out->faults.  An error means that it could not go on. */
err engine_verify(struct engine *engine, void (*report)(void *context, const struct why *fault),
	void *context, struct verification *out, struct why *why);
