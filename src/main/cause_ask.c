/* main/cause_ask.c - see cause_ask.h: reading what is asked */
#include "main/cause_ask.h"

#include <stdlib.h>

/* ---- the friction */

static err no_room(struct why *why)
{
	return fail(why, MSG_NO_ROOM, arg_c("friction"), arg_int(0));
}

/* The forms that a friction is asked in: the option that tells, and what it means. */
enum form { EDGE, AFTER, LEAVE, OUTCOME, INSTEAD, LOOP, FORMS };

static const struct {
	const char *option; /* given: this form */
	enum friction_kind kind;
	const char *at, *at_more, *to; /* options with the steps; "or" adds to `to` */
} forms[FORMS] = {
	[EDGE] = { "edge-to", FRICTION_NEXT, "edge-from", NULL, "edge-to" },
	[AFTER] = { "to-step", FRICTION_LATER, "from-step", NULL, "to-step" },
	[LEAVE] = { "ends", FRICTION_LEAVE, "ends", NULL, NULL },
	[OUTCOME] = { "outcome", FRICTION_OUTCOME, "passed", NULL, NULL },
	[INSTEAD] = { "step", FRICTION_INSTEAD, "instead", NULL, "step" },
	[LOOP] = { "loop", FRICTION_RETURN, "loop", NULL, NULL },
};

static err find_form(const struct request *request, enum form *out, struct why *why)
{
	unsigned found = 0;

	for (enum form f = EDGE; f < FORMS; f++)
		if (request_has(request, forms[f].option)) {
			*out = f;
			found++;
		}
	if (found == 1 && !(forms[*out].at != NULL && *out != OUTCOME &&
				  !request_has(request, forms[*out].at)))
		return OK;
	return fail(why, MSG_FRICTION_WORDS);
}

/* Adds all values of an option to the names, and their steps to the set. */
static err add_steps(const struct journey_question *q, const struct journey_plan *plan,
	const char *option, struct field_names *names, uint8_t *set, struct why *why)
{
	size_t more = option == NULL ? 0 : request_times(q->request, option);
	str *items = arena_array(request_arena(q->request), names->count + more, sizeof(*items));
	uint32_t step = 0;
	err e = OK;

	if (items == NULL)
		return no_room(why);
	for (size_t i = 0; i < names->count; i++)
		items[i] = names->items[i];
	for (size_t i = 0; e == OK && i < more; i++) {
		items[names->count + i] = request_nth(q->request, option, i);
		e = journey_plan_step(plan, items[names->count + i], &step, why);
		if (e == OK)
			set[step] = 1;
	}
	*names = (struct field_names){ items, names->count + more };
	return e;
}

static err read_back(
	void *context, uint64_t seq, struct arena *arena, struct record *out, struct why *why)
{
	return engine_read(context, seq, arena, out, why);
}

/* All who came to the point: the filters without those that name the friction. */
static err plan_anew(
	const struct journey_question *q, enum form form, struct cause_friction *f, struct why *why)
{
	const struct journey_journal journal = { read_back, q->engine };
	struct journey_filter *filter = arena_alloc(request_arena(q->request), sizeof(*filter));
	struct journey_limits *limits = journey_plan_limits(q->plan);

	if (filter == NULL)
		return no_room(why);
	*filter = q->filter;
	if (form == EDGE)
		filter->edge_from = filter->edge_to = STR("");
	else if (form == AFTER)
		filter->from_step = filter->to_step = STR("");
	else if (form == LEAVE)
		filter->last_step = STR("");
	else if (form == OUTCOME)
		filter->outcomes = 0;
	return journey_plan_make(q->view, &q->definition, filter, &journal, limits, &f->plan, why);
}

