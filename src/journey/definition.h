/* journey/definition.h - what a journey is, as people write it down.
 *
 * A definition says which events are which steps, where one journey ends and the next begins, what
 * success and failure are, and of which customers.  docs/formats/journey-definition.md tells every
 * key and every edge rule, docs/schemas/journey-definition.json is its schema.  Nothing said: every
 * activity is a step, every customer's thread one journey.
 *
 * A definition is a plain value; its texts lie in the arena that it was read into.
 */
#pragma once

#include "base/fields.h"
#include "thread/where.h"

enum {
	DEFINITION_VERSION = 1,
	DEFINITION_BYTES_MAX = 1 << 20,
	DEFINITION_STEPS_MAX = 2000,
	DEFINITION_SELECTORS_MAX = 4000, /* of one list */
	DEFINITION_TESTS_MAX = 100, /* of one selector */
};

/* One of these is met. */
struct journey_test {
	const struct where *any;
	size_t count;
};

/* Events on one of the channels (none named: on any) with one of the activities (likewise), that
 * meet all tests.  Channels and activities are patterns (base/glob.h). */
struct journey_selector {
	struct field_names channels, activities;
	const struct journey_test *tests;
	size_t test_count;
};
struct journey_selectors {
	const struct journey_selector *items;
	size_t count;
};

struct journey_step {
	str name;
	struct journey_selectors events; /* any of them */
	double cost, value; /* of each event of the step */
};

struct journey_definition {
	str name;
	struct journey_selectors dropped; /* noise: taken out before anything else */
	const struct journey_step *steps; /* an event is of the first that takes it */
	size_t step_count;
	bool keeps_others; /* an event of no step is a step called by its activity */
	bool merges_repeats; /* a step directly behind itself is one */
	struct field_names start, goal, failure; /* names of steps */
	bool restarts; /* a start within a journey begins the next one */
	str by; /* attribute, or @field: a journey for each of its values; "": none */
	int64_t gap_ms, window_ms; /* 0: none */
	struct journey_selectors with,
		without; /* customers who have such an event, and have none */
};

struct journey_definition journey_definition_default(void);

/* `zone`: of times in tests that tell none.  MSG_FIELD_*, MSG_JOURNEY_*, MSG_WHERE_FORM, and those
 * of json_parse(), with line and column. */
err journey_definition_parse(str json, const struct zone *zone, struct arena *arena,
	struct journey_definition *out, struct why *why);

/* "channel:activity", "activity" or "channel:" as people type a selector on a command line; the
 * channel ends at the first colon if what stands before can be one (patterns too).  ERR_LIMIT: the
 * arena is full. */
err journey_selector_of(
	str typed, struct arena *arena, struct journey_selector *out, struct why *why);

/* Does an event with these names fit, its tests aside? */
bool journey_selector_fits(const struct journey_selector *selector, str channel, str activity);
