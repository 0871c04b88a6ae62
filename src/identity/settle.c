/* identity/settle.c - what changed is brought into the customers, before anybody looks.
 *
 * Seeds are the identifiers whose evidence changed.  First what is shared is judged anew: where
 * that changes, its neighbours become seeds.  Then the customers of all that the seeds reach are
 * computed once (closure.h), whatever number of events came since the last time, and put in place
 * of the rings there are.
 */
#include "identity/closure.h"
#include "identity/rules.h"

#include <stdlib.h>

static void set_shared(struct identity *identity, uint32_t identifier, bool shared)
{
	uint8_t *kind = table_change(identity->kinds, identifier);

	*kind = (uint8_t)(shared ? *kind | KIND_SHARED : *kind & ~KIND_SHARED);
}

static void seed_neighbours(struct identity *identity, uint32_t identifier)
{
	uint32_t at = member_at(identity, identifier)->nodes;

	while (at != NODE_END) {
		const struct node *node = table_at(identity->nodes, at);
		const struct evidence *evidence =
			(node->what & NODE_DECISION) != 0
				? NULL
				: table_at(identity->evidence, node->what);
		at = node->next;
		if (evidence != NULL && evidence->live > 0)
			seed_set(identity, node->what);
	}
}

static void judge_shared(struct identity *identity, uint32_t identifier)
{
	const struct lens lens = lens_of(identity);
	bool was = (kind_at(identity, identifier) & KIND_SHARED) != 0;
	bool is = lens_is_shared(&lens, identifier);

	if (was == is)
		return;
	set_shared(identity, identifier, is);
	seed_neighbours(identity, identifier);
}

/* ---- putting the result in place */

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

static void restrain(struct identity *identity, uint32_t identifier)
{
	struct customer *customer =
		table_change(identity->customers, member_at(identity, identifier)->customer);

	customer->restrained = true;
}

static void put_in_place(struct identity *identity, struct closure *closure)
{
	size_t count = closure_count(closure);
	uint32_t *first = memory_alloc(MAX_OF(count, (size_t)1) * sizeof(*first)); /* + 1 */

	dissolve(identity, closure);
	for (size_t i = 0; i < count; i++) {
		uint32_t identifier = closure_identifier(closure, i);
		uint32_t group = closure_group(closure, i);
		if (member_at(identity, identifier)->live == 0)
			continue;
		(void)customer_new(identity, identifier);
		if (first[group] != 0)
			rings_join(identity, first[group] - 1, identifier);
		else
			first[group] = identifier + 1;
	}
	for (size_t i = 0; i < count; i++)
		if (first[i] != 0 && closure_is_restrained(closure, (uint32_t)i))
			restrain(identity, first[i] - 1);
	free(first);
}

void settle(struct identity *identity)
{
	if (identity->all_stale)
		for (uint32_t i = 0; i < table_count(identity->members); i++)
			judge_shared(identity, i); /* seeds nothing: all are */
	for (size_t i = 0, known = identity->seed_count; i < known; i++)
		judge_shared(identity, identity->seeds[i]);
	if (identity->seed_count == 0 && !identity->all_stale)
		return;
	const struct lens lens = lens_of(identity);
	struct closure *closure = closure_create(&lens);
	if (identity->all_stale)
		closure_whole(closure);
	else
		closure_reach(closure, identity->seeds, identity->seed_count);
	closure_join(closure, NULL, NULL);
	put_in_place(identity, closure);
	closure_free(closure);
	free(identity->seeds);
	identity->seeds = NULL;
	identity->seed_count = identity->seed_room = 0;
	identity->all_stale = false;
}
