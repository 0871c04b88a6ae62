/* journey/drivers_internal.h - the search for drivers, laid open for its files. */
#pragma once

#include "journey/drivers.h"

#include <pthread.h>

/* A customer who has several trials: where they stand in each half (trials.h). */
struct repeater {
	uint32_t suffered_from, suffered, others_from, others;
};

/* All of them, with the sums over them that every set begins with: as if none had it. */
struct repeaters {
	struct repeater *items;
	size_t count;
	struct moments nobody;
};

struct search {
	const struct journey_plan *plan;
	const struct trials *trials;
	const struct traits *traits;
	const struct drivers_question *question;
	struct repeaters repeaters;
	struct driver *one; /* of each trait */
	struct driver *two; /* combinations worth keeping */
	size_t two_count, two_room;
	double threshold, threshold_of_two; /* of p: see search_thresholds() */
	uint64_t pairs_tested;
	pthread_mutex_t *lock; /* of the three above */
};

err repeaters_make(struct search *s, struct why *why);
void repeaters_done(struct search *s);
/* The design effect of a set against the friction. */
double search_design(const struct search *s, const uint64_t *set, const struct odds_table *table);
struct odds_table table_of(const struct trials *trials, struct bits_counts counts);
/* Of p, none above the thresholds can be found whatever design effects do to the others: they only
 * raise p.  `ones` tests of one trait, `pairs` of two were made, of which these are the smallest.
 */
void search_thresholds(
	struct search *s, const double *p, size_t ones, size_t count, uint64_t pairs);
err search_again(struct search *s, struct why *why); /* traits, with their design effects */
/* All that follows from table and design. */
void driver_fill(struct driver *driver);

/* drivers_pairs.c */
err search_pairs(struct search *s, struct why *why);
/* drivers_adjust.c: the drivers in order of their strength */
err search_adjust(struct search *s, struct driver *drivers, size_t count, struct why *why);
