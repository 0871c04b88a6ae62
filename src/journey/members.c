/* journey/members.c - see members.h */
#include "journey/members.h"

#include "journey/cut_internal.h"

#include <stdlib.h>
#include <string.h>

enum { PIECE_CUSTOMERS = 1 << 14 };

/* What one piece of the customers found. */
struct piece {
	struct journey_member *items;
	size_t count, room;
};

struct gathering {
	const struct journey_plan *plan;
	struct piece *pieces;
};

static err keep(
	struct gathering *g, struct piece *piece, const struct walked *walked, struct why *why)
{
	const struct thread *thread = &walked->thread;
	void *items = piece->items;
	err e = limits_room(
		g->plan->limits, &items, &piece->room, piece->count, sizeof(*piece->items), why);

	piece->items = items;
	if (e != OK)
		return e;
	struct journey_member *member = &piece->items[piece->count++];
	*member = (struct journey_member){ .customer = walked->customer };
	for (size_t i = 0; i < thread->count && thread->time[i] <= g->plan->as_of; i++) {
		member->first = i == 0 ? thread->time[i] : member->first;
		member->last = thread->time[i];
		member->events++;
	}
	return OK;
}

static err look(void *context, size_t i, struct why *why)
{
	struct gathering *g = context;
	uint32_t end = identity_customer_end(threads_view_identity(g->plan->view));
	uint32_t from = (uint32_t)i * PIECE_CUSTOMERS;
	uint32_t to = MIN_OF(from + PIECE_CUSTOMERS, end);
	struct walked block[THREAD_WALK_BLOCK];
	struct thread_walker walker;
	err e = limits_check(g->plan->limits, why);

	thread_walker_init(&walker, g->plan->walk);
	for (uint32_t c = from; e == OK && c < to; c += THREAD_WALK_BLOCK) {
		size_t count =
			thread_walk_block(&walker, c, MIN_OF(c + THREAD_WALK_BLOCK, to), block);
		for (size_t k = 0; e == OK && k < count; k++)
			if (cutter_wants(g->plan, block[k].customer, &block[k].thread))
				e = keep(g, &g->pieces[i], &block[k], why);
	}
	thread_walker_done(&walker);
	return e;
}

static err together(struct gathering *g, size_t count, struct journey_members *out, struct why *why)
{
	struct journey_members all = { .count = 0 };

	for (size_t i = 0; i < count; i++)
		all.count += g->pieces[i].count;
	all.bytes = all.count * sizeof(*all.items);
	err e = limits_take(g->plan->limits, all.bytes, why);
	if (e != OK)
		return e;
	all.items = memory_alloc(all.bytes + 1);
	for (size_t i = 0, at = 0; i < count; at += g->pieces[i++].count)
		if (g->pieces[i].count > 0)
			memcpy(&all.items[at], g->pieces[i].items,
				g->pieces[i].count * sizeof(*all.items));
	*out = all;
	return OK;
}

err journey_members_make(
	const struct journey_plan *plan, struct journey_members *out, struct why *why)
{
	uint32_t end = identity_customer_end(threads_view_identity(plan->view));
	size_t count = end / PIECE_CUSTOMERS + 1;
	struct gathering g = { plan, memory_alloc(count * sizeof(*g.pieces)) };
	err e = journey_share_out(plan->limits, look, &g, count, why);

	if (e == OK)
		e = together(&g, count, out, why);
	for (size_t i = 0; i < count; i++) {
		limits_give(plan->limits, g.pieces[i].room * sizeof(*g.pieces[i].items));
		free(g.pieces[i].items);
	}
	free(g.pieces);
	return e;
}

void journey_members_done(const struct journey_plan *plan, struct journey_members *members)
{
	limits_give(plan->limits, members->bytes);
	free(members->items);
	*members = (struct journey_members){ .count = 0 };
}
