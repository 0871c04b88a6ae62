/* identity/health.c - what looks wrong among customers; see study.h */
#include "identity/study.h"

#include "identity/identity_internal.h"
#include "identity/naming.h"

#include <stdlib.h>

/* Keeps the largest, largest first; equal ones in the order of their texts. */
static void note(const struct identity *identity, struct identity_worst *list, size_t *count,
	uint32_t identifier, uint32_t number)
{
	size_t at = *count;

	if (number == 0)
		return;
	for (; at > 0; at--) {
		const struct identity_worst *other = &list[at - 1];
		if (other->number > number ||
			(other->number == number &&
				str_compare(strings_get(identity->identifiers, other->identifier),
					strings_get(identity->identifiers, identifier)) < 0))
			break;
		if (at < STUDY_WORST_MAX)
			list[at] = *other;
	}
	if (at == STUDY_WORST_MAX)
		return;
	list[at] = (struct identity_worst){ identifier, number };
	*count = MIN_OF(*count + 1, (size_t)STUDY_WORST_MAX);
}

static void look_at_set(
	struct identity *identity, uint32_t set, uint32_t *dropped, struct identity_health *out)
{
	const struct lens lens = lens_of(identity);
	const struct evidence *evidence = table_at(identity->evidence, set);
	struct set_parts parts;
	struct set_ends ends;

	if (evidence->live == 0)
		return;
	set_parts(strings_get(identity->sets, set), &parts);
	if (parts.count < 2)
		return;
	lens_ends(&lens, set, KIND_BARRED | KIND_SHARED, &ends);
	out->barred += (uint32_t)(parts.count - MAX_OF(ends.count, (size_t)1));
	for (size_t i = 1; i < ends.count; i++) {
		out->links++;
		if (member_at(identity, ends.codes[0])->customer ==
			member_at(identity, ends.codes[i])->customer)
			continue;
		out->dropped++;
		dropped[ends.codes[i]]++;
	}
}

/* By which of his identifiers he is told of. */
static uint32_t teller_of(const struct identity *identity, const struct customer *customer)
{
	uint32_t best = customer->head, i = customer->head;

	do {
		if (member_at(identity, i)->live > 0 &&
			(member_at(identity, best)->live == 0 ||
				identifier_tells_more(strings_get(identity->identifiers, i),
					strings_get(identity->identifiers, best))))
			best = i;
		i = member_at(identity, i)->next;
	} while (i != customer->head);
	return best;
}

static void look_at_customers(struct identity *identity, struct identity_health *out)
{
	const struct identity_worst *last = &out->largest[STUDY_WORST_MAX - 1];

	for (uint32_t i = 0; i < table_count(identity->customers); i++) {
		const struct customer *customer = table_at(identity->customers, i);
		if (customer->head == IDENTITY_NO_CODE)
			continue;
		out->restrained += customer->restrained;
		if (out->largest_count == STUDY_WORST_MAX && customer->members < last->number)
			continue;
		note(identity, out->largest, &out->largest_count, teller_of(identity, customer),
			customer->members);
	}
}

static void look_at_identifiers(
	struct identity *identity, const uint32_t *dropped, struct identity_health *out)
{
	for (uint32_t i = 0; i < table_count(identity->members); i++) {
		bool shared = (kind_at(identity, i) & KIND_SHARED) != 0;
		out->shared += shared;
		note(identity, out->conflicts, &out->conflict_count, i, dropped[i]);
		note(identity, out->suspects, &out->suspect_count, i,
			shared ? member_at(identity, i)->live : 0);
	}
}

void identity_health(struct identity *identity, struct identity_health *out)
{
	settle(identity);
	size_t count = table_count(identity->members);
	uint32_t *dropped = memory_alloc((count + 1) * sizeof(*dropped));

	*out = (struct identity_health){ .identifiers = identity->live_identifiers,
		.customers = identity->live_customers };
	for (uint32_t set = 0; set < table_count(identity->evidence); set++)
		look_at_set(identity, set, dropped, out);
	look_at_customers(identity, out);
	look_at_identifiers(identity, dropped, out);
	for (size_t i = 0; i < table_count(identity->decisions); i++) {
		const struct identity_decision *d = table_at(identity->decisions, i);
		out->apart += d->kind == DECISION_APART;
		out->together += d->kind == DECISION_TOGETHER;
	}
	free(dropped);
}
