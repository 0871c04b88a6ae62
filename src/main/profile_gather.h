/* main/profile_gather.h - a customer's profile, put together from all that his records say. */
#pragma once

#include "engine/engine.h"
#include "main/profile_view.h"
#include "main/request.h"

/* The rules of profiles in force, of this moment.  The caller's. */
err profile_rules_in_force(
	const struct identity_view *identity, struct profile_rules **out, struct why *why);

/* Memory from `arena`: past its limit ERR_LIMIT.  The profile borrows the rules, the snapshot and
 * the arena. */
err profile_gather(struct engine *engine, const struct snapshot *snapshot, uint32_t customer,
	const struct profile_rules *rules, struct arena *arena, struct profile *out,
	struct why *why);
