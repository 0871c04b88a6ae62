/* journey/traits_keys.c - attributes as traits: for each trial the latest value at its point or
 * before; see traits.h
 *
 * A key's columns are read once, in order of rows.  A row's value goes to the first trial at or
 * behind it (rows->row), the latest row of a trial wins (its stamp), and what a trial has none
 * of, it takes from the customer's trial before it.  Keys of one type with few
 * values (most) go a shorter way: traits_narrow.c.
 */
#include "journey/traits_internal.h"

#include "base/glob.h"
#include "journey/quantile.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The value of a key for a trial: side by side, for a row's value goes to any trial. */
struct latest_value {
	uint64_t value;
	uint32_t stamp; /* + 1; 0: none */
	uint8_t type; /* enum attribute_type */
	bool is_own; /* it is of the trial's point */
	uint16_t unused;
};

/* The values of one key, one a trial. */
struct latest {
	struct latest_value *of;
	uint32_t *code; /* room for one a trial */
	size_t own; /* trials whose point has one */
};
_Static_assert(sizeof(struct latest_value) + sizeof(uint32_t) == TRAITS_ROOM_BYTES, "as rooms are");

struct keys_work {
	struct traits_maker *maker;
	const struct attributes_view *attributes;
	struct clocks *clocks;
	uint32_t order;
};

/* ---- reading */

static void offer(struct latest *l, uint32_t trial, uint32_t stamp, bool is_own, unsigned type,
	uint64_t value)
{
	struct latest_value *v = &l->of[trial];

	if (v->stamp > stamp)
		return;
	*v = (struct latest_value){
		.value = value, .stamp = stamp, .type = (uint8_t)type, .is_own = is_own
	};
}

static void read_column(const struct traits_maker *m, struct latest *l,
	const struct attribute_column *column, unsigned type)
{
	struct attribute_cursor *cursor = memory_alloc(sizeof(*cursor));
	size_t rows = threads_view_rows(journey_plan_view(m->plan));

	attribute_cursor_init(cursor, column);
	while (attribute_next_block(cursor))
		for (size_t i = 0; i < cursor->count; i++) {
			uint32_t row = cursor->rows[i];
			if (row >= rows)
				continue;
			struct trial_row at = m->rows.row[row];
			if (at.trial != 0)
				offer(l, at.trial - 1, (at.stamp & ~ROW_IS_POINT) + 1,
					(at.stamp & ROW_IS_POINT) != 0, type, cursor->values[i]);
		}
	free(cursor);
}

/* Every trial without a value of its own rows takes that of the trial before. */
static void hand_on(const struct traits_maker *m, struct latest *l)
{
	for (size_t i = 0; i < m->trials->count; i++)
		l->own += l->of[i].stamp != 0 && l->of[i].is_own;
	for (size_t i = 0; m->rows.any_before && i < m->trials->count; i++) {
		uint32_t trial = m->rows.in_order[i], before = m->rows.before[trial];
		struct latest_value *v = &l->of[trial];
		if (v->stamp != 0 || before == TRIAL_NONE || l->of[before].stamp == 0)
			continue;
		*v = (struct latest_value){
			.value = l->of[before].value, .stamp = 1, .type = l->of[before].type
		};
	}
}

/* ---- as families: codes from 1 */

struct codes {
	uint32_t *code;
	const struct attribute_column *column; /* TEXT */
	uint64_t first; /* NUMBER: value of code 1 */
	double edges[TRAITS_RANGES + 1];
	uint64_t *numbers; /* NUMBER: of each code - 1 */
	bool is_float;
};

static double number_of(uint64_t value, bool is_float)
{
	return is_float ? attribute_float(value) : (double)attribute_integer(value);
}

static void describe_text(const void *context, uint32_t code, struct trait *trait)
{
	const struct codes *c = context;

	trait->text = attribute_text(c->column, code - 1);
}

static void describe_boolean(const void *context, uint32_t code, struct trait *trait)
{
	(void)context;
	trait->low = code == 2;
}

