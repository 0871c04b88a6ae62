/* journey/traits.c - see traits.h: families put together, twins taken out */
#include "journey/traits.h"

#include "base/hash.h"
#include "journey/traits_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TEXTS_BYTES_MAX = 1 << 26 };

/* ---- adding: by several threads, in no order */

static void lock(struct traits_maker *m)
{
	ASSERT(pthread_mutex_lock(m->lock) == 0);
}

static void unlock(struct traits_maker *m)
{
	ASSERT(pthread_mutex_unlock(m->lock) == 0);
}

static str kept_text(struct traits_maker *m, str text)
{
	char *copy = text.len == 0 ? NULL : arena_alloc(m->out->texts, text.len);

	m->texts_full |= copy == NULL && text.len > 0;
	if (copy == NULL)
		return STR("");
	memcpy(copy, text.ptr, text.len);
	return (str){ copy, text.len };
}

static void append(struct traits_maker *m, struct trait trait)
{
	struct traits *out = m->out;

	if (out->count == m->room) {
		m->room = m->room == 0 ? 256 : 2 * m->room;
		out->items = memory_resize(out->items, m->room * sizeof(*out->items));
	}
	trait.key = kept_text(m, trait.key);
	trait.text = kept_text(m, trait.text);
	out->items[out->count++] = trait;
	out->bytes += m->words * sizeof(uint64_t) + sizeof(trait);
}

static bool has_support(const struct traits_maker *m, uint64_t all)
{
	return all >= m->question->support && all + m->question->support <= m->trials->count;
}

err traits_add_set(struct traits_maker *m, uint32_t order, const struct trait *like, uint64_t *set,
	struct why *why)
{
	struct trait trait = *like;
	err e = OK;

	trait.family = order;
	trait.set = set;
	trait.counts = bits_count(set, m->trials->count, m->trials->suffered);
	if (!has_support(m, trait.counts.all)) {
		free(set);
		return OK;
	}
	e = limits_take(
		journey_plan_limits(m->plan), m->words * sizeof(uint64_t) + sizeof(trait), why);
	if (e != OK) {
		free(set);
		return e;
	}
	lock(m);
	append(m, trait);
	unlock(m);
	return OK;
}

struct counted {
	uint64_t all;
	uint32_t code;
};

static int by_count(const void *a, const void *b)
{
	const struct counted *x = a, *y = b;

	if (x->all != y->all)
		return x->all < y->all ? 1 : -1;
	return (x->code > y->code) - (x->code < y->code);
}

/* The codes that will be traits: slot[code] = 1 .., by frequency. */
static size_t choose_codes(struct traits_maker *m, const struct family *family, uint32_t *slot,
	struct counted *counted)
{
	size_t n = 0;
	uint64_t *count = memory_alloc(family->codes * sizeof(*count));

	for (size_t t = 0; t < m->trials->count; t++)
		count[family->code[t]]++;
	for (uint32_t c = 1; c < family->codes; c++)
		if (has_support(m, count[c]))
			counted[n++] = (struct counted){ count[c], c };
	free(count);
	if (n > TRAITS_VALUES_MAX) /* codes tell order of arrival only among equals */
		qsort(counted, n, sizeof(*counted), by_count);
	n = MIN_OF(n, (size_t)TRAITS_VALUES_MAX);
	for (size_t i = 0; i < n; i++)
		slot[counted[i].code] = (uint32_t)i + 1;
	return n;
}

static err add_codes(struct traits_maker *m, uint32_t order, const struct family *family,
	const uint32_t *slot, const struct counted *counted, size_t n, struct why *why)
{
	uint64_t **sets = memory_alloc((n + 1) * sizeof(*sets));
	err e = OK;

	for (size_t i = 1; i <= n; i++)
		sets[i] = memory_alloc(m->words * sizeof(uint64_t));
	for (size_t t = 0; t < m->trials->count; t++)
		if (slot[family->code[t]] != 0)
			bits_add(sets[slot[family->code[t]]], t);
	for (size_t i = 1; i <= n; i++) {
		struct trait trait = {
			.kind = family->kind, .own = family->own, .key = family->key
		};
		if (e != OK) {
			free(sets[i]);
			continue;
		}
		family->describe(family->context, counted[i - 1].code, &trait);
		e = traits_add_set(m, order, &trait, sets[i], why);
	}
	free(sets);
	return e;
}

err traits_add_family(
	struct traits_maker *m, uint32_t order, const struct family *family, struct why *why)
{
	size_t bytes = family->codes * (sizeof(uint64_t) + sizeof(struct counted) + 4);
	err e = limits_take(journey_plan_limits(m->plan), bytes, why);

	if (e != OK)
		return e;
	uint32_t *slot = memory_alloc((family->codes + 1) * sizeof(*slot));
	struct counted *counted = memory_alloc((family->codes + 1) * sizeof(*counted));
	size_t n = choose_codes(m, family, slot, counted);
	if (n > 0)
		e = add_codes(m, order, family, slot, counted, n, why);
	free(slot);
	free(counted);
	limits_give(journey_plan_limits(m->plan), bytes);
	return e;
}

/* ---- in order, without twins */

static int by_number(double a, double b)
{
	return (a > b) - (a < b);
}

