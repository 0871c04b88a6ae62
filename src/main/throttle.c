/* main/throttle.c - see throttle.h */
#include "main/throttle.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/hash.h"
#include "base/random.h"
#include "engine/waiting.h"

struct address {
	int64_t failures, window_ms, until_ms;
};

struct throttle {
	pthread_mutex_t lock; /* a leaf */
	uint64_t seed;
	struct address addresses[THROTTLE_ADDRESSES_MAX];
};

struct throttle *throttle_create(void)
{
	struct throttle *t = memory_alloc(sizeof(*t));

	mutex_init(&t->lock);
	secret_bytes(&t->seed, sizeof(t->seed));
	return t;
}

void throttle_free(struct throttle *t)
{
	mutex_done(&t->lock);
	free(t);
}

static bool is_counted(str address)
{
	return address.len > 0 && !str_starts(address, STR("127.")) &&
	       !str_equal(address, STR("::1")) && !str_starts(address, STR("::ffff:127."));
}

static struct address *find(struct throttle *t, str address)
{
	return &t->addresses[hash64(t->seed, address) % THROTTLE_ADDRESSES_MAX];
}

err throttle_ask(struct throttle *t, str address, int64_t now_ms, struct why *why)
{
	if (!is_counted(address))
		return OK;
	mutex_lock(&t->lock);
	int64_t left_ms = find(t, address)->until_ms - now_ms;
	mutex_unlock(&t->lock);
	return left_ms > 0 ? fail(why, MSG_DESK_WAIT, arg_int(left_ms / 1000 + 1)) : OK;
}

static int64_t wait_ms(int64_t failures)
{
	int64_t over = failures - THROTTLE_FREE;

	if (over <= 0)
		return 0;
	return over > 6 ? THROTTLE_WAIT_MS_MAX
			: MIN_OF((int64_t)1000 << over, (int64_t)THROTTLE_WAIT_MS_MAX);
}

void throttle_failed(struct throttle *t, str address, int64_t now_ms)
{
	if (!is_counted(address))
		return;
	mutex_lock(&t->lock);
	struct address *a = find(t, address);
	for (; a->failures > 0 && now_ms - a->window_ms >= THROTTLE_WINDOW_MS;
		a->window_ms += THROTTLE_WINDOW_MS)
		a->failures /= 2;
	if (a->failures == 0)
		a->window_ms = now_ms;
	a->failures++;
	a->until_ms = now_ms + wait_ms(a->failures);
	mutex_unlock(&t->lock);
}
