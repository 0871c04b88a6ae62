/* tests/thread_threads_test.c - threads against a plain array that is sorted each time.
 *
 * Rows come, are corrected and hidden, customers merge and split; bases and runs are built from
 * any moment and put in place whenever.  Whatever the index, a thread is the same.
 */
#include "base/random.h"
#include "support/memory_file.h"
#include "test.h"
#include "thread/thread_walk.h"
#include "thread/threads_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 600, PEOPLE = 14, LIVES = 60, STEPS = 300, ARENA_BYTES = 1 << 20 };

struct plain_row {
	uint64_t seq, origin;
	int64_t time;
	uint32_t set;
	bool hidden, is_entity;
};

struct life {
	struct random random;
	struct identity *identity;
	struct threads *threads;
	struct plain_row rows[ROWS];
	size_t count;
	uint64_t seq;
	struct thread_index *pending; /* built from some earlier moment */
	bool is_grown, is_copy; /* the pending one */
	bool base_is_loaded; /* the present one */
	bool saw_base, saw_grown, saw_regrown, saw_copy, saw_run, saw_misfit;
};

static struct threads_view *publish(struct life *l)
{
	struct identity_view *identity = identity_publish(l->identity);
	struct threads_view *view = threads_publish(l->threads, identity);

	identity_view_unref(identity);
	return view;
}

/* ---- what happens */

static struct record_identifier person(struct life *l, char text[static 16])
{
	uint64_t who = random_below(&l->random, PEOPLE);

	(void)snprintf(text, 16, "p%u", (unsigned)who);
	return (struct record_identifier){ .type = who % 2 ? STR("email") : STR("cookie"),
		.value = str_of(text) };
}

static void add_row(struct life *l, uint64_t origin, bool is_entity)
{
	static const str channels[] = { STR_INIT("web"), STR_INIT("phone") };
	char texts[2][16];
	struct record_identifier ids[2];

	for (size_t i = 0; i < ARRAY_LEN(ids); i++)
		ids[i] = person(l, texts[i]);
	struct record record = { .kind = is_entity ? RECORD_ENTITY : RECORD_EVENT,
		.seq = ++l->seq,
		.has_time = true,
		.time = { .ms = (int64_t)random_below(&l->random, 40) - 20 },
		.channel = channels[random_below(&l->random, 2)],
		.activity = STR("step"),
		.identifiers = ids,
		.identifier_count = random_below(&l->random, 12) == 0 ? 2 : 1 };
	if (random_below(&l->random, 30) == 0)
		record.identifier_count = 0;
	uint32_t set = identity_set(l->identity, &record);
	uint32_t row = threads_add(l->threads, &record, origin > 0 ? origin : record.seq, set);
	CHECK("rows count up", row == l->count);
	l->rows[l->count++] = (struct plain_row){ .seq = record.seq,
		.origin = origin > 0 ? origin : record.seq,
		.time = ticks_of(record.time),
		.set = set,
		.is_entity = is_entity };
	if (set != IDENTITY_NO_CODE)
		identity_add(l->identity, set, record.seq, 0, record.time.ms);
}

static void hide_row(struct life *l, size_t i)
{
	threads_hide(l->threads, (uint32_t)i);
	l->rows[i].hidden = true;
	if (l->rows[i].set != IDENTITY_NO_CODE)
		identity_remove(l->identity, l->rows[i].set, ms_of_ticks(l->rows[i].time));
}

static void hide_or_correct(struct life *l)
{
	size_t i = random_below(&l->random, l->count + 1);

	if (i == l->count || l->rows[i].hidden)
		return;
	if (random_below(&l->random, 2) == 0)
		add_row(l, l->rows[i].origin, l->rows[i].is_entity);
	hide_row(l, i);
}

