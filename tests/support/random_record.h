/* tests/support/random_record.h - arbitrary records that record_check() accepts, by seed.
 *
 * All kinds; attributes nested, typed, empty, repeated; objects, traits, text; awkward UTF-8;
 * times and numbers at both ends of their range.  Same random state, same record.
 */
#pragma once

#include "base/random.h"
#include "event/record.h"

struct arena;

/* All memory of the record is in `arena`, which must have room (a few hundred KB). */
struct record random_record(struct random *random, struct arena *arena);

/* A record such as a source would send over and over: few shapes, few names, many customers. */
struct record random_plain_event(struct random *random, struct arena *arena);
