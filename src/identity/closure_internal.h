/* identity/closure_internal.h - a closure laid open, for reach.c and closure.c. */
#pragma once

#include "base/map64.h"
#include "identity/closure.h"
#include "identity/rules.h"

/* Of a group, by its root. */
struct group_state {
	uint8_t counts[CUSTOMER_LIMITS]; /* live identifiers of each limited type, at most 255 */
	uint8_t marks; /* GROUP_... */
};
/* Two indices. */
struct closure_edge {
	uint32_t a, b;
};
enum { GROUP_BOUND = 1, GROUP_RESTRAINED = 2, GROUP_SPLIT = 4 };

struct closure {
	struct lens lens;
	bool is_whole; /* the index of an identifier is its code */
	uint64_t limited; /* by row: has the type a limit? */
	uint32_t *slots; /* index + 1, or 0: open addressing, never more than half full */
	size_t slot_count;
	uint32_t *identifiers;
	size_t count, room;
	/* Each once; of sets, those that may link: of a whole none until some are split. */
	uint32_t *sets, *decisions, *twins;
	struct closure_edge *edges; /* of a reach: what its sets join */
	size_t edge_count, edge_room;
	size_t set_count, set_room, decision_count, decision_room, twin_count, twin_room;
	uint32_t *parents; /* union-find over the indices */
	struct group_state *states;
	uint32_t *next; /* rings of groups; NULL: no rule counts within a window */
	int64_t *times; /* of the first link of each; likewise */
	struct closure_link *links;
	size_t link_count, link_room;
	const struct map64 *far; /* identifier + 1; NULL: none */
	bool is_far; /* it reaches one of them */
	closure_tell *tell;
	void *context;
};

static inline const struct twin *closure_twin(const struct closure *c, uint32_t i)
{
	return table_at(c->lens.identity->twins, i);
}
/* The root of an index, and so of its group; halves the way it goes. */
static inline uint32_t closure_root(struct closure *c, uint32_t index)
{
	while (c->parents[index] != index)
		index = c->parents[index] = c->parents[c->parents[index]];
	return index;
}
uint32_t closure_index(const struct closure *closure, uint32_t identifier); /* or UINT32_MAX */
void closure_push(uint32_t **list, size_t *count, size_t *room, uint32_t what);
static inline const struct identity_decision *closure_decision(const struct closure *c, uint32_t i)
{
	return table_at(c->lens.identity->decisions, i);
}

/* The ends of a set that may join, in no order: which is the first does not matter where all links
 * there are, are joined, and sorting them (lens_ends()) is most of the work there. */
size_t closure_loose_ends(
	const struct closure *closure, uint32_t set, uint32_t out[static SET_IDENTIFIERS_MAX]);
/* Of the limit in which an identifier counts by itself. */
enum { NO_SLOT = -1 };
int closure_slot(const struct closure *closure, uint32_t index);
/* Are the links of its component to be taken in their order? */
bool closure_is_split(const struct closure *closure, uint32_t identifier);

/* ---- of everything (whole.c) */

/* Zeroed, on large pages where the system has them: for long arrays read here and there. */
void *closure_alloc(size_t bytes);

/* Joins all, whatever the rules, and counts what components have; parents lead to roots at once. */
void closure_join_whole(struct closure *closure);
/* The sets of those that are split. */
void closure_list_sets(struct closure *closure);
