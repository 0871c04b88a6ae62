/* matching/matching.c - see matching.h */
#include "matching/matching.h"

#include "base/random.h"

#include <math.h>
#include <stdlib.h>

enum {
	ALL_PAIRS_MAX = 1500000, /* so few are compared all, without blocking */
	RANDOM_PAIRS = 400000,
	SESSION_PAIRS = 40000, /* of a key */
	ROUNDS = 3, /* of u and m in turn */
	FLOOR_BITS = 12, /* below even odds: a probability that no sum notices */
	KEEP_BITS = 3, /* kept beyond `review`, as the prior is not final while pairs are weighed */
};
#define PAIRS_PER_RECORD 30.0
#define PAIRS_LEAST 1500000.0

struct matching {
	const struct match_records *records;
	struct matching_options options;
	struct arena *arena;
	struct comparer *comparer;
	struct match_model model;
	struct sample random;
	struct sample known; /* pairs that are one person, not chosen for what they agree on */
	double open_pairs; /* how many there are of which nothing is known */
	double homes; /* pairs of a household for a match, known ones counted; log2 */
	struct session sessions[SESSIONS_MAX];
	size_t session_count;
	bool all_pairs;
	struct blocks *blocks;
	struct scores scores;
	struct clusters clusters;
	struct matching_report report;
};

/* ---- what is learnt from */

static double pairs_of(size_t n)
{
	return (double)n * ((double)n - 1) / 2;
}

static void add_pair(struct matching *m, struct sample *sample, uint32_t a, uint32_t b)
{
	patterns_add(sample->of[pair_kind(&m->options.known, a, b)],
		comparer_pattern(m->comparer, a, b), 1);
}

/* Where keys leave hardly anything open, no more than half a match is expected among as many pairs
 * as there are records. */
static void count_open(struct matching *m)
{
	double n = (double)match_records_count(m->records);
	double open = (double)patterns_total(m->random.of[PAIR_OPEN]);
	double all = fmax((double)sample_total(&m->random), 1);

	m->open_pairs = pairs_of(match_records_count(m->records));
	if (open < all)
		m->open_pairs = fmax(open / all * m->open_pairs, n);
}

static void sample_random(struct matching *m)
{
	size_t n = match_records_count(m->records);
	struct random random = random_of(2);

	m->random = sample_create();
	if (m->all_pairs) {
		for (uint32_t a = 0; a < n; a++)
			for (uint32_t b = a + 1; b < n; b++)
				add_pair(m, &m->random, a, b);
	} else {
		for (size_t i = 0; i < RANDOM_PAIRS; i++) {
			uint32_t a = (uint32_t)random_below(&random, n);
			uint32_t b = (uint32_t)random_below(&random, n - 1);
			add_pair(m, &m->random, a, b + (b >= a));
		}
	}
	sample_sort(&m->random);
	count_open(m);
}

static void sample_known(struct matching *m)
{
	const struct known_pairs *known = &m->options.known;
	size_t every = known->together_count / SESSION_PAIRS + 1;

	m->known = sample_create();
	for (size_t i = 0; i < known->together_count; i += every) {
		const struct row_pair *pair = &known->together[i];
		if (pair_kind(known, pair->a, pair->b) == PAIR_ONE)
			add_pair(m, &m->known, pair->a, pair->b);
	}
	sample_sort(&m->known);
}

struct sampling {
	struct matching *matching;
	struct sample pairs;
	uint64_t seen, every; /* each so manieth pair */
};

static void sample_pair(void *context, uint32_t a, uint32_t b)
{
	struct sampling *s = context;

	if (s->seen++ % s->every == 0)
		add_pair(s->matching, &s->pairs, a, b);
}

static void free_sessions(struct matching *m)
{
	for (size_t i = 0; i < m->session_count; i++)
		sample_free(&m->sessions[i].pairs);
	m->session_count = 0;
}

static void sample_keys(struct matching *m)
{
	free_sessions(m);
	for (size_t k = 0; k < m->blocks->choice.count; k++) {
		struct sampling s = { .matching = m,
			.pairs = sample_create(),
			.every = m->blocks->pairs[k] / SESSION_PAIRS + 1 };
		blocks_walk(m->blocks, k, 0, m->blocks->order_count[k], true, sample_pair, &s);
		sample_sort(&s.pairs);
		m->sessions[m->session_count++] = (struct session){ .pairs = s.pairs,
			.fields = model_relatives(
				&m->model, block_fields(&m->blocks->choice.keys[k])) };
	}
}

/* ---- learning */

/* At least as many matches as one key alone finds. */
static void guess_prior(struct matching *m)
{
	double most = 0.5;

	for (size_t k = 0; k < m->session_count; k++) {
		double total = fmax((double)sample_total(&m->sessions[k].pairs), 1);
		double all = m->all_pairs ? total : (double)m->blocks->pairs[k];
		most = fmax(most, m->sessions[k].matches * fmax(all / total, 1));
	}
	double share = fmin(most / m->open_pairs, 0.5);
	m->model.prior = log2(share / (1 - share));
}

