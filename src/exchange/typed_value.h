/* exchange/typed_value.h - a field's text as a typed value; the rules stand in row_map.h. */
#pragma once

#include "base/zone.h"
#include "exchange/mapping.h"

/* TYPE_AUTO never fails.  Else false: the text is not of that type (spaces around it forgiven).
 * A string borrows `text`.  Times without a zone are read in `zone`. */
bool typed_value(enum mapping_type type, str text, const struct zone *zone, struct value *out);
