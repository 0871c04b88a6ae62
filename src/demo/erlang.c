/* demo/erlang.c - see erlang.h
 *
 * Probabilities of a birth and death process, relative to that of no caller: with n callers the
 * next comes at rate `load`, and one ends at rate min(n, agents) + (n - agents) / patience.  The
 * relative weights are rescaled as they grow, so that thousands of agents do not overflow.
 */
#include "demo/erlang.h"

double erlang_abandonment(double load, unsigned agents, double patience)
{
	static const double large = 1e200, small = 1e-12;
	double weight = 1, all = 1, given_up = 0;

	ASSERT(agents > 0 && load > 0 && patience > 0);
	for (unsigned n = 1;; n++) {
		unsigned waiting = n > agents ? n - agents : 0;
		double ends = (double)MIN_OF(n, agents) + waiting / patience;
		weight *= load / ends;
		all += weight;
		given_up += weight * waiting / patience;
		if (weight > large) {
			weight /= large;
			all /= large;
			given_up /= large;
		}
		if (load < ends && weight < all * small)
			return given_up / (all * load);
	}
}

double erlang_agents(double load, double abandonment, double patience)
{
	double before = 1, share; /* without agents everybody gives up */

	for (unsigned n = 1;; n++) {
		/* Far below the load the share is over 1 - n / load: no need to compute it. */
		share = n < load * (1 - abandonment) * 0.9 ? 1 - n / load
							   : erlang_abandonment(load, n, patience);
		if (share <= abandonment)
			return n - 1 + (before - abandonment) / (before - share);
		before = share;
	}
}
