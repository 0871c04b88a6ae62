/* tests/base_queue_test.c - the queue alone, and with 8 producers that must wait. */
#include "base/queue.h"
#include "test.h"

#include <pthread.h>
#include <string.h>

#define PRODUCERS ((size_t)8)
#define ITEMS ((size_t)2000)

static char items[PRODUCERS][ITEMS]; /* their addresses travel */

TEST(queue_order_full_and_closed)
{
	struct queue *queue = queue_create(3);
	void *out[8];
	size_t count = 99;

	CHECK("empty", queue_pop(queue, out, 8, &count, 0) == ERR_TIMEOUT && count == 99);
	CHECK("empty", queue_pop(queue, out, 8, &count, 1) == ERR_TIMEOUT && count == 99);
	for (size_t i = 0; i < 3; i++)
		CHECK("push", queue_push(queue, &items[0][i], 0) == OK);
	CHECK("full", queue_push(queue, &items[0][3], 0) == ERR_FULL);
	CHECK("full", queue_push(queue, &items[0][3], 1) == ERR_TIMEOUT);
	CHECK("pop two", queue_pop(queue, out, 2, &count, 0) == OK && count == 2);
	CHECK("oldest first", out[0] == &items[0][0] && out[1] == &items[0][1]);
	CHECK("around the ring", queue_push(queue, &items[0][4], QUEUE_WAIT_FOREVER) == OK);
	CHECK("depth", queue_depth(queue) == 2);
	queue_close(queue);
	CHECK("closed", queue_push(queue, &items[0][5], 0) == ERR_CANCELLED);
	CHECK("the rest", queue_pop(queue, out, 8, &count, QUEUE_WAIT_FOREVER) == OK && count == 2);
	CHECK("the rest", out[0] == &items[0][2] && out[1] == &items[0][4]);
	CHECK("the end", queue_pop(queue, out, 8, &count, QUEUE_WAIT_FOREVER) == ERR_CANCELLED);
	struct queue_counters c = queue_counters(queue);
	CHECK("counters", c.pushed == 4 && c.popped == 4 && c.refused == 2 && c.waited == 0 &&
				  c.deepest == 3);
	queue_free(queue);
}

struct producer {
	struct queue *queue;
	size_t number;
	err last;
};

static void *produce(void *context)
{
	struct producer *p = context;

	p->last = OK;
	for (size_t i = 0; i < ITEMS && p->last == OK; i++)
		p->last = queue_push(p->queue, &items[p->number][i], QUEUE_WAIT_FOREVER);
	return NULL;
}

static void start(struct producer *producers, pthread_t *threads, struct queue *queue)
{
	for (size_t i = 0; i < PRODUCERS; i++) {
		producers[i] = (struct producer){ .queue = queue, .number = i };
		ASSERT(pthread_create(&threads[i], NULL, produce, &producers[i]) == 0);
	}
}

static void join(pthread_t *threads)
{
	for (size_t i = 0; i < PRODUCERS; i++)
		ASSERT(pthread_join(threads[i], NULL) == 0);
}

TEST(queue_from_many_threads)
{
	struct queue *queue = queue_create(5);
	struct producer producers[PRODUCERS];
	pthread_t threads[PRODUCERS];
	size_t seen[PRODUCERS] = { 0 }, total = 0;
	void *out[3];

	start(producers, threads, queue);
	while (total < PRODUCERS * ITEMS) {
		size_t count = 0;
		if (queue_pop(queue, out, ARRAY_LEN(out), &count, QUEUE_WAIT_FOREVER) != OK)
			break;
		for (size_t i = 0; i < count; i++) {
			size_t at = (size_t)((char *)out[i] - &items[0][0]);
			CHECK("in order", at % ITEMS == seen[at / ITEMS]++);
		}
		total += count;
	}
	join(threads);
	CHECK("all", total == PRODUCERS * ITEMS);
	struct queue_counters c = queue_counters(queue);
	CHECK("counters", c.pushed == total && c.popped == total && c.deepest <= 5);
	queue_free(queue);
}

TEST(queue_close_frees_waiting_producers)
{
	struct queue *queue = queue_create(5);
	struct producer producers[PRODUCERS];
	pthread_t threads[PRODUCERS];
	void *out[1];
	size_t count;

	start(producers, threads, queue);
	for (int i = 0; i < 100; i++)
		CHECK("pop", queue_pop(queue, out, 1, &count, QUEUE_WAIT_FOREVER) == OK);
	queue_close(queue);
	join(threads);
	for (size_t i = 0; i < PRODUCERS; i++)
		CHECK("told", producers[i].last == ERR_CANCELLED);
	while (queue_pop(queue, out, 1, &count, 0) == OK)
		continue;
	struct queue_counters c = queue_counters(queue);
	CHECK("nothing lost", c.pushed == c.popped);
	queue_free(queue);
}
