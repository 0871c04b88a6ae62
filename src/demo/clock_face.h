/* demo/clock_face.h - moments as the systems of a company write them, fast.
 *
 * A face remembers the date of the hour at hand; within it only digits change.  Zones change their
 * offset on whole hours, so that is safe.
 */
#pragma once

#include "base/arena.h"
#include "base/zone.h"

struct clock_face {
	const struct zone *zone;
	int64_t hour; /* since 1970; of what follows */
	char utc[16], local[16], french[12],
		log[16]; /* 2026-03-14T15: 2026-03-14 16: 14/03/2026 14/Mar/2026: */
	char local_hour[4]; /* 16: */
	char offset[6]; /* +0100 */
	int local_day, local_month; /* 20260314, 202603 */
};

void clock_face_init(struct clock_face *face, const struct zone *zone);
void clock_face_turn(struct clock_face *face, int64_t ms); /* the slow way of those below */

static inline void clock_face_at(struct clock_face *face, int64_t ms)
{
	if (ms / 3600000 != face->hour)
		clock_face_turn(face, ms);
}

void put_utc(struct strbuf *out, struct clock_face *face, int64_t ms); /* ...T15:09:26.535Z */
void put_local(struct strbuf *out, struct clock_face *face, int64_t ms); /* 2026-03-14 16:09:26 */
void put_french_date(struct strbuf *out, struct clock_face *face, int64_t ms); /* 14/03/2026 */
void put_clock(struct strbuf *out, struct clock_face *face, int64_t ms); /* 16:09:26, local */
void put_log_time(struct strbuf *out, struct clock_face *face, int64_t ms); /* [14/Mar/... +0100] */
