/* thread/threads.c - the writer's side of thread.h: rows as they come and go */
#include "thread/thread.h"

#include "base/load.h"
#include "base/random.h"
#include "thread/threads_internal.h"

#include <stdlib.h>
#include <string.h>

uint64_t threads_new_lineage(void)
{
	static _Atomic uint64_t last;

	return atomic_fetch_add_explicit(&last, 1, memory_order_relaxed) + 1;
}

/* They grow by every row, and are read by passes over one of them. */
void threads_choose_pages(struct threads *t)
{
	table_on_small_pages(t->time);
	table_on_small_pages(t->set);
	table_on_small_pages(t->kind);
	table_on_small_pages(t->flags);
}

struct threads *threads_create(void)
{
	struct threads *t = memory_alloc(sizeof(*t));
	uint64_t seed; /* names come from outside: nobody shall choose those that collide */

	secret_bytes(&seed, sizeof(seed));
	t->names = strings_create(seed);
	t->whats = strings_create(seed);
	t->sequences = table_create(sizeof(struct sequence_run));
	t->time = table_create(sizeof(int64_t));
	t->set = table_create(sizeof(uint32_t));
	t->kind = table_create(sizeof(uint32_t));
	t->flags = table_create(sizeof(uint8_t));
	threads_choose_pages(t);
	t->origins = table_create(sizeof(struct origin));
	t->latest = map64_create();
	t->lineage = threads_new_lineage();
	t->attributes = attributes_create();
	t->told = told_create();
	t->first = INT64_MAX;
	t->last = INT64_MIN;
	return t;
}

void threads_free(struct threads *t)
{
	if (t == NULL)
		return;
	strings_free(t->names);
	strings_free(t->whats);
	table_free(t->sequences);
	table_free(t->time);
	table_free(t->set);
	table_free(t->kind);
	table_free(t->flags);
	table_free(t->origins);
	map64_free(t->latest);
	attributes_free(t->attributes);
	told_free(t->told);
	thread_index_unref(t->base);
	for (size_t i = 0; i < t->run_count; i++)
		thread_index_unref(t->runs[i]);
	free(t);
}

void threads_skip_attributes(struct threads *t)
{
	attributes_free(t->attributes);
	t->attributes = NULL;
}

bool threads_has_attributes(const struct threads *t)
{
	return t->attributes != NULL;
}

size_t threads_attribute_bytes(const struct threads *t)
{
	return t->attributes == NULL ? 0 : attributes_resident_bytes(t->attributes);
}

size_t threads_told_bytes(const struct threads *t)
{
	return told_resident_bytes(t->told);
}

size_t threads_rows_left(const struct threads *t)
{
	return ROWS_MAX - threads_row_count(t);
}

uint32_t threads_name(struct threads *t, str name)
{
	struct recent_name *recent = &t->recent_name;

	if (recent->code > 0 && str_equal((str){ recent->text, recent->bytes }, name))
		return recent->code - 1;
	uint32_t code = strings_intern(t->names, name);
	recent->code = 0;
	if (code != STRINGS_NONE && name.len > 0 && name.len <= RECENT_TEXT_BYTES) {
		recent->code = code + 1;
		recent->bytes = (uint8_t)name.len;
		memcpy(recent->text, name.ptr, name.len);
	}
	return code;
}

/* ---- what happened: few pairs, and nearly always one seen before */

/* The first and last bytes tell names apart well enough.  Read at fixed widths that overlap: a
 * copy of as many bytes as there are would cost more than all the rest. */
static uint64_t ends_of(str text)
{
	if (text.len == 0)
		return 0;
	const char *end = text.ptr + text.len;
	if (text.len >= sizeof(uint64_t))
		return load64(text.ptr) ^ load64(end - 8) << 1 ^ text.len;
	if (text.len >= sizeof(uint32_t))
		return ((uint64_t)load32(text.ptr) << 32 | load32(end - 4)) ^ text.len;
	uint64_t first = (uint8_t)text.ptr[0], middle = (uint8_t)text.ptr[text.len / 2];
	return first << 24 ^ middle << 16 ^ (uint64_t)(uint8_t)end[-1] << 8 ^ text.len;
}

