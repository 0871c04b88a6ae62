/* journey/map_times_dense.c - means, medians and p90 of a map whose steps are few
 *
 * The pass dropped each time into the well of the step it leaves, together with the step it leads
 * to. A piece of work is a step, whose well is read twice.  First its times are counted in buckets,
 * edge by edge, which tells in which bucket the median and the p90 of each edge lie, and, all edges
 * together, those of the step; then what lies in these four buckets is kept, a few per cent, and
 * selected from.
 */
#include "journey/map_internal.h"
#include "journey/time_cells.h"

#include <stdlib.h>
#include <string.h>

enum { MEDIAN, P90, POSITIONS };

/* Where a list's two values are. */
struct wanted {
	unsigned bucket[POSITIONS];
	uint64_t position[POSITIONS]; /* in the bucket */
	size_t room[POSITIONS]; /* how many the bucket has */
};

/* What lies in a wanted bucket. */
struct kept {
	uint64_t *values[POSITIONS], *next[POSITIONS];
};

/* The times of one edge, by the number of the step it leads to. */
struct edge_work {
	struct kept kept;
	struct wanted wanted;
};

struct step_work {
	const struct tally *tallies; /* the first: the sum of all */
	unsigned tally_count;
	uint32_t step;
	struct map_edge *edges; /* that leave it */
	size_t edge_count;
	uint64_t leaving;
	uint32_t *counts; /* of each cell */
	uint8_t *wants; /* of each cell: what wants its values; bits: the edge, the step */
	uint32_t *cells; /* of each time in the well */
	uint32_t sums[TIME_BUCKETS]; /* of the step */
	struct edge_work edge[MAP_DENSE_STEPS];
	unsigned __int128 total[MAP_DENSE_STEPS]; /* ticks: of the times of each edge */
	uint64_t units[MAP_DENSE_STEPS]; /* of short numbers: what is not yet in `total` */
	uint64_t summed; /* how many numbers that are */
	struct kept kept;
	struct wanted wanted;
};

/* ---- first: which buckets */

/* All times that leave the step, one chunk of a list after the other: of each tally those that
 * fitted, then those that did not. */
struct reading {
	const struct step_work *s;
	unsigned list; /* the next one */
	struct time_packing packing;
	const struct well_chunk *chunk;
	size_t count;
};

static void read_list(struct reading *r)
{
	const struct tally *t = &r->s->tallies[r->list / 2];
	bool fitted = r->list++ % 2 == 0;

	r->packing = fitted ? t->packing : time_packing_ticks();
	r->chunk = time_wells_last(
		&t->times, r->s->step + (fitted ? 0 : t->steps), r->packing.bytes, &r->count);
}

static bool read_chunk(struct reading *r)
{
	if (r->chunk != NULL) {
		r->chunk = r->chunk->before;
		r->count = well_chunk_count(r->packing.bytes);
	}
	while (r->chunk == NULL && r->list < 2 * r->s->tally_count)
		read_list(r);
	return r->chunk != NULL;
}

/* The units of a short number have 33 bits: those of so many have room in 64, with a chunk more. */
enum { SUMMED_BYTES = 5, SUMMED_MAX = 1 << 30 };
_Static_assert(8 * SUMMED_BYTES - PACKED_STEP_BITS + 30 < 64, "sums of units have room");

static void settle_units(struct step_work *s, uint64_t unit)
{
	for (size_t to = 0; to < MAP_DENSE_STEPS; to++)
		s->total[to] += (unsigned __int128)s->units[to] * unit;
	memset(s->units, 0, sizeof(s->units));
	s->summed = 0;
}

static ALWAYS_INLINE void count_short(struct step_work *s, const struct well_chunk *chunk,
	size_t count, unsigned bytes, const uint32_t *cells)
{
	uint32_t *counts = s->counts;

	for (size_t i = 0; i < count; i++) {
		uint64_t packed = well_number(chunk, i, bytes);
		counts[cells[i]]++;
		s->units[packed & PACKED_STEP_MASK] += packed >> PACKED_STEP_BITS;
	}
}

static void count_long(struct step_work *s, const struct reading *r, const uint32_t *cells)
{
	for (size_t i = 0; i < r->count; i++) {
		uint64_t packed = well_number(r->chunk, i, r->packing.bytes);
		s->counts[cells[i]]++;
		s->total[packed & PACKED_STEP_MASK] += time_unpack(&r->packing, packed);
	}
}

static void count_chunk(struct step_work *s, const struct reading *r, const uint32_t *cells)
{
	if (r->packing.bytes == 4)
		count_short(s, r->chunk, r->count, 4, cells);
	else if (r->packing.bytes <= SUMMED_BYTES)
		count_short(s, r->chunk, r->count, r->packing.bytes, cells);
	else
		count_long(s, r, cells);
}

