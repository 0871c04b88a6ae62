/* base/zone.h - time zones by name: what a clock on the wall means.
 *
 * The rules are ICU's (the IANA database).  Each zone that is asked for is turned once into a
 * table of its offsets and their beginnings up to the year 2500, after which the rules repeat every
 * 400 years; a lookup is then a few nanoseconds, for files of ten million rows.
 *
 * Stated rules for clocks that are put forward and back:
 *   gap      02:30 that never was, on the night the clock goes forward: as many minutes after the
 *            change as it is after its beginning, as if the clock had not been changed (03:30);
 *   overlap  02:30 that was twice, on the night the clock goes back: the earlier one.
 *
 * Threads: a zone is immutable and lives for ever; all functions may be called from any thread.
 */
#pragma once

#include "base/timestamp.h"

struct zone;

enum { ZONE_NAME_BYTES_MAX = 64 };

/* "Europe/Paris", "UTC", or an offset "+02:00".  MSG_ZONE_UNKNOWN, with the nearest name. */
err zone_named(str name, const struct zone **out, struct why *why);
const struct zone *zone_utc(void);
str zone_name(const struct zone *zone);

/* A clock's reading, counted as if it were UTC, to UTC milliseconds. */
int64_t zone_utc_of_local(const struct zone *zone, int64_t local_ms);
/* What to add to UTC to get the clock's reading.  Whole seconds (before 1911 Paris has +00:09:21).
 */
int32_t zone_offset_ms(const struct zone *zone, int64_t utc_ms);

/* The moment of a time as written: in its own zone if it tells one, else in `zone`.  False where
 * that lies outside the years 0001 to 9999. */
static inline bool zone_instant(
	const struct zone *zone, const struct timestamp *t, struct instant *out)
{
	struct instant i = { t->local_ms, t->sub_ns, t->offset_min };

	if (t->offset_min == INSTANT_NO_OFFSET)
		i.ms = zone_utc_of_local(zone, t->local_ms);
	else
		i = timestamp_instant(t);
	if (!instant_is_valid(&i))
		return false;
	*out = i;
	return true;
}