static void decide(struct life *l)
{
	static const str activities[] = { STR_INIT("link"), STR_INIT("unlink"),
		STR_INIT("forget") };
	char texts[2][16];
	struct record_identifier ids[2] = { person(l, texts[0]), person(l, texts[1]) };
	const struct record record = { .kind = RECORD_IDENTITY,
		.seq = ++l->seq,
		.activity = activities[random_below(&l->random, ARRAY_LEN(activities))],
		.identifiers = ids,
		.identifier_count = 2 };

	(void)identity_decide(l->identity, &record); /* with itself: nothing */
}

/* ---- indexes: built now, put in place later */

static void build_index(struct life *l)
{
	struct threads_view *view = publish(l);
	size_t end = threads_view_rows(view),
	       from = view->base == NULL ? 0 : thread_index_rows_end(view->base);

	thread_index_unref(l->pending);
	l->pending = NULL;
	l->is_grown = false;
	if (random_below(&l->random, 3) == 0)
		l->pending = thread_index_copy_base(view->base); /* of a loaded one */
	l->is_copy = l->pending != NULL;
	if (l->pending == NULL && random_below(&l->random, 3) == 0) {
		size_t most = from + random_below(&l->random, end - from + 1);
		l->pending = thread_index_grow_base(view, most);
		l->is_grown = l->pending != NULL;
	}
	if (l->pending == NULL && random_below(&l->random, 2) == 0) {
		size_t most = random_below(&l->random, end + 1);
		l->pending = thread_index_build_base(view, most, 1 + (unsigned)(most % 3));
	} else if (l->pending == NULL) {
		if (view->run_count > 0)
			from = thread_index_rows_end(
				view->runs[random_below(&l->random, view->run_count)]);
		if (from < end && view->run_count + 1 < RUNS_MAX)
			l->pending = thread_index_build_run(
				view, from, from + 1 + random_below(&l->random, end - from));
	}
	threads_view_unref(view);
}

static void put_index(struct life *l)
{
	if (l->pending == NULL || l->threads->run_count + 1 >= RUNS_MAX)
		return;
	bool is_base = thread_index_is_base(l->pending);
	bool fits = threads_put_index(l->threads, l->pending);
	l->pending = NULL;
	l->saw_base |= fits && is_base && !l->is_grown && !l->is_copy;
	l->saw_copy |= fits && l->is_copy && l->threads->run_count > 0;
	l->saw_grown |= fits && l->is_grown;
	l->saw_regrown |= fits && l->is_grown && l->base_is_loaded;
	l->base_is_loaded = l->base_is_loaded && !(fits && is_base);
	l->saw_run |= fits && !is_base;
	l->saw_misfit |= !fits;
}

/* ---- the oracle */

static int by_place(const void *a, const void *b)
{
	const struct plain_row *x = a, *y = b;

	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	return (x->origin > y->origin) - (x->origin < y->origin);
}

static size_t plain_thread(struct life *l, const struct threads_view *view, uint32_t customer,
	bool entities, struct plain_row *out)
{
	size_t count = 0;

	for (uint32_t i = 0; i < l->count; i++)
		if (!l->rows[i].hidden && l->rows[i].is_entity == entities &&
			threads_view_customer(view, i) == customer)
			out[count++] = l->rows[i];
	if (count > 0)
		qsort(out, count, sizeof(*out), by_place);
	return count;
}

static bool is_same(struct life *l, const struct threads_view *view, uint32_t customer,
	const struct plain_row *plain, size_t count, const uint32_t *rows, size_t got)
{
	(void)customer;
	if (got != count)
		return false;
	for (size_t i = 0; i < count; i++) {
		struct row row = threads_view_row(view, rows[i]);
		if (row.seq != plain[i].seq || row.origin != plain[i].origin ||
			l->rows[rows[i]].seq != row.seq)
			return false;
	}
	return true;
}

