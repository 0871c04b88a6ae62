/* identity/rules_state.c - rules come into force: what is kept of them by identifier, by set and by
 * source follows. */
#include "base/shares.h"
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

/* A byte for each identifier, or set, as the rules see it; then those that differ are changed. */
struct seen {
	const struct identity *identity;
	struct lens lens;
	uint8_t *bytes;
};

static void see_kinds(void *context, size_t from, size_t to)
{
	struct seen *s = context;

	for (size_t i = from; i < to; i++)
		s->bytes[i] =
			kind_of(s->lens.rules, strings_get(s->identity->identifiers, (uint32_t)i));
}

static void see_owners(void *context, size_t from, size_t to)
{
	struct seen *s = context;

	for (size_t i = from; i < to; i++)
		s->bytes[i] = lens_owner(&s->lens, (uint32_t)i);
}

/* How many changed. */
static size_t take_over(struct identity *identity, struct table *table, share_fn *see)
{
	size_t count = table_count(table), changed = 0;
	struct seen seen = { identity, lens_of(identity), memory_alloc(count + 1) };

	shares_do(SHARES_THREADS, count, SHARE_ITEMS, see, &seen);
	for (size_t i = 0; i < count; i++) {
		if (*(const uint8_t *)table_at(table, i) == seen.bytes[i])
			continue;
		*(uint8_t *)table_change(table, i) = seen.bytes[i];
		changed++;
	}
	free(seen.bytes);
	return changed;
}

static void take(struct identity *identity, struct identity_rules *rules)
{
	hold(identity, rules);
	(void)take_over(identity, identity->kinds, see_kinds);
	identity->owners_version += take_over(identity, identity->owners, see_owners);
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
