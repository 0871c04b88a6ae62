/* base/clock.c - see clock.h */
#include "base/clock.h"

#include "base/hash.h"

#include <stdio.h>
#include <time.h>

static int64_t read_ns(clockid_t id)
{
	struct timespec t;

	ASSERT(clock_gettime(id, &t) == 0);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int64_t real_now_ms(struct clock *clock)
{
	(void)clock;
	return read_ns(CLOCK_REALTIME) / 1000000;
}

static int64_t real_ticks_ns(struct clock *clock)
{
	(void)clock;
	return read_ns(CLOCK_MONOTONIC);
}

struct clock *clock_real(void)
{
	static struct clock clock = { real_now_ms, real_ticks_ns };

	return &clock;
}

uint64_t boot_number(void)
{
	char text[64];
	FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");

	if (file == NULL)
		return 0;
	size_t len = fread(text, 1, sizeof(text), file);
	(void)fclose(file); /* nothing was written */
	return len == 0 ? 0 : hash64(1, (str){ text, len }) >> 1;
}
