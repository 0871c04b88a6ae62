/* matching/score.c - see score.h */
#include "matching/score.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK_ROWS = 256 };

/* The most that a field can be worth, whatever its parent. */
struct most {
	double open[MATCHING_FIELDS_MAX]; /* not yet compared, but not exact */
	double different[MATCHING_FIELDS_MAX]; /* or swapped, where it may be */
	double exact[MATCHING_FIELDS_MAX]; /* beside the value's rarity */
	size_t order[MATCHING_FIELDS_MAX]; /* fields, by what they may still lose */
};

struct scoring {
	const struct match_records *records;
	const struct match_model *model;
	const struct blocks *blocks;
	const struct score_options *options;
	struct most most;
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

static bool swaps(const struct match_records *records, size_t field)
{
	enum field_kind kind = match_records_field(records, field)->kind;

	for (size_t other = 0; other < match_records_fields(records); other++)
		if (other != field &&
			comparer_may_swap(kind, match_records_field(records, other)->kind))
			return true;
	return false;
}

static void find_most(struct scoring *s)
{
	for (size_t f = 0; f < match_records_fields(s->records); f++) {
		struct most *most = &s->most;
		most->open[f] = most->different[f] = most->exact[f] = -INFINITY;
		for (size_t state = 0; state < PARENT_STATES; state++) {
			const float *weight = s->model->weight[f][state];
			for (size_t l = LEVEL_DIFFERENT; l < LEVEL_EXACT; l++)
				most->open[f] = fmax(most->open[f], (double)weight[l]);
			most->different[f] =
				fmax(most->different[f], (double)weight[LEVEL_DIFFERENT]);
			if (swaps(s->records, f))
				most->different[f] =
					fmax(most->different[f], (double)weight[LEVEL_SWAPPED]);
			most->exact[f] = fmax(most->exact[f], (double)s->model->exact[f][state]);
		}
	}
}

static void order_fields(struct scoring *s)
{
	struct most *most = &s->most;

	for (size_t f = 0; f < match_records_fields(s->records); f++) {
		size_t at = f;
		double loss = most->open[f] - most->different[f];
		for (; at > 0; at--) {
			size_t other = most->order[at - 1];
			if (most->open[other] - most->different[other] >= loss)
				break;
			most->order[at] = other;
		}
		most->order[at] = f;
	}
}

/* ---- one pair */

static double rarity(const struct scoring *s, size_t f, const uint32_t *a, const uint32_t *b)
{
	return (double)fminf(s->model->rarity[f][a[f]], s->model->rarity[f][b[f]]);
}

/* What a field can be worth at most, once that is known of it. */
static double most_at(const struct scoring *s, const struct glance *glance, size_t f,
	const uint32_t *a, const uint32_t *b)
{
	enum level level = pattern_level(glance->pattern, f);

	if (level == LEVEL_DIFFERENT)
		return s->most.different[f];
	if (level == LEVEL_EXACT)
		return s->most.exact[f] + rarity(s, f, a, b);
	if (level == LEVEL_MISSING && (glance->open >> f & 1) == 0)
		return 0;
	return (glance->may_be_exact >> f & 1)
		       ? fmax(s->most.open[f], s->most.exact[f] + rarity(s, f, a, b))
		       : s->most.open[f];
}

/* -INFINITY: below the floor. */
static double weigh(struct worker *w, const uint32_t *a, const uint32_t *b)
{
	const struct scoring *s = w->scoring;
	struct glance glance = comparer_glance(w->comparer, a, b);
	double most = 0, floor = s->options->floor;

	for (size_t f = 0; f < s->model->field_count; f++)
		most += most_at(s, &glance, f, a, b);
	for (size_t i = 0; i < s->model->field_count && most >= floor; i++) {
		size_t f = s->most.order[i];
		if ((glance.open >> f & 1) == 0)
			continue;
		most -= most_at(s, &glance, f, a, b);
		(void)comparer_open(w->comparer, a, b, &glance, f);
		most += most_at(s, &glance, f, a, b);
	}
	if (most < floor)
		return -INFINITY;
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
	double weight =
		weigh(w, match_records_row(records, row_a), match_records_row(records, row_b));

	w->compared++;
	if (weight < w->scoring->options->floor)
		return;
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
	order_fields(&s);
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
