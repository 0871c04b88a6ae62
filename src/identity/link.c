/* identity/link.c - what a set of identifiers joins, as the rules see it; and joining at once.
 *
 * A set joins its first end with each of the others: a star.  Where nothing can be refused the
 * rings are joined at once, for then the order of joining does not matter:
 *
 *   a ring that is not `restrained` is its whole reach: nothing of it was refused, no decision
 *   keeps it from anybody, no limit is passed.  If the limits hold for two such rings together,
 *   no join among them, in whatever order, is refused.
 *
 * That covers `owners` too: it counts values of unique types, and a ring that is not restrained
 * has at most one of each.  All else is left to settle.c.
 */
#include "identity/identity_internal.h"
#include "identity/rules.h"
#include "identity/twins.h"

#include <stdlib.h>
#include <string.h>

struct lens lens_of(struct identity *identity)
{
	return (struct lens){
		.identity = identity, .rules = identity->rules, .sources = identity->source_rules
	};
}

uint8_t kind_of(const struct identity_rules *rules, str type_value)
{
	str type, value;

	if (!str_split(type_value, ':', &type, &value))
		return RULES_TYPE_OTHER; /* erased */
	unsigned row = rules_row(rules, type);
	return (uint8_t)(row | (rules_bar(rules, row, value) != BAR_NONE ? KIND_BARRED : 0u));
}

static bool is_asserted(
	const struct rules_source *source, const struct set_parts *set, size_t i, unsigned row)
{
	bool verified = (set->verified >> i & 1) != 0;

	return (source->asserts >> row & 1) != 0 ||
	       (verified && (source->verifies >> row & 1) != 0);
}

/* Few: insertion sort; equal priorities stay in the order of the set. */
static void insert_end(struct set_ends *ends, uint32_t code, uint8_t priority, bool verified)
{
	size_t at = ends->count++;

	for (; at > 0 && ends->priority[at - 1] > priority; at--) {
		ends->codes[at] = ends->codes[at - 1];
		ends->priority[at] = ends->priority[at - 1];
		ends->verified[at] = ends->verified[at - 1];
	}
	ends->codes[at] = code;
	ends->priority[at] = priority;
	ends->verified[at] = verified;
}

static void find_ends(
	const struct lens *lens, const struct set_parts *set, uint8_t bars, struct set_ends *out)
{
	static const struct rules_source anybody = { UINT64_MAX, UINT64_MAX, RULES_TRUST_USUAL };
	const struct rules_source *source =
		set->source == IDENTITY_NO_CODE ? &anybody : &lens->sources[set->source];

	out->count = 0;
	out->trust = source->trust;
	for (size_t i = 0; i < set->count; i++) {
		uint8_t kind = lens_kind(lens, set->codes[i]);
		unsigned row = kind & KIND_ROW;
		if ((kind & bars) != 0 || !is_asserted(source, set, i, row))
			continue;
		bool verified = (set->verified >> i & 1) != 0 && (source->verifies >> row & 1) != 0;
		insert_end(out, set->codes[i], rules_type(lens->rules, row)->priority, verified);
	}
}

void lens_ends(const struct lens *lens, uint32_t set, uint8_t bars, struct set_ends *out)
{
	struct set_parts parts;

	set_parts(strings_get(lens->identity->sets, set), &parts);
	find_ends(lens, &parts, bars, out);
}

uint8_t lens_owner(const struct lens *lens, uint32_t set)
{
	struct set_parts parts;
	struct set_ends ends;
	uint8_t owner = 0;

	set_parts(strings_get(lens->identity->sets, set), &parts);
	if (parts.count == 1)
		return 0;
	find_ends(lens, &parts, KIND_BARRED, &ends);
	for (size_t i = 0; ends.count > 0 && i < parts.count; i++)
		if (parts.codes[i] == ends.codes[0])
			owner = (uint8_t)i;
	return owner;
}

/* ---- shared by evidence: told with too many unique values */

struct owners {
	uint32_t codes[RULES_LIMITED_MAX][RULES_OWNERS_MAX + 1];
	size_t count[RULES_LIMITED_MAX];
};

/* True once there are more than `most` of one type. */
static bool note_owner(struct owners *owners, unsigned slot, uint32_t code, size_t most)
{
	size_t *count = &owners->count[slot];

	for (size_t i = 0; i < *count; i++)
		if (owners->codes[slot][i] == code)
			return false;
	owners->codes[slot][(*count)++] = code;
	return *count > most;
}

