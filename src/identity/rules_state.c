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

/* Of an act; it was read before it was kept. */
static struct identity_rules *rules_of(const struct identity *identity, uint32_t of)
{
	struct identity_rules *rules = NULL;

	if (of != IDENTITY_NO_CODE) {
		const struct act *act = table_at(identity->acts, of);
		(void)rules_parse(strings_get(identity->documents, act->about), &rules, NULL);
	}
	return rules == NULL ? rules_default() : rules;
}

/* Takes them over. */
static void hold(struct identity *identity, struct identity_rules *rules)
{
	rules_free(identity->rules);
	free(identity->source_rules);
	identity->rules = rules;
	identity->source_rules = rules_sources(identity, rules);
	identity->source_count = strings_count(identity->sources);
}

void rules_reload(struct identity *identity)
{
	hold(identity, rules_of(identity, identity->rules_held));
}

static void take(struct identity *identity, struct identity_rules *rules)
{
	hold(identity, rules);
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
	codes_done(&identity->seeds);
}

bool rules_are_due(const struct identity *identity)
{
	return act_newest_valid(identity, identity->newest_rules) != identity->rules_held;
}

void rules_take_due(struct identity *identity)
{
	if (!rules_are_due(identity))
		return;
	identity->rules_held = act_newest_valid(identity, identity->newest_rules);
	take(identity, rules_of(identity, identity->rules_held));
}

void rules_decide(struct identity *identity)
{
	size_t all = table_count(identity->members) + table_count(identity->owners);

	identity->rulings++;
	if (identity->steps_max == 0 || all <= identity->steps_max)
		rules_take_due(identity);
}

const struct identity_rules *identity_rules(const struct identity *identity)
{
	return identity->rules;
}

uint64_t identity_owners_version(const struct identity *identity)
{
	return identity->owners_version;
}
