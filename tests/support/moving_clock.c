/* tests/support/moving_clock.c - see moving_clock.h */
#include "support/moving_clock.h"

static int64_t now_ms(struct clock *clock)
{
	return ((struct moving_clock *)clock)->now_ms;
}

static int64_t ticks_ns(struct clock *clock)
{
	return ((struct moving_clock *)clock)->now_ms * 1000000;
}

struct moving_clock moving_clock_at(int64_t at_ms)
{
	return (struct moving_clock){ .base = { now_ms, ticks_ns }, .now_ms = at_ms };
}
