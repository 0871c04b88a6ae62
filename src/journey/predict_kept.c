/* journey/predict_kept.c - see predict_kept.h */
#include "journey/predict_kept.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
	LOOK_MS = 50, /* how often who waits for his turn asks whether he still may */
	CHOICE_SHARE = 8 /* journeys may change by one in so many before contexts are chosen anew */
};

struct kept {
	char *key;
	size_t key_len;
	struct threads_view *view; /* the model counts its journeys; NULL: the place is free */
	uint64_t hidden; /* rows of it that were */
	struct predict_model *model;
	struct predict_choice choice;
	uint64_t chosen_journeys; /* when it was chosen */
	int64_t asked_ms;
};

struct predict_kept {
	pthread_mutex_t turn; /* protects all that follows */
	struct clock *clock;
	struct journey_limits limits; /* of the models */
	struct kept items[PREDICT_KEPT_MAX];
	struct predict_kept_counts counts;
};

struct predict_kept *predict_kept_create(size_t bytes_max, struct clock *clock)
{
	struct predict_kept *k = memory_alloc(sizeof(*k));

	ASSERT(pthread_mutex_init(&k->turn, NULL) == 0);
	k->clock = clock;
	k->limits = (struct journey_limits){ .bytes_max = bytes_max, .threads = 1 };
	return k;
}

static void drop(struct kept *item)
{
	predict_free(item->model);
	threads_view_unref(item->view);
	free(item->key);
	*item = (struct kept){ .view = NULL };
}

void predict_kept_free(struct predict_kept *k)
{
	if (k == NULL)
		return;
	for (size_t i = 0; i < PREDICT_KEPT_MAX; i++)
		drop(&k->items[i]);
	ASSERT(pthread_mutex_destroy(&k->turn) == 0);
	free(k);
}

static int64_t now_ms(const struct predict_kept *k)
{
	return k->clock->ticks_ns(k->clock) / 1000000;
}

/* ---- taking turns */

static struct timespec soon(void)
{
	struct timespec at;

	ASSERT(clock_gettime(CLOCK_MONOTONIC, &at) == 0);
	at.tv_nsec += LOOK_MS * 1000000;
	if (at.tv_nsec >= 1000000000) {
		at.tv_sec++;
		at.tv_nsec -= 1000000000;
	}
	return at;
}

static err await_turn(struct predict_kept *k, struct journey_limits *limits, struct why *why)
{
	struct timespec until = soon();

	while (pthread_mutex_clocklock(&k->turn, CLOCK_MONOTONIC, &until) != 0) {
		err e = limits_check(limits, why);
		if (e != OK)
			return e;
		until = soon();
	}
	return OK;
}

static void end_turn(struct predict_kept *k)
{
	ASSERT(pthread_mutex_unlock(&k->turn) == 0);
}

/* ---- finding, following, making */

static uint64_t hidden_rows(const struct threads_view *view)
{
	return threads_view_rows(view) - threads_view_events(view) - threads_view_entities(view);
}

static struct kept *find(struct predict_kept *k, str key)
{
	for (size_t i = 0; i < PREDICT_KEPT_MAX; i++)
		if (k->items[i].view != NULL &&
			str_equal((str){ k->items[i].key, k->items[i].key_len }, key))
			return &k->items[i];
	return NULL;
}

/* A free place, else that of whoever was not asked for the longest time. */
static struct kept *free_place(struct predict_kept *k)
{
	struct kept *oldest = &k->items[0];

	for (size_t i = 0; i < PREDICT_KEPT_MAX; i++) {
		if (k->items[i].view == NULL)
			return &k->items[i];
		if (k->items[i].asked_ms < oldest->asked_ms)
			oldest = &k->items[i];
	}
	drop(oldest);
	return oldest;
}

static bool is_too_old(const struct kept *item)
{
	uint64_t now = predict_journeys(item->model), then = item->chosen_journeys;
	uint64_t moved = now > then ? now - then : then - now;

	return moved > then / CHOICE_SHARE;
}

/* The plan of then is made again: definition and filter are the same, the view is not. */
static err follow(struct kept *item, const struct predict_asked *asked, struct why *why)
{
	struct journey_plan *before;
	err e = journey_plan_make(item->view, asked->definition, asked->filter, asked->journal,
		journey_plan_limits(asked->plan), &before, why);

	if (e != OK)
		return e;
	e = predict_follow(item->model, before, asked->plan, why);
	journey_plan_free(before);
	return e;
}

/* False: it cannot be had so. */
static bool bring_up_to_date(
	struct predict_kept *k, struct kept *item, const struct predict_asked *asked)
{
	const struct threads_view *view = journey_plan_view(asked->plan);
	struct why why = { 0 };

