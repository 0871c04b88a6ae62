/* journey/traits_columns.c - the codes of a family, a trial each: counted, and made sets of; see
 * traits.h */
#include "base/spare.h"
#include "journey/traits_internal.h"

#include <stdlib.h>

/* ---- room */

static size_t codes_bytes(const struct traits_maker *m)
{
	return m->trials->count * sizeof(uint16_t);
}

uint16_t *traits_codes_create(const struct traits_maker *m, struct why *why)
{
	if (limits_take(journey_plan_limits(m->plan), codes_bytes(m), why) != OK)
		return NULL;
	return spare_take_zeroed(codes_bytes(m) + 1);
}

void traits_codes_free(const struct traits_maker *m, uint16_t *codes)
{
	if (codes != NULL)
		limits_give(journey_plan_limits(m->plan), codes_bytes(m));
	spare_give(codes);
}

uint8_t *traits_bytes_create(const struct traits_maker *m, struct why *why)
{
	if (limits_take(journey_plan_limits(m->plan), m->trials->count, why) != OK)
		return NULL;
	return spare_take_zeroed(m->trials->count + 1);
}

void traits_bytes_free(const struct traits_maker *m, uint8_t *bytes)
{
	if (bytes != NULL)
		limits_give(journey_plan_limits(m->plan), m->trials->count);
	spare_give(bytes);
}

void *traits_room_take(struct traits_maker *m, struct why *why)
{
	size_t bytes = m->trials->count * TRAITS_ROOM_BYTES;
	void *room = NULL;

	ASSERT(pthread_mutex_lock(m->lock) == 0);
	if (m->spares > 0)
		room = m->spare[--m->spares];
	ASSERT(pthread_mutex_unlock(m->lock) == 0);
	if (room == NULL && limits_take(journey_plan_limits(m->plan), bytes, why) == OK)
		room = spare_take(bytes);
	return room;
}

void traits_room_give(struct traits_maker *m, void *room)
{
	ASSERT(pthread_mutex_lock(m->lock) == 0);
	ASSERT(m->spares < JOURNEY_THREADS_MAX);
	m->spare[m->spares++] = room;
	ASSERT(pthread_mutex_unlock(m->lock) == 0);
}

void traits_rooms_done(struct traits_maker *m)
{
	while (m->spares > 0) {
		limits_give(journey_plan_limits(m->plan), m->trials->count * TRAITS_ROOM_BYTES);
		spare_give(m->spare[--m->spares]);
	}
}

struct trait_column *trait_column_create(const struct trait_column *like)
{
	struct trait_column *column = memory_alloc(sizeof(*column));

	*column = *like;
	ASSERT(pthread_mutex_init(&column->lock, NULL) == 0);
	return column;
}

void trait_column_free(struct trait_column *column)
{
	ASSERT(pthread_mutex_destroy(&column->lock) == 0);
	spare_give(column->code);
	spare_give(column->byte);
	free(column->slot);
	free(column);
}

/* ---- counting */

enum { FEW_CODES = 256, LANES = 4 };

/* Several counters of a code in turns: equal codes in a row would wait for each other. */
static void count_few(const uint16_t *code, size_t from, size_t to, uint32_t *counts, size_t codes)
{
	uint32_t lanes[LANES][FEW_CODES] = { 0 };
	size_t t = from;

	for (; t + LANES <= to; t += LANES)
		for (size_t k = 0; k < LANES; k++)
			lanes[k][code[t + k]]++;
	for (; t < to; t++)
		lanes[0][code[t]]++;
	for (size_t c = 0; c < codes; c++)
		for (size_t k = 0; k < LANES; k++)
			counts[c] += lanes[k][c];
}

static void count_trials(const struct family *family, size_t from, size_t to, uint32_t *counts)
{
	if (family->narrow != NULL && family->codes <= FEW_CODES) {
		count_few(family->narrow, from, to, counts, family->codes);
		return;
	}
	for (size_t t = from; family->narrow != NULL && t < to; t++)
		counts[family->narrow[t]]++;
	for (size_t t = from; family->narrow == NULL && t < to; t++)
		counts[family->wide[t]]++;
}