/* What was learnt of households with known pairs counted, for those that are open: there are fewer
 * matches among these, and as many homes. */
static void settle_homes(struct matching *m)
{
	double all = 0, pairs = pairs_of(match_records_count(m->records));
	double one = (double)patterns_total(m->random.of[PAIR_ONE]) /
		     fmax((double)sample_total(&m->random), 1);

	all = one * pairs + exp2(m->model.prior) * m->open_pairs;
	m->model.homes = m->homes + log2(all / pairs) - m->model.prior;
}

/* Behind the sessions there are; all pairs have them already. */
static size_t with_known(struct matching *m)
{
	if (m->all_pairs)
		return m->session_count;
	m->sessions[m->session_count] = (struct session){ .pairs = m->known };
	return m->session_count + 1;
}

static void learn(struct matching *m)
{
	size_t count = with_known(m);

	for (int round = 0; round < ROUNDS; round++) {
		model_learn_u(&m->model, &m->random);
		(void)model_learn_m(&m->model, m->sessions, count);
		guess_prior(m);
	}
	model_learn_u(&m->model, &m->random);
}

static double pairs_max(const struct matching *m)
{
	return fmax(PAIRS_LEAST, PAIRS_PER_RECORD * (double)match_records_count(m->records));
}

static err choose_keys(struct matching *m, struct why *why)
{
	struct block_choice choice;
	err e = block_choose(m->records, &m->model, pairs_max(m), m->arena, &choice, why);

	if (e == OK)
		e = blocks_build(m->records, &choice, pairs_max(m) / 2, m->arena, &m->blocks, why);
	if (e == OK)
		sample_keys(m);
	return e;
}

/* By what is assumed first; then, with parents and keys by what that taught, anew. */
static err learn_with_keys(struct matching *m, struct why *why)
{
	err e = OK;

	for (int round = 0; e == OK && round < 2; round++) {
		(void)model_find_parents(&m->model, &m->random);
		model_learn_u(&m->model, &m->random);
		e = choose_keys(m, why);
		if (e == OK)
			learn(m);
	}
	if (e != OK)
		return e;
	m->homes = model_learn_homes(&m->model, m->sessions, m->session_count);
	settle_homes(m);
	m->report.recall = m->blocks->choice.recall;
	m->report.cut_rows = m->blocks->cut_rows;
	return OK;
}

static void learn_from_all(struct matching *m)
{
	m->sessions[m->session_count++] = (struct session){ .pairs = m->random };
	for (int round = 0; round < 2; round++) {
		(void)model_find_parents(&m->model, &m->random);
		learn(m);
	}
	m->homes = model_learn_homes(&m->model, m->sessions, m->session_count);
	settle_homes(m);
	m->session_count = 0; /* its patterns are freed as `random` */
	m->report.recall = 1;
}

/* ---- weighing */

static int by_weight(const void *a, const void *b)
{
	const struct match_pair *x = a, *y = b;

	if (x->weight != y->weight)
		return x->weight > y->weight ? -1 : 1;
	if (x->a != y->a)
		return x->a < y->a ? -1 : 1;
	return (x->b > y->b) - (x->b < y->b);
}

static double weigh(void *context, uint32_t a, uint32_t b)
{
	struct matching *m = context;

	return model_weight(&m->model, comparer_pattern(m->comparer, a, b),
		match_records_row(m->records, a), match_records_row(m->records, b), NULL);
}

/* Pairs were kept by a guess of the prior: weighed again by what it is. */
static void settle_pairs(struct matching *m)
{
	struct scores *s = &m->scores;
	size_t kept = 0;

	if (m->options.kept == NULL && match_records_count(m->records) >= 2) {
		m->model.prior = model_prior(&s->weights, m->open_pairs, m->model.prior);
		settle_homes(m);
	}
	for (size_t i = 0; i < s->count; i++) {
		double weight = weigh(m, s->pairs[i].a, s->pairs[i].b);
		if (weight < m->options.review)
			continue;
		s->pairs[kept] = s->pairs[i];
		s->pairs[kept++].weight = (float)weight;
	}
	s->count = kept;
	qsort(s->pairs, s->count, sizeof(*s->pairs), by_weight);
}

static err score(struct matching *m, struct why *why)
{
	const struct score_options options = { .floor = -m->model.prior - FLOOR_BITS,
		.keep = m->options.review - m->model.prior - KEEP_BITS,
		.threads = m->options.threads,
		.fresh = m->options.fresh,
		.known = &m->options.known,
		.stop = m->options.stop };
	err e = score_pairs(m->records, &m->model, m->blocks, &options, &m->scores, why);

	if (e != OK)
		return e;
	settle_pairs(m);
	return clusters_build(match_records_count(m->records), m->scores.pairs, m->scores.count,
		m->options.link, &m->options.known, weigh, m, m->arena, &m->clusters, why);
}

