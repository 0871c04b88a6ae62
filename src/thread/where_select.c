/* thread/where_select.c - the rows that meet conditions, by their columns; see where.h */
#include "thread/where_internal.h"

#include <stdlib.h>
#include <string.h>

/* One condition on its way. */
struct sieve {
	const struct attributes_view *view;
	const struct where *where;
	size_t rows;
	uint64_t *has, *meets, *ask;
};

static void set_bit(uint64_t *set, size_t row)
{
	set[row / 64] |= (uint64_t)1 << (row % 64);
}

static const struct attribute_column *column_of(const struct sieve *s, enum attribute_type type)
{
	enum attribute_field field;

	if (where_is_field(s->where, &field))
		return attributes_field(s->view, field, type);
	uint32_t key = attributes_find_key(s->view, s->where->key);
	return key == STRINGS_NONE ? NULL : attributes_column(s->view, key, type);
}

/* ---- a column: all its rows have the key; `accepts` says of a value what becomes of its row */

typedef bool accepts_fn(const struct sieve *s, const void *context, uint64_t value);

static void sift(const struct sieve *s, const struct attribute_column *column, accepts_fn *accepts,
	const void *context, uint64_t *into)
{
	struct attribute_cursor c;

	attribute_cursor_init(&c, column);
	while (attribute_next_block(&c))
		for (size_t i = 0; i < c.count && c.rows[i] < s->rows; i++) {
			set_bit(s->has, c.rows[i]);
			if (accepts(s, context, c.values[i]))
				set_bit(into, c.rows[i]);
		}
}

static bool accepts_code(const struct sieve *s, const void *codes, uint64_t value)
{
	(void)s;
	return ((const uint8_t *)codes)[value];
}

static bool accepts_equal(const struct sieve *s, const void *wanted, uint64_t value)
{
	(void)s;
	return value == *(const uint64_t *)wanted;
}

static bool accepts_all(const struct sieve *s, const void *nothing, uint64_t value)
{
	(void)s, (void)nothing, (void)value;
	return true;
}

static bool accepts_integer(const struct sieve *s, const void *nothing, uint64_t value)
{
	(void)nothing;
	return where_accepts(s->where->is, where_order_integer(s->where, attribute_integer(value)));
}

static bool accepts_float(const struct sieve *s, const void *nothing, uint64_t value)
{
	(void)nothing;
	return where_accepts(s->where->is, where_order_float(s->where, attribute_float(value)));
}

static bool accepts_boolean(const struct sieve *s, const void *nothing, uint64_t value)
{
	(void)nothing;
	return where_accepts(s->where->is, where_order_boolean(s->where, value != 0));
}

static bool accepts_ticks(const struct sieve *s, const void *nothing, uint64_t value)
{
	(void)nothing;
	return where_accepts(s->where->is, where_order_ticks(s->where, attribute_integer(value)));
}

/* Each text of the dictionary is compared once, not once a row. */
static void sift_texts(const struct sieve *s, const struct attribute_column *column)
{
	size_t count = attribute_distinct(column);
	uint8_t *codes = memory_alloc(count + 1);

	for (uint32_t code = 0; code < count; code++)
		codes[code] = where_accepts(
			s->where->is, where_order_text(s->where, attribute_text(column, code)));
	sift(s, column, accepts_code, codes, s->meets);
	free(codes);
}

static void sift_strings(const struct sieve *s, const struct attribute_column *column)
{
	bool equal = s->where->is == WHERE_EQUAL || s->where->is == WHERE_NOT_EQUAL;
	uint64_t code = equal ? attribute_code(column, s->where->text) : 0;

	if (s->where->is == WHERE_HAS)
		sift(s, column, accepts_all, NULL, s->meets);
	else if (equal) /* STRINGS_NONE is no row's code */
		sift(s, column, accepts_equal, &code, s->meets);
	else
		sift_texts(s, column);
}