static bool customer_agrees(struct life *l, const struct threads_view *view, uint32_t customer)
{
	static struct plain_row plain[ROWS];
	AUTO_ARENA arena = arena_create(ARENA_BYTES);
	struct why why = { 0 };
	struct thread thread;
	const uint32_t *rows;
	size_t got, count = plain_thread(l, view, customer, false, plain);

	if (thread_of(view, customer, arena, &thread, &why) != OK ||
		!is_same(l, view, customer, plain, count, thread.row, thread.count))
		return false;
	for (size_t i = 0; i < count; i++)
		if (thread.time[i] != plain[i].time ||
			thread.what[i] != threads_view_row(view, thread.row[i]).what)
			return false;
	count = plain_thread(l, view, customer, true, plain);
	return entities_of(view, customer, arena, &rows, &got, &why) == OK &&
	       is_same(l, view, customer, plain, count, rows, got);
}

/* Against the thread as thread_of() tells it, of which only what lies between is wanted. */
static bool walked_agrees(const struct threads_view *view, const struct walked *walked,
	const struct thread_walker *walker)
{
	AUTO_ARENA arena = arena_create(16 * ARENA_BYTES);
	const struct thread *piece = &walked->thread, *tail = &walked->tail;
	unsigned columns = walker->columns;
	struct thread a;
	size_t n = 0;

	if (thread_of(view, walked->customer, arena, &a, NULL) != OK ||
		(tail->count > 0 && (piece->count == 0 || !walker->leaves_tails)))
		return false;
	for (size_t i = 0; i < a.count; i++) {
		if (a.time[i] < walker->since || a.time[i] >= walker->until)
			continue;
		if (n == piece->count && piece != tail) {
			piece = tail;
			n = 0;
		}
		if (n == piece->count || ((columns & WALK_TIME) && a.time[i] != piece->time[n]) ||
			((columns & WALK_WHAT) && a.what[i] != piece->what[n]) ||
			((columns & WALK_ROW) && a.row[i] != piece->row[n]))
			return false;
		n++;
	}
	return n == piece->count && (piece == tail || tail->count == 0);
}

/* What a walk left apart, of all that are looked at. */
static uint64_t tails_seen;

/* Everybody who exists, once.  `size` of the blocks; 0: ever another one. */
static bool walk_agrees(const struct threads_view *view, uint32_t size, bool leaves_tails,
	int64_t since, int64_t until)
{
	const struct identity_view *identity = threads_view_identity(view);
	uint32_t end = identity_customer_end(identity), customers = 0, next = 1;
	struct walked block[THREAD_WALK_BLOCK];
	struct thread_walker walker;
	bool same = true;

	thread_walker_init(&walker, thread_walk_of(view));
	walker.since = since;
	walker.until = until;
	walker.leaves_tails = leaves_tails;
	for (uint32_t from = 0, to; same && from < end; from = to, next = next * 3 % 64) {
		to = MIN_OF(from + (size == 0 ? next : size), end);
		walker.columns = WALK_ALL & (from / 64 + next);
		size_t count = thread_walk_block(&walker, from, to, block);
		for (size_t i = 0; same && i < count; i++) {
			same = block[i].customer >= from && block[i].customer < to &&
			       walked_agrees(view, &block[i], &walker);
			tails_seen += block[i].tail.count > 0;
		}
		customers += (uint32_t)count;
	}
	thread_walker_done(&walker);
	return same && customers == identity_customer_count(identity);
}

/* Whatever the blocks, the columns asked for, and the times. */
static bool walks_agree(const struct threads_view *view, int64_t since_ms, int64_t until_ms)
{
	static const uint32_t sizes[] = { 0, THREAD_WALK_BLOCK };
	int64_t since = since_ms * TICKS_PER_MS, until = until_ms * TICKS_PER_MS;
	bool same = true;

	for (size_t i = 0; i < 2 * ARRAY_LEN(sizes); i++) {
		uint32_t size = sizes[i / 2];
		bool tails = i % 2 == 1;
		same = same && walk_agrees(view, size, tails, INT64_MIN, INT64_MAX) &&
		       walk_agrees(view, size, tails, since, INT64_MAX) &&
		       walk_agrees(view, size, tails, INT64_MIN, until) &&
		       walk_agrees(view, size, tails, since, until);
	}
	return same;
}

