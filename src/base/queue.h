/* base/queue.h - a bounded queue of pointers from any number of threads to one.
 *
 * Full means back-pressure: the producer waits as long as it said, then is told ERR_FULL or
 * ERR_TIMEOUT, and whoever sent the work hears of it; nothing is ever dropped in silence.
 * Closing refuses new items at once; what is in the queue is still taken out.
 *
 * Threads: any may push, close and ask; one at a time pops.  Items of one producer stay in their
 * order.  The queue never looks at what the pointers point to, and does not own it.
 */
#pragma once

#include "base/base.h"

#define QUEUE_ROOM_MAX ((size_t)1 << 20)
#define QUEUE_WAIT_FOREVER INT64_MAX

struct queue;

struct queue_counters {
	uint64_t pushed, popped;
	uint64_t refused; /* full or timed out */
	uint64_t waited; /* pushes that found it full and got in later */
	size_t deepest; /* most items at once */
};

struct queue *queue_create(size_t room); /* 1 to QUEUE_ROOM_MAX items */
void queue_free(struct queue *queue); /* nobody may use it any more; NULL is fine */

/* `item` is not NULL.  OK, ERR_CANCELLED when closed (also while waiting), or when it stays
 * full: at once ERR_FULL (timeout 0), later ERR_TIMEOUT. */
err queue_push(struct queue *queue, void *item, int64_t timeout_ms);

/* Takes up to `count_max` items, oldest first, as soon as there is one; *count > 0 on OK.
 * ERR_TIMEOUT when it stays empty, ERR_CANCELLED when closed and empty. */
err queue_pop(
	struct queue *queue, void **items, size_t count_max, size_t *count, int64_t timeout_ms);

void queue_close(struct queue *queue); /* wakes everybody; again is fine */
size_t queue_depth(struct queue *queue); /* items in it now */
struct queue_counters queue_counters(struct queue *queue);
