/* journey/traits.c - see traits.h: families put together */
#include "journey/traits.h"

#include "base/spare.h"
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
	struct bits_counts counts;
	uint32_t code;
};

static int by_count(const void *a, const void *b)
{
	const struct counted *x = a, *y = b;

	if (x->counts.all != y->counts.all)
		return x->counts.all < y->counts.all ? 1 : -1;
	return (x->code > y->code) - (x->code < y->code);
}

/* The codes that will be traits, by frequency: at most TRAITS_VALUES_MAX. */
static size_t choose_codes(
	const struct traits_maker *m, const struct family *family, struct counted *out)
{
	size_t n = 0;
	uint32_t *first = memory_alloc(family->codes * sizeof(*first));
	uint32_t *rest = memory_alloc(family->codes * sizeof(*rest));

	count_codes(m, family, first, rest);
	for (uint32_t c = 1; c < family->codes; c++) {
		uint64_t all = (uint64_t)first[c] + rest[c];
		if (has_support(m, all))
			out[n++] = (struct counted){ { first[c], all }, c };
	}
	free(first);
	free(rest);
	if (n > TRAITS_VALUES_MAX) /* codes tell order of arrival only among equals */
		qsort(out, n, sizeof(*out), by_count);
	return MIN_OF(n, (size_t)TRAITS_VALUES_MAX);
}

/* Codes that are slots already. */
static uint16_t *narrowed(
	const struct traits_maker *m, const uint32_t *wide, const uint8_t *slot, struct why *why)
{
	uint16_t *code = traits_codes_create(m, why);

	for (size_t t = 0; code != NULL && t < m->trials->count; t++)
		code[t] = slot[wide[t]];
	return code;
}

/* The column of a family's codes, of which n will be traits; takes over those of the family. */
static struct trait_column *make_column(const struct traits_maker *m, const struct family *family,
	const struct counted *counted, size_t n, struct why *why)
{
	struct trait_column made = { .code = family->narrow,
		.byte = family->bytes,
		.point = m->points.of,
		.slot = memory_alloc(family->codes),
		.codes = family->codes };

	for (size_t i = 0; i < n; i++)
		made.slot[counted[i].code] = (uint8_t)(i + 1);
	if (family->wide != NULL) {
		made.code = narrowed(m, family->wide, made.slot, why);
		made.codes = n + 1;
		for (size_t i = 0; i < made.codes; i++)
			made.slot[i] = (uint8_t)i;
	}
	if (made.code != NULL || made.byte != NULL)
		return trait_column_create(&made);
	free(made.slot);
	return NULL;
}

static void append_column(struct traits_maker *m, struct trait_column *column)
{
	struct traits *out = m->out;

	lock(m);
	if (out->column_count == m->column_room) {
		m->column_room = m->column_room == 0 ? 64 : 2 * m->column_room;
		out->columns = memory_resize(out->columns, m->column_room * sizeof(*out->columns));
	}
	out->columns[out->column_count++] = column;
	size_t each = column->code != NULL ? sizeof(*column->code) : sizeof(*column->byte);
	out->bytes += m->trials->count * each + column->codes;
	unlock(m);
}

static void codes_free(const struct traits_maker *m, const struct family *family)
{
	traits_codes_free(m, family->narrow);
	traits_bytes_free(m, family->bytes);
}

/* The bytes of the traits' sets are taken here, for they may be asked for. */
static err add_codes(struct traits_maker *m, uint32_t order, const struct family *family,
	const struct counted *counted, size_t n, struct why *why)
{
	size_t bytes = n * (m->words * sizeof(uint64_t) + sizeof(struct trait)) + family->codes;
	err e = limits_take(journey_plan_limits(m->plan), bytes, why);

	if (e != OK) {
		codes_free(m, family);
		return e;
	}
	struct trait_column *column = make_column(m, family, counted, n, why);
	if (column == NULL) {
		limits_give(journey_plan_limits(m->plan), bytes);
		return ERR_LIMIT;
	}
	limits_give(journey_plan_limits(m->plan), family->codes - column->codes);
	append_column(m, column);
	for (size_t i = 0; i < n; i++) {
		struct trait trait = { .kind = family->kind,
			.own = family->own,
			.key = family->key,
			.family = order,
			.counts = counted[i].counts,
			.column = column,
			.slot = (uint32_t)i + 1 };
		family->describe(family->context, counted[i].code, &trait);
		lock(m);
		append(m, trait);
		unlock(m);
	}
	return OK;
}

