/* journey/predict.c - see predict.h: a tree of contexts, from the last step backwards */
#include "journey/predict.h"

#include "base/hash.h"
#include "base/map64.h"

#include <stdlib.h>
#include <string.h>

struct follower {
	uint32_t step, count;
};

/* Counts are of events, and so of 32 bits. */
struct context {
	uint32_t total; /* of all followers */
	uint32_t outcomes[JOURNEY_OUTCOMES]; /* of events here, by their journeys'; open ones: 0 */
	uint32_t used, room;
	struct follower *followers; /* none with a count of 0 */
	uint64_t name; /* of the steps that lead here: what a digest knows it by */
};

struct predict_model {
	struct predict_options options;
	struct journey_limits *limits;
	struct context *contexts; /* the first is the empty one */
	size_t count, room, bytes;
	uint64_t journeys, events;
	struct map64 *children; /* (context, element) + 1 -> context */
};

/* What a context is prolonged by: a step, or one of these. */
#define ELEMENT_START (UINT32_MAX - 1)
#define ELEMENT_EXTRA ((uint32_t)1 << 31) /* + the extra */
enum { CHILD_BYTES = 48 }; /* of the map, at most */
enum { CHAIN_MAX = PREDICT_ORDER_MAX + 2 };

struct predict_model *predict_create(
	const struct predict_options *options, struct journey_limits *limits)
{
	struct predict_model *model = memory_alloc(sizeof(*model));

	ASSERT(options->order <= PREDICT_ORDER_MAX && options->extra < PREDICT_EXTRAS);
	model->options = *options;
	model->limits = limits;
	model->room = model->count = 1;
	model->contexts = memory_alloc(sizeof(*model->contexts));
	model->contexts[0].name = 1;
	model->children = map64_create();
	return model;
}

void predict_free(struct predict_model *model)
{
	if (model == NULL)
		return;
	limits_give(model->limits, model->bytes);
	for (size_t i = 0; i < model->count; i++)
		free(model->contexts[i].followers);
	free(model->contexts);
	map64_free(model->children);
	free(model);
}

const struct predict_options *predict_options_of(const struct predict_model *model)
{
	return &model->options;
}

/* ---- the contexts of an event, the shortest first */

struct chain {
	uint32_t contexts[CHAIN_MAX];
	size_t count;
	unsigned steps; /* of the longest, its start and extra aside */
	bool from_start, has_extra;
};

static uint64_t key_of(uint32_t context, uint32_t element)
{
	return ((uint64_t)context << 32 | element) + 1;
}

static err room_for_context(struct predict_model *m, struct why *why)
{
	void *contexts = m->contexts;
	size_t before = m->room;

	if (m->count >= PREDICT_CONTEXTS_MAX)
		return fail(why, MSG_JOURNEY_ROOM, arg_int((int64_t)m->limits->bytes_max),
			arg_c("--since"));
	err e = limits_room(m->limits, &contexts, &m->room, m->count, sizeof(*m->contexts), why);
	m->contexts = contexts;
	m->bytes += (m->room - before) * sizeof(*m->contexts);
	if (e == OK)
		e = limits_take(m->limits, CHILD_BYTES, why);
	m->bytes += e == OK ? CHILD_BYTES : 0;
	return e;
}

static uint64_t name_of(uint64_t parent, uint32_t element)
{
	const uint64_t words[] = { parent, element };

	return hash64(7, (str){ (const char *)words, sizeof(words) });
}

static err add_child(
	struct predict_model *m, uint32_t context, uint32_t element, uint32_t *out, struct why *why)
{
	err e = room_for_context(m, why);

	if (e != OK)
		return e;
	*out = (uint32_t)m->count++;
	m->contexts[*out] = (struct context){ .name = name_of(m->contexts[context].name, element) };
	map64_put(m->children, key_of(context, element), *out);
	return OK;
}

/* The k-th element backwards from `at`; false behind the beginning. */
static bool element_at(const struct predict_trip *trip, size_t at, unsigned k, uint32_t *element)
{
	*element = k <= at ? trip->step[at - k] : ELEMENT_START;
	return k <= at + 1;
}

/* One link more, if there is one. */
static bool go_on(const struct predict_model *m, struct chain *chain, uint32_t element)
{
	uint64_t child;

	if (!map64_get(m->children, key_of(chain->contexts[chain->count - 1], element), &child))
		return false;
	chain->contexts[chain->count++] = (uint32_t)child;
	return true;
}

static bool is_counted(const struct context *context)
{
	bool is_over = false;

	for (unsigned o = 0; o < JOURNEY_OUTCOMES; o++)
		is_over |= context->outcomes[o] > 0;
	return context->total > 0 || is_over;
}

/* One link more, if anything is counted in it: of what was taken away nothing is told.  (Whoever
 * takes away finds all that he added: his own count is in it.) */
