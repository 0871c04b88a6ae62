/* engine/waiting.h - mutexes and conditions that cannot fail, and deadlines that no clock change
 * moves: the few lines of pthread that the files of this folder share. */
#pragma once

#include "base/base.h"

#include <pthread.h>
#include <time.h>

#define WAIT_FOREVER INT64_MAX

void mutex_init(pthread_mutex_t *mutex);
void mutex_done(pthread_mutex_t *mutex);
void mutex_lock(pthread_mutex_t *mutex);
void mutex_unlock(pthread_mutex_t *mutex);

/* Conditions wait by the monotonic clock. */
void condition_init(pthread_cond_t *condition);
void condition_done(pthread_cond_t *condition);
void condition_wake_all(pthread_cond_t *condition);

struct deadline {
	bool passed; /* at once: no clock is asked */
	struct timespec at;
};
struct deadline deadline_in(int64_t timeout_ms); /* 0 or less: it has passed */

/* With the mutex held.  False once the deadline has passed; true may be for no reason. */
bool condition_wait(
	pthread_cond_t *condition, pthread_mutex_t *mutex, const struct deadline *until);
