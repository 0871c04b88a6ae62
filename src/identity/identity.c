/* identity/identity.c - see identity.h */
#include "identity/identity.h"

#include "base/random.h"
#include "identity/identifier.h"
#include "identity/identity_internal.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct identity *identity_create(void)
{
	struct identity *identity = memory_alloc(sizeof(*identity));
	uint64_t seed; /* identifiers come from outside: nobody shall choose those that collide */

	secret_bytes(&seed, sizeof(seed));
	identity->identifiers = strings_create(seed);
	identity->sets = strings_create(seed);
	identity->members = table_create(sizeof(struct member));
	identity->alone = table_create(sizeof(uint32_t));
	identity->nodes = table_create(sizeof(struct node));
	identity->evidence = table_create(sizeof(struct evidence));
	identity->customers = table_create(sizeof(struct customer));
	identity->free_customers = table_create(sizeof(uint32_t));
	identity->decisions = table_create(sizeof(struct identity_decision));
	return identity;
}

void identity_free(struct identity *identity)
{
	if (identity == NULL)
		return;
	strings_free(identity->identifiers);
	strings_free(identity->sets);
	table_free(identity->members);
	table_free(identity->alone);
	table_free(identity->nodes);
	table_free(identity->evidence);
	table_free(identity->customers);
	table_free(identity->free_customers);
	table_free(identity->decisions);
	free(identity);
}

err identity_reserve(struct identity *identity, size_t identifiers, struct why *why)
{
	size_t known = table_count(identity->members);

	if (identifiers > IDENTIFIERS_MAX - known)
		return fail(why, MSG_IDENTITY_FULL, arg_int(IDENTIFIERS_MAX));
	return OK;
}

/* ---- customers */

uint32_t customer_new(struct identity *identity, uint32_t head)
{
	size_t unused = table_count(identity->free_customers);
	uint32_t number = (uint32_t)table_count(identity->customers);

	if (unused > 0) {
		number = *(const uint32_t *)table_at(identity->free_customers, unused - 1);
		table_resize(identity->free_customers, unused - 1);
	} else {
		(void)table_push(identity->customers);
	}
	*(struct customer *)table_change(identity->customers, number) =
		(struct customer){ .head = head, .members = 1 };
	struct member *member = member_change(identity, head);
	member->customer = number;
	member->next = head;
	identity->live_customers++;
	return number;
}

void customer_drop(struct identity *identity, uint32_t customer)
{
	*(struct customer *)table_change(identity->customers, customer) =
		(struct customer){ .head = IDENTITY_NO_CODE };
	*(uint32_t *)table_push(identity->free_customers) = customer;
	identity->live_customers--;
}

/* The smaller ring is renumbered: over all joins, each identifier at most log2(n) times. */
void rings_join(struct identity *identity, uint32_t a, uint32_t b)
{
	uint32_t to = member_at(identity, a)->customer, from = member_at(identity, b)->customer;

	if (to == from)
		return;
	const struct customer *customers[] = { table_at(identity->customers, to),
		table_at(identity->customers, from) };
	if (customers[0]->members < customers[1]->members) {
		rings_join(identity, b, a);
		return;
	}
	uint32_t moved = customers[1]->members;
	for (uint32_t i = b, left = moved; left > 0; left--) {
		struct member *member = member_change(identity, i);
		member->customer = to;
		i = member->next;
	}
	uint32_t after_a = member_at(identity, a)->next, after_b = member_at(identity, b)->next;
	member_change(identity, a)->next = after_b; /* two rings crossed are one */
	member_change(identity, b)->next = after_a;
	((struct customer *)table_change(identity->customers, to))->members += moved;
	customer_drop(identity, from);
}

static void make_live(struct identity *identity, const uint32_t *codes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct member *member = member_change(identity, codes[i]);
		if (member->live++ > 0)
			continue;
		identity->live_identifiers++;
		(void)customer_new(identity, codes[i]);
	}
	bool new_links = count > 1 || table_count(identity->decisions) > 0;
	if (!new_links)
		return;
	if (table_count(identity->decisions) > 0 &&
		closure_is_constrained(identity, codes, count)) {
		closure_recompute(identity, codes, count);
		return;
	}
	for (size_t i = 1; i < count; i++)
		rings_join(identity, codes[0], codes[i]);
}

