/* main/source_tally.c - see source_tally.h */
#include "main/source_tally.h"

#include <stdlib.h>

#include "base/map64.h"
#include "main/store.h"
#include "main/whats_asked.h"

static const str unnamed = STR_INIT("..."); /* a source whose name no dictionary took */

struct tallying {
	const struct request *request;
	const struct threads_view *view;
	const struct attribute_column *names;
	enum source_tally_by by;
	uint8_t *wanted; /* of each what */
	int64_t since, until, day_ago, week_ago; /* ms */
	struct map64 *known; /* of a row's key: its place below */
	struct source_tally *rows; /* SOURCE_TALLY_ROWS_MAX */
	size_t count;
};

/* ---- which events */

static bool is_wanted(const struct tallying *t, const struct row *row)
{
	if ((row->flags & ROW_ENTITY) != 0 || !t->wanted[row->what])
		return false; /* an entity may have no time at all */
	int64_t ms = ms_of_ticks(row->time);
	return ms >= t->since && ms < t->until;
}

/* ---- counting */

static int64_t day_of(const struct tallying *t, int64_t ms)
{
	return t->by == TALLY_BY_DAY ? locale_day_number(request_locale(t->request), ms) : 0;
}

static uint64_t key_of(const struct tallying *t, uint32_t source, const struct row *row)
{
	uint32_t part = t->by == TALLY_BY_DAY        ? (uint32_t)day_of(t, ms_of_ticks(row->time))
			: t->by == TALLY_BY_ACTIVITY ? row->what
						     : 0;

	/* Codes are below ATTRIBUTE_DICTIONARY_MAX; a map has no place for 0. */
	return ((uint64_t)(source & INT32_MAX) << 32 | part) + 1;
}

static struct source_tally named(const struct tallying *t, uint32_t source, const struct row *row)
{
	struct source_tally tally = {
		.source = source == STRINGS_NONE ? unnamed : attribute_text(t->names, source),
		.day = day_of(t, ms_of_ticks(row->time)),
	};
	struct what what = threads_view_what(t->view, row->what);

	if (t->by == TALLY_BY_ACTIVITY) {
		tally.channel = threads_view_name(t->view, what.channel);
		tally.activity = threads_view_name(t->view, what.activity);
	}
	return tally;
}

/* NULL: there are too many. */
static struct source_tally *find(struct tallying *t, uint32_t source, const struct row *row)
{
	uint64_t key = key_of(t, source, row), at;

	if (map64_get(t->known, key, &at))
		return &t->rows[at];
	if (t->count == SOURCE_TALLY_ROWS_MAX)
		return NULL;
	t->rows[t->count] = named(t, source, row);
	map64_put(t->known, key, t->count);
	return &t->rows[t->count++];
}

static void add(const struct tallying *t, const struct row *row, struct source_tally *to)
{
	int64_t ms = ms_of_ticks(row->time);

	if ((row->flags & ROW_HIDDEN) != 0) {
		to->hidden++;
		return;
	}
	if (to->events == 0 || ms < to->first_ms)
		to->first_ms = ms;
	if (to->events == 0 || ms > to->last_ms)
		to->last_ms = ms;
	to->events++;
	to->last_day += ms > t->day_ago && ms <= request_now_ms(t->request);
	to->last_week += ms > t->week_ago && ms <= request_now_ms(t->request);
}

static bool is_of(const struct tallying *t, uint32_t source)
{
	str wanted = request_text(t->request, "source");

	return wanted.len == 0 ||
	       (source != STRINGS_NONE && str_equal(attribute_text(t->names, source), wanted));
}

