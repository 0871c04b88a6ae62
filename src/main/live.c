/* main/live.c - see live.h */
#include "main/live.h"

#include <stdlib.h>

#include "base/json.h"
#include "base/timestamp.h"
#include "desk/tokens.h"
#include "desk/users.h"
#include "engine/waiting.h"
#include "main/live_changes.h"

enum {
	FRAME_BYTES_MAX = 64 << 10,
	WHO_ARENA_BYTES = 64 << 10,
	LIVE_CATCH_UP_MAX = 5000, /* records since a Last-Event-ID that are looked through */
};

/* One identifier that a stream asked for, and who he was when it was last looked at. */
struct watched {
	str text; /* behind the array */
	uint32_t customer, members;
};

struct live_stream {
	struct http_stream base; /* first: libmicrohttpd's face of it */
	struct live *live;
	struct http_exchange *x;
	struct live_stream *next, *previous;
	struct strbuf pending; /* what the client has not read; no memory while there is none */
	size_t at; /* of it, what he has read */
	bool ended;
	bool imports, by_session;
	char *credential;
	uint64_t seen_seq; /* he knows all below */
	bool is_new; /* his customers were not looked at yet */
	struct watched *watched; /* on the heap, texts behind */
	size_t watched_count;
};

struct live {
	struct house *house;
	struct desk *desk;
	pthread_t thread;
	pthread_mutex_t lock; /* all below, and all of a stream */
	pthread_cond_t change;
	struct live_stream *streams;
	size_t count;
	bool is_stopping, has_new;
	/* the thread's own */
	uint64_t end_seq, desk_version;
	struct house_import import;
	int64_t beat_ms;
};

static int64_t ticks_ms(void)
{
	return clock_real()->ticks_ns(clock_real()) / 1000000;
}

/* ---- a stream, emptied by a worker */

static int64_t stream_read(struct http_stream *base, char *to, size_t bytes)
{
	struct live_stream *s = (struct live_stream *)base;

	mutex_lock(&s->live->lock);
	size_t count = MIN_OF(bytes, s->pending.len - s->at);
	if (count > 0)
		memcpy(to, s->pending.ptr + s->at, count);
	s->at += count;
	if (count > 0 && s->at == s->pending.len) {
		strbuf_done(&s->pending);
		s->pending = strbuf_heap(LIVE_PENDING_BYTES_MAX);
		s->at = 0;
	}
	int64_t got = count == 0 && s->ended ? HTTP_STREAM_END : (int64_t)count;
	mutex_unlock(&s->live->lock);
	return got;
}

static void stream_free(struct live_stream *s)
{
	strbuf_done(&s->pending);
	if (s->credential != NULL)
		secret_wipe(s->credential, strlen(s->credential));
	free(s->credential);
	free(s->watched);
	free(s);
}

static void stream_close(struct http_stream *base)
{
	struct live_stream *s = (struct live_stream *)base;
	struct live *live = s->live;

	mutex_lock(&live->lock);
	if (s->previous != NULL)
		s->previous->next = s->next;
	else
		live->streams = s->next;
	if (s->next != NULL)
		s->next->previous = s->previous;
	live->count--;
	condition_wake_all(&live->change);
	mutex_unlock(&live->lock);
	stream_free(s);
}

/* ---- filled, with the lock held */

static void end_stream(struct live_stream *s, const char *reason)
{
	if (s->ended)
		return;
	strbuf_printf(&s->pending, "event: end\ndata: {\"reason\":\"%s\"}\n\n", reason);
	s->ended = true;
	http_stream_wake(s->x);
}

/* What waits is given up for the word why. */
static void drop_slow(struct live_stream *s)
{
	strbuf_done(&s->pending);
	s->pending = strbuf_heap(LIVE_PENDING_BYTES_MAX);
	s->at = 0;
	end_stream(s, "slow");
}

static void add(struct live_stream *s, str frame)
{
	if (s->ended)
		return;
	if (s->pending.len + frame.len > LIVE_PENDING_BYTES_MAX) {
		drop_slow(s);
		return;
	}
	bool was_empty = s->pending.len == 0;
	strbuf_add(&s->pending, frame);
	if (was_empty) /* else its worker is on the way, or the client does not read */
		http_stream_wake(s->x);
}

/* ---- frames */

