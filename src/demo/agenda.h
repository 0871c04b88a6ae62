/* demo/agenda.h - what is due when: the event calendar of the simulation.
 *
 * Entries come out in order of time, and those of one time in the order they were put in.  A day
 * is a bucket: entries of later days lie unsorted in theirs; a day is sorted when it begins, and
 * what is put in for the present day goes through a small heap beside it.  So an entry costs one
 * sort of a day, whatever lies further ahead.  Memory grows with what is pending, not with time.
 *
 * One thread.
 */
#pragma once

#include "base/arena.h"

struct due {
	int64_t time_ms;
	uint64_t order; /* set by the agenda */
	uint64_t interaction;
	uint32_t customer, issue;
	uint16_t number;
	uint8_t kind, a, b, c;
};

struct agenda;
/* Day d lasts from day_starts_ms[d] to day_starts_ms[d + 1]; days + 1 times, borrowed. */
struct agenda *agenda_create(const int64_t *day_starts_ms, uint32_t days);
void agenda_free(struct agenda *agenda); /* NULL is fine */
/* Opens the next day, from 0; everything of the day before must have been taken. */
void agenda_begin_day(struct agenda *agenda, uint32_t day);
/* At or after the last entry taken (else it is put there).  Dropped, and false, if it lies behind
 * the last day. */
bool agenda_put(struct agenda *agenda, const struct due *due);
/* The next entry of the present day; false at its end. */
bool agenda_take(struct agenda *agenda, struct due *out);
size_t agenda_bytes(const struct agenda *agenda); /* resident */
