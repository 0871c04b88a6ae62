/* engine/intake.c - see intake.h
 *
 * A list under one mutex; two conditions, one for each side.  A submission is a batch of events,
 * so the lock is taken some thousand times a second: lock-free would gain nothing.
 */
#include "engine/intake.h"

#include "engine/waiting.h"

#include <stdlib.h>

struct intake {
	pthread_mutex_t lock; /* all below */
	pthread_cond_t has_room, has_work;
	struct intake_limits limits;
	struct submission *first, *last;
	bool is_closed, is_woken;
	struct intake_counters counters;
};

struct intake *intake_create(const struct intake_limits *limits)
{
	struct intake *intake = memory_alloc(sizeof(*intake));

	ASSERT(limits->submissions > 0 && limits->items > 0 && limits->bytes > 0);
	intake->limits = *limits;
	mutex_init(&intake->lock);
	condition_init(&intake->has_room);
	condition_init(&intake->has_work);
	return intake;
}

void intake_free(struct intake *intake)
{
	if (intake == NULL)
		return;
	ASSERT(intake->first == NULL);
	condition_done(&intake->has_work);
	condition_done(&intake->has_room);
	mutex_done(&intake->lock);
	free(intake);
}

/* ---- putting in */

static bool has_room_for(const struct intake *intake, const struct submission *s)
{
	const struct intake_counters *now = &intake->counters;
	const struct intake_limits *most = &intake->limits;

	return intake->first == NULL ||
	       (now->submissions + 1 <= most->submissions && now->items + s->count <= most->items &&
		       now->bytes + s->bytes <= most->bytes);
}

static err wait_for_room(struct intake *intake, const struct submission *s, int64_t timeout_ms)
{
	if (intake->is_closed || has_room_for(intake, s))
		return intake->is_closed ? ERR_CANCELLED : OK;
	if (timeout_ms == 0)
		return ERR_FULL;
	struct deadline until = deadline_in(timeout_ms);
	bool in_time = true;
	while (in_time && !intake->is_closed && !has_room_for(intake, s))
		in_time = condition_wait(&intake->has_room, &intake->lock, &until);
	if (intake->is_closed)
		return ERR_CANCELLED;
	if (!has_room_for(intake, s))
		return ERR_TIMEOUT;
	intake->counters.waited++;
	return OK;
}

static void link_in(struct intake *intake, struct submission *s)
{
	struct intake_counters *c = &intake->counters;

	s->next = NULL;
	if (intake->first == NULL)
		intake->first = s;
	else
		intake->last->next = s;
	intake->last = s;
	c->accepted++;
	c->submissions++;
	c->items += s->count;
	c->bytes += s->bytes;
	c->submissions_most = MAX_OF(c->submissions_most, c->submissions);
	c->items_most = MAX_OF(c->items_most, c->items);
	c->bytes_most = MAX_OF(c->bytes_most, c->bytes);
}

err intake_put(struct intake *intake, struct submission *s, int64_t timeout_ms)
{
	mutex_lock(&intake->lock);
	err e = wait_for_room(intake, s, timeout_ms);
	if (e == OK) {
		link_in(intake, s);
		condition_wake_all(&intake->has_work);
	} else if (e != ERR_CANCELLED) {
		intake->counters.refused++;
	}
	mutex_unlock(&intake->lock);
	return e;
}

/* ---- taking out */

static struct submission *unlink_first(struct intake *intake)
{
	struct submission *s = intake->first;

	intake->first = s->next;
	s->next = NULL;
	intake->counters.submissions--;
	intake->counters.items -= s->count;
	intake->counters.bytes -= s->bytes;
	return s;
}

static bool fits(const struct submission *s, const struct intake_limits *left)
{
	return s->call == NULL && left->submissions > 0 && s->count <= left->items &&
	       s->bytes <= left->bytes;
}

static struct submission *take_group(struct intake *intake, const struct intake_limits *limits)
{
	struct submission *first = unlink_first(intake), *last = first;
	struct intake_limits left = *limits;

	while (first->call == NULL) {
		left.submissions -= MIN_OF(left.submissions, (size_t)1);
		left.items -= MIN_OF(left.items, last->count);
		left.bytes -= MIN_OF(left.bytes, last->bytes);
		if (intake->first == NULL || !fits(intake->first, &left))
			break;
		last->next = unlink_first(intake);
		last = last->next;
	}
	return first;
}

static err wait_for_work(struct intake *intake, int64_t timeout_ms)
{
	struct deadline until = { .passed = true };
	bool in_time = true;

	if (intake->first == NULL && !intake->is_closed && !intake->is_woken)
		until = deadline_in(timeout_ms);
	while (in_time && intake->first == NULL && !intake->is_closed && !intake->is_woken)
		in_time = condition_wait(&intake->has_work, &intake->lock, &until);
	intake->is_woken = false;
	if (intake->first != NULL)
		return OK;
	return intake->is_closed ? ERR_CANCELLED : ERR_TIMEOUT;
}

err intake_take(struct intake *intake, const struct intake_limits *limits, int64_t timeout_ms,
	struct submission **first)
{
	mutex_lock(&intake->lock);
	err e = wait_for_work(intake, timeout_ms);
	if (e == OK) {
		*first = take_group(intake, limits);
		condition_wake_all(&intake->has_room);
	}
	mutex_unlock(&intake->lock);
	return e;
}

void intake_close(struct intake *intake)
{
	mutex_lock(&intake->lock);
	intake->is_closed = true;
	condition_wake_all(&intake->has_room);
	condition_wake_all(&intake->has_work);
	mutex_unlock(&intake->lock);
}

void intake_wake(struct intake *intake)
{
	mutex_lock(&intake->lock);
	intake->is_woken = true;
	condition_wake_all(&intake->has_work);
	mutex_unlock(&intake->lock);
}

struct intake_counters intake_counters(struct intake *intake)
{
	mutex_lock(&intake->lock);
	struct intake_counters counters = intake->counters;
	mutex_unlock(&intake->lock);
	return counters;
}
