/* demo/telling.h - what the company's systems write, told as calls of the Segment API the moment it
 * happens: for a server that listens, where an import would read the files later.
 *
 * A listener (happening.h).  Each row that a system writes (writers.h) becomes a call:
 *   web and app    the Segment call itself, as the site's and the application's libraries send it
 *   all others     a `track`: event, channel, timestamp and identifiers as the ready-made mapping
 *                  reads the row (docs/formats/mappings.md), so that live and imported are the same
 *                  words; identifiers other than user_id and anonymous_id stand in
 *                  context.externalIds; what else the row says, in properties, among them
 *                  source, case, interaction, actor and text
 * Rows that name no customer (agents signing in) are no calls.
 *
 * Each call has a messageId that follows from the plan and from what happened, so that the same
 * plan told again is the same messages: "demo-" plan "-" serial "-" row.  Rows are not delivered
 * late or twice here: that is the network's part.
 *
 * One thread.
 */
#pragma once

#include "demo/company.h"

struct call_sink {
	/* `json`: one object, no newline; lives as long as the call.  `serial`: of the happening.
	 * An error ends the simulation. */
	err (*call)(struct call_sink *sink, int64_t time_ms, uint64_t serial, str json,
		struct why *why);
};

struct telling;

/* `plan` and `people` live as long as this. */
err telling_create(const struct company_plan *plan, const struct people *people,
	struct call_sink *sink, struct telling **out, struct why *why);
/* What happens up to that serial is lived through and not told again. */
void telling_skip(struct telling *telling, uint64_t serial);
struct listener *telling_listener(struct telling *telling);
uint64_t telling_calls(const struct telling *telling); /* told until now */
void telling_free(struct telling *telling); /* NULL is fine */

/* 64 bits that two plans share only if they tell the same. */
uint64_t company_plan_mark(const struct company_plan *plan);
