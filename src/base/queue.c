/* base/queue.c - see queue.h
 *
 * A ring under one mutex; two conditions, one for each side.  Items are large (a batch of events
 * each), so the lock is taken some thousand times a second: lock-free would gain nothing.
 */
#include "base/queue.h"

#include "base/arena.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

struct queue {
	pthread_mutex_t lock; /* all below */
	pthread_cond_t has_room, has_items;
	size_t room, first, count;
	bool closed;
	struct queue_counters counters;
	void *items[];
};

struct queue *queue_create(size_t room)
{
	struct queue *queue;
	pthread_condattr_t monotonic; /* the time of day may jump */

	ASSERT(room > 0 && room <= QUEUE_ROOM_MAX);
	queue = memory_alloc(sizeof(*queue) + room * sizeof(queue->items[0]));
	queue->room = room;
	ASSERT(pthread_mutex_init(&queue->lock, NULL) == 0);
	ASSERT(pthread_condattr_init(&monotonic) == 0);
	ASSERT(pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC) == 0);
	ASSERT(pthread_cond_init(&queue->has_room, &monotonic) == 0);
	ASSERT(pthread_cond_init(&queue->has_items, &monotonic) == 0);
	ASSERT(pthread_condattr_destroy(&monotonic) == 0);
	return queue;
}

void queue_free(struct queue *queue)
{
	if (queue == NULL)
		return;
	ASSERT(pthread_cond_destroy(&queue->has_items) == 0);
	ASSERT(pthread_cond_destroy(&queue->has_room) == 0);
	ASSERT(pthread_mutex_destroy(&queue->lock) == 0);
	free(queue);
}

static void lock(struct queue *queue)
{
	ASSERT(pthread_mutex_lock(&queue->lock) == 0);
}

static void unlock(struct queue *queue)
{
	ASSERT(pthread_mutex_unlock(&queue->lock) == 0);
}

static struct timespec deadline_in(int64_t timeout_ms)
{
	const int64_t forever_ms = INT64_C(1000) * 86400 * 365 * 100;
	struct timespec at;

	timeout_ms = MIN_OF(timeout_ms, forever_ms);
	ASSERT(timeout_ms >= 0 && clock_gettime(CLOCK_MONOTONIC, &at) == 0);
	int64_t ns = at.tv_nsec + timeout_ms % 1000 * 1000000;
	at.tv_sec += timeout_ms / 1000 + ns / 1000000000;
	at.tv_nsec = ns % 1000000000;
	return at;
}

/* False once the deadline has passed. */
static bool wait_for(struct queue *queue, pthread_cond_t *condition, const struct timespec *until)
{
	int e = pthread_cond_timedwait(condition, &queue->lock, until);

	ASSERT(e == 0 || e == ETIMEDOUT);
	return e == 0;
}

static err wait_for_room(struct queue *queue, int64_t timeout_ms)
{
	if (queue->closed || queue->count < queue->room)
		return queue->closed ? ERR_CANCELLED : OK;
	if (timeout_ms == 0)
		return ERR_FULL;
	struct timespec until = deadline_in(timeout_ms);
	bool in_time = true;
	while (in_time && !queue->closed && queue->count == queue->room)
		in_time = wait_for(queue, &queue->has_room, &until);
	if (queue->closed)
		return ERR_CANCELLED;
	if (queue->count == queue->room)
		return ERR_TIMEOUT;
	queue->counters.waited++;
	return OK;
}

err queue_push(struct queue *queue, void *item, int64_t timeout_ms)
{
	ASSERT(item != NULL);
	lock(queue);
	err e = wait_for_room(queue, timeout_ms);
	if (e == OK) {
		queue->items[(queue->first + queue->count++) % queue->room] = item;
		queue->counters.pushed++;
		queue->counters.deepest = MAX_OF(queue->counters.deepest, queue->count);
		ASSERT(pthread_cond_signal(&queue->has_items) == 0);
	} else if (e != ERR_CANCELLED) {
		queue->counters.refused++;
	}
	unlock(queue);
	return e;
}

static err wait_for_items(struct queue *queue, int64_t timeout_ms)
{
	bool in_time = timeout_ms > 0;
	struct timespec until = { 0 };

	if (in_time && queue->count == 0 && !queue->closed)
		until = deadline_in(timeout_ms);
	while (in_time && queue->count == 0 && !queue->closed)
		in_time = wait_for(queue, &queue->has_items, &until);
	if (queue->count > 0)
		return OK;
	return queue->closed ? ERR_CANCELLED : ERR_TIMEOUT;
}

err queue_pop(
	struct queue *queue, void **items, size_t count_max, size_t *count, int64_t timeout_ms)
{
	ASSERT(count_max > 0);
	lock(queue);
	err e = wait_for_items(queue, timeout_ms);
	if (e == OK) {
		size_t n = MIN_OF(count_max, queue->count);
		for (size_t i = 0; i < n; i++)
			items[i] = queue->items[(queue->first + i) % queue->room];
		queue->first = (queue->first + n) % queue->room;
		queue->count -= n;
		queue->counters.popped += n;
		*count = n;
		ASSERT(pthread_cond_broadcast(&queue->has_room) == 0);
	}
	unlock(queue);
	return e;
}

void queue_close(struct queue *queue)
{
	lock(queue);
	queue->closed = true;
	ASSERT(pthread_cond_broadcast(&queue->has_room) == 0);
	ASSERT(pthread_cond_broadcast(&queue->has_items) == 0);
	unlock(queue);
}

size_t queue_depth(struct queue *queue)
{
	lock(queue);
	size_t count = queue->count;
	unlock(queue);
	return count;
}

struct queue_counters queue_counters(struct queue *queue)
{
	lock(queue);
	struct queue_counters counters = queue->counters;
	unlock(queue);
	return counters;
}
