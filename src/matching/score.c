/* matching/score.c - see score.h */
#include "matching/score.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK_ROWS = 256 };

/* The most that a field can be worth, whatever its parent. */
struct most {
	const struct records_field *field;
	size_t at; /* where it stands in a row */
	const float *rarity; /* of its values */
	double ceiling; /* before it was looked at */
	/* Behind a look, less the ceiling; [may it be swapped].  Exact: beside the rarity. */
	double by_look[2][LOOK_COUNT_];
};

struct scoring {
	const struct match_records *records;
	const struct match_model *model;
	const struct blocks *blocks;
	const struct score_options *options;
	struct most most[MATCHING_FIELDS_MAX]; /* what may lose most first */
	double most_of_all;
	atomic_size_t next_chunk;
	size_t chunks;
	atomic_bool full, stopped;
	atomic_size_t kept; /* by all */
};

struct worker {
	struct scoring *scoring;
	struct comparer *comparer;
	struct match_pair *pairs;
	size_t count, room;
	uint64_t compared;
	struct weights weights;
	pthread_t thread;
};

/* ---- bounds */

/* The most over the states of its parent, of one level. */
static double most_of_level(const struct match_model *model, size_t f, enum level level)
{
	double most = -INFINITY;

	for (size_t state = 0; state < PARENT_STATES; state++)
		most = fmax(most, level == LEVEL_EXACT ? (double)model->exact[f][state]
						       : (double)model->weight[f][state][level]);
	return most;
}

static double rarest(const struct records_field *field, const float *rarity)
{
	double most = 0;

	for (size_t code = 1; code < field->value_count; code++)
		most = fmax(most, (double)rarity[code]);
	return most;
}

static double most_of_levels(
	const struct match_model *model, size_t f, enum field_kind kind, enum level last)
{
	double most = -INFINITY;

	for (enum level level = LEVEL_DIFFERENT; level <= last; level++)
		if (field_has_level(kind, level))
			most = fmax(most, most_of_level(model, f, level));
	return most;
}

static struct most find_most_of(const struct scoring *s, size_t f)
{
	const struct match_model *model = s->model;
	struct most m = {
		.field = match_records_field(s->records, f), .at = f, .rarity = model->rarity[f]
	};
	double swapped = most_of_level(model, f, LEVEL_SWAPPED);

	for (size_t swap = 0; swap < 2; swap++) {
		double *by = m.by_look[swap], least = swap == 1 ? swapped : -INFINITY;
		by[LOOK_DIFFERENT] = fmax(least, most_of_level(model, f, LEVEL_DIFFERENT));
		by[LOOK_FAR] = fmax(least, most_of_levels(model, f, m.field->kind, LEVEL_SIMILAR));
		by[LOOK_OPEN] = by[LOOK_OPEN_OR_EXACT] =
			fmax(least, most_of_levels(model, f, m.field->kind, LEVEL_TYPO));
		by[LOOK_EXACT] = most_of_level(model, f, LEVEL_EXACT);
	}
	m.ceiling = fmax(m.by_look[1][LOOK_EXACT] + rarest(m.field, m.rarity),
		fmax(0, m.by_look[1][LOOK_OPEN]));
	for (enum look look = LOOK_MISSING; look < LOOK_COUNT_; look++) {
		m.by_look[0][look] -= m.ceiling;
		m.by_look[1][look] -= m.ceiling;
	}
	return m;
}

static void find_most(struct scoring *s)
{
	for (size_t f = 0; f < match_records_fields(s->records); f++) {
		struct most m = find_most_of(s, f);
		size_t at = f;
		for (; at > 0 &&
			s->most[at - 1].by_look[0][LOOK_DIFFERENT] > m.by_look[0][LOOK_DIFFERENT];
			at--)
			s->most[at] = s->most[at - 1];
		s->most[at] = m;
		s->most_of_all += m.ceiling;
	}
}

/* ---- one pair */

/* Of a field that is exact, or may be. */
static double with_rarity(
	const struct most *m, const double *by_look, enum look look, uint32_t a, uint32_t b)
{
	double exact = by_look[LOOK_EXACT] + (double)fminf(m->rarity[a], m->rarity[b]);

	return look == LOOK_EXACT ? exact : fmax(by_look[look], exact);
}