static void begin_frame(struct strbuf *out, const char *event, uint64_t end_seq)
{
	strbuf_clear(out);
	strbuf_printf(out, "id: %llu\nevent: %s\ndata: ", (unsigned long long)(end_seq - 1), event);
}

static void frame_epoch(const struct snapshot *snapshot, struct strbuf *out)
{
	struct json_writer w = json_writer_of(out, JSON_COMPACT);

	begin_frame(out, "epoch", snapshot_end_seq(snapshot));
	json_put_object(&w);
	json_member_uint(&w, "epoch", snapshot_epoch(snapshot));
	json_member_uint(&w, "sequence", snapshot_end_seq(snapshot) - 1);
	json_member_uint(&w, "events", threads_view_events(snapshot_threads(snapshot)));
	json_put_end(&w);
	strbuf_add_c(out, "\n\n");
}

static void frame_import(const struct house_import *import, struct strbuf *out)
{
	struct json_writer w = json_writer_of(out, JSON_COMPACT);

	strbuf_clear(out);
	strbuf_add_c(out, "event: import\ndata: ");
	json_put_object(&w);
	json_member_uint(&w, "number", import->number);
	json_member_string(&w, "state",
		import->is_running ? STR("running")
		: import->failed   ? STR("failed")
				   : STR("done"));
	json_member_uint(&w, "bytes", import->bytes);
	json_put_key(&w, STR("total"));
	if (import->total > 0)
		json_put_uint(&w, import->total);
	else
		json_put_null(&w);
	json_member_uint(&w, "records", import->records);
	json_put_end(&w);
	strbuf_add_c(out, "\n\n");
}

/* ---- customers that a stream asked for */

static uint32_t members_of(const struct snapshot *snapshot, uint32_t customer)
{
	return customer == CUSTOMER_NONE
		       ? 0
		       : identity_customer(snapshot_identity(snapshot), customer)->members;
}

/* Looks at him; has he changed? */
static bool look_at(struct watched *w, const struct snapshot *snapshot,
	const struct live_changes *changes, bool first)
{
	uint32_t customer = snapshot_customer_of(snapshot, w->text);
	uint32_t members = members_of(snapshot, customer);
	bool other = !first && (customer != w->customer || members != w->members);

	w->customer = customer;
	w->members = members;
	return other || live_changes_has(changes, customer);
}

static void tell_customers(struct live_stream *s, const struct snapshot *snapshot,
	const struct live_changes *changes, struct strbuf *out)
{
	struct json_writer w = json_writer_of(out, JSON_COMPACT);
	size_t changed = 0;

	begin_frame(out, "customers", snapshot_end_seq(snapshot));
	json_put_object(&w);
	json_put_key(&w, STR("customers"));
	json_put_array(&w);
	for (size_t i = 0; i < s->watched_count; i++)
		if (look_at(&s->watched[i], snapshot, changes, s->is_new)) {
			json_put_string(&w, s->watched[i].text);
			changed++;
		}
	json_put_end(&w);
	json_put_end(&w);
	strbuf_add_c(out, "\n\n");
	if (changed > 0)
		add(s, strbuf_str(out));
}

/* ---- a round */

struct round {
	struct snapshot *snapshot;
	struct live_changes changes; /* since the last round */
	bool has_changes;
	struct strbuf frame, own;
};

static bool is_watching(const struct live *live)
{
	for (const struct live_stream *s = live->streams; s != NULL; s = s->next)
		if (s->watched_count > 0 && !s->is_new)
			return true;
	return false;
}

/* Who came with a Last-Event-ID is told of what changed since. */
static void welcome(struct live *live, struct live_stream *s, struct round *r)
{
	uint64_t end_seq = snapshot_end_seq(r->snapshot);
	struct live_changes since = { 0 };

	add(s, STR("retry: 2000\n\n"));
	if (s->watched_count > 0) {
		uint64_t from_seq = s->seen_seq == 0 ? end_seq : s->seen_seq + 1;
		live_changes_of(
			live->house->engine, r->snapshot, MIN_OF(from_seq, end_seq), &since);
		since.all |= end_seq - MIN_OF(from_seq, end_seq) > LIVE_CATCH_UP_MAX;
		tell_customers(s, r->snapshot, &since, &r->own);
		live_changes_done(&since);
	}
	add(s, strbuf_str(&r->frame));
	s->is_new = false;
}