	if (item->view == view) {
		k->counts.ready++;
		return true;
	}
	/* An older view than the model's may come too, from who waited: it is another view. */
	if (hidden_rows(view) != item->hidden || follow(item, asked, &why) != OK ||
		is_too_old(item))
		return false;
	threads_view_unref(item->view);
	item->view = threads_view_ref((struct threads_view *)(uintptr_t)view);
	k->counts.followed++;
	return true;
}

static err make(const struct predict_asked *asked, struct journey_limits *limits,
	struct predict_choice *choice, struct predict_model **out, struct why *why)
{
	struct predict_trips trips;
	err e = predict_trips_make(asked->plan, &trips, why);

	if (e != OK)
		return e;
	e = predict_choose(&trips, trips.count, 1, choice, why);
	if (e == OK)
		e = predict_train_within(&trips, trips.count, &choice->options, limits, out, why);
	predict_trips_done(&trips);
	return e;
}

/* NULL: the bytes do not allow it, even for it alone. */
static err make_kept(struct predict_kept *k, const struct predict_asked *asked, struct kept **out,
	struct why *why)
{
	struct kept made = { .asked_ms = 0 };
	err e = make(asked, &k->limits, &made.choice, &made.model, why);

	for (size_t i = 0; e == ERR_LIMIT && i < PREDICT_KEPT_MAX; i++)
		if (k->items[i].view != NULL) {
			drop(free_place(k)); /* the one not asked for the longest time */
			e = make(asked, &k->limits, &made.choice, &made.model, why);
		}
	*out = NULL;
	if (e != OK)
		return e == ERR_LIMIT ? OK : e;
	struct kept *item = free_place(k);
	made.view =
		threads_view_ref((struct threads_view *)(uintptr_t)journey_plan_view(asked->plan));
	made.hidden = hidden_rows(made.view);
	made.chosen_journeys = predict_journeys(made.model);
	made.key = memory_alloc(asked->key.len + 1);
	memcpy(made.key, asked->key.ptr, asked->key.len);
	made.key_len = asked->key.len;
	*item = made;
	*out = item;
	k->counts.made++;
	return OK;
}

/* ---- asking */

/* As if nothing were ever kept. */
static err ask_alone(
	const struct predict_asked *asked, predict_use *use, void *context, struct why *why)
{
	struct predict_choice choice;
	struct predict_model *model = NULL;
	err e = make(asked, journey_plan_limits(asked->plan), &choice, &model, why);

	if (e == OK)
		e = use(context, &(struct predict_ready){ model, &choice }, why);
	predict_free(model);
	return e;
}

static err ask_kept(
	struct predict_kept *k, struct kept *item, predict_use *use, void *context, struct why *why)
{
	err e = use(context, &(struct predict_ready){ item->model, &item->choice }, why);

	item->asked_ms = now_ms(k);
	if (e != OK) /* who knows what was taken away and not added again */
		drop(item);
	return e;
}

err predict_kept_ask(struct predict_kept *k, const struct predict_asked *asked, predict_use *use,
	void *context, struct why *why)
{
	err e = await_turn(k, journey_plan_limits(asked->plan), why);
	struct kept *item;

	if (e != OK)
		return e;
	item = find(k, asked->key);
	if (item != NULL && !bring_up_to_date(k, item, asked)) {
		drop(item);
		item = NULL;
	}
	if (item == NULL)
		e = make_kept(k, asked, &item, why);
	if (e == OK && item != NULL) {
		e = ask_kept(k, item, use, context, why);
		end_turn(k);
		return e;
	}
	end_turn(k);
	return e == OK ? ask_alone(asked, use, context, why) : e;
}

void predict_kept_rest(struct predict_kept *k)
{
	if (pthread_mutex_trylock(&k->turn) != 0)
		return; /* it is in use */
	for (size_t i = 0; i < PREDICT_KEPT_MAX; i++)
		if (k->items[i].view != NULL &&
			now_ms(k) - k->items[i].asked_ms > PREDICT_KEPT_IDLE_MS)
			drop(&k->items[i]);
	end_turn(k);
}

struct predict_kept_counts predict_kept_counts(struct predict_kept *k)
{
	ASSERT(pthread_mutex_lock(&k->turn) == 0);
	struct predict_kept_counts counts = k->counts;
	for (size_t i = 0; i < PREDICT_KEPT_MAX; i++)
		counts.models += k->items[i].view != NULL;
	counts.bytes = atomic_load(&k->limits.bytes);
	end_turn(k);
	return counts;
}