err traits_add_family(
	struct traits_maker *m, uint32_t order, const struct family *family, struct why *why)
{
	size_t bytes = family->codes * (2 * sizeof(uint32_t) + sizeof(struct counted));
	err e = limits_take(journey_plan_limits(m->plan), bytes, why);

	if (e != OK) {
		codes_free(m, family);
		return e;
	}
	struct counted *counted = memory_alloc((family->codes + 1) * sizeof(*counted));
	size_t n = choose_codes(m, family, counted);
	if (n > 0)
		e = add_codes(m, order, family, counted, n, why);
	else
		codes_free(m, family);
	free(counted);
	limits_give(journey_plan_limits(m->plan), bytes);
	return e;
}

/* ---- in order */

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

static err make_rows(struct traits_maker *m, struct why *why)
{
	const struct threads_view *view = journey_plan_view(m->plan);
	size_t rows = threads_view_rows(view) + 1;
	size_t customers = identity_customer_end(threads_view_identity(view)) + 1;
	size_t trials = (m->trials->count + 1) * sizeof(uint32_t);
	bool own_only = m->question->own_only;
	size_t bytes = rows * sizeof(struct trial_row) +
		       (own_only ? 0 : customers * sizeof(uint32_t) + trials * 3);
	err e = limits_take(journey_plan_limits(m->plan), bytes, why);

	if (e != OK)
		return e;
	m->bytes += bytes;
	m->rows.row = memory_alloc(rows * sizeof(struct trial_row));
	if (own_only)
		return OK;
	m->rows.first_of = memory_alloc(customers * sizeof(uint32_t));
	m->rows.before = memory_alloc(trials);
	m->rows.after = memory_alloc(trials);
	m->rows.in_order = memory_alloc(trials);
	return OK;
}

static void rows_done(struct trial_rows *rows)
{
	free(rows->row);
	free(rows->first_of);
	free(rows->before);
	free(rows->after);
	free(rows->in_order);
}

/* What is told by row: nearly all costs 8 bytes a row, and is not made where nobody asks. */
static err look_at_rows(struct traits_maker *m, uint32_t before, struct why *why)
{
	bool own_only = m->question->own_only;

	if (own_only && !traits_keys_need_rows(m))
		return OK;
	err e = make_rows(m, why);
	if (e != OK)
		return e;
	return own_only ? traits_mark_points(m, why) : traits_walk(m, before, why);
}

static err make(struct traits_maker *m, struct why *why)
{
	uint32_t keys = 4, before = 1 << 20; /* far behind all keys */
	struct clocks *clocks = NULL;
	err e = traits_number_points(m, why);

	if (e == OK)
		e = traits_clocks_read(m, 0, &clocks, why);
	if (e == OK)
		e = look_at_rows(m, before, why);
	if (e == OK)
		e = traits_add_keys(m, keys, clocks, why);
	traits_clocks_done(clocks);
	if (e == OK && m->texts_full)
		e = fail(why, MSG_JOURNEY_ROOM, arg_int(TEXTS_BYTES_MAX), arg_c("--ignore"));
	rows_done(&m->rows);
	traits_points_done(m);
	limits_give(journey_plan_limits(m->plan), m->bytes);
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

	*out = (struct traits){ .cases = trials->count, .texts = arena_create(TEXTS_BYTES_MAX) };
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
	traits_drop_twins(plan, out);
	number_families(out);
	return OK;
}

void traits_done(const struct journey_plan *plan, struct traits *traits)
{
	for (size_t i = 0; i < traits->count; i++)
		free(traits->items[i].set);
	for (size_t i = 0; i < traits->column_count; i++)
		trait_column_free(traits->columns[i]);
	free(traits->columns);
	spare_give(traits->points);
	free(traits->items);
	arena_free(traits->texts);
	limits_give(journey_plan_limits(plan), traits->bytes);
	*traits = (struct traits){ .count = 0 };
}