static size_t what_slot(str channel, str activity)
{
	uint64_t mixed = ends_of(channel) * 0x9e3779b97f4a7c15u ^ ends_of(activity);

	return (size_t)(mixed * 0xd6e8feb86659fd93u >> 32) % RECENT_WHATS;
}

static bool is_what(const struct recent_what *recent, str channel, str activity)
{
	const char *text = recent->text;

	return recent->code > 0 && str_equal((str){ text, recent->channel_bytes }, channel) &&
	       str_equal((str){ text + recent->channel_bytes, recent->activity_bytes }, activity);
}

static void note_what(struct recent_what *recent, str channel, str activity, uint32_t what)
{
	recent->code = 0;
	if (what == STRINGS_NONE || channel.len + activity.len > RECENT_TEXT_BYTES)
		return;
	recent->code = what + 1;
	recent->channel_bytes = (uint8_t)channel.len;
	recent->activity_bytes = (uint8_t)activity.len;
	if (channel.len > 0)
		memcpy(recent->text, channel.ptr, channel.len);
	if (activity.len > 0)
		memcpy(recent->text + channel.len, activity.ptr, activity.len);
}

uint32_t threads_what(struct threads *t, str channel, str activity)
{
	struct recent_what *recent = &t->recent_what[what_slot(channel, activity)];

	if (is_what(recent, channel, activity))
		return recent->code - 1;
	const uint32_t names[2] = { strings_intern(t->names, channel),
		strings_intern(t->names, activity) };
	uint32_t what = strings_intern(t->whats, (str){ (const char *)names, sizeof(names) });
	note_what(recent, channel, activity, what);
	return what;
}

static void push_u32(struct table *table, uint32_t n)
{
	*(uint32_t *)table_push(table) = n;
}

static uint8_t row_flags(const struct threads *t, uint32_t row)
{
	return *(const uint8_t *)table_at(t->flags, row);
}

static int64_t row_time(const struct threads *t, uint32_t row)
{
	return *(const int64_t *)table_at(t->time, row);
}

void threads_note_bounds(struct threads *t, int64_t time)
{
	t->first = MIN_OF(t->first, time);
	t->last = MAX_OF(t->last, time);
}

unsigned row_flags_of(const struct record *record, bool is_corrected)
{
	unsigned flags = (record->kind == RECORD_ENTITY ? ROW_ENTITY : 0u) |
			 (is_corrected ? ROW_CORRECTED : 0u);

	for (size_t i = 0; i < record->identifier_count; i++)
		flags |= record->identifiers[i].verified ? ROW_VERIFIED : 0u;
	return flags;
}

uint32_t threads_add(struct threads *t, const struct record *record, uint64_t origin, uint32_t set)
{
	uint32_t row = (uint32_t)threads_row_count(t);
	bool is_entity = record->kind == RECORD_ENTITY, is_corrected = origin != record->seq;
	int64_t time = record->has_time ? ticks_of(record->time) : INT64_MIN;

	ASSERT(is_entity || record->has_time);
	sequences_add(t->sequences, row, record->seq);
	*(int64_t *)table_push(t->time) = time;
	push_u32(t->set, set);
	push_u32(t->kind, threads_what(t, record->channel, record->activity));
	*(uint8_t *)table_push(t->flags) =
		(uint8_t)(row_flags_of(record, is_corrected) |
			  (told_add(t->told, row, record) ? ROW_TELLS : 0u));
	if (is_corrected) {
		*(struct origin *)table_push(t->origins) =
			(struct origin){ .seq = origin, .row = row };
		map64_put(t->latest, origin, row);
	}
	if (is_entity) {
		t->entities++;
	} else {
		t->events++;
		threads_note_bounds(t, time);
	}
	if (t->attributes != NULL)
		attributes_add(t->attributes, row, record);
	return row;
}

void threads_seek(struct threads *t, const struct record *records, size_t count)
{
	if (t->attributes != NULL)
		attributes_seek(t->attributes, records, count);
}

