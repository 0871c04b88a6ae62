/* identity/rules_state.c - rules come into force: what is kept of them by identifier, by set and by
 * source follows. */
#include "identity/identity_internal.h"
#include "identity/rules.h"

#include <stdlib.h>

struct rules_source *rules_sources(
	const struct identity *identity, const struct identity_rules *rules)
{
	size_t count = strings_count(identity->sources);
	struct rules_source *sources = memory_alloc(MAX_OF(count, (size_t)1) * sizeof(*sources));

	for (uint32_t i = 0; i < count; i++)
		sources[i] = rules_source(rules, strings_get(identity->sources, i));
	return sources;
}

void rules_add_source(struct identity *identity, str source)
{
	size_t count = identity->source_count + 1;

	identity->source_rules =
		memory_resize(identity->source_rules, count * sizeof(*identity->source_rules));
	identity->source_rules[count - 1] = rules_source(identity->rules, source);
	identity->source_count = count;
}

void rules_hold(struct identity *identity, struct identity_rules *rules)
{
	rules_free(identity->rules);
	free(identity->source_rules);
	identity->rules = rules;
	identity->source_rules = rules_sources(identity, rules);
	identity->source_count = strings_count(identity->sources);
}

void rules_take(struct identity *identity, struct identity_rules *rules)
{
	rules_hold(identity, rules);
	for (uint32_t i = 0; i < table_count(identity->kinds); i++)
		*(uint8_t *)table_change(identity->kinds, i) =
			kind_of(rules, strings_get(identity->identifiers, i));
	const struct lens lens = lens_of(identity);
	for (uint32_t set = 0; set < table_count(identity->owners); set++) {
		uint8_t owner = lens_owner(&lens, set);
		if (*(const uint8_t *)table_at(identity->owners, set) == owner)
			continue;
		*(uint8_t *)table_change(identity->owners, set) = owner;
		identity->owners_version++;
	}
	identity->all_stale = true;
	identity->seed_count = 0;
}

const struct identity_rules *identity_rules(const struct identity *identity)
{
	return identity->rules;
}

uint64_t identity_owners_version(const struct identity *identity)
{
	return identity->owners_version;
}
