/* journey/segment.h - segments: filters on customers that are kept under a name.
 *
 *   {"version": 1, "description": "...",
 *    "conditions": [{"with": SELECTORS, "within": "30d", "at_least": 3},
 *                   {"without": SELECTORS, "within": "7d"},
 *                   {"segment": "OTHER"}]}
 *
 * All conditions must hold.  Selectors are those of journey definitions; `within` counts back from
 * the moment asked about, `at_least` says how many events (without it: one).  A condition without
 * either is also met by what is known of a customer (records without events), as --customer is.
 *
 * Nobody is put into a segment: who is in it follows from the events each time it is asked, so at
 * every epoch membership is the filter's answer, also after a merge, an undo or an erasure.  The
 * document is kept by identity (identity_document(), subject "segment:NAME").
 *
 * Plain values; their texts lie in the arena that they were read into.
 */
#pragma once

#include "identity/identity.h"
#include "journey/plan.h"

enum {
	SEGMENT_VERSION = DEFINITION_VERSION,
	SEGMENT_NAME_BYTES_MAX = 64,
	SEGMENT_DEPTH_MAX = 8, /* segments within segments */
};
#define SEGMENT_SUBJECT "segment:"

struct segment_condition {
	struct journey_crowd crowd; /* of no selectors: `segment` */
	str segment;
};

struct segment {
	str description;
	const struct segment_condition *conditions;
	size_t count; /* 1 to FILTER_CROWDS_MAX */
};

/* 1 to 64 letters, digits, and _ . - between them. */
bool segment_name_is_valid(str name);

/* `zone` as in journey_definition_parse().  MSG_FIELD_*, MSG_JOURNEY_*, MSG_SEGMENT_EMPTY, those of
 * json_parse(), placed. */
err segment_parse(str json, const struct zone *zone, struct arena *arena, struct segment *out,
	struct why *why);

/* The document under this name; MSG_SEGMENT_UNKNOWN.  *seq (may be NULL): of its record. */
err segment_find(
	const struct identity_view *identity, str name, str *json, uint64_t *seq, struct why *why);

/* Appends what the segment asks, and the segments within it, to `crowds`, which has room for
 * FILTER_CROWDS_MAX.  MSG_SEGMENT_UNKNOWN, MSG_SEGMENT_NESTED, MSG_JOURNEY_STEPS: too many. */
err segment_crowds(const struct identity_view *identity, str name, const struct zone *zone,
	struct arena *arena, struct journey_crowd *crowds, size_t *count, struct why *why);
/* The same for a document that is under no name yet. */
err segment_crowds_of(const struct identity_view *identity, str name, str json,
	const struct zone *zone, struct arena *arena, struct journey_crowd *crowds, size_t *count,
	struct why *why);
