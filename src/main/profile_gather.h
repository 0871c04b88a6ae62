/* main/profile_gather.h - a customer's profile, put together from all that his records say. */
#pragma once

#include "engine/engine.h"
#include "main/profile_view.h"
#include "main/request.h"

/* The rules of profiles in force, of this moment.  The caller's. */
err profile_rules_in_force(
	const struct identity_view *identity, struct profile_rules **out, struct why *why);

/* The rules of identity of this moment: they say whom to trust.  The caller's. */
struct identity_rules;
err profile_trust_in_force(
	const struct identity_view *identity, struct identity_rules **out, struct why *why);

/* The record of a row that tells traits, as far as it tells: from what is kept of it, or the
 * journal.  Since when it is so: what is told without a time, since it came. */
err profile_read_traits(struct engine *engine, const struct threads_view *view, uint32_t row,
	const struct row *at, struct arena *arena, struct record *out, struct why *why);
int64_t profile_told_ms(const struct row *at, const struct record *record);

/* Memory from `arena`: past its limit ERR_LIMIT.  The profile borrows the rules, the snapshot and
 * the arena. */
err profile_gather(struct engine *engine, const struct snapshot *snapshot, uint32_t customer,
	const struct profile_rules *rules, struct arena *arena, struct profile *out,
	struct why *why);
