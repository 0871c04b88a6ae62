/* engine/verify_customers.c - the customers computed once more from the evidence; see verify.h
 *
 * Not by identity's way (rings that grow, reaches that are computed anew), but by one union-find
 * over all identifiers:
 *
 *   1. join what live sets, decisions and digests link: the reaches;
 *   2. a reach with a pair in it that people keep apart, or with more identifiers of a type than
 *      its limit, is taken to pieces, and joined again link by link in the canonical order of
 *      identity.h, refusing what decisions and limits refuse;
 *   3. groups must be customers, one to one.
 *
 * Memory: 9 bytes and 1 bit an identifier, 1 bit a customer; 1 byte an identifier and limited type
 * where something is taken to pieces, and 12 where a limit counts within a window.
 */
#include "engine/verify_internal.h"
#include "identity/rules.h"

#include <stdlib.h>
#include <string.h>

struct customers {
	struct verifying *v;
	const struct identity_rules *rules;
	struct verify_links *sets;
	const uint32_t *live; /* events, by set */
	const struct verify_decision *decisions;
	size_t decision_count;
	uint32_t identifiers;
	uint32_t *parent; /* by identifier */
	uint32_t *number; /* by identifier: live sets that name it; then, by group, its customer */
	/* Of the reaches that are taken to pieces. */
	uint8_t *is_split; /* a bit an identifier */
	struct verify_link *links;
	size_t link_count, link_room;
	struct verify_decision *apart;
	size_t apart_count;
	uint8_t *counts; /* by group and limited type */
	uint32_t *next; /* rings of groups */
	int64_t *time; /* of an identifier's first link */
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

static void count_members(struct customers *c)
{
	uint32_t members[SET_IDENTIFIERS_MAX];

	for (uint32_t set = 0; set < identity_set_count(c->v->identity); set++) {
		if (c->live[set] == 0)
			continue;
		size_t count = identity_set_members(c->v->identity, set, members);
		for (size_t i = 0; i < count; i++)
			c->number[members[i]]++;
	}
}

static void join_all(struct customers *c)
{
	struct verify_link links[SET_IDENTIFIERS_MAX];

	for (uint32_t i = 0; i < c->identifiers; i++)
		c->parent[i] = i;
	for (uint32_t set = 0; set < identity_set_count(c->v->identity); set++) {
		size_t count = verify_links_of(c->sets, set, links);
		for (size_t i = 0; i < count; i++)
			join(c, links[i].a, links[i].b);
	}
	for (size_t i = 0; i < c->decision_count; i++)
		if (c->decisions[i].kind == DECISION_TOGETHER)
			join(c, c->decisions[i].a, c->decisions[i].b);
	for (size_t i = 0; i < verify_links_twins(c->sets); i++)
		if (verify_links_of_twins(c->sets, i, &links[0]))
			join(c, links[0].a, links[0].b);
}

/* An identifier lives as long as a live set names it. */
static void check_lives(struct customers *c)
{
	for (uint32_t i = 0; i < c->identifiers; i++)
		if (c->number[i] != identity_live_sets(c->v->identity, i))
			verify_fault_of(
				c->v, MSG_VERIFY_EVIDENCE, identity_text(c->v->identity, i));
}

/* ---- reaches within which something is refused */

static bool in_split(const struct customers *c, uint32_t i)
{
	return (c->is_split[i / 8] >> (i % 8) & 1) != 0;
}

static void set_split(struct customers *c, uint32_t i)
{
	c->is_split[i / 8] |= (uint8_t)(1u << (i % 8));
}

static void find_apart(struct customers *c)
{
	c->apart = memory_alloc((c->decision_count + 1) * sizeof(*c->apart));
	for (size_t i = 0; i < c->decision_count; i++) {
		const struct verify_decision *d = &c->decisions[i];
		uint32_t reach = group_of(c, d->a);
		if (d->kind != DECISION_APART || reach != group_of(c, d->b))
			continue;
		c->apart[c->apart_count++] = *d;
		set_split(c, reach);
	}
}

static const struct rules_type *limited_type(const struct customers *c, uint32_t identifier)
{
	const struct rules_type *type = rules_type(c->rules, verify_links_row(c->sets, identifier));

	return type->limit > 0 && c->number[identifier] > 0 &&
			       verify_links_let_count(c->sets, identifier)
		       ? type
		       : NULL;
}

static uint8_t *count_at(struct customers *c, uint32_t group, unsigned slot)
{
	return &c->counts[(size_t)group * RULES_LIMITED_MAX + slot];
}

static void find_crowded(struct customers *c)
{
	size_t bytes = ((size_t)c->identifiers + 1) * RULES_LIMITED_MAX;

	c->counts = memory_alloc(bytes);
	for (uint32_t i = 0; i < c->identifiers; i++) {
		const struct rules_type *type = limited_type(c, i);
		uint32_t reach = type == NULL ? 0 : group_of(c, i);
		if (type == NULL)
			continue;
		uint8_t *count = count_at(c, reach, type->slot);
		*count = (uint8_t)MIN_OF(*count + 1, UINT8_MAX);
		if (*count > type->limit)
			set_split(c, reach);
	}
	memset(c->counts, 0, bytes);
}

static bool find_split(struct customers *c)
{
	bool any = false;

	find_apart(c);
	find_crowded(c);
	for (uint32_t i = 0; i < c->identifiers; i++)
		if (in_split(c, group_of(c, i))) {
			set_split(c, i);
			any = true;
		}
	return any;
}

static void note_link(struct customers *c, const struct verify_link *link)
{
	if (!in_split(c, link->a))
		return;
	if (c->link_count == c->link_room) {
		c->link_room = MAX_OF(c->link_room * 2, (size_t)64);
		c->links = memory_resize(c->links, c->link_room * sizeof(*c->links));
	}
	c->links[c->link_count++] = *link;
	c->time[link->a] = MIN_OF(c->time[link->a], link->time);
	c->time[link->b] = MIN_OF(c->time[link->b], link->time);
}

static void note_links(struct customers *c)
{
	struct verify_link links[SET_IDENTIFIERS_MAX];

	for (uint32_t set = 0; set < identity_set_count(c->v->identity); set++) {
		size_t count = verify_links_of(c->sets, set, links);
		for (size_t i = 0; i < count; i++)
			note_link(c, &links[i]);
	}
	for (size_t i = 0; i < c->decision_count; i++) {
		const struct verify_decision *d = &c->decisions[i];
		if (d->kind == DECISION_TOGETHER)
			note_link(c, &(struct verify_link){ .a = d->a,
					     .b = d->b,
					     .by_people = d->by_people,
					     .by_matching = !d->by_people,
					     .time = INT64_MAX });
	}
	for (size_t i = 0; i < verify_links_twins(c->sets); i++)
		if (verify_links_of_twins(c->sets, i, &links[0]) && in_split(c, links[0].a)) {
			note_link(c, &links[0]);
			c->time[links[0].a] = MIN_OF(c->time[links[0].a], c->time[links[0].b]);
		}
}

static void take_apart(struct customers *c)
{
	c->next = memory_alloc(((size_t)c->identifiers + 1) * sizeof(*c->next));
	c->time = memory_alloc(((size_t)c->identifiers + 1) * sizeof(*c->time));
	for (uint32_t i = 0; i < c->identifiers; i++) {
		const struct rules_type *type = limited_type(c, i);
		c->next[i] = i;
		c->time[i] = INT64_MAX;
		if (!in_split(c, i))
			continue;
		c->parent[i] = i;
		if (type != NULL)
			*count_at(c, i, type->slot) = 1;
	}
	note_links(c);
}

static bool is_apart(struct customers *c, uint32_t x, uint32_t y)
{
	for (size_t i = 0; i < c->apart_count; i++) {
		uint32_t a = group_of(c, c->apart[i].a), b = group_of(c, c->apart[i].b);
		if ((a == x && b == y) || (a == y && b == x))
			return true;
	}
	return false;
}

/* Digests and addresses count together. */
static bool counts_as(struct customers *c, uint32_t identifier, const struct rules_type *type)
{
	const struct rules_type *own = limited_type(c, identifier);

	return own != NULL && own->slot == type->slot;
}

/* How many of a type are first linked within its window from `from` on. */
static size_t in_window(
	struct customers *c, const struct rules_type *type, uint32_t group, int64_t from)
{
	uint32_t at = group;
	size_t count = 0;

