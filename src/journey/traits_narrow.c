/* journey/traits_narrow.c - attributes of few texts, or of booleans, as traits: straight into
 * columns of codes; see traits.h
 *
 * The same values as traits_keys.c finds; where nothing is asked but what points carry themselves,
 * only their own rows are looked at.
 */
#include "journey/traits_internal.h"

#include <stdlib.h>
#include <string.h>

struct narrow_value {
	uint32_t stamp; /* + 1; 0: none */
	uint16_t code;
	bool is_own; /* it is of the trial's point */
};

struct reading {
	const struct traits_maker *maker;
	const struct narrow_key *key;
	size_t rows;
	uint64_t most; /* of the values */
	struct attribute_cursor cursor;
};

static struct reading *reading_create(const struct traits_maker *m, const struct narrow_key *key)
{
	struct reading *r = memory_alloc(sizeof(*r));

	r->maker = m;
	r->key = key;
	r->rows = threads_view_rows(journey_plan_view(m->plan));
	r->most = key->codes - 2;
	attribute_cursor_init(&r->cursor, key->column);
	return r;
}

static uint16_t code_of(const struct reading *r, size_t i)
{
	return (uint16_t)(MIN_OF(r->cursor.values[i], r->most) + 1);
}

/* Of a row's several values the last stays.  Returns how many points have one. */
static size_t read_points(struct reading *r, uint16_t *code)
{
	const struct trial_row *rows = r->maker->rows.row;
	size_t own = 0;

	while (attribute_next_block(&r->cursor))
		for (size_t i = 0; i < r->cursor.count && r->cursor.rows[i] < r->rows; i++) {
			struct trial_row at = rows[r->cursor.rows[i]];
			if ((at.stamp & ROW_IS_POINT) == 0)
				continue;
			uint16_t *of = &code[at.trial - 1];
			own += *of == 0;
			*of = code_of(r, i);
		}
	return own;
}

/* ---- the latest at the point or before */

/* `stamp` as in a trial's rows. */
static void offer(struct narrow_value *values, uint32_t trial, uint32_t stamp, uint16_t code)
{
	bool is_own = (stamp & ROW_IS_POINT) != 0;

	stamp = (stamp & ~ROW_IS_POINT) + 1;
	if (values[trial].stamp <= stamp)
		values[trial] =
			(struct narrow_value){ .stamp = stamp, .code = code, .is_own = is_own };
}

static void read_latest(struct reading *r, struct narrow_value *values)
{
	const struct trial_row *rows = r->maker->rows.row;

	while (attribute_next_block(&r->cursor))
		for (size_t i = 0; i < r->cursor.count && r->cursor.rows[i] < r->rows; i++) {
			struct trial_row at = rows[r->cursor.rows[i]];
			if (at.trial != 0)
				offer(values, at.trial - 1, at.stamp, code_of(r, i));
		}
}

static bool is_own(const struct narrow_value *values, size_t trials)
{
	size_t own = 0;

	for (size_t t = 0; t < trials; t++)
		own += values[t].is_own;
	return own * 2 >= trials;
}

/* Every trial without a value of its own rows takes that of the trial before. */
static void hand_on(const struct traits_maker *m, struct narrow_value *values)
{
	for (size_t i = 0; m->rows.any_before && i < m->trials->count; i++) {
		uint32_t trial = m->rows.in_order[i], before = m->rows.before[trial];
		if (values[trial].stamp == 0 && before != TRIAL_NONE && values[before].stamp != 0)
			values[trial] =
				(struct narrow_value){ .stamp = 1, .code = values[before].code };
	}
}

static err find_latest(struct traits_maker *m, const struct narrow_key *key, uint16_t *code,
	bool *own, struct why *why)
{
	size_t trials = m->trials->count;
	struct narrow_value *values = traits_room_take(m, why);

	if (values == NULL)
		return ERR_LIMIT;
	struct reading *r = reading_create(m, key);
	memset(values, 0, trials * sizeof(*values));
	read_latest(r, values);
	free(r);
	*own = is_own(values, trials);
	if (!*own)
		hand_on(m, values);
	for (size_t t = 0; t < trials; t++)
		code[t] = *own && !values[t].is_own ? 0 : values[t].code;
	traits_room_give(m, values);
	return OK;
}

static void describe_text(const void *context, uint32_t code, struct trait *trait)
{
	trait->text = attribute_text(context, code - 1);
}

static void describe_boolean(const void *context, uint32_t code, struct trait *trait)
{
	(void)context;
	trait->low = code == 2;
}

/* ---- in bytes, by point */

bool traits_key_goes_by_points(const struct traits_maker *m, const struct narrow_key *key)
{
	return m->points.of != NULL && key->codes <= GATHERED_MAX + 1 &&
	       attribute_count(key->column) * 2 >= m->trials->count;
}

/* NULL and *own false: too few points have one; *e: or the limit of bytes. */
static uint8_t *gather_own(const struct traits_maker *m, const struct narrow_key *key, bool *own,
	err *e, struct why *why)
{
	uint8_t *bytes;

	*own = false;
	*e = OK;
	if (!traits_key_goes_by_points(m, key))
		return NULL;
	bytes = traits_bytes_create(m, why);
	if (bytes == NULL) {
		*e = ERR_LIMIT;
		return NULL;
	}
	unsigned most = (unsigned)key->codes - 2;
	*own = attribute_gather(key->column, &m->points.rows, most, bytes) * 2 >= m->trials->count;
	if (*own)
		return bytes;
	traits_bytes_free(m, bytes);
	return NULL;
}

/* ---- the whole */

/* *own: at least half of the points carry it; then only theirs are told, else nothing. */
static void find_own(
	const struct traits_maker *m, const struct narrow_key *key, uint16_t *code, bool *own)
{
	*own = false;
	if (attribute_count(key->column) * 2 < m->trials->count)
		return; /* too few values for that */
	struct reading *r = reading_create(m, key);
	*own = read_points(r, code) * 2 >= m->trials->count;
	free(r);
}

err traits_add_narrow(struct traits_maker *m, const struct narrow_key *key, struct why *why)
{
	struct family family = { .kind = key->is_text ? TRAIT_TEXT : TRAIT_BOOLEAN,
		.key = key->name,
		.codes = key->codes,
		.describe = key->is_text ? describe_text : describe_boolean,
		.context = key->column };
	err e;

	family.bytes = gather_own(m, key, &family.own, &e, why);
	if (e != OK || family.own)
		return e != OK ? e : traits_add_family(m, key->order, &family, why);
	if (m->question->own_only && traits_key_goes_by_points(m, key))
		return OK; /* too few are their own */
	family.narrow = traits_codes_create(m, why);
	if (family.narrow == NULL)
		return ERR_LIMIT;
	if (m->question->own_only)
		find_own(m, key, family.narrow, &family.own);
	else
		e = find_latest(m, key, family.narrow, &family.own, why);
	if (e == OK && (family.own || !m->question->own_only))
		return traits_add_family(m, key->order, &family, why);
	traits_codes_free(m, family.narrow);
	return e;
}
