/* main/attribute_tally.c - see attribute_tally.h */
#include "main/attribute_tally.h"

#include <stdlib.h>

#include "main/store.h"

struct looking {
	const struct request *request;
	const struct attributes_view *view;
	str like; /* lower case */
	size_t texts_left, limit, count;
	struct attribute_tally rows[ATTRIBUTE_TALLY_ROWS_MAX];
};

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Letters of ASCII in any case; all others as they are. */
static bool holds(str text, str piece)
{
	for (size_t at = 0; at + piece.len <= text.len; at++) {
		size_t i = 0;
		while (i < piece.len && lower(text.ptr[at + i]) == piece.ptr[i])
			i++;
		if (i == piece.len)
			return true;
	}
	return piece.len == 0;
}

/* Kept in the order of their counts; the least goes when there is no more room. */
static void keep(struct looking *l, struct attribute_tally row)
{
	size_t at = l->count;

	while (at > 0 && l->rows[at - 1].count < row.count)
		at--;
	if (at == l->limit)
		return;
	if (l->count < l->limit)
		l->count++;
	memmove(&l->rows[at + 1], &l->rows[at], (l->count - at - 1) * sizeof(row));
	l->rows[at] = row;
}

static uint64_t values_of(const struct looking *l, uint32_t key)
{
	uint64_t sum = 0;

	for (size_t type = 0; type < ATTRIBUTE_TYPE_COUNT; type++) {
		const struct attribute_column *column =
			attributes_column(l->view, key, (enum attribute_type)type);
		sum += column == NULL ? 0 : attribute_count(column);
	}
	return sum;
}

static void count_codes(const struct attribute_column *column, uint64_t *counts)
{
	struct attribute_cursor cursor;

	attribute_cursor_init(&cursor, column);
	while (attribute_next_block(&cursor))
		for (size_t i = 0; i < cursor.count; i++)
			counts[cursor.values[i]]++;
}

/* The texts of one key that hold the piece. */
static void look_at_values(struct looking *l, uint32_t key)
{
	const struct attribute_column *column = attributes_column(l->view, key, ATTRIBUTE_STRING);
	size_t n = column == NULL ? 0 : attribute_distinct(column);
	uint64_t *counts = NULL;

	if (n > l->texts_left)
		n = l->texts_left;
	l->texts_left -= n;
	for (uint32_t code = 0; code < n; code++) {
		str text = attribute_text(column, code);
		if (!holds(text, l->like))
			continue;
		if (counts == NULL) {
			counts = memory_alloc(attribute_distinct(column) * sizeof(*counts));
			count_codes(column, counts);
		}
		keep(l, (struct attribute_tally){
				attributes_key(l->view, key), text, true, counts[code] });
	}
	free(counts);
}

static err look_at_all(struct looking *l, struct why *why)
{
	str only = request_text(l->request, "key");

	for (uint32_t key = 0; key < attributes_key_count(l->view); key++) {
		str name = attributes_key(l->view, key);
		if (request_cancelled(l->request))
			return fail(why, MSG_CANCELLED);
		if (only.len > 0 && !str_equal(name, only))
			continue;
		if (only.len == 0 && holds(name, l->like))
			keep(l, (struct attribute_tally){
					name, STR(""), false, values_of(l, key) });
		if (only.len > 0 || l->like.len > 0)
			look_at_values(l, key);
	}
	return OK;
}

static err copy_out(
	const struct looking *l, const struct attribute_tally **out, size_t *count, struct why *why)
{
	struct arena *arena = request_arena(l->request);
	struct attribute_tally *rows = arena_array(arena, l->count, sizeof(*rows));

	for (size_t i = 0; rows != NULL && i < l->count; i++) {
		rows[i] = l->rows[i];
		rows[i].key = arena_str(arena, rows[i].key);
		rows[i].value = arena_str(arena, rows[i].value);
		if (rows[i].key.ptr == NULL || rows[i].value.ptr == NULL)
			rows = NULL;
	}
	if (rows == NULL)
		return fail(why, MSG_NO_ROOM, arg_c("attributes"), arg_int((int64_t)l->count));
	*out = rows;
	*count = l->count;
	return OK;
}

static err look(struct looking *l, struct engine *engine, const struct attribute_tally **out,
	size_t *count, struct why *why)
{
	AUTO_SNAPSHOT snapshot = store_snapshot(l->request, engine);

	l->view = threads_view_attributes(snapshot_threads(snapshot));
	err e = l->view == NULL || l->limit == 0 ? OK : look_at_all(l, why);
	return e == OK ? copy_out(l, out, count, why) : e;
}

err attribute_tally(const struct request *request, struct sink *sink,
	const struct attribute_tally **out, size_t *count, struct why *why)
{
	struct looking *l = arena_alloc(request_arena(request), sizeof(*l));
	struct strbuf like = strbuf_in(request_arena(request), ATTRIBUTE_LIKE_BYTES_MAX);
	int64_t limit = request_number(request, "limit");
	struct engine *engine;

	strbuf_add_lower(&like, request_text(request, "like"));
	if (l == NULL || !strbuf_ok(&like))
		return fail(why, MSG_NO_ROOM, arg_c("like"), arg_int(ATTRIBUTE_LIKE_BYTES_MAX));
	l->request = request;
	l->view = NULL;
	l->like = (str){ like.ptr, like.len };
	l->texts_left = ATTRIBUTE_TALLY_TEXTS_MAX;
	l->count = 0;
	l->limit = (size_t)(limit < 0                          ? 0
			    : limit > ATTRIBUTE_TALLY_ROWS_MAX ? ATTRIBUTE_TALLY_ROWS_MAX
							       : limit);
	err e = store_open(request, sink, STORE_READ, &engine, why);
	if (e != OK)
		return e;
	e = look(l, engine, out, count, why);
	store_close(request, engine);
	return e;
}