static bool go_on_counted(const struct predict_model *m, struct chain *chain, uint32_t element)
{
	if (!go_on(m, chain, element))
		return false;
	if (is_counted(&m->contexts[chain->contexts[chain->count - 1]]))
		return true;
	chain->count--;
	return false;
}

static bool extra_at(const struct predict_model *m, const struct predict_trip *trip, size_t at,
	uint32_t *element)
{
	const uint32_t *extra = trip->extra[m->options.extra];

	if (m->options.extra == PREDICT_NOTHING || extra == NULL)
		return false;
	*element = ELEMENT_EXTRA + extra[at];
	return true;
}

static void chain_find(const struct predict_model *m, const struct predict_trip *trip, size_t at,
	struct chain *chain)
{
	uint32_t element;
	bool is_whole = true;

	*chain = (struct chain){ .count = 1 };
	for (unsigned k = 0; is_whole && k < m->options.order; k++) {
		if (!element_at(trip, at, k, &element))
			break;
		is_whole = go_on_counted(m, chain, element);
		if (is_whole && k <= at)
			chain->steps++;
		else if (is_whole)
			chain->from_start = true;
	}
	if (is_whole && extra_at(m, trip, at, &element))
		chain->has_extra = go_on_counted(m, chain, element);
}

static err chain_link(
	struct predict_model *m, struct chain *chain, uint32_t element, struct why *why)
{
	uint32_t child;

	if (go_on(m, chain, element))
		return OK;
	err e = add_child(m, chain->contexts[chain->count - 1], element, &child, why);
	if (e == OK)
		chain->contexts[chain->count++] = child;
	return e;
}

static err chain_make(struct predict_model *m, const struct predict_trip *trip, size_t at,
	struct chain *chain, struct why *why)
{
	uint32_t element;
	err e = OK;

	*chain = (struct chain){ .count = 1 };
	for (unsigned k = 0; e == OK && k < m->options.order; k++) {
		if (!element_at(trip, at, k, &element))
			break;
		e = chain_link(m, chain, element, why);
	}
	if (e == OK && extra_at(m, trip, at, &element))
		e = chain_link(m, chain, element, why);
	return e;
}

/* ---- counting */

static struct follower *find_follower(const struct context *context, uint32_t step)
{
	for (uint32_t i = 0; i < context->used; i++)
		if (context->followers[i].step == step)
			return &context->followers[i];
	return NULL;
}

static err add_follower(
	struct predict_model *m, struct context *context, uint32_t step, struct why *why)
{
	struct follower *found = find_follower(context, step);

	context->total++;
	if (found != NULL) {
		found->count++;
		return OK;
	}
	if (context->used == context->room) {
		uint32_t room = MAX_OF(context->room * 2, 2U);
		size_t more = (room - context->room) * sizeof(*context->followers);
		err e = limits_take(m->limits, more, why);
		if (e != OK)
			return e;
		m->bytes += more;
		context->followers =
			memory_resize(context->followers, room * sizeof(*context->followers));
		context->room = room;
	}
	context->followers[context->used++] = (struct follower){ step, 1 };
	return OK;
}

static void remove_follower(struct context *context, uint32_t step)
{
	struct follower *found = find_follower(context, step);

	ASSERT(found != NULL && context->total > 0);
	context->total--;
	if (--found->count == 0)
		*found = context->followers[--context->used];
}

/* False: nothing is known of what follows the last event of an open journey. */
static bool next_of(const struct predict_trip *trip, size_t at, uint32_t *next)
{
	*next = at + 1 < trip->count ? trip->step[at + 1] : PREDICT_END;
	return at + 1 < trip->count || trip->outcome != JOURNEY_OPEN;
}

static err add_event(
	struct predict_model *m, const struct predict_trip *trip, size_t at, struct why *why)
{
	struct chain chain;
	uint32_t next;
	err e = chain_make(m, trip, at, &chain, why);

	for (size_t i = 0; e == OK && i < chain.count; i++) {
		struct context *context = &m->contexts[chain.contexts[i]];
		if (next_of(trip, at, &next))
			e = add_follower(m, context, next, why);
		context->outcomes[trip->outcome] += trip->outcome != JOURNEY_OPEN;
	}
	return e;
}

err predict_add(struct predict_model *model, const struct predict_trip *trip, struct why *why)
{
	err e = OK;

	for (size_t at = 0; e == OK && at < trip->count; at++)
		e = add_event(model, trip, at, why);
	model->journeys++;
	model->events += trip->count;
	return e;
}

void predict_remove(struct predict_model *model, const struct predict_trip *trip)
{
	struct chain chain;
	uint32_t next;

	model->journeys--;
	model->events -= trip->count;
	for (size_t at = 0; at < trip->count; at++) {
		chain_find(model, trip, at, &chain);
		for (size_t i = 0; i < chain.count; i++) {
			struct context *context = &model->contexts[chain.contexts[i]];
			if (next_of(trip, at, &next))
				remove_follower(context, next);
			context->outcomes[trip->outcome] -= trip->outcome != JOURNEY_OPEN;
		}
	}
}

