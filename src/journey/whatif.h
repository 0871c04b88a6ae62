/* journey/whatif.h - what if some of those who take one route took another?
 *
 * An episode begins with a step of either route, with none of both within the horizon before; it
 * lasts for the horizon, and holds all contacts of the customer in it, that first one included.
 * Only episodes whose horizon had passed at as_of are counted.  For both routes: the mean cost,
 * number of contacts (steps of CONTACT_COST and more) and value of an episode.
 *
 * Moving a share of the first route's episodes to the second changes each sum by
 *
 *     volume x share x (mean of the second - mean of the first)
 *
 * with the interval of the difference of means (customers as clusters: moments.h).  The assumption:
 * whoever is moved will fare as those who take the second route now.  That is told, not tested.
 *
 * Volume and unit costs may be given instead of measured: whatif_move() is then exact to a
 * millionth.
 */
#pragma once

#include "journey/trials.h"

enum whatif_measure { WHATIF_COST, WHATIF_CONTACTS, WHATIF_VALUE, WHATIF_MEASURES };

struct whatif_question {
	const uint8_t *from, *to; /* a byte for each step of the plan */
	int64_t horizon; /* ticks */
	double share; /* 0 to 1 */
	uint64_t volume; /* of episodes to move a share of; 0: those counted */
	bool has_costs; /* unit costs are given, as follows */
	double cost_from, cost_to;
};

/* NAN: there is no episode to tell it from. */
struct whatif_measured {
	double mean[2], before, after; /* sums over the volume; the first route's */
	struct interval change;
};

struct whatif {
	uint64_t episodes[2], customers[2]; /* of the first route, of the second */
	struct moments moments[WHATIF_MEASURES]; /* group 1: the second route */
	double moved; /* episodes */
	struct whatif_measured of[WHATIF_MEASURES];
};

err whatif_make(const struct journey_plan *plan, const struct costs *costs,
	const struct whatif_question *question, struct whatif *out, struct why *why);

/* The episodes of one of the routes that whatif_make() counts, each with its cost: trials that all
 * suffered.  Free with trials_done(). */
err whatif_episodes(const struct journey_plan *plan, const struct costs *costs,
	const struct whatif_question *question, bool of_second, struct trials *out,
	struct why *why);

/* So many, each at a cost of `from`, a share of them at `to` instead: before, after and change, in
 * whole millionths, rounded once. */
struct whatif_sums {
	double before, after, change;
};
struct whatif_sums whatif_move(uint64_t volume, double from, double to, double share);