static void tell_epoch(struct live *live, struct round *r)
{
	bool is_news = snapshot_end_seq(r->snapshot) != live->end_seq;

	frame_epoch(r->snapshot, &r->frame);
	for (struct live_stream *s = live->streams; s != NULL; s = s->next) {
		if (s->is_new) {
			welcome(live, s, r);
			continue;
		}
		if (!is_news)
			continue;
		if (s->watched_count > 0)
			tell_customers(s, r->snapshot, &r->changes, &r->own);
		add(s, strbuf_str(&r->frame));
	}
	live->end_seq = snapshot_end_seq(r->snapshot);
}

static bool is_same(const struct house_import *a, const struct house_import *b)
{
	return a->number == b->number && a->bytes == b->bytes && a->total == b->total &&
	       a->records == b->records && a->is_running == b->is_running && a->failed == b->failed;
}

static void tell_import(struct live *live, struct round *r)
{
	struct house_import now = house_import(live->house);

	if (is_same(&now, &live->import))
		return;
	live->import = now;
	frame_import(&now, &r->frame);
	for (struct live_stream *s = live->streams; s != NULL; s = s->next)
		if (s->imports)
			add(s, strbuf_str(&r->frame));
}

static bool beat(struct live *live)
{
	if (ticks_ms() - live->beat_ms < LIVE_BEAT_MS)
		return false;
	live->beat_ms = ticks_ms();
	for (struct live_stream *s = live->streams; s != NULL; s = s->next)
		add(s, STR(": here\n\n"));
	return true;
}

static bool still_may(struct live *live, const struct live_stream *s, struct arena *arena)
{
	struct token token;
	bool holds = false;

	if (s->by_session)
		return session_holds(live->desk, str_of(s->credential), &holds, NULL) != OK ||
		       holds;
	arena_reset(arena);
	return token_find(live->desk, str_of(s->credential), arena, &token, NULL) != ERR_DENIED;
}

/* When something changed in the desk, or a time may have run out: whoever is shut out loses his
 * streams too. */
static void check_who(struct live *live, bool is_beat)
{
	AUTO_ARENA arena = arena_create(WHO_ARENA_BYTES);
	uint64_t version;

	if (desk_version(live->desk, &version, NULL) != OK ||
		(version == live->desk_version && !is_beat))
		return;
	live->desk_version = version;
	for (struct live_stream *s = live->streams; s != NULL; s = s->next)
		if (!s->ended && !still_may(live, s, arena))
			end_stream(s, "signed-out");
}

static void do_round(struct live *live)
{
	struct round r = { .snapshot = writer_snapshot(live->house->writer),
		.frame = strbuf_heap(FRAME_BYTES_MAX),
		.own = strbuf_heap(FRAME_BYTES_MAX) };

	mutex_lock(&live->lock);
	bool watching = is_watching(live);
	live->has_new = false;
	mutex_unlock(&live->lock);
	if (watching) /* the long part, outside of the lock */
		live_changes_of(live->house->engine, r.snapshot, live->end_seq, &r.changes);
	else
		r.changes = (struct live_changes){ .all = true, .customers = map64_create() };
	mutex_lock(&live->lock);
	tell_epoch(live, &r);
	tell_import(live, &r);
	check_who(live, beat(live));
	mutex_unlock(&live->lock);
	live_changes_done(&r.changes);
	snapshot_unref(r.snapshot);
	strbuf_done(&r.frame);
	strbuf_done(&r.own);
}

/* ---- the thread */

static void rest_for(struct live *live, int64_t ms)
{
	const struct deadline until = deadline_in(ms);

	mutex_lock(&live->lock);
	while (!live->is_stopping && !live->has_new &&
		condition_wait(&live->change, &live->lock, &until)) {
	}
	mutex_unlock(&live->lock);
}

/* False: it shall stop. */
static bool wait_for_listeners(struct live *live)
{
	mutex_lock(&live->lock);
	while (live->streams == NULL && !live->is_stopping) {
		const struct deadline until = deadline_in(WAIT_FOREVER);
		(void)condition_wait(&live->change, &live->lock, &until);
	}
	bool goes_on = !live->is_stopping;
	mutex_unlock(&live->lock);
	return goes_on;
}

static void wait_for_news(struct live *live)
{
	struct snapshot *snapshot;

	mutex_lock(&live->lock);
	bool has_new = live->has_new;
	mutex_unlock(&live->lock);
	if (!has_new && writer_await(live->house->writer, live->end_seq, LIVE_LOOK_MS, &snapshot,
				NULL) == OK)
		snapshot_unref(snapshot);
}

