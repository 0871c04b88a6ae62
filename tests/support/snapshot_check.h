/* tests/support/snapshot_check.h - is a snapshot in agreement with itself?  For any thread. */
#pragma once

#include "engine/snapshot.h"

/* What is wrong with it first, in static words, or NULL: every visible event stands in exactly one
 * thread, that of its customer, in order; entities likewise; all counts agree; members of a
 * customer form one ring. */
const char *snapshot_fault(const struct snapshot *snapshot);

/* A number made of all that can be seen in it. */
uint64_t snapshot_print(const struct snapshot *snapshot);

/* Does it show the event with this sequence, in the thread of its customer if it has one? */
bool snapshot_shows(const struct snapshot *snapshot, uint64_t seq);
