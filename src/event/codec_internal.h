/* event/codec_internal.h - what writing and reading canonical bytes share; codec.h tables them. */
#pragma once

#include "event/codec.h"

enum { HAS_TIME = 1, HAS_SUB = 2, HAS_OFFSET = 4, HAS_TARGET = 8 };
enum { OFFSET_MIN_MAX = 1080, SUB_NS_MAX = 999999 };
#define TIME_MS_LEAST (-62135596800000) /* 0001-01-01T00:00:00.000Z */
#define TIME_MS_MOST 253402300799999 /* 9999-12-31T23:59:59.999Z */

enum { RECORD_STRING_COUNT = 10 };
/* The strings of a record in the order of their bytes. */
#define RECORD_STRINGS(r) \
	{ \
		&(r)->source, &(r)->message_id, &(r)->channel, &(r)->activity, &(r)->interaction, \
			&(r)->case_id, &(r)->actor, &(r)->text, &(r)->text_language, &(r)->payload \
	}

static inline uint8_t instant_flags(const struct instant *t)
{
	return (uint8_t)((t->sub_ns != 0 ? HAS_SUB : 0) |
			 (t->offset_min != INSTANT_NO_OFFSET ? HAS_OFFSET : 0));
}
static inline uint8_t record_flags(const struct record *r)
{
	return (uint8_t)((r->has_time ? HAS_TIME | instant_flags(&r->time) : 0) |
			 (r->target > 0 ? HAS_TARGET : 0));
}

/* The canonical bytes of a record, or some more: a quick sum. */
size_t record_bytes_most(const struct record *record);
