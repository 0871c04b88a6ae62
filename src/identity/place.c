/* identity/place.c - see place.h */
#include "identity/place.h"

#include "identity/closure_internal.h"

#include <stdlib.h>
#include <string.h>

/* What the closure counted of a group is what its customer has. */
static void put_counts(const struct closure *closure, uint32_t group, struct customer *customer)
{
	memcpy(customer->counts, closure_counts(closure, group), sizeof(customer->counts));
	customer->restrained = closure_is_restrained(closure, group);
}

/* ---- of a reach */

static void dissolve(struct identity *identity, const struct closure *closure)
{
	for (size_t i = 0; i < closure_count(closure); i++) {
		uint32_t identifier = closure_identifier(closure, i);
		uint32_t customer = member_at(identity, identifier)->customer;
		if (customer == CUSTOMER_NONE)
			continue;
		const struct customer *c = table_at(identity->customers, customer);
		if (c->head != IDENTITY_NO_CODE)
			customer_drop(identity, customer);
		member_change(identity, identifier)->customer = CUSTOMER_NONE;
	}
}

/* Behind the first of its group in the ring: members are neighbours in memory, or nearly. */
static void put_member(struct identity *identity, uint32_t first, uint32_t identifier)
{
	struct member *head = member_change(identity, first);
	uint32_t customer = head->customer, next = head->next;

	head->next = identifier;
	struct member *member = member_change(identity, identifier);
	member->customer = customer;
	member->next = next;
	((struct customer *)table_change(identity->customers, customer))->members++;
}

void place_reach(struct identity *identity, struct closure *closure)
{
	size_t count = closure_count(closure);
	uint32_t *first = memory_alloc(MAX_OF(count, (size_t)1) * sizeof(*first)); /* + 1 */

	dissolve(identity, closure);
	for (size_t i = 0; i < count; i++) {
		uint32_t identifier = closure_identifier(closure, i);
		uint32_t group = closure_group(closure, i);
		if (member_at(identity, identifier)->live == 0)
			continue;
		if (first[group] != 0) {
			put_member(identity, first[group] - 1, identifier);
		} else {
			(void)customer_new(identity, identifier);
			first[group] = identifier + 1;
		}
	}
	for (size_t i = 0; i < count; i++)
		if (first[i] != 0)
			put_counts(closure, (uint32_t)i,
				table_change(identity->customers,
					member_at(identity, first[i] - 1)->customer));
	free(first);
}

/* ---- of everything */

struct placing {
	struct identity *identity;
	struct closure *closure;
	struct {
		uint32_t last; /* identifier + 1; 0: none */
		uint32_t members;
	} * groups; /* so far */
};

/* The next of the first, and how many there are, is known when all are placed. */
static void place_one(struct placing *p, uint32_t identifier, struct member *member)
{
	uint32_t group = closure_root(p->closure, identifier), last = p->groups[group].last;

	p->groups[group].last = identifier + 1;
	p->groups[group].members++;
	if (last != 0) {
		member->customer = member_at(p->identity, last - 1)->customer;
		member->next = last - 1;
		return;
	}
	struct customer *customer = table_push(p->identity->customers);
	customer->head = identifier;
	put_counts(p->closure, group, customer);
	member->customer = (uint32_t)table_count(p->identity->customers) - 1;
	member->next = identifier;
}

static void close_ring(struct placing *p, struct customer *customer)
{
	uint32_t group = closure_root(p->closure, customer->head);

	customer->members = p->groups[group].members;
	if (customer->members > 1)
		member_change(p->identity, customer->head)->next = p->groups[group].last - 1;
}

/* No number stays, so none is handed back one by one. */
void place_all(struct identity *identity, struct closure *closure)
{
	size_t count = closure_count(closure), run;
	struct placing p = { identity, closure, NULL };

	p.groups = closure_alloc(MAX_OF(count, (size_t)1) * sizeof(*p.groups));
	table_resize(identity->customers, 0);
	table_resize(identity->free_customers, 0);
	for (size_t i = 0; i < count; i += run) {
		struct member *members = table_change_run(identity->members, i, &run);
		run = MIN_OF(run, count - i);
		for (size_t k = 0; k < run; k++) {
			if (members[k].live > 0)
				place_one(&p, (uint32_t)(i + k), &members[k]);
			else
				members[k].customer = CUSTOMER_NONE;
		}
	}
	count = table_count(identity->customers);
	for (size_t i = 0; i < count; i += run) {
		struct customer *customers = table_change_run(identity->customers, i, &run);
		for (size_t k = 0; k < run; k++)
			close_ring(&p, &customers[k]);
	}
	identity->live_customers = (uint32_t)count;
	free(p.groups);
}
