/* profile/profile_rules.h - which of several tellings of a trait holds, and what is computed.
 *
 * A document that people edit (docs/schemas/profile-rules.json, docs/identity.md), kept in the
 * journal like the rules of identity; without one examples/profiles/default.json is in force.
 *
 *   traits     by pattern of the trait's name, the first that fits: the rule by which tellings that
 *              contradict each other make one value
 *   otherwise  the rule of all others; left out: most_recent
 *   computed   traits that nobody tells: folds over the customer's events
 *
 * A plain, immutable value: any thread.
 */
#pragma once

#include "base/fields.h"

enum {
	PROFILE_RULES_VERSION = 1,
	PROFILE_RULES_BYTES_MAX = 60000, /* of the document */
	PROFILE_RULES_MAX = 200,
	PROFILE_COMPUTED_MAX = 100,
};

/* Wherever a rule leaves several, the newest of them holds. */
enum trait_rule {
	TRAIT_MOST_RECENT,
	TRAIT_EARLIEST,
	TRAIT_MOST_TRUSTED, /* of the source: identity/rules.h */
	TRAIT_MOST_FREQUENT,
	TRAIT_SET, /* all of them, a list; lists are told member by member */
	TRAIT_RULES
};
str trait_rule_word(enum trait_rule rule); /* "most_recent", ... */

enum computed_as {
	COMPUTED_COUNT, /* events; with an attribute: those that have it */
	COMPUTED_SUM, /* of numbers; so the three below */
	COMPUTED_AVERAGE,
	COMPUTED_LEAST,
	COMPUTED_MOST,
	COMPUTED_EARLIEST, /* the value that came first ... */
	COMPUTED_LATEST, /* ... or last */
	COMPUTED_MOST_FREQUENT, /* equally often: the one that came last */
	COMPUTED_DISTINCT, /* how many different values */
	COMPUTED_SET, /* all of them, a list, in their order */
	COMPUTED_FIRST_TIME, /* of an event */
	COMPUTED_LAST_TIME,
	COMPUTED_AS
};
str computed_word(enum computed_as as);

struct profile_computed {
	str trait;
	enum computed_as as;
	str attribute; /* "": the events themselves; @channel, @activity, @source, @interaction,
			  @case: their fields; a.b: within maps */
	str by; /* as `attribute`: a map, with a member for each of its values; "": none */
	struct field_names channels, activities; /* patterns; none: all events */
	int64_t within_ms; /* only events so old at most; 0: all */
};

struct profile_rules;

/* MSG_FIELD_*, MSG_DOCUMENT_*, MSG_RULES_MANY, those of json_parse(), placed.  Owns all it needs.
 */
err profile_rules_parse(str document, struct profile_rules **out, struct why *why);
struct profile_rules *profile_rules_default(void);
void profile_rules_free(struct profile_rules *rules); /* NULL is fine */
static inline void profile_rules_freep(struct profile_rules **rules)
{
	profile_rules_free(*rules);
}
#define AUTO_PROFILE_RULES __attribute__((cleanup(profile_rules_freep))) struct profile_rules *

str profile_rules_document(const struct profile_rules *rules); /* as it was parsed */
str profile_rules_name(const struct profile_rules *rules); /* "" if it has none */
enum trait_rule profile_rules_of(const struct profile_rules *rules, str trait);
size_t profile_rules_computed(
	const struct profile_rules *rules, const struct profile_computed **out);
