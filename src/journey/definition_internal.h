/* journey/definition_internal.h - what all documents about events have in common: selectors,
 * lengths of time, a version. */
#pragma once

#include "journey/definition.h"

/* What is being read: the fields first, so that a reader of a value gets at the rest. */
struct definition_reading {
	struct fields fields;
	const struct zone *zone; /* of times in tests */
	bool has_version, has_other;
};

/* As struct field wants them.  A selector or a list of them, into a struct journey_selectors. */
err definition_selectors(struct fields *f, str key, const struct json *value, void *target);
/* "7d", more than nothing, into an int64_t of milliseconds. */
err definition_span(struct fields *f, str key, const struct json *value, void *target);
err definition_version(struct fields *f, str key, const struct json *value, void *target);