static bool totals_agree(struct life *l, const struct threads_view *view)
{
	uint64_t events = 0, entities = 0;
	int64_t first = INT64_MAX, last = INT64_MIN, from = INT64_MAX, to = INT64_MIN;

	for (size_t i = 0; i < l->count; i++) {
		const struct plain_row *r = &l->rows[i];
		if (r->hidden)
			continue;
		entities += r->is_entity;
		events += !r->is_entity;
		if (r->is_entity)
			continue;
		first = MIN_OF(first, r->time);
		last = MAX_OF(last, r->time);
	}
	bool any = threads_view_bounds(view, &from, &to);
	return threads_view_events(view) == events && threads_view_entities(view) == entities &&
	       any == (events > 0) && from == first && to == last;
}

static bool agrees(struct life *l)
{
	struct threads_view *view = publish(l);
	const struct identity_view *identity = threads_view_identity(view);
	bool same = totals_agree(l, view) && threads_view_rows(view) == l->count;

	for (uint32_t c = 0; same && c < identity_customer_end(identity); c++)
		if (identity_customer(identity, c)->head != IDENTITY_NO_CODE)
			same = customer_agrees(l, view, c);
	for (uint32_t i = 0; same && i < l->count; i++) { /* the newest version, by any */
		uint32_t row = threads_row_of(l->threads, l->rows[i].seq), newest = ROW_NONE;
		for (uint32_t k = 0; k < l->count; k++)
			if (l->rows[k].origin == l->rows[i].origin && !l->rows[k].hidden)
				newest = k;
		same = row == newest;
	}
	same = same && walks_agree(view, -9, 6);
	threads_view_unref(view);
	return same;
}

static void reload(struct life *l, struct memory_file *file)
{
	struct strbuf index = strbuf_heap(1 << 20);
	struct threads *threads = NULL;
	struct identity *identity = NULL;
	struct why why = { 0 };
	struct table_store store = { .file = &file->file, .index = &index };

	struct saving *saving = saving_create();
	identity_save(l->identity, saving);
	threads_save(l->threads, saving);
	CHECK("saves", saving_write(saving, &store, &why) == OK);
	saving_free(saving);
	str left = strbuf_str(&index);
	CHECK("loads", identity_load(&file->file, &left, &identity, &why) == OK);
	CHECK("loads", threads_load(&file->file, &left, &threads, &why) == OK && left.len == 0);
	strbuf_done(&index);
	threads_free(l->threads);
	identity_free(l->identity);
	l->threads = threads;
	l->identity = identity;
	l->base_is_loaded = threads->base != NULL;
}

static void step(struct life *l)
{
	uint64_t roll = random_below(&l->random, 100);

	if (roll < 60 && l->count + 1 < ROWS)
		add_row(l, 0, random_below(&l->random, 10) == 0);
	else if (roll < 72 && l->count + 1 < ROWS)
		hide_or_correct(l);
	else if (roll < 80)
		decide(l);
	else if (roll < 90)
		build_index(l);
	else
		put_index(l);
}

static void live(struct life *l, const char *row)
{
	struct memory_file *file = memory_file_create();

	l->identity = identity_create();
	l->threads = threads_create();
	bool same = true;
	for (int i = 0; i < STEPS && same; i++) {
		step(l);
		same = i % 5 != 0 || agrees(l);
	}
	CHECK(row, same && agrees(l));
	reload(l, file);
	CHECK(row, agrees(l));
	if (l->pending != NULL) { /* of other threads by now, for all that it can know */
		CHECK(row, !threads_put_index(l->threads, l->pending));
		l->pending = NULL;
	}
	for (int i = 0; i < STEPS / 4 && same; i++) {
		step(l);
		same = i % 5 != 0 || agrees(l);
	}
	CHECK(row, same && agrees(l));
	thread_index_unref(l->pending);
	threads_free(l->threads);
	identity_free(l->identity);
	memory_file_free(file);
}

