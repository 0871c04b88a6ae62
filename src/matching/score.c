/* matching/score.c - see score.h */
#include "matching/score.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK_ROWS = 256 };

/* Which field comes when, and what may still come after it. */
struct plan {
	size_t fields[MATCHING_FIELDS_MAX];
	double after[MATCHING_FIELDS_MAX];
	size_t count,
		swapping; /* fields that may be swapped come first, and are settled together */
};

struct scoring {
	const struct match_records *records;
	const struct match_model *model;
	const struct blocks *blocks;
	const struct score_options *options;
	struct plan plan;
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

/* ---- the plan */

static bool swaps(const struct match_records *records, size_t field)
{
	enum field_kind kind = match_records_field(records, field)->kind;

	return kind == KIND_GIVEN_NAME || kind == KIND_SURNAME || kind == KIND_ADDRESS;
}

static double most_of(const struct scoring *s, size_t field)
{
	double most = 0;

	for (size_t state = 0; state < PARENT_STATES; state++) {
		for (size_t l = LEVEL_DIFFERENT; l < LEVEL_EXACT; l++)
			most = fmax(most, (double)s->model->weight[field][state][l]);
		for (size_t code = 1; code < match_records_field(s->records, field)->value_count;
			code++)
			most = fmax(most, (double)(s->model->exact[field][state] +
						   s->model->rarity[field][code]));
	}
	return most;
}

/* Of the fields not yet placed whose parent is: those that may be swapped first, then the one that
 * can say most. */
static size_t next_field(const struct scoring *s, uint32_t placed, const double *most)
{
	size_t best = MATCHING_FIELDS_MAX;

	for (size_t f = 0; f < s->plan.count; f++) {
		int parent = s->model->parent[f];
		if ((placed >> f & 1) || (parent != NO_PARENT && (placed >> parent & 1) == 0))
			continue;
		if (best == MATCHING_FIELDS_MAX || swaps(s->records, f) > swaps(s->records, best) ||
			(swaps(s->records, f) == swaps(s->records, best) && most[f] > most[best]))
			best = f;
	}
	ASSERT(best < MATCHING_FIELDS_MAX); /* parents have no circles */
	return best;
}

static void make_plan(struct scoring *s)
{
	struct plan *plan = &s->plan;
	double most[MATCHING_FIELDS_MAX], rest = 0;
	uint32_t placed = 0;

	plan->count = match_records_fields(s->records);
	for (size_t f = 0; f < plan->count; f++)
		most[f] = most_of(s, f);
	for (size_t i = 0; i < plan->count; i++) {
		plan->fields[i] = next_field(s, placed, most);
		placed |= UINT32_C(1) << plan->fields[i];
		plan->swapping += swaps(s->records, plan->fields[i]);
	}
	for (size_t i = plan->count; i-- > 0;) {
		plan->after[i] = rest;
		rest += most[plan->fields[i]];
	}
}

/* ---- one pair */

/* -INFINITY: below the floor. */
static double weigh(struct worker *w, const uint32_t *a, const uint32_t *b)
{
	const struct scoring *s = w->scoring;
	const struct plan *plan = &s->plan;
	double floor = s->options->floor, sum = 0;
	uint64_t pattern = 0;

	for (size_t i = 0; i < plan->swapping; i++) {
		size_t f = plan->fields[i];
		pattern |= (uint64_t)comparer_field(w->comparer, f, a[f], b[f]) << (LEVEL_BITS * f);
	}
	if (plan->swapping > 0)
		pattern = comparer_swaps(w->comparer, a, b, pattern);
	for (size_t i = 0; i < plan->swapping; i++) {
		size_t f = plan->fields[i];
		sum += model_field_weight(s->model, f, pattern_level(pattern, f),
			parent_state(s->model, f, pattern), a[f], b[f]);
	}
	if (plan->swapping > 0 && sum + plan->after[plan->swapping - 1] < floor)
		return -INFINITY;
	for (size_t i = plan->swapping; i < plan->count; i++) {
		size_t f = plan->fields[i];
		enum level level = comparer_field(w->comparer, f, a[f], b[f]);
		pattern |= (uint64_t)level << (LEVEL_BITS * f);
		sum += model_field_weight(
			s->model, f, level, parent_state(s->model, f, pattern), a[f], b[f]);
		if (sum + plan->after[i] < floor)
			return -INFINITY;
	}
	return sum;
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
	make_plan(&s);
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