static void describe_number(const void *context, uint32_t code, struct trait *trait)
{
	const struct codes *c = context;

	trait->low = number_of(c->numbers[code - 1], c->is_float);
}

static void describe_range(const void *context, uint32_t code, struct trait *trait)
{
	const struct codes *c = context;

	trait->low = c->edges[code - 1];
	trait->high = c->edges[code];
}

static bool counts_for(const struct latest *l, size_t t, unsigned type, bool own)
{
	const struct latest_value *v = &l->of[t];

	return v->stamp != 0 && v->type == type && (!own || v->is_own);
}

/* At most TRAITS_NUMBERS_MAX different ones; more than that: false. */
static bool find_numbers(const uint64_t *values, size_t count,
	uint64_t numbers[static TRAITS_NUMBERS_MAX], size_t *n)
{
	*n = 0;
	for (size_t i = 0; i < count; i++) {
		size_t at = 0;
		while (at < *n && numbers[at] < values[i])
			at++;
		if (at < *n && numbers[at] == values[i])
			continue;
		if (*n == TRAITS_NUMBERS_MAX)
			return false;
		memmove(numbers + at + 1, numbers + at, (*n - at) * sizeof(*numbers));
		numbers[at] = values[i];
		*n += 1;
	}
	return true;
}

/* The roundest number above `low` and not above `high`: of as few digits as can be. */
static double rounded_between(double low, double high)
{
	double power = ceil(log10(high - low)) + 1;

	for (int i = 0; i < 20; i++) {
		double unit = pow(10, power - i);
		double number = floor(high / unit) * unit;
		if (number > low)
			return number;
	}
	return high;
}

/* Edges at the quantiles, made round without going beyond a tenth of the values' range around. */
static size_t find_edges(uint64_t *values, size_t count, struct codes *c)
{
	double at[TRAITS_RANGES + 1];
	size_t n = 1;

	for (unsigned k = 0; k <= TRAITS_RANGES; k++)
		at[k] = number_of(
			select_value(values, count, (count - 1) * k / TRAITS_RANGES), c->is_float);
	c->edges[0] = -INFINITY;
	for (unsigned k = 1; k < TRAITS_RANGES; k++) {
		double below = at[k] - (at[k] - at[k - 1]) / 4;
		if (at[k] <= at[0] || (n > 1 && at[k] <= c->edges[n - 1]))
			continue;
		double edge = below < at[k] ? rounded_between(below, at[k]) : at[k];
		if (n == 1 || edge > c->edges[n - 1])
			c->edges[n++] = edge;
	}
	c->edges[n] = INFINITY;
	return n; /* ranges */
}

static err add_numbers(const struct keys_work *w, struct latest *l, struct family *family,
	unsigned type, uint32_t order, struct codes *c, struct why *why)
{
	size_t trials = w->maker->trials->count, count = 0, n = 0;
	uint64_t *values = memory_alloc((trials + 1) * sizeof(*values));
	uint64_t numbers[TRAITS_NUMBERS_MAX];

	for (size_t t = 0; t < trials; t++)
		if (counts_for(l, t, type, family->own) &&
			isfinite(number_of(l->of[t].value, type == ATTRIBUTE_FLOAT)))
			values[count++] = l->of[t].value;
	c->is_float = type == ATTRIBUTE_FLOAT;
	if (count == 0 || find_numbers(values, count, numbers, &n)) {
		c->numbers = numbers;
		family->kind = TRAIT_NUMBER;
		family->describe = describe_number;
		for (size_t t = 0; t < trials; t++)
			for (size_t k = 0; k < n; k++)
				if (counts_for(l, t, type, family->own) &&
					l->of[t].value == numbers[k])
					c->code[t] = (uint32_t)k + 1;
		family->codes = n + 1;
	} else {
		size_t ranges = find_edges(values, count, c);
		family->kind = TRAIT_RANGE;
		family->describe = describe_range;
		for (size_t t = 0; t < trials; t++) {
			if (!counts_for(l, t, type, family->own))
				continue;
			double x = number_of(l->of[t].value, c->is_float);
			for (size_t k = 0; isfinite(x) && k < ranges; k++)
				if (x >= c->edges[k] && x < c->edges[k + 1])
					c->code[t] = (uint32_t)k + 1;
		}
		family->codes = ranges + 1;
	}
	free(values);
	return traits_add_family(w->maker, order, family, why);
}

