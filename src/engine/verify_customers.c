/* engine/verify_customers.c - the customers computed once more from the evidence; see verify.h
 *
 * Not by identity's way (rings that grow, reaches that are computed anew), but by one union-find
 * over all identifiers:
 *
 *   1. join what live sets and links by people connect: the reaches;
 *   2. a reach with a pair in it that people keep apart is taken to pieces, and joined again in
 *      the canonical order of identity.h, refusing what would bring such a pair together;
 *   3. groups must be customers, one to one.
 *
 * Memory: 8 bytes and 1 bit an identifier, 1 bit a customer.
 */
#include "engine/verify_internal.h"

#include <stdlib.h>
#include <string.h>

struct customers {
	struct verifying *v;
	const uint32_t *live; /* events, by set */
	const struct verify_decision *decisions;
	size_t decision_count;
	uint32_t identifiers;
	uint32_t *parent; /* by identifier */
	uint32_t *number; /* by identifier: live sets that name it; then, by group, its customer */
	/* Of the reaches that hold a pair to be kept apart. */
	uint8_t *is_split; /* a bit an identifier */
	uint32_t *sets;
	size_t set_count, set_room;
	struct verify_decision *apart, *together;
	size_t apart_count, together_count;
};

static uint32_t group_of(struct customers *c, uint32_t i)
{
	while (c->parent[i] != i)
		i = c->parent[i] = c->parent[c->parent[i]];
	return i;
}

static void join(struct customers *c, uint32_t a, uint32_t b)
{
	uint32_t x = group_of(c, a), y = group_of(c, b);

	c->parent[MAX_OF(x, y)] = MIN_OF(x, y);
}

static void join_all(struct customers *c)
{
	uint32_t members[SET_IDENTIFIERS_MAX];

	for (uint32_t i = 0; i < c->identifiers; i++)
		c->parent[i] = i;
	for (uint32_t set = 0; set < identity_set_count(c->v->identity); set++) {
		if (c->live[set] == 0)
			continue;
		size_t count = identity_set_members(c->v->identity, set, members);
		for (size_t i = 0; i < count; i++) {
			c->number[members[i]]++;
			join(c, members[0], members[i]);
		}
	}
	for (size_t i = 0; i < c->decision_count; i++)
		if (c->decisions[i].kind == DECISION_TOGETHER)
			join(c, c->decisions[i].a, c->decisions[i].b);
}

/* An identifier lives as long as a live set names it. */
static void check_lives(struct customers *c)
{
	for (uint32_t i = 0; i < c->identifiers; i++)
		if (c->number[i] != identity_live_sets(c->v->identity, i))
			verify_fault_of(
				c->v, MSG_VERIFY_EVIDENCE, identity_text(c->v->identity, i));
}

/* ---- reaches with a pair to be kept apart */

static bool in_split(const struct customers *c, uint32_t i)
{
	return (c->is_split[i / 8] >> (i % 8) & 1) != 0;
}

static void set_split(struct customers *c, uint32_t i)
{
	c->is_split[i / 8] |= (uint8_t)(1u << (i % 8));
}

static bool find_apart(struct customers *c)
{
	c->apart = memory_alloc((c->decision_count + 1) * sizeof(*c->apart));
	c->together = memory_alloc((c->decision_count + 1) * sizeof(*c->together));
	for (size_t i = 0; i < c->decision_count; i++) {
		const struct verify_decision *d = &c->decisions[i];
		uint32_t reach = group_of(c, d->a);
		if (d->kind != DECISION_APART || reach != group_of(c, d->b))
			continue;
		c->apart[c->apart_count++] = *d;
		set_split(c, reach);
	}
	for (uint32_t i = 0; i < c->identifiers; i++)
		if (in_split(c, group_of(c, i)))
			set_split(c, i);
	return c->apart_count > 0;
}

static void note_set(struct customers *c, uint32_t set)
{
	if (c->set_count == c->set_room) {
		c->set_room = MAX_OF(c->set_room * 2, (size_t)64);
		c->sets = memory_resize(c->sets, c->set_room * sizeof(*c->sets));
	}
	c->sets[c->set_count++] = set;
}

static void take_apart(struct customers *c)
{
	for (uint32_t set = 0; set < identity_set_count(c->v->identity); set++)
		if (c->live[set] > 0 && in_split(c, identity_set_owner(c->v->identity, set)))
			note_set(c, set);
	for (size_t i = 0; i < c->decision_count; i++)
		if (c->decisions[i].kind == DECISION_TOGETHER && in_split(c, c->decisions[i].a))
			c->together[c->together_count++] = c->decisions[i];
	for (uint32_t i = 0; i < c->identifiers; i++)
		if (in_split(c, i))
			c->parent[i] = i;
}

static bool is_refused(struct customers *c, uint32_t x, uint32_t y)
{
	for (size_t i = 0; i < c->apart_count; i++) {
		uint32_t a = group_of(c, c->apart[i].a), b = group_of(c, c->apart[i].b);
		if ((a == x && b == y) || (a == y && b == x))
			return true;
	}
	return false;
}

static void join_allowed(struct customers *c, uint32_t a, uint32_t b)
{
	uint32_t x = group_of(c, a), y = group_of(c, b);

	if (x != y && !is_refused(c, x, y))
		join(c, x, y);
}