TEST(thread_of_is_a_sort_of_all_rows)
{
	bool base = false, grown = false, regrown = false, copy = false, run = false,
	     misfit = false;
	char row[32];

	for (uint64_t seed = 1; seed <= LIVES; seed++) {
		struct life *l = memory_alloc(sizeof(*l));
		(void)snprintf(row, sizeof(row), "seed %u", (unsigned)seed);
		l->random = random_of(seed);
		live(l, row);
		base |= l->saw_base;
		grown |= l->saw_grown;
		regrown |= l->saw_regrown;
		copy |= l->saw_copy;
		run |= l->saw_run;
		misfit |= l->saw_misfit;
		free(l);
	}
	CHECK("all met", base && grown && regrown && copy && run && misfit);
}

TEST(thread_of_nobody_and_without_room)
{
	struct life *l = memory_alloc(sizeof(*l));
	AUTO_ARENA arena = arena_create(64);
	struct why why = { 0 };
	struct thread thread;

	l->random = random_of(1);
	l->identity = identity_create();
	l->threads = threads_create();
	for (int i = 0; i < 100; i++)
		add_row(l, 0, false);
	struct threads_view *view = publish(l);
	CHECK("no such", thread_of(view, 100000, arena, &thread, &why) == ERR_NOT_FOUND);
	CHECK("no room",
		thread_of(view, threads_view_customer(view, 0), arena, &thread, &why) == ERR_LIMIT);
	threads_view_unref(view);
	CHECK("rows left", threads_rows_left(l->threads) == ROWS_MAX - 100);
	threads_free(l->threads);
	identity_free(l->identity);
	free(l);
}

/* ---- a base of many rows, which is made range by range */

enum { MANY_ROWS = 70000, MANY_PEOPLE = 3000 };

/* Of person 0 every third row; of the last one none. */
static uint32_t some_person(struct random *random)
{
	return random_below(random, 3) == 0 ? 0 : (uint32_t)random_below(random, MANY_PEOPLE - 1);
}

static void add_many(
	struct threads *threads, struct identity *identity, struct entry *rows, uint32_t *people)
{
	struct random random = random_of(5);

	for (size_t i = 0; i < MANY_ROWS; i++) {
		char text[16];
		people[i] = i < MANY_PEOPLE - 1 ? (uint32_t)i : some_person(&random);
		(void)snprintf(text, sizeof(text), "p%u", (unsigned)people[i]);
		struct record_identifier id = { .type = STR("cookie"), .value = str_of(text) };
		struct record record = { .kind = RECORD_EVENT,
			.seq = i + 1,
			.has_time = true,
			.time = { .ms = (int64_t)random_below(&random, 500) },
			.channel = STR("web"),
			.activity = random_below(&random, 2) == 0 ? STR("call") : STR("step"),
			.identifiers = &id,
			.identifier_count = random_below(&random, 50) == 0 ? 0 : 1 };
		uint32_t set = identity_set(identity, &record);
		(void)threads_add(threads, &record, record.seq, set);
		if (set == IDENTITY_NO_CODE)
			people[i] = MANY_PEOPLE;
		else
			identity_add(identity, set, record.seq, 0, record.time.ms);
		rows[i] = (struct entry){
			.time = ticks_of(record.time), .origin = record.seq, .row = (uint32_t)i
		};
	}
}

/* The slice against the rows of a person, sorted. */
static bool is_slice(const struct thread_index *base, const struct threads_view *view, str text,
	struct entry *own, size_t count)
{
	uint32_t identifier = identity_find(view->identity, text);
	struct thread slice = { .count = 0 };

