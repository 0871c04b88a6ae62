/* profile/traits.h - one value for each trait, from all that was told of it, and how it came about.
 *
 * What is told of somebody contradicts itself: another address in another system, a name typed
 * anew.  Every telling is kept; the rules (profile_rules.h) say which holds, here and now.  So a
 * profile is a function of the customer's records and of the rules: it splits with the customer,
 * and changes with the rules, for the past too.
 *
 * Order.  Of two tellings the later one is: that of the later time; then that of the more trusted
 * source; then by the texts of source and value.  The order of arrival plays no part.
 *
 * Nulls.  A null says that nothing is known any more.  Under most_recent it holds like any other;
 * under the other rules it only counts where nothing else was told.
 *
 * Memory: the caller's arena; past its limit ERR_LIMIT.  One thread at a time.
 */
#pragma once

#include "event/record.h"
#include "profile/profile_rules.h"

enum {
	TRAITS_MAX = 10000, /* of one customer */
	TRAIT_SET_MAX = 1000, /* values of one trait under TRAIT_SET; more are counted */
};

struct trait_telling {
	struct value value; /* borrowed */
	str source;
	uint8_t trust;
	int64_t ms;
	uint64_t seq; /* of the record */
};

struct profile_trait {
	str key;
	enum trait_rule rule;
	struct value value; /* that holds; under TRAIT_SET a list */
	struct trait_telling from; /* what made it hold: under TRAIT_SET the latest that is in it */
	size_t different; /* values told, however often */
	struct trait_telling *tellings; /* latest first, once traits_decide() was called */
	size_t count, room;
};

struct traits {
	struct arena *arena;
	struct profile_trait *items; /* in order of key, once decided */
	size_t count, room;
	uint32_t *slots; /* by hash of key: index + 1; SLOTS_PER_TRAIT for each of the room */
};

/* ERR_LIMIT: the arena is full. */
err traits_begin(struct traits *traits, struct arena *arena, struct why *why);
/* A telling of a trait; `told->value` and texts stay with the caller for as long as the traits. */
err traits_tell(struct traits *traits, str key, const struct trait_telling *told, struct why *why);
/* Once, when all is told. */
err traits_decide(struct traits *traits, const struct profile_rules *rules, struct why *why);