void identity_add(struct identity *identity, uint32_t set, uint64_t seq, uint32_t source)
{
	uint32_t codes[SET_IDENTIFIERS_MAX];
	struct evidence *evidence = table_change(identity->evidence, set);

	if (evidence->first_seq == 0) {
		evidence->first_seq = seq;
		evidence->source = source;
	}
	evidence->last_seq = MAX_OF(evidence->last_seq, seq);
	if (evidence->live++ == 0)
		make_live(identity, codes, set_codes(strings_get(identity->sets, set), codes));
}

void identity_remove(struct identity *identity, uint32_t set)
{
	uint32_t codes[SET_IDENTIFIERS_MAX];
	struct evidence *evidence = table_change(identity->evidence, set);

	ASSERT(evidence->live > 0);
	if (--evidence->live > 0)
		return;
	size_t count = set_codes(strings_get(identity->sets, set), codes);
	for (size_t i = 0; i < count; i++)
		if (--member_change(identity, codes[i])->live == 0)
			identity->live_identifiers--;
	closure_recompute(identity, codes, count);
}

/* ---- decisions */

static size_t find_decision(const struct identity *identity, uint32_t a, uint32_t b)
{
	uint32_t at = member_at(identity, a)->nodes;

	while (at != NODE_END) {
		const struct node *node = table_at(identity->nodes, at);
		if (node->what & NODE_DECISION) {
			size_t i = node->what & ~NODE_DECISION;
			const struct identity_decision *d = table_at(identity->decisions, i);
			if (d->a == b || d->b == b)
				return i;
		}
		at = node->next;
	}
	return table_count(identity->decisions);
}

static size_t make_decision(struct identity *identity, uint32_t a, uint32_t b)
{
	size_t i = find_decision(identity, a, b);

	if (i < table_count(identity->decisions))
		return i;
	struct identity_decision *d = table_push(identity->decisions);
	bool in_order = str_compare(strings_get(identity->identifiers, a),
				strings_get(identity->identifiers, b)) < 0;
	*d = (struct identity_decision){ .a = in_order ? a : b, .b = in_order ? b : a };
	add_node(identity, a, NODE_DECISION | (uint32_t)i);
	add_node(identity, b, NODE_DECISION | (uint32_t)i);
	return i;
}

bool identity_decision_named(str activity, enum decision_kind *kind)
{
	static const struct {
		str activity;
		enum decision_kind kind;
	} kinds[] = {
		{ STR_INIT("link"), DECISION_TOGETHER },
		{ STR_INIT("unlink"), DECISION_APART },
		{ STR_INIT("forget"), DECISION_NONE },
	};

	for (size_t k = 0; k < ARRAY_LEN(kinds); k++)
		if (str_equal(kinds[k].activity, activity)) {
			*kind = kinds[k].kind;
			return true;
		}
	return false;
}

bool identity_decide(struct identity *identity, const struct record *record)
{
	enum decision_kind kind;

	if (!identity_decision_named(record->activity, &kind) || record->identifier_count != 2)
		return false;
	const struct record_identifier *id = record->identifiers;
	uint32_t pair[] = { intern_identifier(identity, id[0].type, id[0].value),
		intern_identifier(identity, id[1].type, id[1].value) };
	if (pair[0] == pair[1])
		return false;
	size_t i = make_decision(identity, pair[0], pair[1]);
	struct identity_decision *d = table_change(identity->decisions, i);
	d->kind = kind;
	d->seq = record->seq;
	closure_recompute(identity, pair, 2);
	return true;
}

void identity_forget(struct identity *identity, uint64_t seq)
{
	for (size_t i = 0; i < table_count(identity->decisions); i++) {
		const struct identity_decision *held = table_at(identity->decisions, i);
		if (held->seq != seq || held->kind == DECISION_NONE)
			continue;
		uint32_t pair[] = { held->a, held->b };
		((struct identity_decision *)table_change(identity->decisions, i))->kind =
			DECISION_NONE;
		closure_recompute(identity, pair, 2);
	}
}

const struct evidence *identity_evidence(const struct identity *identity, uint32_t set)
{
	return table_at(identity->evidence, set);
}

size_t identity_decision_count(const struct identity *identity)
{
	return table_count(identity->decisions);
}

const struct identity_decision *identity_decision_at(const struct identity *identity, size_t i)
{
	return table_at(identity->decisions, i);
}