/* What is short is all in the unit of the view. */
static void count_all(struct step_work *s)
{
	const uint64_t unit = s->tallies[0].packing.unit;
	struct reading r = { .s = s };

	for (uint32_t *cells = s->cells; read_chunk(&r); cells += r.count) {
		time_cells_of(r.chunk, r.count, &r.packing, cells);
		count_chunk(s, &r, cells);
		s->summed += r.count;
		if (s->summed > SUMMED_MAX)
			settle_units(s, unit);
	}
	settle_units(s, unit);
}

static uint64_t position_of(uint64_t count, unsigned p)
{
	return p == MEDIAN ? quantile_position(count, 1, 2) : quantile_position(count, 9, 10);
}

static void choose(struct wanted *wanted, const uint32_t *counts, uint64_t count)
{
	for (unsigned p = 0; p < POSITIONS; p++) {
		wanted->position[p] = position_of(count, p);
		wanted->bucket[p] = quantile_bucket(counts, &wanted->position[p]);
		wanted->room[p] = counts[wanted->bucket[p]];
	}
}

static void add_counts(uint32_t *restrict to, const uint32_t *restrict from)
{
	for (size_t b = 0; b < TIME_BUCKETS; b++)
		to[b] += from[b];
}

static void choose_all(struct step_work *s)
{
	for (size_t k = 0; k < s->edge_count; k++) {
		const uint32_t *counts = s->counts + time_cell(s->edges[k].to, 0);
		struct edge_work *edge = &s->edge[s->edges[k].to];
		choose(&edge->wanted, counts, s->edges[k].count);
		add_counts(s->sums, counts);
	}
	choose(&s->wanted, s->sums, s->leaving);
}

/* ---- then: what they hold */

static void want(struct step_work *s)
{
	for (size_t k = 0; k < s->edge_count; k++)
		for (unsigned p = 0; p < POSITIONS; p++) {
			uint32_t to = s->edges[k].to;
			s->wants[time_cell(to, s->edge[to].wanted.bucket[p])] |= (uint8_t)(1U << p);
			s->wants[time_cell(to, s->wanted.bucket[p])] |=
				(uint8_t)(1U << (POSITIONS + p));
		}
}

static void keep_value(struct step_work *s, uint64_t to, uint64_t value, unsigned wants)
{
	struct kept *edge = &s->edge[to].kept;

	for (unsigned p = 0; p < POSITIONS; p++) {
		if (wants >> p & 1)
			*edge->next[p]++ = value;
		if (wants >> (POSITIONS + p) & 1)
			*s->kept.next[p]++ = value;
	}
}

static void keep_packed(struct step_work *s, const struct reading *r, size_t i, unsigned wants)
{
	uint64_t packed = well_number(r->chunk, i, r->packing.bytes);

	keep_value(s, packed & PACKED_STEP_MASK, time_unpack(&r->packing, packed), wants);
}

/* Which are wanted cannot be foretold: their places are written down without asking. */
static size_t find_wanted(
	const uint8_t *wants, const uint32_t *cells, size_t count, uint16_t *found)
{
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		found[n] = (uint16_t)i;
		n += wants[cells[i]] != 0;
	}
	return n;
}

static void keep_all(struct step_work *s)
{
	const uint8_t *wants = s->wants;
	struct reading r = { .s = s };
	uint16_t found[WELL_ROOM]; /* as many as a chunk ever has */

	for (const uint32_t *cells = s->cells; read_chunk(&r); cells += r.count) {
		size_t n = find_wanted(wants, cells, r.count, found);
		for (size_t i = 0; i < n; i++)
			keep_packed(s, &r, found[i], wants[cells[found[i]]]);
	}
}

static uint64_t *give_room(struct kept *kept, const struct wanted *wanted, uint64_t *room)
{
	for (unsigned p = 0; p < POSITIONS; p++) {
		kept->values[p] = kept->next[p] = room;
		room += wanted->room[p];
	}
	return room;
}

static size_t all_room(const struct step_work *s)
{
	size_t all = s->wanted.room[MEDIAN] + s->wanted.room[P90];

	for (size_t k = 0; k < s->edge_count; k++) {
		const struct wanted *wanted = &s->edge[s->edges[k].to].wanted;
		all += wanted->room[MEDIAN] + wanted->room[P90];
	}
	return all;
}

static double seconds_at(const struct kept *kept, const struct wanted *wanted, unsigned p)
{
	uint64_t value = select_value(kept->values[p], wanted->room[p], wanted->position[p]);

	return seconds_of((double)value);
}

