/* exchange/segment.h - a call of the Segment tracking API as a record; and nothing of it lost.
 *
 * type         track, page, screen, identify, group, alias
 * activity     track: `event`; page and screen: "Page Viewed", "Screen Viewed", followed by ": "
 * and `name` if there is one; else "Identify", "Group", "Alias" identifiers  userId user_id,
 * anonymousId anonymous_id, context.externalIds their own type (of collection "users" or none),
 * traits' email and phone (those of a person: not of a group).  alias: previousId was either kind,
 * so it is told as both, user_id and anonymous_id.  As told: putting them into normal form is the
 * importer's affair. objects      groupId: type "group"; it groups customers and identifies none
 * time         receivedAt - (sentAt - originalTimestamp) when all three are there: the clock of a
 *              device may be wrong, but not by how much time passes; else timestamp,
 *              originalTimestamp, receivedAt, sentAt, the first that is there
 * channel      page web, screen app; else `channel` (browser web, mobile app, server backoffice,
 *              others as they are), else told by context.device, context.library, context.page,
 *              context.userAgent; else backoffice
 * traits       identify's traits, then context.traits (taken out of the context)
 * attributes   each property; `context` as a map; whatever else the call has, under its own name,
 *              also the times and the channel, and a group's traits
 * docs/formats/jsonl.md tells it to users.
 */
#pragma once

#include "base/json.h"
#include "event/record.h"

struct segment_options {
	/* When the call came in, for a server that receives it: stands for a missing receivedAt,
	 * and then `timestamp` is taken for the device's own.  0: reading a file. */
	int64_t received_ms;
};

/* An object that has `batch`, an array: the envelope of many calls. */
bool segment_is_batch(const struct json *line);

/* Call `i` of a batch, with the members of the envelope that it does not have itself (those of
 * `context` one by one).  ERR_LIMIT: the arena is full. */
err segment_of_batch(const struct json *batch, size_t i, struct arena *arena, struct json *call,
	struct why *why);

/* Strings are shared with the tree, arrays lie in `arena`.  *times_without_zone counts up for
 * each time read as UTC for want of a zone.  ERR_SYNTAX: no call (`why` says it); ERR_LIMIT: too
 * many identifiers, or the arena is full.  The record is not yet checked. */
err segment_record(const struct json *call, const struct segment_options *options,
	struct arena *arena, struct record *out, uint64_t *times_without_zone, struct why *why);