/* Another hash is another text; the same hash must be looked at, and so must an order. */
static void sift_hashes(const struct sieve *s, const struct attribute_column *column)
{
	uint64_t hash = attributes_hash(s->view, s->where->text);

	if (s->where->is == WHERE_HAS)
		sift(s, column, accepts_all, NULL, s->meets);
	else if (s->where->is == WHERE_EQUAL || s->where->is == WHERE_NOT_EQUAL)
		sift(s, column, accepts_equal, &hash, s->ask);
	else
		sift(s, column, accepts_all, NULL, s->ask);
}

static void sift_columns(const struct sieve *s)
{
	static accepts_fn *const accepts[ATTRIBUTE_TYPE_COUNT] = {
		[ATTRIBUTE_INTEGER] = accepts_integer,
		[ATTRIBUTE_FLOAT] = accepts_float,
		[ATTRIBUTE_BOOLEAN] = accepts_boolean,
		[ATTRIBUTE_TIME] = accepts_ticks,
	};

	for (int t = 0; t < ATTRIBUTE_TYPE_COUNT; t++) {
		const struct attribute_column *column = column_of(s, (enum attribute_type)t);
		if (column == NULL)
			continue;
		if (t == ATTRIBUTE_STRING)
			sift_strings(s, column);
		else if (t == ATTRIBUTE_HASHED)
			sift_hashes(s, column);
		else
			sift(s, column, accepts[t], NULL, s->meets);
	}
}

static void ask_partial_rows(const struct sieve *s)
{
	struct attribute_cursor c;

	attribute_cursor_init(&c, attributes_partial(s->view));
	while (attribute_next_block(&c))
		for (size_t i = 0; i < c.count && c.rows[i] < s->rows; i++)
			set_bit(s->ask, c.rows[i]);
}

/* ---- conditions together */

/* A row that one value decides need not be asked. */
static void take_in(const struct sieve *s, struct where_rows *out)
{
	bool turned = s->where->is == WHERE_NOT_EQUAL;

	for (size_t i = 0; i < (s->rows + 63) / 64; i++) {
		uint64_t ask = s->ask[i] & ~s->meets[i];
		uint64_t yes = (turned ? s->has[i] & ~s->meets[i] : s->meets[i]) & ~ask;
		out->may[i] &= yes | ask;
		out->ask[i] |= ask;
	}
}

static void all_rows(uint64_t *set, size_t rows)
{
	memset(set, 0xff, (rows + 63) / 64 * sizeof(*set));
	if (rows % 64 != 0)
		set[rows / 64] = ((uint64_t)1 << (rows % 64)) - 1;
}

static void sift_condition(struct sieve *s, struct where_rows *out)
{
	enum attribute_field field;
	size_t bytes = (s->rows + 63) / 64 * sizeof(uint64_t);

	memset(s->has, 0, bytes);
	memset(s->meets, 0, bytes);
	memset(s->ask, 0, bytes);
	sift_columns(s);
	if (!where_is_field(s->where, &field))
		ask_partial_rows(s);
	take_in(s, out);
}

err where_select(const struct attributes_view *view, const struct where *conditions, size_t count,
	size_t rows, struct arena *arena, struct where_rows *out, struct why *why)
{
	size_t words = (rows + 63) / 64 + 1;
	struct where_rows found = { rows, arena_array(arena, words, 8),
		arena_array(arena, words, 8) };
	struct sieve s = { .view = view,
		.rows = rows,
		.has = arena_array(arena, words, 8),
		.meets = arena_array(arena, words, 8),
		.ask = arena_array(arena, words, 8) };

	if (found.may == NULL || found.ask == NULL || s.has == NULL || s.meets == NULL ||
		s.ask == NULL)
		return fail(why, MSG_WHERE_ROOM, arg_int((int64_t)arena_taken(arena)));
	all_rows(found.may, rows);
	if (view == NULL && count > 0)
		all_rows(found.ask, rows);
	for (size_t i = 0; view != NULL && i < count; i++) {
		s.where = &conditions[i];
		sift_condition(&s, &found);
	}
	for (size_t i = 0; i < words; i++)
		found.ask[i] &= found.may[i];
	*out = found;
	return OK;
}
