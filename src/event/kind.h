/* event/kind.h - the kinds of records by name, as every format writes them. */
#pragma once

#include "event/record.h"

str record_kind_name(enum record_kind kind); /* "event"; of a kind that is none: "" */

/* False, and *kind as it was: no kind is called that. */
bool record_kind_named(str name, enum record_kind *kind);
