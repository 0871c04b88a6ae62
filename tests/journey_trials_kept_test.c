/* tests/journey_trials_kept_test.c - what is kept in several pieces comes back whole and in order.
 */
#include "journey/trials_internal.h"
#include "support/journey_world.h"
#include "test.h"

#include <stdlib.h>

/* More than a piece holds, in lots of different sizes; each stands side by side. */
TEST(trials_are_kept_in_pieces)
{
	enum { MANY = 600000, LOTS = 7 };
	struct journey_world w;
	struct journey_plan *plan;
	struct kept kept = { .count = 0 };
	size_t made = 0, pieces = 0;

	journey_world_init(&w, "c1 1 web a", true);
	CHECK("plan", journey_world_plan(&w, &plan, NULL) == OK);
	size_t before = atomic_load(&w.limits.bytes);
	for (size_t lot = 1; made < MANY; lot = lot % LOTS + 1) {
		if (kept.room - kept.count < lot * lot)
			CHECK("room", trials_room(plan, &kept, lot * lot, NULL) == OK);
		CHECK("for all", kept.room - kept.count >= lot * lot);
		for (size_t i = 0; i < lot * lot; i++)
			kept.items[kept.count++] = (struct trial){ .row = (uint32_t)made++ };
		pieces = kept.pieces;
	}
	CHECK("several", pieces >= 2);
	CHECK("counted", trials_kept_count(&kept) == made);
	struct trial *all = memory_alloc(made * sizeof(*all));
	bool in_order = true;
	trials_kept_copy(&kept, all);
	for (size_t i = 0; i < made; i++)
		in_order &= all[i].row == i;
	CHECK("in order", in_order);
	free(all);
	trials_kept_free(plan, &kept);
	CHECK("given back", atomic_load(&w.limits.bytes) == before);
	journey_plan_free(plan);
	journey_world_done(&w);
}

/* One by one all stay in one piece, as they were. */
TEST(trials_are_kept_one_by_one)
{
	enum { MANY = 300000 };
	struct journey_world w;
	struct journey_plan *plan;
	struct kept kept = { .count = 0 };
	bool in_order = true;

	journey_world_init(&w, "c1 1 web a", true);
	CHECK("plan", journey_world_plan(&w, &plan, NULL) == OK);
	for (uint32_t i = 0; i < MANY; i++) {
		CHECK("room", trials_room_for_one(plan, &kept, NULL) == OK);
		kept.items[kept.count++] = (struct trial){ .row = i };
	}
	for (uint32_t i = 0; i < MANY; i++)
		in_order &= kept.items[i].row == i;
	CHECK("one piece", kept.pieces == 0 && kept.count == MANY && in_order);
	w.limits.bytes_max = atomic_load(&w.limits.bytes) + 1000;
	struct why why = { 0 };
	while (kept.count < kept.room)
		kept.items[kept.count++] = (struct trial){ .row = 0 };
	CHECK("a limit", trials_room_for_one(plan, &kept, &why) == ERR_LIMIT);
	CHECK("in words", why.message == MSG_JOURNEY_ROOM);
	trials_kept_free(plan, &kept);
	journey_plan_free(plan);
	journey_world_done(&w);
}
