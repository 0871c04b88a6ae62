/* tests/base_watch_test.c - steps are told about as often as they should be, and given up. */
#include "base/watch.h"
#include "test.h"

struct told {
	unsigned times;
	uint64_t done, of;
};

static void tell(void *context, uint64_t done, uint64_t of)
{
	struct told *told = context;

	*told = (struct told){ told->times + 1, done, of };
}

TEST(watch_is_told_now_and_then)
{
	struct told told = { 0 };
	const struct watch watch = { .tell = tell, .context = &told };
	struct headway headway = headway_of(&watch, 10000);

	for (int i = 0; i < 10000; i++)
		CHECK("goes on", headway_add(&headway, 1, NULL) == OK);
	CHECK("every so many", told.times == 1 + 9999 / HEADWAY_TOLD);
	CHECK("how far", told.done == 1 + 9999 / HEADWAY_TOLD * HEADWAY_TOLD && told.of == 10000);
	CHECK("a large step", headway_add(&headway, 100000, NULL) == OK);
	CHECK("is never more than all", told.done == 10000);
}

TEST(watch_gives_up)
{
	struct told told = { 0 };
	struct why why = { 0 };
	atomic_bool stop = false;
	const struct watch watch = { .tell = tell, .context = &told, .stop = &stop };
	struct headway headway = headway_of(&watch, 10);
	struct headway nobody = headway_of(NULL, 10);

	CHECK("goes on", headway_add(&headway, 1, &why) == OK);
	atomic_store(&stop, true);
	CHECK("not at each step", headway_add(&headway, 1, &why) == OK);
	CHECK("but at a look", headway_look(&headway, &why) == ERR_CANCELLED);
	CHECK("why", why.message == MSG_CANCELLED && told.times == 1);
	CHECK("nobody waits", headway_look(&nobody, NULL) == OK);
}
