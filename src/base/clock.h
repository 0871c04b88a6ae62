/* base/clock.h - the time of day and a stopwatch, as an object: a test can be the clock. */
#pragma once

#include "base/base.h"

struct clock {
	int64_t (*now_ms)(struct clock *clock); /* UTC since 1970; may jump back */
	int64_t (*ticks_ns)(struct clock *clock); /* from anywhere, never back */
};

struct clock *clock_real(void);

/* Which running of the machine this is: the same until it restarts; 0 if it is not known.  Below
 * 2^63. */
uint64_t boot_number(void);
