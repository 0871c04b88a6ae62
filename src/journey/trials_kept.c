/* journey/trials_kept.c - what one part has found so far: see trials_internal.h */
#include "base/spare.h"
#include "journey/trials_internal.h"

#include <stdlib.h>
#include <string.h>

enum { ROOM_LEAST = 64, PIECE_TRIALS = 1 << 18, EVENTS_A_PLACE = 8 };

static err put_aside(const struct journey_plan *plan, struct kept *kept, struct why *why)
{
	void *pieces = kept->aside;
	err e = limits_room(journey_plan_limits(plan), &pieces, &kept->pieces_room, kept->pieces,
		sizeof(*kept->aside), why);

	kept->aside = pieces;
	if (e != OK)
		return e;
	kept->aside[kept->pieces++] = (struct kept_piece){ kept->items, kept->count, kept->room };
	kept->items = NULL;
	kept->count = kept->room = 0;
	return OK;
}

static err grow(const struct journey_plan *plan, struct kept *kept, size_t room, struct why *why)
{
	err e = limits_take(
		journey_plan_limits(plan), (room - kept->room) * sizeof(*kept->items), why);

	if (e != OK)
		return e;
	struct trial *items = spare_take(room * sizeof(*items));
	if (kept->count > 0)
		memcpy(items, kept->items, kept->count * sizeof(*items));
	spare_give(kept->items);
	kept->items = items;
	kept->room = room;
	return OK;
}

err trials_room_for_one(const struct journey_plan *plan, struct kept *kept, struct why *why)
{
	return kept->count < kept->room
		       ? OK
		       : grow(plan, kept, MAX_OF(2 * kept->room, (size_t)ROOM_LEAST), why);
}

/* The first piece is as large as the data let expect, so that hardly any is moved. */
err trials_room(const struct journey_plan *plan, struct kept *kept, size_t more, struct why *why)
{
	size_t rows = threads_view_rows(journey_plan_view(plan));
	size_t room = kept->room == 0 ? rows / EVENTS_A_PLACE + ROOM_LEAST : 2 * kept->room;
	err e = kept->room < PIECE_TRIALS ? OK : put_aside(plan, kept, why);

	room = MAX_OF(MIN_OF(room, (size_t)PIECE_TRIALS), kept->count + more);
	return e == OK ? grow(plan, kept, room, why) : e;
}

size_t trials_kept_count(const struct kept *kept)
{
	size_t count = kept->count;

	for (size_t i = 0; i < kept->pieces; i++)
		count += kept->aside[i].count;
	return count;
}

void trials_kept_copy(const struct kept *kept, struct trial *to)
{
	for (size_t i = 0; i < kept->pieces; i++) {
		const struct kept_piece *piece = &kept->aside[i];
		memcpy(to, piece->items, piece->count * sizeof(*to));
		to += piece->count;
	}
	if (kept->count > 0)
		memcpy(to, kept->items, kept->count * sizeof(*to));
}

void trials_kept_free(const struct journey_plan *plan, struct kept *kept)
{
	size_t room = kept->room;

	for (size_t i = 0; i < kept->pieces; i++) {
		room += kept->aside[i].room;
		spare_give(kept->aside[i].items);
	}
	limits_give(journey_plan_limits(plan),
		room * sizeof(*kept->items) + kept->pieces_room * sizeof(*kept->aside));
	free(kept->aside);
	spare_give(kept->items);
}
