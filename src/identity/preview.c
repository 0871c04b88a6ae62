/* identity/preview.c - what other rules would make of the customers; see study.h
 *
 * The customers of everything, by the other rules, against those there are: a customer who would be
 * several is split, one of those who would be one with another is merged.
 */
#include "identity/study.h"

#include "identity/closure.h"

#include <stdlib.h>

struct comparing {
	struct identity *identity;
	struct closure *closure; /* by the other rules */
	uint32_t *order; /* living identifiers: by group, then by customer */
	uint32_t *groups; /* by identifier */
	size_t count;
};

static uint32_t customer_of(const struct comparing *c, uint32_t identifier)
{
	return member_at(c->identity, identifier)->customer;
}

static int compare(uint32_t a, uint32_t b)
{
	return (a > b) - (a < b);
}

static int by_group(const void *a, const void *b, void *context)
{
	const struct comparing *c = context;
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	int order = compare(c->groups[x], c->groups[y]);

	if (order == 0)
		order = compare(customer_of(c, x), customer_of(c, y));
	return order != 0 ? order : compare(x, y);
}

static int by_customer(const void *a, const void *b, void *context)
{
	const struct comparing *c = context;
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	int order = compare(customer_of(c, x), customer_of(c, y));

	if (order == 0)
		order = compare(c->groups[x], c->groups[y]);
	return order != 0 ? order : compare(x, y);
}

/* What is shared is judged by the other rules as well: in two steps, for the one needs the other's
 * rows. */
static uint8_t *judge(struct identity *identity, const struct identity_rules *rules,
	const struct rules_source *sources)
{
	size_t count = table_count(identity->members);
	uint8_t *kinds = memory_alloc(count + 1), *shared = memory_alloc(count + 1);
	const struct lens lens = {
		.identity = identity, .rules = rules, .sources = sources, .kinds = kinds
	};

	for (uint32_t i = 0; i < count; i++)
		kinds[i] = kind_of(rules, strings_get(identity->identifiers, i));
	for (uint32_t i = 0; i < count; i++) {
		size_t steps = SIZE_MAX;
		shared[i] = lens_is_shared(&lens, i, &steps) ? KIND_SHARED : 0;
	}
	for (uint32_t i = 0; i < count; i++)
		kinds[i] |= shared[i];
	free(shared);
	return kinds;
}

static void add_example(
	struct identity_example *list, size_t *shown, const uint32_t *members, size_t count)
{
	if (*shown == STUDY_EXAMPLES_MAX)
		return;
	struct identity_example *example = &list[(*shown)++];
	example->count = MIN_OF(count, (size_t)STUDY_MEMBERS_MAX);
	example->more = count - example->count;
	for (size_t i = 0; i < example->count; i++)
		example->members[i] = members[i];
}

/* A run of identifiers that are one by the first measure: how many are they by the second?  The
 * first of each is put to the front of the run. */
static size_t pieces_of(const struct comparing *c, uint32_t *run, size_t count, bool by_new)
{
	size_t pieces = 1;

	for (size_t i = 1; i < count; i++) {
		uint32_t before = run[pieces - 1], now = run[i];
		bool same = by_new ? c->groups[before] == c->groups[now]
				   : customer_of(c, before) == customer_of(c, now);
		if (!same)
			run[pieces++] = now;
	}
	return pieces;
}

static void find_merges(struct comparing *c, uint8_t *changed, struct identity_preview *out)
{
	qsort_r(c->order, c->count, sizeof(*c->order), by_group, c);
	for (size_t i = 0, end; i < c->count; i = end) {
		uint32_t group = c->groups[c->order[i]];
		for (end = i; end < c->count && c->groups[c->order[end]] == group; end++)
			;
		out->customers_after++;
		size_t pieces = pieces_of(c, c->order + i, end - i, false);
		if (pieces == 1)
			continue;
		for (size_t k = 0; k < pieces; k++)
			changed[customer_of(c, c->order[i + k])] |= 1;
		add_example(out->merges, &out->merge_count, c->order + i, pieces);
	}
}

static void find_splits(struct comparing *c, uint8_t *changed, struct identity_preview *out)
{
	qsort_r(c->order, c->count, sizeof(*c->order), by_customer, c);
	for (size_t i = 0, end; i < c->count; i = end) {
		uint32_t customer = customer_of(c, c->order[i]);
		for (end = i; end < c->count && customer_of(c, c->order[end]) == customer; end++)
			;
		out->customers_before++;
		size_t pieces = pieces_of(c, c->order + i, end - i, true);
		if (pieces == 1)
			continue;
		changed[customer] |= 2;
		add_example(out->splits, &out->split_count, c->order + i, pieces);
	}
}

static void list_living(struct comparing *c)
{
	c->count = 0;
	for (uint32_t i = 0; i < table_count(c->identity->members); i++)
		if (member_at(c->identity, i)->live > 0)
			c->order[c->count++] = i;
}

void identity_preview(
	struct identity *identity, const struct identity_rules *rules, struct identity_preview *out)
{
	settle(identity);
	size_t count = table_count(identity->members);
	struct rules_source *sources = rules_sources(identity, rules);
	uint8_t *kinds = judge(identity, rules, sources);
	const struct lens lens = {
		.identity = identity, .rules = rules, .sources = sources, .kinds = kinds
	};
	struct comparing c = { .identity = identity,
		.closure = closure_create(&lens),
		.order = memory_alloc((count + 1) * sizeof(*c.order)),
		.groups = memory_alloc((count + 1) * sizeof(*c.groups)) };
	size_t customers = table_count(identity->customers);
	uint8_t *changed = memory_alloc(customers + 1);

	*out = (struct identity_preview){ 0 };
	closure_whole(c.closure);
	closure_join(c.closure, NULL, NULL);
	for (uint32_t i = 0; i < count; i++)
		c.groups[i] = closure_group(c.closure, i);
	list_living(&c);
	find_merges(&c, changed, out);
	list_living(&c);
	find_splits(&c, changed, out);
	for (size_t i = 0; i < customers; i++) {
		out->merged += changed[i] & 1;
		out->split += changed[i] >> 1 & 1;
		out->changed += changed[i] != 0;
	}
	closure_free(c.closure);
	free(c.order);
	free(c.groups);
	free(changed);
	free(kinds);
	free(sources);
}
