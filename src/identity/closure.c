/* identity/closure.c - customers from evidence, where it is not a mere joining; see identity.h.
 *
 * The reach of an identifier is all that live sets and decisions connect it with, refused links
 * included.  Within a reach the customers are computed from nothing:
 *
 *   1. every live identifier alone;
 *   2. each pair that people put together, in the order of their texts;
 *   3. each live set, in the order of its identifiers' texts: every pair within it;
 *   a join of two groups is refused if a decision keeps a member of one from one of the other.
 *
 * The order is that of contents, so the result does not depend on what came first.
 */
#include "identity/identity_internal.h"

#include <stdlib.h>
#include <string.h>

/* Local numbers for the identifiers of one reach: open addressing, never more than half full. */
struct reach {
	struct identity *identity;
	uint32_t *slots; /* index + 1, or 0 */
	size_t slot_count;
	uint32_t *identifiers, *groups; /* groups: union-find over the indices */
	size_t count, room;
	uint32_t *sets, *decisions; /* each once */
	size_t set_count, set_room, decision_count, decision_room;
};

static void push(uint32_t **list, size_t *count, size_t *room, uint32_t what)
{
	if (*count == *room) {
		*room = MAX_OF(*room * 2, (size_t)16);
		*list = memory_resize(*list, *room * sizeof(**list));
	}
	(*list)[(*count)++] = what;
}

static size_t slot_of(const struct reach *r, uint32_t identifier)
{
	size_t at = identifier * 0x9e3779b97f4a7c15u >> 20 & (r->slot_count - 1);

	while (r->slots[at] != 0 && r->identifiers[r->slots[at] - 1] != identifier)
		at = (at + 1) & (r->slot_count - 1);
	return at;
}

static void rehash(struct reach *r)
{
	free(r->slots);
	r->slot_count = MAX_OF(r->slot_count * 4, (size_t)64);
	r->slots = memory_alloc(r->slot_count * sizeof(*r->slots));
	for (size_t i = 0; i < r->count; i++)
		r->slots[slot_of(r, r->identifiers[i])] = (uint32_t)i + 1;
}

static void reach_add(struct reach *r, uint32_t identifier)
{
	if (r->count * 2 >= r->slot_count)
		rehash(r);
	size_t slot = slot_of(r, identifier);
	if (r->slots[slot] != 0)
		return;
	push(&r->identifiers, &r->count, &r->room, identifier);
	r->slots[slot] = (uint32_t)r->count;
}

static uint32_t index_of(const struct reach *r, uint32_t identifier)
{
	return r->slots[slot_of(r, identifier)] - 1;
}

static const struct identity_decision *decision_at(const struct reach *r, uint32_t i)
{
	return table_at(r->identity->decisions, i);
}

static void follow(struct reach *r, uint32_t what)
{
	uint32_t codes[SET_IDENTIFIERS_MAX];

	if (what & NODE_DECISION) {
		const struct identity_decision *d = decision_at(r, what & ~NODE_DECISION);
		if (d->kind == DECISION_NONE)
			return;
		push(&r->decisions, &r->decision_count, &r->decision_room, what & ~NODE_DECISION);
		if (d->kind == DECISION_TOGETHER) {
			reach_add(r, d->a);
			reach_add(r, d->b);
		}
		return;
	}
	const struct evidence *evidence = table_at(r->identity->evidence, what);
	if (evidence->live == 0)
		return;
	push(&r->sets, &r->set_count, &r->set_room, what);
	size_t count = set_codes(strings_get(r->identity->sets, what), codes);
	for (size_t i = 0; i < count; i++)
		reach_add(r, codes[i]);
}

/* Sets and decisions are met once for each of their identifiers: sorting drops the twins. */
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

static void reach_from(struct reach *r, const uint32_t *from, size_t count)
{
	for (size_t i = 0; i < count; i++)
		reach_add(r, from[i]);
	for (size_t i = 0; i < r->count; i++) { /* r->count grows meanwhile */
		uint32_t at = member_at(r->identity, r->identifiers[i])->nodes;
		while (at != NODE_END) {
			const struct node *node = table_at(r->identity->nodes, at);
			follow(r, node->what);
			at = node->next;
		}
	}
	r->set_count = without_twins(r->sets, r->set_count);
	r->decision_count = without_twins(r->decisions, r->decision_count);
}

static void reach_done(struct reach *r)
{
	free(r->slots);
	free(r->identifiers);
	free(r->groups);
	free(r->sets);
	free(r->decisions);
}

/* ---- joining within a reach */

static uint32_t group_of(struct reach *r, uint32_t index)
{
	while (r->groups[index] != index)
		index = r->groups[index] = r->groups[r->groups[index]];
	return index;
}