void threads_seek_end(struct threads *t)
{
	if (t->attributes != NULL)
		attributes_seek_end(t->attributes);
}

/* The correction that made this row; they too come in order of rows. */
static const struct origin *origin_entry(const struct threads *t, uint32_t row)
{
	size_t low = 0, high = table_count(t->origins);

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct origin *o = table_at(t->origins, middle);
		if (o->row < row)
			low = middle + 1;
		else
			high = middle;
	}
	return table_at(t->origins, low);
}

uint64_t threads_row_origin(const struct threads *t, uint32_t row)
{
	return (row_flags(t, row) & ROW_CORRECTED) ? origin_entry(t, row)->seq
						   : threads_row_seq(t, row);
}

uint32_t threads_row_of(const struct threads *t, uint64_t seq)
{
	uint32_t row;
	uint64_t latest;

	if (!sequences_find(t->sequences, threads_row_count(t), seq, &row))
		return ROW_NONE;
	if (map64_get(t->latest, threads_row_origin(t, row), &latest))
		row = (uint32_t)latest;
	return (row_flags(t, row) & ROW_HIDDEN) ? ROW_NONE : row;
}

void threads_hide(struct threads *t, uint32_t row)
{
	uint8_t flags = row_flags(t, row);

	ASSERT((flags & ROW_HIDDEN) == 0);
	*(uint8_t *)table_change(t->flags, row) = flags | ROW_HIDDEN;
	t->hidden++;
	if (flags & ROW_ENTITY) {
		t->entities--;
		return;
	}
	t->events--;
	int64_t time = row_time(t, row);
	t->bounds_stale |= time == t->first || time == t->last;
}

uint32_t threads_row_set(const struct threads *t, uint32_t row)
{
	return *(const uint32_t *)table_at(t->set, row);
}

int64_t threads_row_time(const struct threads *t, uint32_t row)
{
	return *(const int64_t *)table_at(t->time, row);
}

bool threads_row_is_hidden(const struct threads *t, uint32_t row)
{
	return (row_flags(t, row) & ROW_HIDDEN) != 0;
}

uint64_t threads_row_seq(const struct threads *t, uint32_t row)
{
	return sequences_at(t->sequences, row);
}

size_t threads_row_count(const struct threads *t)
{
	return table_count(t->time);
}

/* ---- publishing */

static void find_bounds(struct threads *t)
{
	t->first = INT64_MAX;
	t->last = INT64_MIN;
	for (uint32_t row = 0; row < threads_row_count(t); row++)
		if ((row_flags(t, row) & (ROW_HIDDEN | ROW_ENTITY)) == 0)
			threads_note_bounds(t, row_time(t, row));
	t->bounds_stale = false;
}

void threads_settle(struct threads *t)
{
	if (t->bounds_stale)
		find_bounds(t);
}

struct threads_view *threads_publish(struct threads *t, struct identity_view *identity)
{
	struct threads_view *view = memory_alloc(sizeof(*view));

	threads_settle(t);
	atomic_init(&view->references, 1);
	view->lineage = t->lineage;
	view->identity = identity_view_ref(identity);
	view->names = strings_publish(t->names);
	view->whats = strings_publish(t->whats);
	view->sequences = table_publish(t->sequences);
	view->time = table_publish(t->time);
	view->set = table_publish(t->set);
	view->kind = table_publish(t->kind);
	view->flags = table_publish(t->flags);
	view->origins = table_publish(t->origins);
	view->attributes = t->attributes == NULL ? NULL : attributes_publish(t->attributes);
	view->told = told_publish(t->told);
	view->base = thread_index_ref(t->base);
	view->indexed = t->base == NULL ? 0 : thread_index_rows_end(t->base);
	for (size_t i = 0; i < t->run_count; i++) {
		view->runs[i] = thread_index_ref(t->runs[i]);
		view->indexed = thread_index_rows_end(t->runs[i]);
	}
	view->run_count = t->run_count;
	view->rows = threads_row_count(t);
	view->events = t->events;
	view->entities = t->entities;
	view->hidden = t->hidden;
	view->first = t->first;
	view->last = t->last;
	atomic_init(&view->walk, NULL);
	return view;
}

