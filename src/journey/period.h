/* journey/period.h - hours, days, weeks and months as a company's clocks have them.
 *
 * Days begin at midnight of the zone: the day on which the clock is put forward has 23 hours, the
 * other 25; where clocks skip midnight, with the change.  Weeks begin on Mondays.  Hours are those
 * of the clock's minute hand: of the hour that comes twice, each is one.
 */
#pragma once

#include "base/zone.h"

enum period { PERIOD_NONE, PERIOD_HOUR, PERIOD_DAY, PERIOD_WEEK, PERIOD_MONTH, PERIOD_COUNT_ };

/* "hour", "day", "week", "month"; false: none of them. */
bool period_named(str word, enum period *out);

/* The beginning, in UTC milliseconds, of the period that a moment is in; 0 for PERIOD_NONE. */
int64_t period_begin(enum period period, const struct zone *zone, int64_t utc_ms);
