/* identity/identity_internal.h - the writer's state, shared by identity.c and closure.c.
 *
 *   members[identifier]   whose it is, its ring, how many live sets name it, its evidence
 *   alone[identifier]     the set of it and no other, or IDENTITY_NO_CODE: most sets are such, and
 *                         need no place in the dictionary of sets to be found again
 *   nodes                 the evidence of an identifier: a list of sets and decisions
 *   evidence[set]         see identity.h
 *   customers[number]     rings; free numbers are kept in `free_customers`
 */
#pragma once

#include "identity/identity.h"

#define NODE_END UINT32_MAX
#define NODE_DECISION 0x80000000u /* else the node names a set */

struct member {
	uint32_t customer;
	uint32_t next; /* in the ring; itself when alone; meaningless without a customer */
	uint32_t live; /* live sets that name it */
	uint32_t nodes; /* first of its evidence, or NODE_END */
};

struct node {
	uint32_t what; /* a set, or NODE_DECISION | index of a decision */
	uint32_t next;
};

struct identity {
	struct strings *identifiers, *sets;
	struct table *members, *alone, *nodes, *evidence, *customers, *free_customers;
	struct table *decisions; /* struct identity_decision */
	uint32_t live_identifiers, live_customers;
};

static inline const struct member *member_at(const struct identity *identity, uint32_t i)
{
	return table_at(identity->members, i);
}
static inline struct member *member_change(struct identity *identity, uint32_t i)
{
	return table_change(identity->members, i);
}

/* The code of "type:value", a new one if it is new. */
uint32_t intern_identifier(struct identity *identity, str type, str value);
/* Puts a set, or NODE_DECISION | decision, before the other evidence of an identifier. */
void add_node(struct identity *identity, uint32_t identifier, uint32_t what);

/* The identifiers of a set; returns how many. */
size_t set_codes(str bytes, uint32_t out[static SET_IDENTIFIERS_MAX]);

uint32_t customer_new(struct identity *identity, uint32_t head);
void customer_drop(struct identity *identity, uint32_t customer);

/* Joins the rings of two identifiers; nothing if they are one. */
void rings_join(struct identity *identity, uint32_t a, uint32_t b);

/* Computes anew the customers of all that evidence reaches from the given identifiers. */
void closure_recompute(struct identity *identity, const uint32_t *from, size_t count);
/* Is there a decision to keep apart that concerns the reach of one of these? */
bool closure_is_constrained(const struct identity *identity, const uint32_t *from, size_t count);
