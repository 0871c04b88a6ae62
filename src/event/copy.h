/* event/copy.h - a record of one's own. */
#pragma once

#include "base/arena.h"
#include "event/record.h"

/* Deep copy into `arena`; false if it is full (then *out is not to be used). */
bool record_copy(const struct record *record, struct arena *arena, struct record *out);