/* ---- the index: the base renewed, or runs over what came since */

enum { RUN_ROWS = 4096, RUN_GROWTH = 4 };

static void drop_runs(struct threads *t, size_t from)
{
	while (t->run_count > from)
		thread_index_unref(t->runs[--t->run_count]);
}

static size_t rows_end(const struct thread_index *index) /* NULL: of no base */
{
	return index == NULL ? 0 : thread_index_rows_end(index);
}

static bool wants_base(size_t rows, const struct thread_index *base)
{
	size_t based = rows_end(base), since = rows - based;

	return since > BASE_ROWS_LEAST && since > based / BASE_SHARE;
}

bool threads_wants_base(const struct threads *t)
{
	return wants_base(threads_row_count(t), t->base);
}

/* The runs go: what they held behind the new base is indexed again when a run is next wanted. */
void threads_set_base(struct threads *t, struct thread_index *base)
{
	thread_index_unref(t->base);
	t->base = base;
	thread_index_adopt(base, t->lineage);
	drop_runs(t, 0);
}

void threads_drop_index(struct threads *t)
{
	drop_runs(t, 0);
	thread_index_unref(t->base);
	t->base = NULL;
	t->lineage = threads_new_lineage(); /* what is being built of before fits no more */
}

/* A run over what is in no index yet, and over the runs before it that are not RUN_GROWTH times
 * larger than all that follows them. */
static struct thread_index *build_run(const struct threads_view *view)
{
	size_t from = view->indexed, to = view->rows, run = view->run_count;

	if (to - from < RUN_ROWS)
		return NULL;
	while (run > 0) {
		size_t start = thread_index_rows_start(view->runs[run - 1]);
		if (from - start >= RUN_GROWTH * (to - from))
			break;
		from = start;
		run--;
	}
	return thread_index_build_run(view, from, to);
}

struct thread_index *threads_view_build_index(const struct threads_view *view)
{
	bool wanted = wants_base(view->rows, view->base);
	struct thread_index *base = wanted ? thread_index_grow_base(view, view->rows)
					   : thread_index_copy_base(view->base);

	if (base != NULL)
		return base;
	return wanted ? thread_index_build_base(view, view->rows, 1) : build_run(view);
}

/* How many runs end where the new one starts, or ROW_NONE if there is a gap or an overlap. */
static size_t runs_before(const struct threads *t, const struct thread_index *run)
{
	size_t from = thread_index_rows_start(run);

	if (from == rows_end(t->base))
		return 0;
	for (size_t i = 0; i < t->run_count; i++)
		if (thread_index_rows_end(t->runs[i]) == from)
			return i + 1;
	return ROW_NONE;
}

static bool put_run(struct threads *t, struct thread_index *run)
{
	size_t kept = runs_before(t, run);

	if (kept == ROW_NONE)
		return false;
	drop_runs(t, kept);
	ASSERT(t->run_count < RUNS_MAX);
	t->runs[t->run_count++] = run;
	return true;
}

/* Runs stand behind a base of the same rows as they stood behind the one before. */
static bool put_base(struct threads *t, struct thread_index *base)
{
	size_t end = rows_end(base), end_before = rows_end(t->base);

	if (end > end_before) {
		threads_set_base(t, base);
	} else if (end == end_before) {
		thread_index_unref(t->base);
		t->base = base;
	}
	return end >= end_before;
}

bool threads_put_index(struct threads *t, struct thread_index *index)
{
	bool fits = thread_index_lineage(index) == t->lineage;

	if (fits)
		fits = thread_index_is_base(index) ? put_base(t, index) : put_run(t, index);
	if (!fits)
		thread_index_unref(index);
	return fits;
}

bool threads_add_run(struct threads *t, const struct threads_view *view)
{
	struct thread_index *run = build_run(view);

	return run != NULL && put_run(t, run);
}