static bool note_owners(const struct lens *lens, struct owners *owners, uint32_t identifier,
	const struct set_ends *ends, size_t most)
{
	bool is_end = false, too_many = false;

	for (size_t i = 0; i < ends->count; i++)
		is_end |= ends->codes[i] == identifier;
	for (size_t i = 0; is_end && !too_many && i < ends->count; i++) {
		const struct rules_type *type =
			rules_type(lens->rules, lens_kind(lens, ends->codes[i]) & KIND_ROW);
		if (type->unique && ends->codes[i] != identifier)
			too_many = note_owner(
				owners, type->slot, twins_plain(lens, ends->codes[i]), most);
	}
	return too_many;
}

/* By the evidence of one identifier. */
static bool has_too_many(const struct lens *lens, struct owners *owners, uint32_t identifier,
	size_t most, size_t *steps)
{
	uint32_t at = member_at(lens->identity, identifier)->nodes;
	struct set_ends ends;
	bool too_many = false;

	while (at != NODE_END && !too_many && *steps > 0) {
		const struct node *node = table_at(lens->identity->nodes, at);
		(*steps)--;
		at = node->next;
		if (node_kind(node->what) != NODE_SET)
			continue;
		const struct evidence *evidence = table_at(lens->identity->evidence, node->what);
		if (evidence->live == 0)
			continue;
		lens_ends(lens, node->what, KIND_BARRED, &ends);
		too_many = note_owners(lens, owners, identifier, &ends, most);
	}
	return too_many;
}

/* What rules bar its address from bars the digest. */
static bool is_of_barred(const struct lens *lens, const struct twin_class *class)
{
	unsigned plain =
		rules_type(lens->rules, lens_kind(lens, class->codes[0]) & KIND_ROW)->hash_of;

	for (size_t i = 1; i < class->count; i++) {
		uint8_t kind = lens_kind(lens, class->codes[i]);
		if ((kind & KIND_ROW) == plain && (kind & KIND_BARRED) != 0)
			return true;
	}
	return class->is_crowded;
}

bool lens_is_shared(const struct lens *lens, uint32_t identifier, size_t *steps)
{
	uint8_t kind = lens_kind(lens, identifier);
	size_t most = rules_type(lens->rules, kind & KIND_ROW)->owners;
	struct twin_class class;
	struct owners owners;
	bool too_many = false;

	if ((kind & KIND_BARRED) != 0)
		return false;
	twins_of(lens, identifier, &class, steps);
	if (is_of_barred(lens, &class))
		return true;
	if (most == 0)
		return false;
	memset(owners.count, 0, sizeof(owners.count));
	for (size_t i = 0; i < class.count && !too_many && *steps > 0; i++)
		too_many = has_too_many(lens, &owners, class.codes[i], most, steps);
	return too_many;
}

/* ---- joining at once */

void seed(struct identity *identity, uint32_t identifier)
{
	if (!identity->all_stale)
		codes_add(&identity->seeds, identifier);
}

void seed_set(struct identity *identity, uint32_t set)
{
	struct set_parts parts;

	set_parts(strings_get(identity->sets, set), &parts);
	for (size_t i = 0; i < parts.count; i++)
		seed(identity, parts.codes[i]);
}

static const struct customer *customer_at(const struct identity *identity, uint32_t identifier)
{
	return table_at(identity->customers, member_at(identity, identifier)->customer);
}

bool limits_hold(const struct identity_rules *rules, const uint8_t *a, const uint8_t *b)
{
	for (unsigned row = 0; row < rules_type_count(rules); row++) {
		const struct rules_type *type = rules_type(rules, row);
		unsigned slot = type->slot;
		if (type->limit > 0 && a[slot] > 0 && b[slot] > 0 &&
			(unsigned)a[slot] + b[slot] > type->limit)
			return false;
	}
	return true;
}

static bool joins_at_once(const struct identity *identity, uint32_t a, uint32_t b)
{
	const struct customer *x = customer_at(identity, a), *y = customer_at(identity, b);

	return !x->restrained && !y->restrained &&
	       (x == y || limits_hold(identity->rules, x->counts, y->counts));
}

void link_set(struct identity *identity, uint32_t set)
{
	const struct lens lens = lens_of(identity);
	struct set_ends ends;

	lens_ends(&lens, set, KIND_BARRED | KIND_SHARED, &ends);
	for (size_t i = 1; i < ends.count; i++) {
		if (!joins_at_once(identity, ends.codes[0], ends.codes[i])) {
			seed_set(identity, set);
			return;
		}
		rings_join(identity, ends.codes[0], ends.codes[i]);
	}
}

void link_moved(struct identity *identity, uint32_t set)
{
	const struct lens lens = lens_of(identity);
	struct set_ends ends;

	lens_ends(&lens, set, KIND_BARRED | KIND_SHARED, &ends);
	for (size_t i = 0; ends.count > 1 && i < ends.count; i++)
		if (member_at(identity, ends.codes[i])->customer != CUSTOMER_NONE &&
			customer_at(identity, ends.codes[i])->restrained) {
			seed_set(identity, set);
			return;
		}
}
