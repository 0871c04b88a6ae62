/* journey/trials_find.c - the trials of one journey, kind by kind; see trials.h */
#include "journey/trials.h"

struct finding {
	const struct friction *friction;
	const struct journey *journey;
	int64_t as_of;
	trial_found *found;
	void *context;
	struct why *why;
};

static bool is_at(const struct finding *f, size_t i)
{
	return f->friction->at[f->journey->step[i]] != 0;
}

static bool is_to(const struct finding *f, size_t i)
{
	return f->friction->to[f->journey->step[i]] != 0;
}

static uint64_t between(const struct finding *f, size_t from, size_t to)
{
	return (uint64_t)f->journey->time[to] - (uint64_t)f->journey->time[from];
}

static bool is_within(const struct finding *f, size_t from, size_t to)
{
	return f->friction->within == INT64_MAX ||
	       between(f, from, to) <= (uint64_t)f->friction->within;
}

/* Had the window passed when all was looked at? */
static bool has_elapsed(const struct finding *f, size_t from)
{
	return (uint64_t)f->as_of - (uint64_t)f->journey->time[from] >
		       (uint64_t)f->friction->within &&
	       f->as_of > f->journey->time[from];
}

/* May this passage be told, whether or not it happened? */
static bool is_over(const struct finding *f, size_t from, bool happened)
{
	if (f->friction->within == INT64_MAX)
		return happened || f->journey->outcome != JOURNEY_OPEN;
	return has_elapsed(f, from);
}

static err tell(const struct finding *f, size_t i, bool suffered)
{
	return f->found(f->context, i, suffered, f->why);
}

static err find_next(const struct finding *f)
{
	const struct journey *j = f->journey;
	err e = OK;

	for (size_t i = 0; e == OK && i < j->count; i++) {
		if (!is_at(f, i))
			continue;
		if (f->friction->within != INT64_MAX && !has_elapsed(f, i))
			continue;
		e = tell(f, i, i + 1 < j->count && is_to(f, i + 1) && is_within(f, i, i + 1));
	}
	return e;
}

static err find_wait(const struct finding *f)
{
	err e = OK;

	for (size_t i = 0; e == OK && i + 1 < f->journey->count; i++)
		if (is_at(f, i) && is_to(f, i + 1))
			e = tell(f, i, !is_within(f, i, i + 1));
	return e;
}

/* Two passages so close are two pages of one visit: who has not left cannot come again. */
static bool is_same_visit(const struct finding *f, size_t from, size_t to)
{
	return to < f->journey->count && is_at(f, to) &&
	       between(f, from, to) < (uint64_t)f->friction->visit;
}

/* Each event is looked at by the last passage before it alone: linear. */
static err find_later(const struct finding *f)
{
	const struct journey *j = f->journey;
	err e = OK;

	for (size_t i = 0; e == OK && i < j->count; i++) {
		if (!is_at(f, i))
			continue;
		size_t k = i + 1;
		while (k < j->count && !is_to(f, k) && !is_at(f, k))
			k++;
		if (is_same_visit(f, i, k))
			continue;
		bool happened = k < j->count && is_to(f, k) && is_within(f, i, k);
		if (is_over(f, i, k < j->count))
			e = tell(f, i, happened);
	}
	return e;
}

static err find_leave(const struct finding *f)
{
	const struct journey *j = f->journey;
	err e = OK;

	for (size_t i = 0; e == OK && i < j->count; i++) {
		if (!is_at(f, i))
			continue;
		if (i + 1 < j->count || j->outcome == JOURNEY_SUCCESS)
			e = tell(f, i, false);
		else if (j->outcome != JOURNEY_OPEN)
			e = tell(f, i, true);
	}
	return e;
}

static err find_return(const struct finding *f)
{
	const struct journey *j = f->journey;
	size_t first = 0;

	while (first < j->count && !is_at(f, first))
		first++;
	if (first == j->count)
		return OK;
	size_t again = first + 1;
	while (again < j->count && !is_at(f, again))
		again++;
	bool happened = again < j->count && is_within(f, first, again);
	return is_over(f, first, again < j->count) ? tell(f, first, happened) : OK;
}

static err find_instead(const struct finding *f)
{
	err e = OK;

	for (size_t i = 0; e == OK && i < f->journey->count; i++)
		if (is_at(f, i) || is_to(f, i))
			e = tell(f, i, is_to(f, i));
	return e;
}

static err find_outcome(const struct finding *f)
{
	const struct journey *j = f->journey;
	unsigned outcomes = f->friction->outcomes;
	size_t i = 0;

	while (f->friction->at != NULL && i < j->count && !is_at(f, i))
		i++;
	if (i == j->count || (j->outcome == JOURNEY_OPEN && (outcomes >> JOURNEY_OPEN & 1) == 0))
		return OK;
	return tell(f, i, (outcomes >> j->outcome & 1) != 0);
}

err trials_of_journey(const struct friction *friction, const struct journey *journey, int64_t as_of,
	trial_found *found, void *context, struct why *why)
{
	static err (*const finders[FRICTION_KINDS])(const struct finding *) = {
		[FRICTION_NEXT] = find_next,
		[FRICTION_LATER] = find_later,
		[FRICTION_LEAVE] = find_leave,
		[FRICTION_RETURN] = find_return,
		[FRICTION_INSTEAD] = find_instead,
		[FRICTION_WAIT] = find_wait,
		[FRICTION_OUTCOME] = find_outcome,
	};
	const struct finding f = { friction, journey, as_of, found, context, why };

	return finders[friction->kind](&f);
}
