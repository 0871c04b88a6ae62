/* event/keep.h - a record that stands on its own canonical bytes, and on nothing else.
 *
 * One walk encodes it and turns each of its strings to where that string stands in the bytes:
 * whatever the record was read from may go, and nothing is copied twice.
 *
 *   [ gap ][ canonical bytes ............................. ]
 *          version kind flags time source 0 channel ...        no message id: its length is 0
 *   [ version kind flags time source 36 id ][ channel ... ]    with one as long as the gap
 *
 * So a record that gets its message id from the digest of its bytes is not encoded again: what
 * stands before the id, a few bytes, moves to the front of the gap.
 */
#pragma once

#include "base/arena.h"
#include "event/record.h"

struct kept_record {
	struct record record;
	str bytes; /* canonical */
	size_t gap; /* free bytes before them */
};

/* Deep: everything of *out lies in `arena`.  The record has passed record_check().  False: the
 * arena is full, *out is not to be used. */
bool record_keep(
	const struct record *record, size_t gap, struct arena *arena, struct kept_record *out);

/* Gives a kept record that has none a message id of exactly `gap` bytes, fewer than 128. */
void record_put_message_id(struct kept_record *kept, str message_id);
