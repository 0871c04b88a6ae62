/* journey/traits_columns.c - the codes of a family, a trial each: counted, and made sets of; see
 * traits.h */
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
	return memory_alloc(codes_bytes(m) + 1);
}

void traits_codes_free(const struct traits_maker *m, uint16_t *codes)
{
	if (codes != NULL)
		limits_give(journey_plan_limits(m->plan), codes_bytes(m));
	free(codes);
}

uint8_t *traits_bytes_create(const struct traits_maker *m, struct why *why)
{
	if (limits_take(journey_plan_limits(m->plan), m->trials->count, why) != OK)
		return NULL;
	return memory_alloc(m->trials->count + 1);
}

void traits_bytes_free(const struct traits_maker *m, uint8_t *bytes)
{
	if (bytes != NULL)
		limits_give(journey_plan_limits(m->plan), m->trials->count);
	free(bytes);
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
		room = memory_alloc(bytes);
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
		free(m->spare[--m->spares]);
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
	free(column->code);
	free(column->byte);
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

static void fill_sets(const struct trait_column *column, size_t cases, uint64_t *const *sets)
{
	for (size_t t = 0; t < cases; t++)
		bits_add(sets[column->slot[code_of(column, t)]], t);
}

/* All sets of a column: its traits, unless they have theirs already, are somewhere in the list. */
static void make_sets(const struct traits *traits, const struct trait_column *column)
{
	size_t bytes = (bits_words(traits->cases) + 1) * sizeof(uint64_t), slots = 0;
	uint64_t *sets[TRAITS_VALUES_MAX + 1], *nobody = memory_alloc(bytes);

	for (size_t k = 0; k <= TRAITS_VALUES_MAX; k++)
		sets[k] = nobody; /* no trait, or one that was somebody's twin */
	for (size_t i = 0; i < traits->count; i++) {
		const struct trait *trait = &traits->items[i];
		if (trait->column != column)
			continue;
		sets[trait->slot] = memory_alloc(bytes);
		slots = MAX_OF(slots, (size_t)trait->slot);
	}
	if (column->byte != NULL && slots <= TRAIT_SLOTS_COMPARED)
		trait_bytes_fill_sets(column, traits->cases, sets, slots);
	else
		fill_sets(column, traits->cases, sets);
	free(nobody);
	for (size_t i = 0; i < traits->count; i++)
		if (traits->items[i].column == column)
			__atomic_store_n(&traits->items[i].set, sets[traits->items[i].slot],
				__ATOMIC_RELEASE);
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
