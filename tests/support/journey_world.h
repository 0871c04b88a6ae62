/* tests/support/journey_world.h - events told in a few words, and the journeys that are cut of
 * them.
 *
 *   "a 0 web view; a 60 phone call plan=gold total=5; b 0 web view"
 *
 * Passes have three threads, however little there is to do.
 *
 * customer, seconds (`60.0000001`: and a fraction of seven digits), channel, activity, then
 * attributes: numbers are integers, else texts; `a:b` as a customer is one event of both.  All
 * texts must outlive the world.
 */
#pragma once

#include "journey/pass.h"

enum { JOURNEY_WORLD_EVENTS = 4000 };

struct journey_world {
	struct arena *arena;
	struct identity *identity;
	struct threads *threads;
	struct threads_view *view;
	struct record *records; /* by sequence, from 1 */
	size_t count;
	struct journey_definition definition;
	struct journey_filter filter;
	struct journey_limits limits;
	struct journey_journal journal; /* reads the records */
};

void journey_world_init(struct journey_world *world, const char *events, bool attributes);
void journey_world_done(struct journey_world *world);

/* The first `rows` events lie in the base of the index, and the others behind it; without, all
 * events do. */
void journey_world_base(struct journey_world *world, size_t rows);

/* The definition as JSON; the test fails if it is refused.  NULL: the default one. */
void journey_world_define(struct journey_world *world, const char *json);

err journey_world_plan(struct journey_world *world, struct journey_plan **out, struct why *why);

/* "a view>call!; b view?": customers by name, their journeys in order; the outcome behind each:
 * ! success, x failure, . ended, ? open. */
str journey_world_journeys(struct journey_world *world, struct strbuf *out);
