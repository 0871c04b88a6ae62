/* identity/reach.c - everything that evidence connects with some identifiers; see closure.h */
#include "identity/closure_internal.h"
#include "identity/twins.h"

#include <stdlib.h>

void closure_push(uint32_t **list, size_t *count, size_t *room, uint32_t what)
{
	if (*count == *room) {
		*room = MAX_OF(*room * 2, (size_t)16);
		*list = memory_resize(*list, *room * sizeof(**list));
	}
	(*list)[(*count)++] = what;
}

static size_t slot_of(const struct closure *c, uint32_t identifier)
{
	size_t at = identifier * 0x9e3779b97f4a7c15u >> 20 & (c->slot_count - 1);

	while (c->slots[at] != 0 && c->identifiers[c->slots[at] - 1] != identifier)
		at = (at + 1) & (c->slot_count - 1);
	return at;
}

static void rehash(struct closure *c)
{
	free(c->slots);
	c->slot_count = MAX_OF(c->slot_count * 4, (size_t)64);
	c->slots = memory_alloc(c->slot_count * sizeof(*c->slots));
	for (size_t i = 0; i < c->count; i++)
		c->slots[slot_of(c, c->identifiers[i])] = (uint32_t)i + 1;
}

/* Its index. */
static uint32_t add(struct closure *c, uint32_t identifier)
{
	if (c->count * 2 >= c->slot_count)
		rehash(c);
	size_t slot = slot_of(c, identifier);
	if (c->slots[slot] != 0)
		return c->slots[slot] - 1;
	uint64_t ignored;
	c->is_far |= c->far != NULL && map64_get(c->far, (uint64_t)identifier + 1, &ignored);
	closure_push(&c->identifiers, &c->count, &c->room, identifier);
	c->slots[slot] = (uint32_t)c->count;
	return (uint32_t)c->count - 1;
}

static void add_edge(struct closure *c, uint32_t a, uint32_t b)
{
	if (c->edge_count == c->edge_room) {
		c->edge_room = MAX_OF(c->edge_room * 2, (size_t)16);
		c->edges = memory_resize(c->edges, c->edge_room * sizeof(*c->edges));
	}
	c->edges[c->edge_count++] = (struct closure_edge){ a, b };
}

uint32_t closure_index(const struct closure *c, uint32_t identifier)
{
	if (c->is_whole)
		return identifier;
	return c->slot_count == 0 ? UINT32_MAX : c->slots[slot_of(c, identifier)] - 1;
}

static void follow_decision(struct closure *c, uint32_t i)
{
	const struct identity_decision *d = closure_decision(c, i);

	if (d->kind == DECISION_NONE)
		return;
	closure_push(&c->decisions, &c->decision_count, &c->decision_room, i);
	if (d->kind == DECISION_TOGETHER) {
		(void)add(c, d->a);
		(void)add(c, d->b);
	}
}

static void follow_twin(struct closure *c, uint32_t i, uint32_t from)
{
	const struct twin *twin = closure_twin(c, i);

	if (!twins_join(&c->lens, twin))
		return;
	if (twin->hash == from) /* once, though both lead here */
		closure_push(&c->twins, &c->twin_count, &c->twin_room, i);
	(void)add(c, twin->hash);
	(void)add(c, twin->plain);
}

/* Only what may join is connected by a set; it is followed once, from its first end, to which each
 * of the others leads. */
static void follow_set(struct closure *c, uint32_t set, uint32_t from)
{
	const struct evidence *evidence = table_at(c->lens.identity->evidence, set);
	struct set_ends ends;
	bool is_end = false;

	if (evidence->live == 0)
		return;
	lens_ends(&c->lens, set, KIND_BARRED | KIND_SHARED, &ends);
	for (size_t i = 0; i < ends.count; i++)
		is_end |= ends.codes[i] == from;
	if (!is_end || ends.count < 2)
		return;
	uint32_t first = add(c, ends.codes[0]);
	if (ends.codes[0] != from)
		return;
	closure_push(&c->sets, &c->set_count, &c->set_room, set);
	for (size_t i = 1; i < ends.count; i++)
		add_edge(c, first, add(c, ends.codes[i]));
}

/* Decisions are met once for each of their identifiers: sorting drops the twins. */
static int by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static size_t without_twins(uint32_t *list, size_t count)
{
	size_t kept = 0;

	if (count > 0)
		qsort(list, count, sizeof(*list), by_number);
	for (size_t i = 0; i < count; i++)
		if (kept == 0 || list[kept - 1] != list[i])
			list[kept++] = list[i];
	return kept;
}

/* c->count grows meanwhile. */
static bool goes_on(const struct closure *c, size_t i, size_t steps)
{
	return i < c->count && steps > 0 && !c->is_far;
}

bool closure_reach(struct closure *c, const uint32_t *from, size_t count, size_t *steps)
{
	const struct identity *identity = c->lens.identity;

	for (size_t i = 0; i < count; i++)
		(void)add(c, from[i]);
	for (size_t i = 0; goes_on(c, i, *steps); i++) {
		uint32_t identifier = c->identifiers[i];
		const struct member *member = member_at(identity, identifier);
		uint32_t at = member->nodes;
		if (member->customer != CUSTOMER_NONE)
			(void)add(c, member->next);
		while (at != NODE_END && *steps > 0) {
			(*steps)--;
			const struct node *node = table_at(identity->nodes, at);
			if (node_kind(node->what) == NODE_DECISION)
				follow_decision(c, node_index(node->what));
			else if (node_kind(node->what) == NODE_TWIN)
				follow_twin(c, node_index(node->what), identifier);
			else
				follow_set(c, node->what, identifier);
			at = node->next;
		}
	}
	c->decision_count = without_twins(c->decisions, c->decision_count);
	return *steps > 0 && !c->is_far;
}

void closure_stop_at(struct closure *c, const struct map64 *far)
{
	c->far = far;
}

bool closure_knows_times(const struct closure *c)
{
	for (size_t i = 0; i < c->set_count; i++) {
		const struct evidence *evidence = table_at(c->lens.identity->evidence, c->sets[i]);
		if (evidence->first_time == TIME_UNKNOWN)
			return false;
	}
	return true;
}
