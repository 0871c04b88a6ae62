/* tests/support/moving_clock.h - a clock that stands still until a test moves it. */
#pragma once

#include "base/clock.h"

struct moving_clock {
	struct clock base;
	int64_t now_ms;
};

struct moving_clock moving_clock_at(int64_t now_ms);
