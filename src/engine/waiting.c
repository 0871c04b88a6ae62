/* engine/waiting.c - see waiting.h */
#include "engine/waiting.h"

#include <errno.h>

void mutex_init(pthread_mutex_t *mutex)
{
	ASSERT(pthread_mutex_init(mutex, NULL) == 0);
}

void mutex_done(pthread_mutex_t *mutex)
{
	ASSERT(pthread_mutex_destroy(mutex) == 0);
}

void mutex_lock(pthread_mutex_t *mutex)
{
	ASSERT(pthread_mutex_lock(mutex) == 0);
}

void mutex_unlock(pthread_mutex_t *mutex)
{
	ASSERT(pthread_mutex_unlock(mutex) == 0);
}

void condition_init(pthread_cond_t *condition)
{
	pthread_condattr_t monotonic; /* the time of day may jump */

	ASSERT(pthread_condattr_init(&monotonic) == 0);
	ASSERT(pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC) == 0);
	ASSERT(pthread_cond_init(condition, &monotonic) == 0);
	ASSERT(pthread_condattr_destroy(&monotonic) == 0);
}

void condition_done(pthread_cond_t *condition)
{
	ASSERT(pthread_cond_destroy(condition) == 0);
}

void condition_wake_all(pthread_cond_t *condition)
{
	ASSERT(pthread_cond_broadcast(condition) == 0);
}

struct deadline deadline_in(int64_t timeout_ms)
{
	const int64_t forever_ms = INT64_C(1000) * 86400 * 365 * 100;
	struct deadline until = { .passed = timeout_ms <= 0 };

	if (until.passed)
		return until;
	timeout_ms = MIN_OF(timeout_ms, forever_ms);
	ASSERT(clock_gettime(CLOCK_MONOTONIC, &until.at) == 0);
	int64_t ns = until.at.tv_nsec + timeout_ms % 1000 * 1000000;
	until.at.tv_sec += timeout_ms / 1000 + ns / 1000000000;
	until.at.tv_nsec = ns % 1000000000;
	return until;
}

bool condition_wait(pthread_cond_t *condition, pthread_mutex_t *mutex, const struct deadline *until)
{
	if (until->passed)
		return false;
	int e = pthread_cond_timedwait(condition, mutex, &until->at);
	ASSERT(e == 0 || e == ETIMEDOUT);
	return e == 0;
}
