/* journey/metrics_definition.h - what a contact is, a reason, a transfer ...: what figures of
 * customer relations mean in a company, as people write it down.
 *
 * A JSON document; docs/metrics.md tells every key, docs/schemas/metrics-definition.json is its
 * schema.  A key that is not given keeps its default; metrics_default_document() is that default in
 * the same form.
 *
 * Where each channel tells the reason (the key `reasons`) is checked, and kept in the document
 * alone: no figure is counted by it.
 *
 * A definition is a plain value; its texts lie in the arena that it was read into.
 */
#pragma once

#include "journey/definition.h"

enum { METRICS_VERSION = 1, METRICS_REASONS_MAX = 1024 };

struct metrics_definition {
	str name;
	/* An event is ignored, of self-service, human, or neither: the first of these that takes
	 * it. */
	struct journey_selectors ignored, self_service, human;
	/* Of events that are in a contact or visit: what they say of it. */
	struct journey_selectors transfer, escalation, abandon, unsolvable;
	int64_t gap_ms; /* a longer silence ends a contact or visit that no interaction holds
			   together */
	str reason; /* attribute: why the customer came */
	bool same_reason; /* repeats are of one reason only */
	int64_t repeat_ms, resolution_ms, leakage_ms, containment_ms, switch_ms; /* windows */
	struct field_names leakage_from, leakage_to; /* channels (patterns) */
};

/* MSG_FIELD_*, MSG_METRICS_VERSION, MSG_JOURNEY_*, and those of json_parse(), with line and column.
 */
err metrics_definition_parse(str json, const struct zone *zone, struct arena *arena,
	struct metrics_definition *out, struct why *why);

str metrics_default_document(void);