static int by_place(const void *a, const void *b)
{
	const struct trait *x = a, *y = b;

	if (x->family != y->family)
		return x->family < y->family ? -1 : 1;
	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	int order = by_number(x->low, y->low);
	return order != 0 ? order : str_compare(x->text, y->text);
}

struct twin {
	uint64_t hash;
	uint32_t at;
};

static int by_hash(const void *a, const void *b)
{
	const struct twin *x = a, *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return (x->at > y->at) - (x->at < y->at);
}

/* Of the traits that hold the same trials the first stays. */
static void drop_twins(const struct journey_plan *plan, struct traits *out, size_t cases)
{
	struct twin *twins = memory_alloc((out->count + 1) * sizeof(*twins));
	size_t bytes = bits_words(cases) * sizeof(uint64_t), kept = 0;

	for (size_t i = 0; i < out->count; i++)
		twins[i] =
			(struct twin){ hash64(0, (str){ (const char *)out->items[i].set, bytes }),
				(uint32_t)i };
	qsort(twins, out->count, sizeof(*twins), by_hash);
	for (size_t i = 0; i < out->count; i++) {
		struct trait *one = &out->items[twins[i].at];
		for (size_t k = i + 1;
			one->set != NULL && k < out->count && twins[k].hash == twins[i].hash; k++) {
			struct trait *two = &out->items[twins[k].at];
			if (two->set == NULL || !bits_equal(one->set, two->set, cases))
				continue;
			one->same++;
			free(two->set);
			two->set = NULL;
		}
	}
	free(twins);
	for (size_t i = 0; i < out->count; i++)
		if (out->items[i].set != NULL)
			out->items[kept++] = out->items[i];
	limits_give(
		journey_plan_limits(plan), (out->count - kept) * (bytes + sizeof(struct trait)));
	out->bytes -= (out->count - kept) * (bytes + sizeof(struct trait));
	out->count = kept;
}

/* Families numbered from 0, without gaps. */
static void number_families(struct traits *out)
{
	uint32_t before = UINT32_MAX;

	out->families = 0;
	for (size_t i = 0; i < out->count; i++) {
		out->families += out->items[i].family != before;
		before = out->items[i].family;
		out->items[i].family = out->families - 1;
	}
}

/* ---- the whole */

static err make(struct traits_maker *m, struct why *why)
{
	struct journey_limits *limits = journey_plan_limits(m->plan);
	size_t rows = threads_view_rows(journey_plan_view(m->plan)) + 1;
	size_t customers =
		identity_customer_end(threads_view_identity(journey_plan_view(m->plan))) + 1;
	size_t bytes = (rows * 2 + customers + m->trials->count * 3) * sizeof(uint32_t);
	err e = limits_take(limits, bytes, why);

	if (e != OK)
		return e;
	m->bytes = bytes;
	m->rows = (struct trial_rows){ .row = memory_alloc(rows * sizeof(struct trial_row)),
		.first_of = memory_alloc(customers * sizeof(uint32_t)),
		.before = memory_alloc((m->trials->count + 1) * sizeof(uint32_t)),
		.after = memory_alloc((m->trials->count + 1) * sizeof(uint32_t)),
		.in_order = memory_alloc((m->trials->count + 1) * sizeof(uint32_t)) };
	uint32_t keys = 4, before = 1 << 20; /* far behind all keys */
	e = traits_add_times(m, 0, why);
	if (e == OK)
		e = traits_walk(m, before, why);
	if (e == OK)
		e = traits_add_keys(m, keys, why);
	if (e == OK && m->texts_full)
		e = fail(why, MSG_JOURNEY_ROOM, arg_int(TEXTS_BYTES_MAX), arg_c("--ignore"));
	free(m->rows.row);
	free(m->rows.first_of);
	free(m->rows.before);
	free(m->rows.after);
	free(m->rows.in_order);
	limits_give(limits, m->bytes);
	return e;
}

err traits_make(const struct journey_plan *plan, const struct trials *trials,
	const struct traits_question *question, struct traits *out, struct why *why)
{
	pthread_mutex_t mutex;
	struct traits_maker m = { .plan = plan,
		.trials = trials,
		.question = question,
		.words = bits_words(trials->count),
		.lock = &mutex,
		.out = out };

	*out = (struct traits){ .texts = arena_create(TEXTS_BYTES_MAX) };
	if (trials->count == 0)
		return OK;
	ASSERT(pthread_mutex_init(&mutex, NULL) == 0);
	err e = make(&m, why);
	ASSERT(pthread_mutex_destroy(&mutex) == 0);
	if (e != OK) {
		traits_done(plan, out);
		return e;
	}
	if (out->count > 0)
		qsort(out->items, out->count, sizeof(*out->items), by_place);
	drop_twins(plan, out, trials->count);
	number_families(out);
	return OK;
}

void traits_done(const struct journey_plan *plan, struct traits *traits)
{
	for (size_t i = 0; i < traits->count; i++)
		free(traits->items[i].set);
	free(traits->items);
	arena_free(traits->texts);
	limits_give(journey_plan_limits(plan), traits->bytes);
	*traits = (struct traits){ .count = 0 };
}