static inline double most_by_look(
	const struct most *m, const double *by_look, enum look look, uint32_t a, uint32_t b)
{
	return look < LOOK_OPEN_OR_EXACT ? by_look[look] : with_rarity(m, by_look, look, a, b);
}

/* Once the level of an open field is known.  What is not alike may still turn out to be swapped. */
static double most_by_level(const struct scoring *s, const struct most *m, const double *by_look,
	enum level level, uint32_t a, uint32_t b)
{
	if (level == LEVEL_EXACT)
		return with_rarity(m, by_look, LOOK_EXACT, a, b);
	double most = most_of_level(s->model, m->at, level) - m->ceiling;
	return level <= LEVEL_RELATED ? fmax(most, by_look[LOOK_DIFFERENT]) : most;
}

/* -INFINITY: below the floor. */
static double weigh(struct worker *w, const uint32_t *a, const uint32_t *b)
{
	const struct scoring *s = w->scoring;
	size_t swap = comparer_may_be_swapped(w->comparer, a, b), count = s->model->field_count;
	double most = s->most_of_all, floor = s->options->floor;
	struct glance glance = { 0, 0 };
	enum look looks[MATCHING_FIELDS_MAX];

	for (size_t i = 0; i < count; i++) {
		const struct most *m = &s->most[i];
		uint32_t x = a[m->at], y = b[m->at];
		looks[i] = field_look(m->field, x, y);
		most += most_by_look(m, m->by_look[swap], looks[i], x, y);
		if (most < floor)
			return -INFINITY;
	}
	for (size_t i = 0; i < count; i++)
		glance_note(&glance, s->most[i].at, looks[i]);
	for (size_t i = 0; i < count; i++) {
		const struct most *m = &s->most[i];
		uint32_t x = a[m->at], y = b[m->at];
		if ((glance.open >> m->at & 1) == 0)
			continue;
		enum level level = comparer_open(w->comparer, a, b, &glance, m->at);
		most += most_by_level(s, m, m->by_look[swap], level, x, y) -
			most_by_look(m, m->by_look[swap], looks[i], x, y);
		if (most < floor)
			return -INFINITY;
	}
	uint64_t pattern = comparer_settle(w->comparer, a, b, &glance);
	return model_weight(s->model, pattern, a, b, NULL) - s->model->prior;
}

static void keep(struct worker *w, uint32_t a, uint32_t b, double weight)
{
	struct scoring *s = w->scoring;

	if (w->count == w->room) {
		size_t more = MAX_OF((size_t)1024, w->room);
		if (atomic_fetch_add(&s->kept, more) + more > MATCHING_PAIRS_MAX) {
			atomic_store(&s->full, true);
			return;
		}
		w->room += more;
		w->pairs = memory_resize(w->pairs, w->room * sizeof(*w->pairs));
	}
	w->pairs[w->count++] = (struct match_pair){ a, b, (float)weight, PAIR_REVIEW };
}

static void look_at(void *context, uint32_t row_a, uint32_t row_b)
{
	struct worker *w = context;
	const struct match_records *records = w->scoring->records;
	const uint8_t *fresh = w->scoring->options->fresh;

	if (fresh != NULL && (fresh[row_a] | fresh[row_b]) == 0)
		return;
	enum pair_kind kind = pair_kind(w->scoring->options->known, row_a, row_b);
	if (kind == PAIR_ONE)
		return;
	double weight =
		weigh(w, match_records_row(records, row_a), match_records_row(records, row_b));

	w->compared++;
	if (weight < w->scoring->options->floor)
		return;
	if (kind == PAIR_OPEN)
		w->weights.pairs[weight_bin(weight)]++;
	if (weight >= w->scoring->options->keep)
		keep(w, row_a, row_b, weight);
}

/* ---- all pairs, in chunks */

static void look_at_all(struct worker *w, size_t from, size_t to)
{
	size_t n = match_records_count(w->scoring->records);

	for (size_t a = from; a < MIN_OF(to, n); a++)
		for (size_t b = a + 1; b < n; b++)
			look_at(w, (uint32_t)a, (uint32_t)b);
}

static size_t chunks_of(size_t rows)
{
	return (rows + CHUNK_ROWS - 1) / CHUNK_ROWS;
}

