/* main/rest.c - the life of /api/v1: queues, threads, the watcher; see rest.h */
#include "main/rest.h"

#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/chunks.h"
#include "base/queue.h"
#include "base/spare.h"
#include "exchange/inputs.h"
#include "main/live.h"
#include "main/rest_once.h"
#include "main/rest_run.h"
#include "main/throttle.h"

enum { REST_POOL_THREADS_MAX = 2 };
_Static_assert((int)REST_QUICK_THREADS <= (int)REST_POOL_THREADS_MAX, "room for them");
_Static_assert((int)REST_SLOW_THREADS <= (int)REST_POOL_THREADS_MAX, "room for them");
_Static_assert((int)REST_OPEN_THREADS <= (int)REST_POOL_THREADS_MAX, "room for them");

struct pool {
	struct queue *queue;
	pthread_mutex_t turn; /* who takes from the queue: one at a time */
	pthread_t threads[REST_POOL_THREADS_MAX];
	size_t count;
};

struct rest {
	struct rest_options options;
	struct arena *arena; /* of the routes */
	const struct rest_route *routes;
	struct http_route *http;
	size_t count;
	struct pool quick, slow, open;
	struct live *live;
	struct rest_once *once;
	struct throttle *throttle; /* of signing in */

	pthread_mutex_t lock; /* the list of calls that were taken, and is_stopping */
	struct rest_call *calls;
	bool is_stopping, watches;
	pthread_t watcher;
};

static void lock(pthread_mutex_t *mutex)
{
	int code = pthread_mutex_lock(mutex);
	ASSERT(code == 0);
}

static void unlock(pthread_mutex_t *mutex)
{
	int code = pthread_mutex_unlock(mutex);
	ASSERT(code == 0);
}

static int64_t ticks_ms(void)
{
	return clock_real()->ticks_ns(clock_real()) / 1000000;
}

/* ---- a call arrives, on an HTTP worker */

static struct rest_call *call_create(
	struct rest *rest, const struct rest_route *route, struct http_exchange *x)
{
	struct rest_call *call = memory_alloc(sizeof(*call));

	call->rest = rest;
	call->route = route;
	call->x = x;
	call->arena = arena_create(REST_MEMORY_MAX);
	call->started_ms = ticks_ms();
	bool is_long =
		route->takes_file || route->command == &cmd_export || route->command == &cmd_access;
	call->deadline_ms = is_long ? 0 : call->started_ms + REST_DEADLINE_MS;
	call->trace = arena_str(call->arena, http_trace(x));
	call->owed = true;
	atomic_init(&call->stop, false);
	atomic_init(&call->late, false);
	return call;
}

static void enlist(struct rest *rest, struct rest_call *call)
{
	lock(&rest->lock);
	call->next = rest->calls;
	rest->calls = call;
	unlock(&rest->lock);
}

static void delist(struct rest *rest, struct rest_call *call)
{
	lock(&rest->lock);
	struct rest_call **at = &rest->calls;
	while (*at != call)
		at = &(*at)->next;
	*at = call->next;
	unlock(&rest->lock);
}

static void call_free(struct rest_call *call)
{
	arena_free(call->arena);
	free(call);
}

void rest_settled(struct rest_call *call)
{
	lock(&call->rest->lock);
	call->owed = false;
	unlock(&call->rest->lock);
}

static struct pool *pool_of(struct rest *rest, const struct rest_route *route)
{
	if (route->open)
		return &rest->open;
	return route->quick ? &rest->quick : &rest->slow;
}

static void arrive(struct http_exchange *x, void *context)
{
	struct rest *rest = context;
	const struct rest_route *route = http_route(x)->data;
	struct rest_call *call = call_create(rest, route, x);
	struct why why = { 0 };

	enlist(rest, call);
	if (queue_push(pool_of(rest, route)->queue, call, 0) == OK)
		return;
	delist(rest, call);
	call_free(call);
	(void)fail(&why, MSG_REST_FULL);
	http_set(x, "Retry-After", STR("1"));
	http_refuse(x, 429, &why);
}

/* ---- and is answered, on a thread of a pool */

struct worker {
	struct rest *rest;
	struct pool *pool;
};

static struct rest_call *next_call(struct pool *pool)
{
	void *item = NULL;
	size_t count = 0;

	lock(&pool->turn);
	err e = queue_pop(pool->queue, &item, 1, &count, QUEUE_WAIT_FOREVER);
	unlock(&pool->turn);
	return e == OK ? item : NULL;
}

static void *work(void *context)
{
	struct worker worker = *(struct worker *)context;
	struct rest_call *call;

	free(context);
	if (worker.pool != &worker.rest->quick) /* its helpers too; refused, it does without */
		(void)setpriority(PRIO_PROCESS, (id_t)gettid(), REST_SLOW_NICE);
	input_set_standard(-1); /* nobody over HTTP reads the server's own */
	while ((call = next_call(worker.pool)) != NULL) {
		rest_run(call);
		delist(worker.rest, call);
		call_free(call);
	}
	return NULL;
}

