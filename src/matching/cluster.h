/* matching/cluster.h - from pairs to persons, without chains.
 *
 * Taking every pair above a threshold as a link chains: one wrong pair makes one person of two
 * crowds.  Here the heaviest pairs come first, and a pair joins two groups only if the groups as a
 * whole speak for it: the mean weight over the pairs between them (each held within
 * CLUSTER_WEIGHT_MAX, so that one certain pair does not outvote all; at most CLUSTER_SIDE members
 * of each side are looked at) must not be below the threshold for joining.  A pair refused so is a
 * weak bridge, and is told.  Two single records are joined by their pair alone.
 *
 * Pairs known to be one person are joined before; two groups of which some are known to be two
 * persons, or have keys of one kind (known.h), are never joined.
 *
 * The pairs that joined are a tree over each person: undoing one of them parts it in two.
 */
#pragma once

#include "base/why.h"
#include "matching/known.h"

enum { CLUSTER_SIDE = 8 };
#define CLUSTER_WEIGHT_MAX 20.0

struct match_pair {
	uint32_t a, b; /* rows, a < b */
	float weight; /* bits, prior included */
	enum pair_fate {
		PAIR_LINKED, /* it joins two groups */
		PAIR_IMPLIED, /* both were one person already */
		PAIR_BRIDGE, /* heavy enough, but the groups do not fit */
		PAIR_FORBIDDEN, /* people or keys say that they are two */
		PAIR_REVIEW, /* between the thresholds */
	} fate;
};

struct clusters {
	uint32_t *person; /* by row: the lowest row of its group */
	size_t persons; /* groups, those of one record included */
	size_t links, bridges;
};

/* Weight of any two rows, prior included. */
typedef double pair_weigher(void *context, uint32_t a, uint32_t b);

/* `pairs`: heaviest first; their fates are set.  Those below `link` are for review, unless it is
 * known by then what they are.
 * ERR_LIMIT: no room in the arena. */
err clusters_build(size_t rows, struct match_pair *pairs, size_t count, double link,
	const struct known_pairs *known, pair_weigher *weigh, void *context, struct arena *arena,
	struct clusters *out, struct why *why);