static err add_texts(const struct keys_work *w, struct latest *l, struct family *family,
	unsigned type, uint32_t order, struct codes *c, struct why *why)
{
	bool is_boolean = type == ATTRIBUTE_BOOLEAN;

	for (size_t t = 0; t < w->maker->trials->count; t++) {
		uint64_t value = is_boolean ? l->of[t].value != 0 : l->of[t].value;
		c->code[t] = counts_for(l, t, type, family->own) ? (uint32_t)value + 1 : 0;
	}
	family->kind = is_boolean ? TRAIT_BOOLEAN : TRAIT_TEXT;
	family->describe = is_boolean ? describe_boolean : describe_text;
	family->codes = is_boolean ? 3 : attribute_distinct(c->column) + 1;
	return traits_add_family(w->maker, order, family, why);
}

static err add_type(const struct keys_work *w, struct latest *l, str key, uint32_t order,
	unsigned type, const struct attribute_column *column, struct why *why)
{
	struct codes c = { .column = column, .code = l->code };
	struct family family = { .key = key,
		.own = l->own * 2 >= w->maker->trials->count,
		.wide = c.code,
		.context = &c };
	bool is_number = type == ATTRIBUTE_INTEGER || type == ATTRIBUTE_FLOAT;

	if (w->maker->question->own_only && !family.own)
		return OK;
	if (is_number)
		memset(c.code, 0, w->maker->trials->count * sizeof(*c.code));
	return (is_number ? add_numbers : add_texts)(w, l, &family, type, order, &c, why);
}

/* ---- one key */

static const enum attribute_type types_read[] = { ATTRIBUTE_STRING, ATTRIBUTE_HASHED,
	ATTRIBUTE_INTEGER, ATTRIBUTE_FLOAT, ATTRIBUTE_BOOLEAN };

static bool is_ignored(const struct traits_question *q, str key)
{
	for (size_t i = 0; q->ignore != NULL && i < q->ignore->count; i++)
		if (glob_fits(q->ignore->items[i], key))
			return true;
	return false;
}

static uint32_t order_of(const struct keys_work *w, uint32_t key, size_t type_at)
{
	return w->order + key * 8 + (uint32_t)type_at;
}

static err add_key(const struct keys_work *w, uint32_t key, struct latest *l, struct why *why)
{
	const struct traits_maker *m = w->maker;
	err e = OK;

	for (size_t i = 0; i < ARRAY_LEN(types_read); i++) {
		const struct attribute_column *column =
			attributes_column(w->attributes, key, types_read[i]);
		if (column != NULL)
			read_column(m, l, column, types_read[i]);
	}
	hand_on(m, l);
	for (size_t i = 0; e == OK && i < ARRAY_LEN(types_read); i++) {
		const struct attribute_column *column =
			attributes_column(w->attributes, key, types_read[i]);
		if (column != NULL && types_read[i] != ATTRIBUTE_HASHED)
			e = add_type(w, l, attributes_key(w->attributes, key), order_of(w, key, i),
				types_read[i], column, why);
	}
	return e;
}

/* Its only column, if it has few texts or booleans. */
static bool find_narrow(const struct keys_work *w, uint32_t key, struct narrow_key *out)
{
	const struct attribute_column *only = NULL;
	size_t at = 0;

	for (size_t i = 0; i < ARRAY_LEN(types_read); i++) {
		const struct attribute_column *column =
			attributes_column(w->attributes, key, types_read[i]);
		if (column == NULL || attribute_count(column) == 0)
			continue;
		if (only != NULL)
			return false;
		only = column;
		at = i;
	}
	if (only == NULL ||
		(types_read[at] != ATTRIBUTE_STRING && types_read[at] != ATTRIBUTE_BOOLEAN))
		return false;
	bool is_text = types_read[at] == ATTRIBUTE_STRING;
	*out = (struct narrow_key){ attributes_key(w->attributes, key), only, is_text,
		is_text ? attribute_distinct(only) + 1 : 3, order_of(w, key, at) };
	return out->codes <= NARROW_CODES_MAX;
}