uint64_t predict_journeys(const struct predict_model *model)
{
	return model->journeys;
}

uint64_t predict_events(const struct predict_model *model)
{
	return model->events;
}

/* Sums of what each count says by itself: so nobody's order shows.  Contexts in which nothing is
 * counted say nothing. */
uint64_t predict_digest(const struct predict_model *model)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < model->count; i++) {
		const struct context *c = &model->contexts[i];
		for (uint32_t k = 0; k < c->used; k++)
			sum += name_of(
				name_of(c->name, c->followers[k].step), c->followers[k].count);
		for (unsigned o = 0; o < JOURNEY_OUTCOMES; o++)
			if (c->outcomes[o] > 0)
				sum += name_of(c->name ^ (o + 1), c->outcomes[o]);
	}
	return sum;
}

/* ---- asking */

/* In how many ways a journey can go on, as far as is known. */
static double ways(const struct predict_model *m, size_t steps)
{
	return (double)steps + (find_follower(&m->contexts[0], PREDICT_END) != NULL);
}

static void mix_followers(const struct context *c, size_t steps, double *share)
{
	double all = (double)c->total + c->used;

	if (c->total == 0)
		return;
	for (size_t s = 0; s <= steps; s++)
		share[s] *= c->used / all;
	for (uint32_t i = 0; i < c->used; i++)
		share[c->followers[i].step == PREDICT_END ? steps : c->followers[i].step] +=
			c->followers[i].count / all;
}

static uint64_t outcomes_of(const struct context *c, unsigned *distinct)
{
	uint64_t total = 0;

	*distinct = 0;
	for (unsigned o = 0; o < JOURNEY_OUTCOMES; o++) {
		total += c->outcomes[o];
		*distinct += c->outcomes[o] > 0;
	}
	return total;
}

static void mix_outcomes(const struct context *c, double outcome[static JOURNEY_OUTCOMES])
{
	unsigned distinct;
	double total = (double)outcomes_of(c, &distinct);

	for (unsigned o = 0; total > 0 && o < JOURNEY_OUTCOMES; o++)
		outcome[o] = (c->outcomes[o] + distinct * outcome[o]) / (total + distinct);
}

static void start_outcomes(const struct context *root, double outcome[static JOURNEY_OUTCOMES])
{
	unsigned distinct;

	(void)outcomes_of(root, &distinct);
	for (unsigned o = 0; o < JOURNEY_OUTCOMES; o++)
		outcome[o] = root->outcomes[o] > 0 ? 1.0 / distinct : 0;
}

void predict_next(const struct predict_model *model, const struct predict_trip *trip, size_t at,
	size_t steps, struct predict_answer *out)
{
	struct chain chain;
	unsigned distinct;
	double each = 1 / ways(model, steps);

	chain_find(model, trip, at, &chain);
	for (size_t s = 0; s < steps; s++)
		out->share[s] = each;
	out->share[steps] = ways(model, steps) > (double)steps ? each : 0;
	start_outcomes(&model->contexts[0], out->outcome);
	for (size_t i = 0; i < chain.count; i++) {
		mix_followers(&model->contexts[chain.contexts[i]], steps, out->share);
		mix_outcomes(&model->contexts[chain.contexts[i]], out->outcome);
	}
	const struct context *longest = &model->contexts[chain.contexts[chain.count - 1]];
	out->context = (struct predict_context){ .steps = chain.steps,
		.from_start = chain.from_start,
		.has_extra = chain.has_extra,
		.count = longest->total,
		.trips = outcomes_of(longest, &distinct) };
}

uint64_t predict_count(const struct predict_model *model, const struct predict_trip *trip,
	size_t at, uint32_t next)
{
	struct chain chain;

	chain_find(model, trip, at, &chain);
	const struct follower *found =
		find_follower(&model->contexts[chain.contexts[chain.count - 1]], next);
	return found == NULL ? 0 : found->count;
}

void predict_chances(const struct predict_model *model, const struct predict_trip *trip, size_t at,
	uint32_t next, size_t steps, double out[static PREDICT_LEVELS])
{
	struct chain chain;
	double chance = 1 / ways(model, steps);
	size_t orders;

	chain_find(model, trip, at, &chain);
	orders = chain.count - chain.has_extra;
	for (size_t i = 0; i < PREDICT_LEVELS; i++) {
		bool is_extra = i == PREDICT_LEVELS - 1 && chain.has_extra;
		size_t place = is_extra ? orders : i;
		if (is_extra || i < orders) {
			const struct context *c = &model->contexts[chain.contexts[place]];
			const struct follower *found = find_follower(c, next);
			if (c->total > 0)
				chance = ((found == NULL ? 0 : found->count) + c->used * chance) /
					 ((double)c->total + c->used);
		}
		out[i] = chance;
	}
}