void count_codes(const struct traits_maker *m, const struct family *family, uint32_t *suffered,
	uint32_t *others)
{
	if (family->bytes != NULL) {
		count_points(m, family, suffered, others);
		return;
	}
	count_trials(family, 0, m->trials->suffered, suffered);
	count_trials(family, m->trials->suffered, m->trials->count, others);
}

/* ---- sets */

static size_t code_of(const struct trait_column *column, size_t t)
{
	return column->code != NULL ? column->code[t] : column->byte[column->point[t]];
}

/* The sets of one column, by slot. */
struct filling {
	const struct traits *traits;
	const struct trait_column *column;
	uint64_t *sets[TRAITS_VALUES_MAX + 1], *nobody;
	size_t slots;
};

enum { WORDS_A_PIECE = 1 << 10 };

static size_t pieces_of(const struct filling *f)
{
	return (bits_words(f->traits->cases) + WORDS_A_PIECE - 1) / WORDS_A_PIECE;
}

/* Pieces share no word. */
static err fill_piece(void *context, size_t piece, struct why *why)
{
	const struct filling *f = context;
	const struct trait_column *column = f->column;
	size_t cases = f->traits->cases, from = piece * WORDS_A_PIECE;
	size_t to = MIN_OF(from + WORDS_A_PIECE, bits_words(cases));

	(void)why;
	ASSERT(column->code != NULL || column->byte != NULL);
	if (column->byte != NULL && f->slots <= TRAIT_SLOTS_COMPARED) {
		trait_bytes_fill_sets(column, cases, from, to, f->sets, f->slots);
		return OK;
	}
	for (size_t t = from * 64; t < MIN_OF(to * 64, cases); t++)
		bits_add(f->sets[column->slot[code_of(column, t)]], t);
	return OK;
}

/* All sets of a column: its traits, unless they have theirs already, are somewhere in the list. */
static void begin_sets(
	struct filling *f, const struct traits *traits, const struct trait_column *column)
{
	size_t bytes = (bits_words(traits->cases) + 1) * sizeof(uint64_t);

	f->traits = traits;
	f->column = column;
	f->slots = 0;
	f->nobody = memory_alloc(bytes);
	for (size_t k = 0; k <= TRAITS_VALUES_MAX; k++)
		f->sets[k] = f->nobody; /* no trait, or one that was somebody's twin */
	for (size_t i = 0; i < traits->count; i++) {
		const struct trait *trait = &traits->items[i];
		if (trait->column != column)
			continue;
		f->sets[trait->slot] = memory_alloc(bytes);
		f->slots = MAX_OF(f->slots, (size_t)trait->slot);
	}
}

static void end_sets(const struct filling *f, bool is_made)
{
	const struct traits *traits = f->traits;

	free(f->nobody);
	for (size_t i = 0; i < traits->count; i++) {
		struct trait *trait = &traits->items[i];
		if (trait->column != f->column)
			continue;
		if (is_made)
			__atomic_store_n(&trait->set, f->sets[trait->slot], __ATOMIC_RELEASE);
		else
			free(f->sets[trait->slot]);
	}
}

static void make_sets(const struct traits *traits, const struct trait_column *column)
{
	struct filling f;

	begin_sets(&f, traits, column);
	for (size_t piece = 0; piece < pieces_of(&f); piece++)
		(void)fill_piece(&f, piece, NULL); /* it cannot fail */
	end_sets(&f, true);
}

err trait_set_make(
	struct journey_limits *limits, const struct traits *traits, size_t trait, struct why *why)
{
	const struct trait *t = &traits->items[trait];
	struct filling f;

	if (t->set != NULL || t->column == NULL)
		return OK;
	begin_sets(&f, traits, t->column);
	err e = journey_share_out(limits, fill_piece, &f, pieces_of(&f), why);
	end_sets(&f, e == OK);
	return e;
}

const uint64_t *trait_set(const struct traits *traits, size_t trait)
{
	struct trait *t = &traits->items[trait];
	const uint64_t *set = __atomic_load_n(&t->set, __ATOMIC_ACQUIRE);

	if (set != NULL)
		return set;
	ASSERT(pthread_mutex_lock(&t->column->lock) == 0);
	if (t->set == NULL)
		make_sets(traits, t->column);
	ASSERT(pthread_mutex_unlock(&t->column->lock) == 0);
	return t->set;
}
