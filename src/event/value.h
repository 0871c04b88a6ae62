/* event/value.h - values in one order, so that sets of them have no other.
 *
 * First by kind (enum value_kind), but for integers and floats, which stand together by what they
 * are worth, the integer first of two that are equal.  Texts byte by byte; times by moment, then
 * by the zone in which they were told; lists and maps member by member, the shorter first.
 *
 * Pure functions; nesting is bounded by RECORD_NESTING_MAX.
 */
#pragma once

#include "event/record.h"

/* Below 0, 0 or above, as memcmp().  0: the canonical bytes are the same. */
int value_compare(const struct value *a, const struct value *b);