static int compare_texts(const struct identity_view *identity, uint32_t a, uint32_t b)
{
	return a == b ? 0 : str_compare(identity_text(identity, a), identity_text(identity, b));
}

static int by_pair(const void *a, const void *b, void *context)
{
	const struct verify_decision *x = a, *y = b;
	int order = compare_texts(context, x->a, y->a);

	return order != 0 ? order : compare_texts(context, x->b, y->b);
}

static int by_members(const void *a, const void *b, void *context)
{
	uint32_t x[SET_IDENTIFIERS_MAX], y[SET_IDENTIFIERS_MAX];
	size_t nx = identity_set_members(context, *(const uint32_t *)a, x);
	size_t ny = identity_set_members(context, *(const uint32_t *)b, y);
	int order = 0;

	for (size_t i = 0; i < nx && i < ny && order == 0; i++)
		order = compare_texts(context, x[i], y[i]);
	return order != 0 ? order : (nx > ny) - (nx < ny);
}

static void join_in_order(struct customers *c)
{
	uint32_t members[SET_IDENTIFIERS_MAX];
	union { /* qsort_r's context is not const */
		const struct identity_view *is;
		void *as;
	} context = { c->v->identity };

	qsort_r(c->together, c->together_count, sizeof(*c->together), by_pair, context.as);
	for (size_t i = 0; i < c->together_count; i++)
		join_allowed(c, c->together[i].a, c->together[i].b);
	if (c->set_count > 0)
		qsort_r(c->sets, c->set_count, sizeof(*c->sets), by_members, context.as);
	for (size_t i = 0; i < c->set_count; i++) {
		size_t count = identity_set_members(c->v->identity, c->sets[i], members);
		for (size_t a = 0; a < count; a++)
			for (size_t b = a + 1; b < count; b++)
				join_allowed(c, members[a], members[b]);
	}
}

/* ---- groups are customers */

static void blame(struct customers *c, uint32_t identifier)
{
	verify_fault_of(c->v, MSG_VERIFY_CUSTOMER, identity_text(c->v->identity, identifier));
}

/* Each group of living identifiers has one customer, and each customer one group. */
static void check_groups(struct customers *c)
{
	uint32_t end = identity_customer_end(c->v->identity), claimed = 0;
	uint8_t *is_claimed = memory_alloc(end / 8 + 1);

	for (uint32_t i = 0; i < c->identifiers; i++)
		c->number[i] = CUSTOMER_NONE;
	for (uint32_t i = 0; i < c->identifiers; i++) {
		uint32_t customer = identity_customer_of(c->v->identity, i), group = group_of(c, i);
		if (customer == CUSTOMER_NONE)
			continue;
		bool is_first = c->number[group] == CUSTOMER_NONE;
		if (customer >= end || (!is_first && c->number[group] != customer)) {
			blame(c, i);
		} else if (is_first) {
			c->number[group] = customer;
			if (is_claimed[customer / 8] >> (customer % 8) & 1)
				blame(c, i);
			is_claimed[customer / 8] |= (uint8_t)(1u << (customer % 8));
			claimed++;
		}
	}
	if (claimed != identity_customer_count(c->v->identity))
		verify_fault_at(c->v, MSG_VERIFY_COUNTS, claimed);
	free(is_claimed);
}

/* The ring of a customer goes through all whose customer it is, and comes back. */
static uint32_t ring_length(struct customers *c, uint32_t number, const struct customer *customer)
{
	uint32_t at = customer->head, steps = 0;

	do {
		if (at >= c->identifiers || identity_customer_of(c->v->identity, at) != number)
			return 0;
		at = identity_next_member(c->v->identity, at);
		steps++;
	} while (at != customer->head && steps <= customer->members);
	return at == customer->head ? steps : 0;
}

static void check_rings(struct customers *c)
{
	uint64_t members = 0;

	for (uint32_t i = 0; i < identity_customer_end(c->v->identity); i++) {
		const struct customer *customer = identity_customer(c->v->identity, i);
		if (customer->head == IDENTITY_NO_CODE)
			continue;
		uint32_t length = ring_length(c, i, customer);
		members += length;
		if (length != customer->members)
			verify_fault_at(c->v, MSG_VERIFY_COUNTS, i);
	}
	if (members != identity_live_count(c->v->identity))
		verify_fault_at(c->v, MSG_VERIFY_COUNTS, members);
}

void verify_customers(struct verifying *v, const uint32_t *live,
	const struct verify_decision *decisions, size_t count)
{
	struct customers c = { .v = v,
		.live = live,
		.decisions = decisions,
		.decision_count = count,
		.identifiers = identity_identifier_count(v->identity) };

	c.parent = memory_alloc(((size_t)c.identifiers + 1) * sizeof(*c.parent));
	c.number = memory_alloc(((size_t)c.identifiers + 1) * sizeof(*c.number));
	c.is_split = memory_alloc(c.identifiers / 8 + 1);
	join_all(&c);
	check_lives(&c);
	if (find_apart(&c)) {
		take_apart(&c);
		join_in_order(&c);
	}
	check_groups(&c);
	check_rings(&c);
	free(c.parent);
	free(c.number);
	free(c.is_split);
	free(c.sets);
	free(c.apart);
	free(c.together);
}
