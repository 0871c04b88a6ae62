/* base/zone.c - see zone.h
 *
 * steps[0] holds since ever; steps[i] from its `from_ms` on.  To find the step of a moment without
 * searching, time is cut into slots of 2^33 ms (99 days, less than the time between two changes in
 * most zones): first[slot] is the step in force where the slot begins.
 */
#include "base/zone.h"

#include "base/near.h"

#include <pthread.h>
#include <string.h>
#include <unicode/ucal.h>
#include <unicode/uenum.h>

enum { STEPS_MAX = 8192, SLOT_SHIFT = 33 };

#define TABLE_FROM_MS INT64_C(-6847804800000) /* 1753-01-01: no zone has changed before */
#define TABLE_TO_MS INT64_C(16725225600000) /* 2500-01-01 */
#define CYCLE_MS (146097 * DAY_MS) /* 400 years: days, weekdays and rules repeat */
#define SLOTS ((size_t)((TABLE_TO_MS - TABLE_FROM_MS) >> SLOT_SHIFT) + 1)

struct step {
	int64_t from_ms; /* UTC */
	int32_t offset_ms;
};

struct zone {
	char name[ZONE_NAME_BYTES_MAX];
	struct step *steps;
	size_t step_count;
	uint16_t *first; /* SLOTS of them; NULL when there is one step */
	struct zone *next;
};

static pthread_mutex_t zones_lock = PTHREAD_MUTEX_INITIALIZER; /* protects the list, not zones */
static struct zone *zones;

static void add_step(struct zone *zone, int64_t from_ms, int32_t offset_ms)
{
	if (zone->step_count > 0 && zone->steps[zone->step_count - 1].offset_ms == offset_ms)
		return; /* only the name changed */
	ASSERT(zone->step_count < STEPS_MAX);
	zone->steps = memory_resize(zone->steps, (zone->step_count + 1) * sizeof(*zone->steps));
	zone->steps[zone->step_count++] = (struct step){ from_ms, offset_ms };
}

static int32_t offset_of(UCalendar *calendar, int64_t utc_ms)
{
	UErrorCode status = U_ZERO_ERROR;

	ucal_setMillis(calendar, (UDate)utc_ms, &status);
	int32_t offset = ucal_get(calendar, UCAL_ZONE_OFFSET, &status) +
			 ucal_get(calendar, UCAL_DST_OFFSET, &status);
	ASSERT(U_SUCCESS(status));
	return offset;
}

static void read_steps(struct zone *zone, UCalendar *calendar)
{
	int64_t at = TABLE_FROM_MS;

	add_step(zone, INT64_MIN, offset_of(calendar, at));
	for (;;) {
		UDate next = 0;
		UErrorCode status = U_ZERO_ERROR;
		(void)offset_of(calendar, at); /* sets the calendar */
		if (!ucal_getTimeZoneTransitionDate(
			    calendar, UCAL_TZ_TRANSITION_NEXT, &next, &status) ||
			U_FAILURE(status) || next >= (UDate)TABLE_TO_MS)
			return;
		at = (int64_t)next;
		add_step(zone, at, offset_of(calendar, at));
	}
}

static void index_steps(struct zone *zone)
{
	size_t step = 0;

	if (zone->step_count == 1)
		return;
	zone->first = memory_alloc(SLOTS * sizeof(*zone->first));
	for (size_t slot = 0; slot < SLOTS; slot++) {
		int64_t from = TABLE_FROM_MS + ((int64_t)slot << SLOT_SHIFT);
		while (step + 1 < zone->step_count && zone->steps[step + 1].from_ms <= from)
			step++;
		zone->first[slot] = (uint16_t)step;
	}
}

static struct zone *zone_create(str name)
{
	struct zone *zone = memory_alloc(sizeof(*zone));

	ASSERT(name.len < sizeof(zone->name));
	memcpy(zone->name, name.ptr, name.len);
	return zone;
}

/* Names are ASCII; ICU wants UTF-16. */
static bool widen(str name, UChar out[static ZONE_NAME_BYTES_MAX])
{
	if (name.len == 0 || name.len >= ZONE_NAME_BYTES_MAX)
		return false;
	for (size_t i = 0; i < name.len; i++) {
		if ((unsigned char)name.ptr[i] >= 0x80 || name.ptr[i] == '\0')
			return false;
		out[i] = (UChar)name.ptr[i];
	}
	out[name.len] = 0;
	return true;
}

static struct zone *build_named(str name)
{
	UChar wide[ZONE_NAME_BYTES_MAX], canonical[ZONE_NAME_BYTES_MAX * 2];
	UErrorCode status = U_ZERO_ERROR;
	UBool is_system = 0;

