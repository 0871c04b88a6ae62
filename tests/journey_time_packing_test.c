/* tests/journey_time_packing_test.c - what is packed comes back as it was, whatever it was, and all
 * that should fit does. */
#include "journey/time_packing.h"

#include "base/random.h"
#include "support/journey_world.h"
#include "test.h"

#define SECOND ((uint64_t)1000 * TICKS_PER_MS)

static struct time_packing packing_of(const char *events)
{
	struct journey_world w;

	journey_world_init(&w, events, false);
	struct time_packing packing = time_packing_of(w.view);
	journey_world_done(&w);
	return packing;
}

TEST(the_unit_is_that_of_most_times)
{
	static const struct {
		const char *name, *events;
		uint64_t unit;
		unsigned bytes;
	} cases[] = {
		{ "no time at all", "", SECOND, 4 },
		{ "whole seconds", "a 5 web s; a 70 web s; b -3 web s", SECOND, 4 },
		{ "milliseconds", "a 5.0010000 web s; a 70 web s", TICKS_PER_MS, 5 },
		{ "before 1970", "a -5.0010000 web s", TICKS_PER_MS, 5 },
		{ "a tick", "a 5.0010001 web s; a 70 web s", 1, 8 },
		{ "one of sixteen is odd",
			"a 1.5000001 web s; a 2 web s; a 3 web s; a 4 web s; a 5 web s; a 6 web s; "
			"a 7 web s; a 8 web s; a 9 web s; a 10 web s; a 11 web s; a 12 web s; "
			"a 13 web s; a 14 web s; a 15 web s; a 16 web s",
			SECOND, 4 },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct time_packing p = packing_of(cases[i].events);
		CHECK(cases[i].name, p.unit == cases[i].unit && p.bytes == cases[i].bytes);
	}
}

/* Does it fit, and come back?  `should`: it is a whole number of units, and not too many. */
static bool comes_back(const struct time_packing *p, uint64_t ticks)
{
	uint64_t units = ticks / p->unit, packed;
	bool should = ticks % p->unit == 0 &&
		      (p->bytes == 8 || units >> (8 * p->bytes - PACKED_STEP_BITS) == 0);
	bool fits = time_pack(p, ticks, &packed);

	if (fits != should || !fits)
		return fits == should;
	return (packed & PACKED_STEP_MASK) == 0 && (p->bytes == 8 || packed >> 8 * p->bytes == 0) &&
	       time_unpack(p, packed | PACKED_STEP_MASK) == ticks;
}

static void check_packing(const char *name, const struct time_packing *p)
{
	struct random random = random_of(11);
	bool all = true;

	for (uint64_t ticks = 0; ticks < 300000; ticks++)
		all = all && comes_back(p, ticks);
	for (int i = 0; i < 300000; i++) { /* of every length; beside whole numbers of units */
		uint64_t ticks = random_next(&random) >> (8 + random_below(&random, 56));
		uint64_t whole = ticks / p->unit * p->unit;
		all = all && comes_back(p, ticks) && comes_back(p, whole);
		all = all && comes_back(p, whole + 1) && (whole == 0 || comes_back(p, whole - 1));
	}
	CHECK(name, all);
	for (unsigned bits = 20; bits < 56; bits++) /* about the longest that fits */
		for (uint64_t units = ((uint64_t)1 << bits) - 2; units < ((uint64_t)1 << bits) + 2;
			units++)
			CHECK(name, units > PACKED_TICKS_MAX / p->unit ||
					    comes_back(p, units * p->unit));
}

TEST(packed_times_come_back)
{
	struct time_packing seconds = packing_of("a 1 web s"), ticks = time_packing_ticks();
	struct time_packing milliseconds = packing_of("a 1.0020000 web s");

	check_packing("seconds", &seconds);
	check_packing("milliseconds", &milliseconds);
	check_packing("ticks", &ticks);
}