/* ---- all keys */

static uint64_t values_of(const struct attributes_view *attributes, uint32_t key)
{
	uint64_t count = 0;

	for (size_t i = 0; i < ARRAY_LEN(types_read); i++) {
		const struct attribute_column *column =
			attributes_column(attributes, key, types_read[i]);
		if (column != NULL && types_read[i] != ATTRIBUTE_HASHED)
			count += attribute_count(column);
	}
	return count;
}

/* Where only points' own values are asked for: are there enough for half of them? */
static bool may_be_own(const struct keys_work *w, uint32_t key)
{
	const struct attribute_column *hashed =
		attributes_column(w->attributes, key, ATTRIBUTE_HASHED);
	uint64_t count =
		values_of(w->attributes, key) + (hashed == NULL ? 0 : attribute_count(hashed));

	return count * 2 >= w->maker->trials->count;
}

static bool is_asked(const struct keys_work *w, uint32_t key)
{
	return !is_ignored(w->maker->question, attributes_key(w->attributes, key)) &&
	       values_of(w->attributes, key) > 0 &&
	       (!w->maker->question->own_only || may_be_own(w, key));
}

static err work_wide_key(const struct keys_work *w, uint32_t key, struct why *why)
{
	size_t trials = w->maker->trials->count;
	char *room = traits_room_take(w->maker, why);

	if (room == NULL)
		return ERR_LIMIT;
	struct latest l = { .of = (struct latest_value *)(void *)room,
		.code = (uint32_t *)(void *)(room + trials * sizeof(*l.of)) };
	memset(room, 0, trials * sizeof(*l.of));
	err e = add_key(w, key, &l, why);
	traits_room_give(w->maker, room);
	return e;
}

static err work_key(const struct keys_work *w, size_t at, struct why *why)
{
	uint32_t key = (uint32_t)at;
	struct narrow_key narrow;

	if (!is_asked(w, key))
		return OK;
	return find_narrow(w, key, &narrow) ? traits_add_narrow(w->maker, &narrow, why)
					    : work_wide_key(w, key, why);
}

bool traits_keys_need_rows(const struct traits_maker *m)
{
	const struct attributes_view *attributes =
		threads_view_attributes(journey_plan_view(m->plan));
	const struct keys_work w = { .maker = (struct traits_maker *)(uintptr_t)m,
		.attributes = attributes };
	struct narrow_key narrow;

	for (uint32_t key = 0; attributes != NULL && key < attributes_key_count(attributes); key++)
		if (is_asked(&w, key) &&
			!(find_narrow(&w, key, &narrow) && traits_key_goes_by_points(m, &narrow)))
			return true;
	return false;
}

/* The clocks, then the keys. */
static err work_family(void *context, size_t at, struct why *why)
{
	const struct keys_work *w = context;

	return at < CLOCKS ? traits_clocks_add(w->clocks, at, why) : work_key(w, at - CLOCKS, why);
}

err traits_add_keys(struct traits_maker *m, uint32_t order, struct clocks *clocks, struct why *why)
{
	const struct attributes_view *attributes =
		threads_view_attributes(journey_plan_view(m->plan));
	size_t keys = attributes == NULL ? 0 : attributes_key_count(attributes);
	struct keys_work w = {
		.maker = m, .attributes = attributes, .order = order, .clocks = clocks
	};
	err e = journey_share_out(
		journey_plan_limits(m->plan), work_family, &w, CLOCKS + keys, why);

	traits_rooms_done(m);
	return e;
}