static err read_steps(
	const struct journey_question *q, enum form form, struct cause_friction *f, struct why *why)
{
	size_t steps = journey_plan_steps(f->plan) + 1;

	f->at = memory_alloc(steps);
	f->to = memory_alloc(steps);
	err e = add_steps(q, f->plan, forms[form].at, &f->at_steps, f->at, why);
	if (e == OK)
		e = add_steps(q, f->plan, forms[form].to, &f->to_steps, f->to, why);
	if (e == OK && forms[form].to != NULL)
		e = add_steps(q, f->plan, "or", &f->to_steps, f->to, why);
	return e;
}

err cause_friction_read(
	const struct journey_question *q, struct cause_friction *out, struct why *why)
{
	struct cause_friction f = { .plan = NULL };
	const struct request *request = q->request;
	enum form form = EDGE;
	err e = find_form(request, &form, why);

	if (e == OK && form != EDGE && request_has(request, "slower"))
		e = fail(why, MSG_OPTIONS_EXCLUDE, arg_c("slower"), arg_c(forms[form].option));
	if (e == OK)
		e = plan_anew(q, form, &f, why);
	if (e == OK)
		e = read_steps(q, form, &f, why);
	if (e != OK) {
		cause_friction_done(&f);
		return e;
	}
	f.friction = (struct friction){ .kind = forms[form].kind,
		.at = form == OUTCOME && f.at_steps.count == 0 ? NULL : f.at,
		.to = f.to,
		.within = request_has(request, "within")
				  ? request_duration_ms(request, "within") * TICKS_PER_MS
				  : INT64_MAX,
		.visit = request_has(request, "visit")
				 ? request_duration_ms(request, "visit") * TICKS_PER_MS
				 : 0,
		.outcomes = q->filter.outcomes };
	if (form == EDGE && request_has(request, "slower")) {
		f.friction.kind = FRICTION_WAIT;
		f.friction.within = request_duration_ms(request, "slower") * TICKS_PER_MS;
	}
	*out = f;
	return OK;
}

void cause_friction_done(struct cause_friction *f)
{
	free(f->at);
	free(f->to);
	journey_plan_free(f->plan);
	*f = (struct cause_friction){ .plan = NULL };
}

/* ---- costs and traits */

err cause_costs(const struct journey_question *q, const struct journey_plan *plan,
	struct costs *out, struct why *why)
{
	struct channel_cost changed[CHANNEL_COSTS_MAX];
	size_t count = request_times(q->request, "cost");
	str number;

	if (count > CHANNEL_COSTS_MAX)
		return fail(why, MSG_JOURNEY_STEPS, arg_c("cost"), arg_int(CHANNEL_COSTS_MAX));
	for (size_t i = 0; i < count; i++) {
		str text = request_nth(q->request, "cost", i);
		if (!str_split(text, '=', &changed[i].channel, &number) ||
			!json_number(number, &changed[i].cost) || changed[i].cost < 0 ||
			changed[i].cost > 1e6)
			return fail(why, MSG_FRICTION_COST, arg_str(text));
	}
	int64_t horizon = request_duration_ms(q->request, "horizon") * TICKS_PER_MS;
	return costs_make(plan, changed, count, horizon, out, why);
}

err cause_traits_question(const struct journey_question *q, struct field_names *ignore,
	struct traits_question *out, struct why *why)
{
	const struct request *request = q->request;
	const struct zone *zone = request_locale(request)->zone;
	size_t count = request_times(request, "ignore");
	str *items = arena_array(request_arena(request), count, sizeof(*items));

	if (items == NULL)
		return no_room(why);
	if (count > TRAITS_IGNORED_MAX)
		return fail(why, MSG_JOURNEY_STEPS, arg_c("ignore"), arg_int(TRAITS_IGNORED_MAX));
	for (size_t i = 0; i < count; i++)
		items[i] = request_nth(request, "ignore", i);
	*ignore = (struct field_names){ items, count };
	*out = (struct traits_question){ .zone = zone == NULL ? zone_utc() : zone,
		.support = (uint64_t)MAX_OF(request_number(request, "support"), 1),
		.look_back = request_duration_ms(request, "look-back") * TICKS_PER_MS,
		.ignore = ignore,
		.own_only = request_has(request, "own") };
	return OK;
}