static void fill_report(struct matching *m)
{
	m->report.records = match_records_count(m->records);
	m->report.persons = m->clusters.persons;
	m->report.compared = m->scores.compared;
	m->report.prior = m->model.prior;
	m->report.links = m->clusters.links;
	m->report.bridges = m->clusters.bridges;
	for (size_t i = 0; i < m->scores.count; i++) {
		const struct match_pair *pair = &m->scores.pairs[i];
		m->report.reviews += pair->fate == PAIR_REVIEW;
		m->report.apart +=
			pair->fate == PAIR_FORBIDDEN && (double)pair->weight >= m->options.link;
	}
}

/* Nothing is learnt: the keys are those of then, unless there were none and there are too many
 * records by now to do without. */
static err take_kept(struct matching *m, struct why *why)
{
	struct block_choice choice = m->options.kept->keys;
	err e = OK;

	m->model = m->options.kept->model;
	m->report.recall = 1;
	if (choice.count == 0 && m->all_pairs)
		return OK;
	if (choice.count == 0)
		e = block_choose(m->records, &m->model, pairs_max(m), m->arena, &choice, why);
	if (e == OK)
		e = blocks_build(m->records, &choice, pairs_max(m) / 2, m->arena, &m->blocks, why);
	if (e != OK)
		return e;
	m->report.recall = choice.recall;
	m->report.cut_rows = m->blocks->cut_rows;
	return OK;
}

static err run(struct matching *m, struct why *why)
{
	size_t n = match_records_count(m->records);
	err e = OK;

	model_init(&m->model, m->records);
	m->all_pairs = pairs_of(n) <= ALL_PAIRS_MAX;
	if (m->options.kept != NULL) {
		e = take_kept(m, why);
	} else if (n >= 2) {
		sample_random(m);
		sample_known(m);
		if (m->all_pairs)
			learn_from_all(m);
		else
			e = learn_with_keys(m, why);
	}
	if (e == OK && !model_weigh(&m->model, m->records, m->arena))
		e = fail(why, MSG_MATCH_ROOM, arg_int((int64_t)m->options.bytes_max));
	if (e == OK)
		e = score(m, why);
	if (e == OK)
		fill_report(m);
	return e;
}

err matching_run(const struct match_records *records, const struct matching_options *options,
	struct matching **out, struct why *why)
{
	struct matching *m = memory_alloc(sizeof(*m));

	m->records = records;
	m->options = *options;
	m->arena = arena_create(options->bytes_max);
	m->comparer = comparer_create(records);
	err e = run(m, why);
	if (e != OK) {
		matching_free(m);
		return e;
	}
	*out = m;
	return OK;
}

void matching_free(struct matching *m)
{
	if (m == NULL)
		return;
	free_sessions(m);
	sample_free(&m->random);
	sample_free(&m->known);
	scores_done(&m->scores);
	comparer_free(m->comparer);
	arena_free(m->arena);
	free(m);
}

/* ---- what is asked of it */

const struct matching_report *matching_report(const struct matching *m)
{
	return &m->report;
}

const struct match_pair *matching_pairs(const struct matching *m, size_t *count)
{
	*count = m->scores.count;
	return m->scores.pairs;
}

uint32_t matching_person(const struct matching *m, uint32_t row)
{
	return m->clusters.person[row];
}

const struct match_model *matching_model(const struct matching *m)
{
	return &m->model;
}

const struct block_choice *matching_keys(const struct matching *m)
{
	return m->blocks != NULL ? &m->blocks->choice : NULL;
}

void matching_explain(struct matching *m, uint32_t a, uint32_t b, struct explanation *out)
{
	const uint32_t *x = match_records_row(m->records, a), *y = match_records_row(m->records, b);
	uint64_t pattern = comparer_pattern(m->comparer, a, b);

	*out = (struct explanation){ .prior = m->model.prior,
		.field_count = match_records_fields(m->records) };
	for (size_t f = 0; f < out->field_count; f++) {
		const struct records_field *field = match_records_field(m->records, f);
		enum level level = pattern_level(pattern, f);
		out->fields[f] = (struct explained_field){ .field = field,
			.a = x[f] != 0 ? field->values[x[f]].text : STR(""),
			.b = y[f] != 0 ? field->values[y[f]].text : STR(""),
			.level = level,
			.weight = model_field_weight(&m->model, f, level,
				parent_state(&m->model, f, pattern), x[f], y[f]) };
	}
	out->weight = model_weight(&m->model, pattern, x, y, &out->home);
	out->probability = 1 / (1 + exp2(-out->weight));
}
