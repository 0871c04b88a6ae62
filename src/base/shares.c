/* base/shares.c - see shares.h */
#include "base/shares.h"

#include <pthread.h>
#include <stdatomic.h>

struct shares {
	size_t count, items;
	share_fn *fn;
	void *context;
	atomic_size_t next; /* the first item that nobody took */
};

static void *work(void *context)
{
	struct shares *s = context;

	for (;;) {
		size_t from = atomic_fetch_add_explicit(&s->next, s->items, memory_order_relaxed);
		if (from >= s->count)
			return NULL;
		s->fn(s->context, from, MIN_OF(from + s->items, s->count));
	}
}

void shares_do(unsigned threads, size_t count, size_t items, share_fn *fn, void *context)
{
	struct shares shares = { .count = count, .items = items, .fn = fn, .context = context };
	pthread_t helpers[SHARES_THREADS_MAX - 1];
	size_t started = 0;

	ASSERT(threads <= SHARES_THREADS_MAX && items > 0);
	atomic_init(&shares.next, 0);
	while (started + 1 < threads && count > (started + 1) * items &&
		pthread_create(&helpers[started], NULL, work, &shares) == 0)
		started++;
	(void)work(&shares);
	for (size_t i = 0; i < started; i++)
		ASSERT(pthread_join(helpers[i], NULL) == 0);
}

struct attempt {
	share_try_fn *fn;
	void *context;
	atomic_bool failed; /* who sets it writes the next two */
	err error;
	struct why why;
};

static void attempt_share(void *context, size_t from, size_t to)
{
	struct attempt *attempt = context;
	struct why why = { 0 };
	err e = atomic_load(&attempt->failed) ? OK : attempt->fn(attempt->context, from, to, &why);

	if (e != OK && !atomic_exchange(&attempt->failed, true)) {
		attempt->error = e;
		attempt->why = why;
	}
}

err shares_try(unsigned threads, size_t count, size_t items, share_try_fn *fn, void *context,
	struct why *why)
{
	struct attempt attempt = { .fn = fn, .context = context };

	shares_do(threads, count, items, attempt_share, &attempt);
	if (attempt.error != OK && why != NULL)
		*why = attempt.why;
	return attempt.error;
}
