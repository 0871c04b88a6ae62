/* identity/shares.c - see shares.h */
#include "identity/shares.h"

#include <pthread.h>
#include <stdatomic.h>

struct shares {
	size_t count;
	share_fn *fn;
	void *context;
	atomic_size_t next; /* the first item that nobody took */
};

static void *work(void *context)
{
	struct shares *s = context;

	for (;;) {
		size_t from =
			atomic_fetch_add_explicit(&s->next, SHARE_ITEMS, memory_order_relaxed);
		if (from >= s->count)
			return NULL;
		s->fn(s->context, from, MIN_OF(from + SHARE_ITEMS, s->count));
	}
}

void shares_do(size_t count, share_fn *fn, void *context)
{
	struct shares shares = { .count = count, .fn = fn, .context = context };
	pthread_t threads[SHARES_THREADS - 1];
	size_t started = 0;

	atomic_init(&shares.next, 0);
	while (started < SHARES_THREADS - 1 && count > (started + 1) * SHARE_ITEMS &&
		pthread_create(&threads[started], NULL, work, &shares) == 0)
		started++;
	(void)work(&shares);
	for (size_t i = 0; i < started; i++)
		ASSERT(pthread_join(threads[i], NULL) == 0);
}
