/* journey/members.h - the customers whom a plan's crowds want, whether they have journeys or not.
 *
 * Those who are known by records alone are among them; those of whom neither event nor record is
 * left are not.  On several threads; in order of customer number, which is volatile.
 */
#pragma once

#include "journey/pass.h"

struct journey_member {
	uint32_t customer;
	uint64_t events; /* until as_of */
	int64_t first, last; /* ticks, of them; meaningful if events > 0 */
};

struct journey_members {
	struct journey_member *items; /* on the heap: journey_members_done() */
	size_t count;
	size_t bytes; /* taken of the limits */
};

err journey_members_make(
	const struct journey_plan *plan, struct journey_members *out, struct why *why);
void journey_members_done(const struct journey_plan *plan, struct journey_members *members);
