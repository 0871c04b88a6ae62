/* journey/trials.h - who came to a place where journeys fail, and who of them suffered it.
 *
 * A trial is one passage at a point of a journey, at which the friction could happen or not; what
 * is known of it is what was known at that moment.  Several may be one customer's.
 *
 *   kind      a trial is                           suffered if
 *   NEXT      a passage at `at`                    the next step is of `to` (within `within`)
 *   LATER     a passage at `at` (with `visit`:     a step of `to` follows within `within`, before
 *             the last one of a visit)             the next passage
 *   LEAVE     a passage at `at`                    the journey ends there, and is no success
 *   RETURN    a journey's first passage at `at`    there is another one within `within`
 *   INSTEAD   a passage at `at` or `to`            it is of `to`
 *   WAIT      a passage at `at`, next one of `to`  it takes longer than `within`
 *   OUTCOME   a journey with `at`: its first       the journey comes out as one of `outcomes`
 *             passage there (`at` NULL: its
 *             first step)
 *
 * What is not known yet is no trial: a window that had not passed at as_of (NEXT, LATER, RETURN:
 * also of those who have suffered by then, lest the last days seem worse than they are), the last
 * step of an open journey (LEAVE), an open journey (OUTCOME, unless asked for).  Without a window
 * (within INT64_MAX) every passage is a trial of NEXT, and what nothing followed yet did not suffer
 * it: so it counts what the map counts.  LATER and RETURN without one need the journey's end, or
 * that it happened.
 *
 * The cost of a trial is that of the customer's contacts after it, within costs.horizon; where
 * that had not passed at as_of, it is not known and the trial is not among those of `cost`.
 *
 * Memory: 32 bytes a trial.
 */
#pragma once

#include "journey/moments.h"
#include "journey/pass.h"

enum friction_kind {
	FRICTION_NEXT,
	FRICTION_LATER,
	FRICTION_LEAVE,
	FRICTION_RETURN,
	FRICTION_INSTEAD,
	FRICTION_WAIT,
	FRICTION_OUTCOME,
	FRICTION_KINDS
};

struct friction {
	enum friction_kind kind;
	const uint8_t *at, *to; /* a byte for each step of the plan */
	int64_t within; /* ticks; INT64_MAX: any time */
	int64_t visit; /* ticks; LATER: a passage with the next one this soon is of one visit with
			  it, and no trial; 0: each passage is one */
	unsigned outcomes; /* bits of 1 << enum journey_outcome */
};

/* ---- what a contact costs */

#define COST_UNIT 1000000 /* costs are whole millionths of the currency */
#define CONTACT_SILENCE ((int64_t)30 * 60 * 1000 * TICKS_PER_MS)
enum { CHANNEL_COSTS_MAX = 64 };

struct channel_cost {
	str channel;
	double cost;
};

/* The defaults (dollars, see docs/drivers.md): by channel; ends with channel "". */
extern const struct channel_cost channel_costs_default[];

/* A definition whose steps have costs: each event of a step costs that.  Else by channel: a
 * contact is all events on a channel with no silence of half an hour between. */
struct costs {
	int64_t *of_step; /* NULL: by channel */
	int64_t *of_what;
	uint32_t *channel_of_what;
	size_t channel_count;
	int64_t horizon; /* ticks */
	size_t bytes;
};

/* `changed`, `count`: other costs of channels; with any, costs are by channel.  Free with
 * costs_done(). */
err costs_make(const struct journey_plan *plan, const struct channel_cost *changed, size_t count,
	int64_t horizon, struct costs *out, struct why *why);
void costs_done(const struct journey_plan *plan, struct costs *costs);

/* The costs of one customer's journeys, one after the other; each part of a pass has its own. */
struct cost_track {
	const struct costs *costs;
	int64_t *time, *sum; /* of each cost; of all until then, it included */
	size_t count, room;
	int64_t *channel_last; /* of each channel: its last event */
	bool is_sorted;
};
void cost_track_init(struct cost_track *track, const struct costs *costs);
void cost_track_done(const struct journey_plan *plan, struct cost_track *track);
void cost_track_begin(struct cost_track *track); /* the next customer */
err cost_track_add(struct cost_track *track, const struct journey_plan *plan,
	const struct journey *journey, struct why *why);
void cost_track_end(struct cost_track *track); /* of the customer: now it may be asked */
int64_t cost_track_after(const struct cost_track *track, int64_t time);

/* ---- trials */

struct trial {
	uint32_t customer, row; /* of the point */
	int64_t time; /* ticks */
	int64_t cost; /* COST_NONE: not known */
};
#define COST_NONE INT64_MIN

struct trials {
	struct trial *items; /* those who suffered first; a customer's side by side in each half; of
				spare_take() (base/spare.h) */
	size_t count, suffered;
	uint64_t customers, customers_suffered, journeys_suffered;
	struct moments cost; /* group 1: suffered */
	size_t bytes; /* taken of the plan's limits */
};

/* Free with trials_done(). */
err trials_make(const struct journey_plan *plan, const struct friction *friction,
	const struct costs *costs, struct trials *out, struct why *why);
/* The same for several frictions in one pass: out[i] of frictions[i]; on failure none is made.
 * Memory: 32 bytes a trial of all of them. */
err trials_make_all(const struct journey_plan *plan, const struct friction *const *frictions,
	size_t count, const struct costs *costs, struct trials *out, struct why *why);
void trials_done(const struct journey_plan *plan, struct trials *trials);

/* The trials of one journey: told(context, position, suffered), in order of position. */
typedef err trial_found(void *context, size_t position, bool suffered, struct why *why);
err trials_of_journey(const struct friction *friction, const struct journey *journey, int64_t as_of,
	trial_found *found, void *context, struct why *why);