static void pool_start(struct rest *rest, struct pool *pool, size_t count)
{
	int code = pthread_mutex_init(&pool->turn, NULL);

	ASSERT(code == 0);
	pool->queue = queue_create(REST_QUEUE_MAX);
	for (; pool->count < count; pool->count++) {
		struct worker *worker = memory_alloc(sizeof(*worker));
		*worker = (struct worker){ rest, pool };
		code = pthread_create(&pool->threads[pool->count], NULL, work, worker);
		ASSERT(code == 0);
		(void)pthread_setname_np(pool->threads[pool->count], "query");
	}
}

static void pool_stop(struct pool *pool)
{
	queue_close(pool->queue);
	for (; pool->count > 0; pool->count--) {
		int code = pthread_join(pool->threads[pool->count - 1], NULL);
		ASSERT(code == 0);
	}
}

static void pool_free(struct pool *pool)
{
	queue_free(pool->queue);
	(void)pthread_mutex_destroy(&pool->turn); /* nobody holds it */
}

/* ---- the watcher */

static void look_at(struct rest *rest, struct rest_call *call)
{
	bool late = call->deadline_ms != 0 && ticks_ms() >= call->deadline_ms;
	bool gone = call->owed && http_is_cancelled(call->x);

	if (late && !atomic_load(&call->stop))
		atomic_store(&call->late, true);
	if (late || gone || rest->is_stopping)
		atomic_store(&call->stop, true);
}

static bool look_around(struct rest *rest)
{
	lock(&rest->lock);
	for (struct rest_call *call = rest->calls; call != NULL; call = call->next)
		look_at(rest, call);
	bool goes_on = rest->watches;
	unlock(&rest->lock);
	return goes_on;
}

enum { SPARE_ROUNDS = 60 * 1000 / REST_WATCH_MS };

static void *watch(void *context)
{
	const struct timespec pause = { .tv_nsec = REST_WATCH_MS * 1000000L };

	for (unsigned i = 1; look_around(context); i++) {
		if (i % SPARE_ROUNDS == 0) { /* of questions a minute ago */
			(void)spare_release();
			(void)chunk_release();
		}
		(void)clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL); /* shorter does no harm */
	}
	return NULL;
}

/* ---- life */

struct rest *rest_create(const struct rest_options *options)
{
	struct rest *rest = memory_alloc(sizeof(*rest));
	int code = pthread_mutex_init(&rest->lock, NULL);

	ASSERT(code == 0);
	rest->options = *options;
	rest->arena = arena_create(1 << 20);
	rest->routes = rest_routes(options->commands, rest->arena, &rest->count);
	rest->http = arena_array(rest->arena, rest->count, sizeof(*rest->http));
	ASSERT(rest->http != NULL); /* the arena is fresh */
	for (size_t i = 0; i < rest->count; i++)
		rest->http[i] = (struct http_route){ .method = rest->routes[i].method,
			.pattern = rest->routes[i].pattern,
			.handle = arrive,
			.body_bytes_max = rest->routes[i].body_bytes_max,
			.data = &rest->routes[i] };
	rest->watches = true;
	rest->once = rest_once_create();
	rest->throttle = throttle_create();
	rest->live = live_create(options->house, options->desk);
	pool_start(rest, &rest->quick, REST_QUICK_THREADS);
	pool_start(rest, &rest->slow, REST_SLOW_THREADS);
	pool_start(rest, &rest->open, REST_OPEN_THREADS);
	code = pthread_create(&rest->watcher, NULL, watch, rest);
	ASSERT(code == 0);
	(void)pthread_setname_np(rest->watcher, "watcher");
	return rest;
}

struct http_routes rest_http_routes(struct rest *rest)
{
	return (struct http_routes){ rest->http, rest->count, rest };
}

void rest_stop(struct rest *rest)
{
	if (rest == NULL)
		return;
	lock(&rest->lock);
	rest->is_stopping = true;
	unlock(&rest->lock);
	live_stop(rest->live);
	pool_stop(&rest->quick);
	pool_stop(&rest->slow);
	pool_stop(&rest->open);
	lock(&rest->lock);
	rest->watches = false;
	unlock(&rest->lock);
	int code = pthread_join(rest->watcher, NULL);
	ASSERT(code == 0);
}

void rest_free(struct rest *rest)
{
	if (rest == NULL)
		return;
	live_free(rest->live);
	rest_once_free(rest->once);
	throttle_free(rest->throttle);
	pool_free(&rest->quick);
	pool_free(&rest->slow);
	pool_free(&rest->open);
	(void)pthread_mutex_destroy(&rest->lock); /* nobody holds it */
	arena_free(rest->arena);
	free(rest);
}

const struct rest_options *rest_options_of(const struct rest *rest)
{
	return &rest->options;
}

struct throttle *rest_throttle_of(const struct rest *rest)
{
	return rest->throttle;
}

struct rest_once *rest_once_of(const struct rest *rest)
{
	return rest->once;
}

struct live *rest_live_of(const struct rest *rest)
{
	return rest->live;
}

struct oidc *rest_oidc_of(const struct rest *rest)
{
	return rest->options.oidc;
}

const struct rest_route *rest_all_routes(const struct rest *rest, size_t *count)
{
	*count = rest->count;
	return rest->routes;
}