	if (!widen(name, wide))
		return NULL;
	(void)ucal_getCanonicalTimeZoneID(
		wide, -1, canonical, (int32_t)ARRAY_LEN(canonical), &is_system, &status);
	if (U_FAILURE(status) || !is_system)
		return NULL;
	UCalendar *calendar = ucal_open(wide, -1, "en", UCAL_GREGORIAN, &status);
	if (U_FAILURE(status))
		return NULL;
	struct zone *zone = zone_create(name);
	read_steps(zone, calendar);
	index_steps(zone);
	ucal_close(calendar);
	return zone;
}

static struct zone *build_fixed(str name)
{
	int16_t offset_min = 0;
	str rest = name;

	if (!timestamp_take_zone(&rest, &offset_min) || rest.len > 0)
		return NULL;
	struct zone *zone = zone_create(name);
	add_step(zone, INT64_MIN, offset_min * 60000);
	return zone;
}

/* The nearest name, or its last part alone ("paris"); Europe/Paris if none is near. */
static err refuse(str name, struct why *why)
{
	UErrorCode status = U_ZERO_ERROR;
	UEnumeration *names = ucal_openTimeZones(&status);
	char best[ZONE_NAME_BYTES_MAX] = "Europe/Paris";
	uint32_t least = (uint32_t)MIN_OF(name.len / 3, (size_t)4) + 1;
	int32_t len = 0;
	const char *candidate;

	while (name.len < ZONE_NAME_BYTES_MAX && U_SUCCESS(status) &&
		(candidate = uenum_next(names, &len, &status)) != NULL) {
		str whole = { candidate, (size_t)len }, before, last;
		if (whole.len >= sizeof(best))
			continue;
		uint32_t far = near_distance(name, whole);
		if (str_split_last(whole, '/', &before, &last))
			far = MIN_OF(far, near_distance(name, last));
		if (far >= least)
			continue;
		least = far;
		memcpy(best, whole.ptr, whole.len);
		best[whole.len] = '\0';
	}
	uenum_close(names);
	return fail(why, MSG_ZONE_UNKNOWN, arg_str(name), arg_c(best));
}

static const struct zone *find_or_build(str name)
{
	for (const struct zone *zone = zones; zone != NULL; zone = zone->next)
		if (str_equal(str_of(zone->name), name))
			return zone;
	struct zone *zone = name.len >= ZONE_NAME_BYTES_MAX ? NULL : build_named(name);
	if (zone == NULL && name.len < ZONE_NAME_BYTES_MAX)
		zone = build_fixed(name);
	if (zone == NULL)
		return NULL;
	zone->next = zones;
	zones = zone;
	return zone;
}

err zone_named(str name, const struct zone **out, struct why *why)
{
	(void)pthread_mutex_lock(&zones_lock); /* cannot fail: neither recursive nor checked */
	const struct zone *zone = find_or_build(name);
	(void)pthread_mutex_unlock(&zones_lock);
	if (zone == NULL)
		return refuse(name, why);
	*out = zone;
	return OK;
}

const struct zone *zone_utc(void)
{
	static struct step step = { INT64_MIN, 0 };
	static const struct zone utc = { .name = "UTC", .steps = &step, .step_count = 1 };

	return &utc;
}

str zone_name(const struct zone *zone)
{
	return str_of(zone->name);
}

static const struct step *step_at(const struct zone *zone, int64_t utc_ms)
{
	if (zone->first == NULL || utc_ms < TABLE_FROM_MS)
		return &zone->steps[0];
	if (utc_ms >= TABLE_TO_MS)
		utc_ms = TABLE_TO_MS - CYCLE_MS + (utc_ms - TABLE_TO_MS) % CYCLE_MS;
	size_t i = zone->first[(size_t)(utc_ms - TABLE_FROM_MS) >> SLOT_SHIFT];
	while (i + 1 < zone->step_count && zone->steps[i + 1].from_ms <= utc_ms)
		i++;
	return &zone->steps[i];
}

int32_t zone_offset_ms(const struct zone *zone, int64_t utc_ms)
{
	return step_at(zone, utc_ms)->offset_ms;
}

/* A local time is meant under the offset before a change or the one behind it; both are found by
 * looking a day around.  The larger offset gives the earlier moment. */
int64_t zone_utc_of_local(const struct zone *zone, int64_t local_ms)
{
	int32_t before = zone_offset_ms(zone, local_ms - DAY_MS);
	int32_t behind = zone_offset_ms(zone, local_ms + DAY_MS);

	if (before == behind)
		return local_ms - before; /* no change near, or none that stays */
	int64_t early = local_ms - MAX_OF(before, behind);
	int64_t late = local_ms - MIN_OF(before, behind);
	if (early + zone_offset_ms(zone, early) == local_ms)
		return early;
	if (late + zone_offset_ms(zone, late) == local_ms)
		return late;
	return local_ms - before; /* in the gap */
}