static bool is_refused(struct reach *r, uint32_t x, uint32_t y)
{
	for (size_t i = 0; i < r->decision_count; i++) {
		const struct identity_decision *d = decision_at(r, r->decisions[i]);
		if (d->kind != DECISION_APART)
			continue;
		uint32_t a = index_of(r, d->a), b = index_of(r, d->b);
		if (a == UINT32_MAX || b == UINT32_MAX)
			continue; /* one of the two is out of reach */
		a = group_of(r, a);
		b = group_of(r, b);
		if ((a == x && b == y) || (a == y && b == x))
			return true;
	}
	return false;
}

static void join(struct reach *r, uint32_t a, uint32_t b)
{
	uint32_t x = group_of(r, index_of(r, a)), y = group_of(r, index_of(r, b));

	if (x != y && !is_refused(r, x, y))
		r->groups[MAX_OF(x, y)] = MIN_OF(x, y);
}

static str text_of(const struct identity *identity, uint32_t identifier)
{
	return strings_get(identity->identifiers, identifier);
}

static int by_set_text(const void *a, const void *b, void *context)
{
	const struct identity *identity = context;
	uint32_t x[SET_IDENTIFIERS_MAX], y[SET_IDENTIFIERS_MAX];
	size_t nx = set_codes(strings_get(identity->sets, *(const uint32_t *)a), x);
	size_t ny = set_codes(strings_get(identity->sets, *(const uint32_t *)b), y);

	for (size_t i = 0; i < nx && i < ny; i++)
		if (x[i] != y[i])
			return str_compare(text_of(identity, x[i]), text_of(identity, y[i]));
	return (nx > ny) - (nx < ny);
}

static int by_decision_text(const void *a, const void *b, void *context)
{
	const struct identity *identity = context;
	const struct identity_decision *x = table_at(identity->decisions, *(const uint32_t *)a);
	const struct identity_decision *y = table_at(identity->decisions, *(const uint32_t *)b);
	int order = str_compare(text_of(identity, x->a), text_of(identity, y->a));

	return order != 0 ? order : str_compare(text_of(identity, x->b), text_of(identity, y->b));
}

static void join_decisions(struct reach *r)
{
	if (r->decision_count > 0)
		qsort_r(r->decisions, r->decision_count, sizeof(*r->decisions), by_decision_text,
			r->identity);
	for (size_t i = 0; i < r->decision_count; i++) {
		const struct identity_decision *d = decision_at(r, r->decisions[i]);
		if (d->kind == DECISION_TOGETHER)
			join(r, d->a, d->b);
	}
}

static void join_sets(struct reach *r)
{
	uint32_t codes[SET_IDENTIFIERS_MAX];

	if (r->set_count > 0)
		qsort_r(r->sets, r->set_count, sizeof(*r->sets), by_set_text, r->identity);
	for (size_t i = 0; i < r->set_count; i++) {
		size_t count = set_codes(strings_get(r->identity->sets, r->sets[i]), codes);
		for (size_t a = 0; a < count; a++)
			for (size_t b = a + 1; b < count; b++)
				join(r, codes[a], codes[b]);
	}
}

/* ---- putting the result in place */

static void dissolve(struct reach *r)
{
	for (size_t i = 0; i < r->count; i++) {
		uint32_t customer = member_at(r->identity, r->identifiers[i])->customer;
		if (customer == CUSTOMER_NONE)
			continue;
		const struct customer *c = table_at(r->identity->customers, customer);
		if (c->head != IDENTITY_NO_CODE)
			customer_drop(r->identity, customer);
		member_change(r->identity, r->identifiers[i])->customer = CUSTOMER_NONE;
	}
}

static void settle(struct reach *r)
{
	struct identity *identity = r->identity;
	uint32_t *first = memory_alloc(MAX_OF(r->count, (size_t)1) * sizeof(*first));

	for (size_t i = 0; i < r->count; i++) {
		uint32_t identifier = r->identifiers[i], group = group_of(r, (uint32_t)i);
		if (member_at(identity, identifier)->live == 0)
			continue;
		(void)customer_new(identity, identifier);
		if (first[group] != 0)
			rings_join(identity, first[group] - 1, identifier);
		else
			first[group] = identifier + 1;
	}
	free(first);
}

void closure_recompute(struct identity *identity, const uint32_t *from, size_t count)
{
	struct reach r = { .identity = identity };

	reach_from(&r, from, count);
	r.groups = memory_alloc(r.count * sizeof(*r.groups));
	for (size_t i = 0; i < r.count; i++)
		r.groups[i] = (uint32_t)i;
	join_decisions(&r);
	join_sets(&r);
	dissolve(&r);
	settle(&r);
	reach_done(&r);
}

bool closure_is_constrained(const struct identity *identity, const uint32_t *from, size_t count)
{
	union { /* reading only: the reach is shared with the writer's side */
		const struct identity *is;
		struct identity *as;
	} same = { identity };
	struct reach r = { .identity = same.as };

	reach_from(&r, from, count);
	bool constrained = r.decision_count > 0;
	reach_done(&r);
	return constrained;
}