static struct map_times times_of(unsigned __int128 ticks, uint64_t count, const struct kept *kept,
	const struct wanted *wanted)
{
	return (struct map_times){ .mean_s = seconds_of((double)ticks / (double)count),
		.median_s = seconds_at(kept, wanted, MEDIAN),
		.p90_s = seconds_at(kept, wanted, P90) };
}

static void tell(struct step_work *s, struct map_times *times)
{
	unsigned __int128 all = 0;

	for (size_t k = 0; k < s->edge_count; k++) {
		struct map_edge *to = &s->edges[k];
		const struct edge_work *edge = &s->edge[to->to];
		unsigned __int128 ticks = s->total[to->to];
		to->times = times_of(ticks, to->count, &edge->kept, &edge->wanted);
		all += ticks;
	}
	*times = times_of(all, s->leaving, &s->kept, &s->wanted);
}

static err select_all(struct step_work *s, struct map_times *times, struct why *why)
{
	struct journey_limits *limits = journey_plan_limits(s->tallies[0].plan);
	size_t bytes = all_room(s) * sizeof(uint64_t);
	err e = limits_take(limits, bytes, why);

	if (e != OK)
		return e;
	uint64_t *room = memory_resize(NULL, bytes), *at = give_room(&s->kept, &s->wanted, room);
	for (size_t k = 0; k < s->edge_count; k++) {
		struct edge_work *edge = &s->edge[s->edges[k].to];
		at = give_room(&edge->kept, &edge->wanted, at);
	}
	keep_all(s);
	tell(s, times);
	free(room);
	limits_give(limits, bytes);
	return OK;
}

/* ---- all steps */

struct times_work {
	const struct tally *tallies;
	unsigned count;
	struct map *out;
	size_t *first; /* of each step of `out`: where its edges begin; one more at the end */
	uint32_t *order; /* steps of `out`: those with most to do first */
};

static err find_times(struct step_work *s, struct map_times *times, struct why *why)
{
	struct journey_limits *limits = journey_plan_limits(s->tallies[0].plan);
	size_t cells = time_cell(s->tallies[0].steps, 0);
	size_t bytes = sizeof(*s) + cells * (sizeof(*s->counts) + sizeof(*s->wants)) +
		       s->leaving * sizeof(*s->cells);
	err e = limits_take(limits, bytes, why);

	if (e != OK)
		return e;
	s->counts = memory_alloc(cells * sizeof(*s->counts));
	s->wants = memory_alloc(cells * sizeof(*s->wants));
	s->cells = memory_resize(NULL, s->leaving * sizeof(*s->cells));
	count_all(s);
	choose_all(s);
	want(s);
	e = select_all(s, times, why);
	free(s->counts);
	free(s->wants);
	free(s->cells);
	limits_give(limits, bytes);
	return e;
}

static err set_step(void *context, size_t i, struct why *why)
{
	const struct times_work *w = context;
	size_t at = w->order[i], first = w->first[at];
	struct step_work *s;

	if (w->first[at + 1] == first)
		return OK; /* nothing leaves it */
	s = memory_alloc(sizeof(*s));
	s->tallies = w->tallies;
	s->tally_count = w->count;
	s->step = w->out->steps[at].step;
	s->edges = w->out->edges + first;
	s->edge_count = w->first[at + 1] - first;
	for (size_t k = 0; k < s->edge_count; k++)
		s->leaving += s->edges[k].count;
	err e = find_times(s, &w->out->steps[at].times, why);
	free(s);
	return e;
}

static int by_count(const void *a, const void *b, void *context)
{
	const struct map *out = context;
	uint64_t x = out->steps[*(const uint32_t *)a].count;
	uint64_t y = out->steps[*(const uint32_t *)b].count;

	return (x < y) - (x > y);
}

err map_times_dense(const struct tally *tallies, unsigned count, struct map *out, struct why *why)
{
	struct times_work w = { .tallies = tallies, .count = count, .out = out };
	size_t at = 0;

	w.first = memory_alloc((out->step_count + 1) * sizeof(*w.first));
	w.order = memory_alloc((out->step_count + 1) * sizeof(*w.order));
	for (uint32_t i = 0; i < out->step_count; i++) {
		w.order[i] = i;
		w.first[i] = at;
		while (at < out->edge_count && out->edges[at].from == out->steps[i].step)
			at++;
	}
	w.first[out->step_count] = at;
	qsort_r(w.order, out->step_count, sizeof(*w.order), by_count, out);
	err e = journey_share_out(
		journey_plan_limits(tallies[0].plan), set_step, &w, out->step_count, why);
	free(w.first);
	free(w.order);
	return e;
}