static err count_column(struct tallying *t, enum attribute_type type, struct why *why)
{
	struct attribute_cursor cursor;
	const struct attribute_column *column =
		attributes_field(threads_view_attributes(t->view), FIELD_SOURCE, type);

	attribute_cursor_init(&cursor, column);
	while (attribute_next_block(&cursor)) {
		if (request_cancelled(t->request))
			return fail(why, MSG_CANCELLED);
		for (size_t i = 0; i < cursor.count; i++) {
			uint32_t source = type == ATTRIBUTE_STRING ? (uint32_t)cursor.values[i]
								   : STRINGS_NONE;
			struct row row = threads_view_row(t->view, cursor.rows[i]);
			if (!is_wanted(t, &row) || !is_of(t, source))
				continue;
			struct source_tally *to = find(t, source, &row);
			if (to == NULL)
				return fail(why, MSG_NO_ROOM, arg_c("sources"),
					arg_int(SOURCE_TALLY_ROWS_MAX));
			add(t, &row, to);
		}
	}
	return OK;
}

static err count_all(struct tallying *t, struct why *why)
{
	const struct attributes_view *attributes = threads_view_attributes(t->view);

	if (attributes == NULL)
		return OK;
	t->names = attributes_field(attributes, FIELD_SOURCE, ATTRIBUTE_STRING);
	err e = count_column(t, ATTRIBUTE_STRING, why);
	return e == OK ? count_column(t, ATTRIBUTE_HASHED, why) : e;
}

/* ---- the rows, for who asked */

static int compare(const void *a, const void *b)
{
	const struct source_tally *x = a, *y = b;
	int by_name = str_compare(x->source, y->source);

	if (by_name != 0)
		return by_name;
	if (x->day != y->day)
		return x->day < y->day ? -1 : 1;
	if (x->events != y->events)
		return x->events > y->events ? -1 : 1;
	int by_activity = str_compare(x->activity, y->activity);
	return by_activity != 0 ? by_activity : str_compare(x->channel, y->channel);
}

/* Names out of the snapshot, which is given back. */
static err keep(
	const struct tallying *t, const struct source_tally **out, size_t *count, struct why *why)
{
	struct arena *arena = request_arena(t->request);
	struct source_tally *rows = arena_array(arena, t->count, sizeof(*rows));

	for (size_t i = 0; rows != NULL && i < t->count; i++) {
		rows[i] = t->rows[i];
		rows[i].source = arena_str(arena, rows[i].source);
		rows[i].channel = arena_str(arena, rows[i].channel);
		rows[i].activity = arena_str(arena, rows[i].activity);
		if (rows[i].source.ptr == NULL || rows[i].channel.ptr == NULL ||
			rows[i].activity.ptr == NULL)
			rows = NULL;
	}
	if (rows == NULL)
		return fail(why, MSG_NO_ROOM, arg_c("sources"), arg_int((int64_t)t->count));
	qsort(rows, t->count, sizeof(*rows), compare);
	*out = rows;
	*count = t->count;
	return OK;
}

static err tally_engine(struct tallying *t, struct engine *engine, const struct source_tally **out,
	size_t *count, struct why *why)
{
	AUTO_SNAPSHOT snapshot = store_snapshot(t->request, engine);

	t->view = snapshot_threads(snapshot);
	t->known = map64_create();
	t->rows = memory_alloc(sizeof(*t->rows) * SOURCE_TALLY_ROWS_MAX);
	t->wanted = whats_asked(t->request, t->view);
	err e = count_all(t, why);
	if (e == OK)
		e = keep(t, out, count, why);
	free(t->wanted);
	free(t->rows);
	map64_free(t->known);
	return e;
}

err source_tally(const struct request *request, struct sink *sink, enum source_tally_by by,
	const struct source_tally **out, size_t *count, struct why *why)
{
	int64_t now = request_now_ms(request);
	struct tallying t = {
		.request = request,
		.by = by,
		.since = request_has(request, "since") ? request_time_ms(request, "since")
						       : INT64_MIN,
		.until = request_has(request, "until") ? request_time_ms(request, "until")
						       : INT64_MAX,
		.day_ago = now - DAY_MS,
		.week_ago = now - 7 * DAY_MS,
	};
	struct engine *engine;
	err e = store_open(request, sink, STORE_READ, &engine, why);

	if (e != OK)
		return e;
	e = tally_engine(&t, engine, out, count, why);
	store_close(request, engine);
	return e;
}
