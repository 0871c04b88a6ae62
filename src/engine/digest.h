/* engine/digest.h - one number for the whole state, the same whichever way it came about.
 *
 * The digest is BLAKE2b-256 of the canonical dump: customers in the order of their first
 * identifier's text; of each, its identifiers in order, then its events in thread order and its
 * entities; then what belongs to nobody; then the decisions that hold.  An event counts by its
 * canonical bytes, as an EVENT even if a correction gave them, without sequence and time of
 * receipt.  So it is equal for live state, checkpoint and tail, full replay, and a fresh folder
 * into which an export was imported; and a link followed by its undoing restores it.
 *
 * Memory: 8 bytes for each of DIGEST_ROWS_MAX rows (or of a larger customer's, or of those that are
 * nobody's, if they are more), 1.5 bits a row, 8 bytes a customer.  An event enters by 64 bits of
 * its own BLAKE2b: chance cannot make two states look alike, and nobody can make two events of one
 * digest without 2^32 attempts.
 */
#pragma once

#include "base/watch.h"
#include "engine/engine.h"

#define DIGEST_ROWS_MAX ((size_t)40000000) /* for which the journal is read at a time */

struct state_digest {
	uint8_t bytes[32];
	uint64_t events, entities, customers;
};

/* Of a state: rows, indexed, with the view of identity of the same moment, and that identity.
 * Beside the writer, if identity is a moment's (recount.h). */
struct digest_of {
	const struct threads_view *view;
	const struct identity *identity;
	const struct watch *watch; /* told of rows, each of which is read and added; may be NULL */
};
err engine_digest_of(struct engine *engine, const struct digest_of *of, struct state_digest *out,
	struct why *why);
/* Of the live state.  Writer's place. */
err engine_digest(struct engine *engine, struct state_digest *out, struct why *why);