	if (identifier != IDENTITY_NO_CODE)
		slice = thread_index_slice(base, identifier, false);
	entries_sort(own, count);
	bool same = slice.count == count;
	for (size_t i = 0; same && i < count; i++)
		same = slice.row[i] == own[i].row && slice.time[i] == own[i].time &&
		       slice.what[i] == view_u32(view->kind, own[i].row);
	return same;
}

struct many {
	struct identity *identity;
	struct threads *threads;
	struct entry *rows;
	uint32_t *people; /* of each row */
	struct identity_view *published;
	struct threads_view *view; /* without an index */
};

static struct many many_begin(void)
{
	struct many m = { .identity = identity_create(),
		.threads = threads_create(),
		.rows = memory_alloc(MANY_ROWS * sizeof(*m.rows)),
		.people = memory_alloc(MANY_ROWS * sizeof(*m.people)) };

	add_many(m.threads, m.identity, m.rows, m.people);
	m.published = identity_publish(m.identity);
	m.view = threads_publish(m.threads, m.published);
	return m;
}

static void many_end(struct many *m)
{
	threads_view_unref(m->view);
	identity_view_unref(m->published);
	threads_free(m->threads);
	identity_free(m->identity);
	free(m->rows);
	free(m->people);
}

/* Most customers lie whole in the base, and many of them have later rows: all of them later events,
 * or not. */
TEST(walks_of_many_are_their_threads)
{
	enum { BASED = MANY_ROWS - 6000, RUN = MANY_ROWS - 100 };
	struct many m = many_begin();

	threads_set_base(m.threads, thread_index_build_base(m.view, BASED, 1));
	CHECK("a run too",
		threads_put_index(m.threads, thread_index_build_run(m.view, BASED, RUN)));
	struct threads_view *view = threads_publish(m.threads, m.published);
	uint64_t before = tails_seen;
	CHECK("some", walks_agree(view, 100, 300));
	CHECK("left apart", tails_seen > before);
	CHECK("hardly anything", walks_agree(view, 490, 491));
	CHECK("nothing", walks_agree(view, 600, -1));
	threads_view_unref(view);
	many_end(&m);
}

TEST(base_of_many_rows_is_a_sort_of_them)
{
	struct many m = many_begin();
	struct entry *own = memory_alloc(MANY_ROWS * sizeof(*own));
	struct thread_index *base = thread_index_build_base(m.view, MANY_ROWS, 1);
	struct thread_index *by_three = thread_index_build_base(m.view, MANY_ROWS, 3);

	for (uint32_t person = 0; person < MANY_PEOPLE; person++) {
		char text[32];
		size_t count = 0;
		if (person > 60 && person < MANY_PEOPLE - 60 && person % 17 != 0)
			continue; /* each looks at all rows */
		for (size_t i = 0; i < MANY_ROWS; i++)
			if (m.people[i] == person)
				own[count++] = m.rows[i];
		int len = snprintf(text, sizeof(text), "cookie:p%u", (unsigned)person);
		CHECK(text, is_slice(base, m.view, (str){ text, (size_t)len }, own, count));
		CHECK(text, is_slice(by_three, m.view, (str){ text, (size_t)len }, own, count));
	}
	thread_index_unref(by_three);
	thread_index_unref(base);
	free(own);
	many_end(&m);
}

TEST(ticks_are_told_as_the_millisecond_they_lie_in)
{
	static const struct {
		int64_t ticks, ms;
	} rows[] = { { 0, 0 }, { 1, 0 }, { 9999, 0 }, { 10000, 1 }, { -1, -1 }, { -10000, -1 },
		{ -10001, -2 }, { INT64_MAX, INT64_MAX / 10000 },
		{ INT64_MIN, INT64_MIN / 10000 - 1 } /* "never", which nobody should ask */ };

	CHECK("ticks", TICKS_PER_MS == 10000);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		CHECK("ms", ms_of_ticks(rows[i].ticks) == rows[i].ms);
}