	do {
		count += counts_as(c, at, type) && c->time[at] >= from &&
			 (uint64_t)c->time[at] - (uint64_t)from < (uint64_t)type->within_ms;
		at = c->next[at];
	} while (at != group);
	return count;
}

static bool is_crowded(struct customers *c, const struct rules_type *type, uint32_t x, uint32_t y)
{
	const uint32_t groups[] = { x, y };

	for (int g = 0; g < 2; g++) {
		uint32_t at = groups[g];
		do {
			if (counts_as(c, at, type) &&
				in_window(c, type, x, c->time[at]) +
						in_window(c, type, y, c->time[at]) >
					type->limit)
				return true;
			at = c->next[at];
		} while (at != groups[g]);
	}
	return false;
}

static bool is_too_many(struct customers *c, uint32_t x, uint32_t y)
{
	for (unsigned row = 0; row < rules_type_count(c->rules); row++) {
		const struct rules_type *type = rules_type(c->rules, row);
		if (type->limit == 0)
			continue;
		unsigned a = *count_at(c, x, type->slot), b = *count_at(c, y, type->slot);
		if (a > 0 && b > 0 && a + b > type->limit &&
			(type->within_ms == 0 || is_crowded(c, type, x, y)))
			return true;
	}
	return false;
}

static void join_groups(struct customers *c, uint32_t x, uint32_t y)
{
	uint32_t to = MIN_OF(x, y), from = MAX_OF(x, y), after = c->next[to];

	for (unsigned slot = 0; slot < RULES_LIMITED_MAX; slot++)
		*count_at(c, to, slot) = (uint8_t)MIN_OF(
			*count_at(c, to, slot) + *count_at(c, from, slot), UINT8_MAX);
	c->next[to] = c->next[from];
	c->next[from] = after;
	c->parent[from] = to;
}

static void join_in_order(struct customers *c)
{
	union { /* qsort_r's context is not const */
		const struct identity_view *is;
		void *as;
	} context = { c->v->identity };

	if (c->link_count > 0)
		qsort_r(c->links, c->link_count, sizeof(*c->links), verify_link_compare,
			context.as);
	for (size_t i = 0; i < c->link_count; i++) {
		uint32_t x = group_of(c, c->links[i].a), y = group_of(c, c->links[i].b);
		if (x != y && !is_apart(c, x, y) &&
			(c->links[i].by_people || !is_too_many(c, x, y)))
			join_groups(c, x, y);
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
		.rules = identity_rules(v->state_of),
		.sets = verify_links_create(v, live),
		.live = live,
		.decisions = decisions,
		.decision_count = count,
		.identifiers = identity_identifier_count(v->identity) };

	c.parent = memory_alloc(((size_t)c.identifiers + 1) * sizeof(*c.parent));
	c.number = memory_alloc(((size_t)c.identifiers + 1) * sizeof(*c.number));
	c.is_split = memory_alloc(c.identifiers / 8 + 1);
	join_all(&c);
	count_members(&c);
	check_lives(&c);
	if (find_split(&c)) {
		take_apart(&c);
		join_in_order(&c);
	}
	check_groups(&c);
	check_rings(&c);
	verify_links_free(c.sets);
	free(c.parent);
	free(c.number);
	free(c.is_split);
	free(c.links);
	free(c.apart);
	free(c.counts);
	free(c.next);
	free(c.time);
}