static void *run(void *context)
{
	struct live *live = context;

	while (wait_for_listeners(live)) {
		wait_for_news(live);
		do_round(live);
		rest_for(live, LIVE_GAP_MS);
	}
	return NULL;
}

/* ---- life */

struct live *live_create(struct house *house, struct desk *desk)
{
	struct live *live = memory_alloc(sizeof(*live));
	struct snapshot *now = writer_snapshot(house->writer);

	live->house = house;
	live->desk = desk;
	live->end_seq = snapshot_end_seq(now);
	snapshot_unref(now);
	mutex_init(&live->lock);
	condition_init(&live->change);
	int code = pthread_create(&live->thread, NULL, run, live);
	ASSERT(code == 0);
	(void)pthread_setname_np(live->thread, "live");
	return live;
}

void live_stop(struct live *live)
{
	mutex_lock(&live->lock);
	bool stops = !live->is_stopping;
	live->is_stopping = true;
	for (struct live_stream *s = live->streams; s != NULL; s = s->next)
		end_stream(s, "stopping");
	condition_wake_all(&live->change);
	mutex_unlock(&live->lock);
	if (!stops)
		return;
	int code = pthread_join(live->thread, NULL);
	ASSERT(code == 0);
}

void live_free(struct live *live)
{
	ASSERT(live->streams == NULL); /* the HTTP server has closed them */
	condition_done(&live->change);
	mutex_done(&live->lock);
	free(live);
}

static void copy_customers(struct live_stream *s, const struct live_wish *wish)
{
	size_t bytes = 0, texts = wish->customer_count * sizeof(*s->watched);

	for (size_t i = 0; i < wish->customer_count; i++)
		bytes += wish->customers[i].len;
	if (wish->customer_count == 0)
		return;
	s->watched = memory_alloc(texts + bytes + 1);
	char *at = (char *)s->watched + texts;
	for (size_t i = 0; i < wish->customer_count; i++) {
		memcpy(at, wish->customers[i].ptr, wish->customers[i].len);
		s->watched[i] = (struct watched){ .text = { at, wish->customers[i].len },
			.customer = CUSTOMER_NONE };
		at += wish->customers[i].len;
	}
	s->watched_count = wish->customer_count;
}

static struct live_stream *stream_create(
	struct live *live, struct http_exchange *x, const struct live_wish *wish)
{
	struct live_stream *s = memory_alloc(sizeof(*s));

	s->base = (struct http_stream){ stream_read, stream_close };
	s->live = live;
	s->x = x;
	s->pending = strbuf_heap(LIVE_PENDING_BYTES_MAX);
	s->imports = wish->imports;
	s->by_session = wish->by_session;
	s->seen_seq = wish->seen_seq;
	s->is_new = true;
	s->credential = memory_alloc(wish->credential.len + 1);
	memcpy(s->credential, wish->credential.ptr, wish->credential.len);
	copy_customers(s, wish);
	return s;
}

/* Under the lock until it is answered: the thread finds only streams that can be woken. */
static err enlist(struct live *live, struct live_stream *s, struct why *why)
{
	if (live->count >= LIVE_STREAMS_MAX || live->is_stopping)
		return fail(why, MSG_LIVE_FULL, arg_int((int64_t)live->count));
	s->next = live->streams;
	if (s->next != NULL)
		s->next->previous = s;
	live->streams = s;
	live->count++;
	live->has_new = true;
	condition_wake_all(&live->change);
	return OK;
}

err live_join(
	struct live *live, struct http_exchange *x, const struct live_wish *wish, struct why *why)
{
	if (wish->customer_count > LIVE_CUSTOMERS_MAX)
		return fail(why, MSG_LIVE_CUSTOMERS, arg_int(LIVE_CUSTOMERS_MAX));
	struct live_stream *s = stream_create(live, x, wish);
	mutex_lock(&live->lock);
	err e = enlist(live, s, why);
	if (e == OK)
		http_answer_stream(x, 200, "text/event-stream", &s->base);
	mutex_unlock(&live->lock);
	if (e != OK)
		stream_free(s);
	return e;
}

size_t live_count(struct live *live)
{
	mutex_lock(&live->lock);
	size_t count = live->count;
	mutex_unlock(&live->lock);
	return count;
}
