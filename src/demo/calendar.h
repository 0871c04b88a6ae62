/* demo/calendar.h - when France is closed: public holidays, school holidays.
 *
 * Days are counted since 1970-01-01, in local time.  Pure functions, any year of the calendar.
 */
#pragma once

#include "base/timestamp.h"

int calendar_weekday(int64_t day); /* 0 Monday to 6 Sunday */
/* One of the 11 public holidays of metropolitan France. */
bool calendar_is_holiday(int64_t day);
/* Easter Sunday (Gregorian). */
int64_t calendar_easter(int64_t year);
/* School holidays of zone 'A', 'B' or 'C', by the rule that the decrees of 2025 to 2027 follow:
 * they begin on a Saturday and last 16 days; winter and spring are staggered by zone, the zones
 * take turns from year to year; summer is July and August.  '-' is treated as 'B'. */
bool calendar_is_school_holiday(int64_t day, char zone);
