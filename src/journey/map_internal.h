/* journey/map_internal.h - the counting of a map: map.c counts, map_times.c finds its times. */
#pragma once

#include "base/map64.h"
#include "journey/bit_counts.h"
#include "journey/map.h"
#include "journey/time_packing.h"
#include "journey/time_wells.h"

#define ALWAYS_INLINE __attribute__((always_inline)) inline

/* Customers are told apart by number + 1, so that 0 is nobody. */
struct edge_tally {
	uint64_t count;
	unsigned __int128 ticks; /* the sum of all times, exact; not dense */
	uint32_t customers, last_customer;
};
struct step_tally {
	uint64_t count, journeys, starts, ends;
	uint32_t customers, last_customer;
	uint64_t last_journey; /* number + 1 within the part */
};

/* Dense: a code of an event, or a step, made ready for the innermost loop: its step, and where the
 * row of cells of the edges that leave it begins. */
struct dense_code {
	uint16_t step, row;
};
_Static_assert((MAP_DENSE_STEPS + 1) * MAP_DENSE_STEPS <= UINT16_MAX, "a row is 16 bits");
_Static_assert(MAP_DENSE_STEPS <= 1 << PACKED_STEP_BITS, "a time has room for a step");

struct mark { /* of a step */
	uint32_t journeys, last_journey;
};

/* Who has which step, as words of bits. */
enum { STEP_WORDS = (MAP_DENSE_STEPS + 63) / 64 };
struct step_set {
	uint64_t word[STEP_WORDS];
};
struct step_sets {
	struct bit_counts of_word[STEP_WORDS];
};

enum { TALLY_ALIGNMENT = 64 };

/* Edges of `from * steps + to`, or, where steps are many, in the order in which they were met. */
struct tally {
	/* Lines of its own: each thread writes to its tally at each event. */
	_Alignas(TALLY_ALIGNMENT) const struct journey_plan *plan;
	size_t steps;
	bool is_dense, has_times;
	struct edge_tally *edges;
	size_t edge_count, edge_room;
	/* Dense: of each edge, in rows of those that leave a step; a last row of the steps that
	 * journeys begin with.  Count and customers are two halves of one word: rows, and so
	 * counts, have 32 bits. */
	uint64_t *both; /* count + customers << 32 */
	uint32_t *cell_customer; /* the last one */
	struct dense_code *codes, *coded_steps; /* dense: by what (NULL: not plain); by step */
	struct step_set customer_steps; /* dense: of the last customer, so far */
	struct step_sets *sets; /* dense: of all customers before him */
	struct mark *marks; /* dense: of each step */
	/* Dense with times: of each step, those of the edges that leave it, with the steps that
	 * they lead to, in a list of what fits and, `steps` lists further, one of what does not, in
	 * ticks; and all ticks or-ed together, which tells if some cannot be packed at all. */
	struct time_wells times;
	struct time_packing packing;
	uint64_t longest;
	struct map64 *index; /* not dense: key -> edge + 1 */
	uint64_t *keys; /* not dense: of each edge, from * steps + to + 1 */
	size_t key_room;
	struct step_tally *step;
	uint64_t customers, journeys, events, outcomes[JOURNEY_OUTCOMES];
	uint32_t last_customer;
	size_t bytes;
};

/* The edge, made if it is new (not dense); limits permitting. */
err tally_edge(struct tally *t, uint32_t from, uint32_t to, size_t *edge, struct why *why);
bool tally_find(const struct tally *t, uint32_t from, uint32_t to, size_t *edge);

/* map_dense.c: counting, and what was counted brought into `edges` and `step`. */
err tally_dense_init(struct tally *t, struct why *why);
void tally_dense_done(struct tally *t);
err tally_dense_runs(
	struct tally *t, const struct journey_run *runs, size_t count, struct why *why);
void tally_dense_settle(struct tally *t);
/* A time is too long to be packed. */
bool tally_dense_is_too_long(const struct tally *t);
/* The codes of a run's events, from the first on, and what they stand for. */
static inline const uint32_t *dense_codes(
	const struct tally *t, const struct journey_run *run, const struct dense_code **meaning)
{
	*meaning = run->step == NULL ? t->codes : t->coded_steps;
	return run->step == NULL ? run->what : run->step;
}

static inline double seconds_of(double ticks)
{
	return ticks / (TICKS_PER_MS * 1000.0);
}

/* Mean, median and p90 of every edge and step of `out`, which has all else already, in the order of
 * steps; `all` is the sum of all tallies.  Where steps are many: by a second pass. */
err map_times_sparse(const struct tally *all, struct map *out, struct why *why);
/* Where steps are few: from what each of the tallies kept; the first of them is the sum. */
err map_times_dense(const struct tally *tallies, unsigned count, struct map *out, struct why *why);