static void do_chunk(struct worker *w, size_t chunk)
{
	const struct blocks *b = w->scoring->blocks;

	if (b == NULL) {
		look_at_all(w, chunk * CHUNK_ROWS, (chunk + 1) * CHUNK_ROWS);
		return;
	}
	for (size_t key = 0; key < b->choice.count; key++) {
		size_t chunks = chunks_of(b->order_count[key]);
		if (chunk < chunks) {
			blocks_walk(b, key, chunk * CHUNK_ROWS, (chunk + 1) * CHUNK_ROWS, false,
				look_at, w);
			return;
		}
		chunk -= chunks;
	}
}

static void *work(void *context)
{
	struct worker *w = context;
	struct scoring *s = w->scoring;

	while (!atomic_load(&s->full)) {
		size_t chunk = atomic_fetch_add(&s->next_chunk, 1);
		if (chunk >= s->chunks)
			break;
		if (s->options->stop != NULL && atomic_load(s->options->stop)) {
			atomic_store(&s->stopped, true);
			break;
		}
		do_chunk(w, chunk);
	}
	return NULL;
}

static int by_rows(const void *a, const void *b)
{
	const struct match_pair *x = a, *y = b;

	if (x->a != y->a)
		return x->a < y->a ? -1 : 1;
	return (x->b > y->b) - (x->b < y->b);
}

/* The workers' pairs in one list, each once. */
static void gather(struct worker *workers, unsigned threads, struct scores *out)
{
	size_t count = 0, kept = 0;

	for (unsigned i = 0; i < threads; i++)
		count += workers[i].count;
	out->pairs = memory_alloc((count + 1) * sizeof(*out->pairs));
	count = 0;
	for (unsigned i = 0; i < threads; i++) {
		if (workers[i].count > 0)
			memcpy(out->pairs + count, workers[i].pairs,
				workers[i].count * sizeof(*out->pairs));
		count += workers[i].count;
		out->compared += workers[i].compared;
		for (size_t bin = 0; bin < WEIGHT_BINS; bin++)
			out->weights.pairs[bin] += workers[i].weights.pairs[bin];
	}
	qsort(out->pairs, count, sizeof(*out->pairs), by_rows);
	for (size_t i = 0; i < count; i++)
		if (kept == 0 || by_rows(&out->pairs[kept - 1], &out->pairs[i]) != 0)
			out->pairs[kept++] = out->pairs[i];
	out->count = kept;
}

static void run_workers(struct scoring *s, struct worker *workers, unsigned threads)
{
	for (unsigned i = 0; i < threads; i++) {
		workers[i].scoring = s;
		workers[i].comparer = comparer_create(s->records);
	}
	for (unsigned i = 1; i < threads; i++)
		ASSERT(pthread_create(&workers[i].thread, NULL, work, &workers[i]) == 0);
	(void)work(&workers[0]);
	for (unsigned i = 1; i < threads; i++)
		ASSERT(pthread_join(workers[i].thread, NULL) == 0);
}

err score_pairs(const struct match_records *records, const struct match_model *model,
	const struct blocks *blocks, const struct score_options *options, struct scores *out,
	struct why *why)
{
	struct scoring s = {
		.records = records, .model = model, .blocks = blocks, .options = options
	};
	unsigned threads = MAX_OF(1u, MIN_OF(options->threads, (unsigned)MATCHING_THREADS_MAX));
	struct worker *workers = memory_alloc(threads * sizeof(*workers));
	err e = OK;

	if (blocks == NULL)
		s.chunks = chunks_of(match_records_count(records));
	for (size_t key = 0; blocks != NULL && key < blocks->choice.count; key++)
		s.chunks += chunks_of(blocks->order_count[key]);
	find_most(&s);
	run_workers(&s, workers, threads);
	*out = (struct scores){ .pairs = NULL };
	if (atomic_load(&s.full))
		e = fail(why, MSG_MATCH_PAIRS, arg_int(MATCHING_PAIRS_MAX));
	else if (atomic_load(&s.stopped))
		e = fail(why, MSG_CANCELLED);
	else
		gather(workers, threads, out);
	for (unsigned i = 0; i < threads; i++) {
		comparer_free(workers[i].comparer);
		free(workers[i].pairs);
	}
	free(workers);
	return e;
}

void scores_done(struct scores *scores)
{

	free(scores->pairs);
	scores->pairs = NULL;
}
