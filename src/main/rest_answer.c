/* main/rest_answer.c - see rest_answer.h */
#include "main/rest_answer.h"

#include <stdlib.h>
#include <time.h>

#include "base/hash.h"
#include "base/json.h"
#include "main/oidc_fetch.h"
#include "main/rest_once.h"
#include "main/rest_run.h"

enum {
	RING_BYTES = 1 << 18,
	ETAG_BYTES = 80,
	ETAG_CONTENT_AT = 34, /* behind the quote, 32 digits and the dash */
	ETAG_LINES = 8,
	LOOK_MS = 200,
};

/* ---- a stream: a ring between the command (which writes) and an HTTP worker (which reads).  It
 * belongs to both: whoever leaves last frees it. */

struct rest_stream {
	struct http_stream base;
	struct http_exchange *x; /* until `closed` */
	pthread_mutex_t lock; /* all below */
	pthread_cond_t room;
	size_t at, filled;
	bool closed; /* by the reader */
	bool ended, broken; /* by the writer */
	int owners;
	char ring[RING_BYTES];
};

static void lock(struct rest_stream *s)
{
	int code = pthread_mutex_lock(&s->lock);
	ASSERT(code == 0);
}

static void unlock(struct rest_stream *s)
{
	int code = pthread_mutex_unlock(&s->lock);
	ASSERT(code == 0);
}

static void leave(struct rest_stream *s)
{
	lock(s);
	bool last = --s->owners == 0;
	unlock(s);
	if (!last)
		return;
	(void)pthread_cond_destroy(&s->room); /* nobody waits */
	(void)pthread_mutex_destroy(&s->lock);
	free(s);
}

static int64_t stream_read(struct http_stream *stream, char *to, size_t bytes)
{
	struct rest_stream *s = (struct rest_stream *)stream;
	int64_t got;

	lock(s);
	size_t count = MIN_OF(MIN_OF(bytes, s->filled), RING_BYTES - s->at);
	memcpy(to, s->ring + s->at, count);
	s->at = (s->at + count) % RING_BYTES;
	s->filled -= count;
	got = (int64_t)count;
	if (count == 0 && s->ended)
		got = s->broken ? HTTP_STREAM_BROKEN : HTTP_STREAM_END;
	if (count > 0)
		(void)pthread_cond_signal(&s->room);
	unlock(s);
	return got;
}

static void stream_close(struct http_stream *stream)
{
	struct rest_stream *s = (struct rest_stream *)stream;

	lock(s);
	s->closed = true;
	(void)pthread_cond_signal(&s->room);
	unlock(s);
	leave(s);
}

static struct rest_stream *stream_create(struct http_exchange *x)
{
	struct rest_stream *s = memory_alloc(sizeof(*s));
	pthread_condattr_t monotonic;

	s->base = (struct http_stream){ stream_read, stream_close };
	s->x = x;
	s->owners = 2;
	bool made = pthread_mutex_init(&s->lock, NULL) == 0 &&
		    pthread_condattr_init(&monotonic) == 0 &&
		    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC) == 0 &&
		    pthread_cond_init(&s->room, &monotonic) == 0;
	ASSERT(made);
	(void)pthread_condattr_destroy(&monotonic);
	return s;
}

/* So that a stop is seen though nobody reads. */
static void wait_a_little(struct rest_stream *s)
{
	struct timespec until;
	int code = clock_gettime(CLOCK_MONOTONIC, &until);

	ASSERT(code == 0);
	until.tv_nsec += LOOK_MS * 1000000L;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	(void)pthread_cond_timedwait(&s->room, &s->lock, &until); /* either way it is looked at */
}

/* False: nobody reads any more. */
static bool stream_put(struct rest_stream *s, str bytes, const atomic_bool *stop)
{
	lock(s);
	while (bytes.len > 0 && !s->closed && !atomic_load(stop)) {
		size_t end = (s->at + s->filled) % RING_BYTES;
		size_t count = MIN_OF(MIN_OF(bytes.len, RING_BYTES - s->filled), RING_BYTES - end);
		if (count == 0) {
			wait_a_little(s);
			continue;
		}
		bool was_empty = s->filled == 0;
		memcpy(s->ring + end, bytes.ptr, count);
		s->filled += count;
		bytes = str_from(bytes, count);
		if (was_empty) /* else the reader goes on by itself; it is there, for closed is not
				  set */
			http_stream_wake(s->x);
	}
	bool all = bytes.len == 0;
	unlock(s);
	return all;
}

static void stream_end(struct rest_stream *s, bool broken)
{
	lock(s);
	s->ended = true;
	s->broken = broken;
	if (!s->closed)
		http_stream_wake(s->x);
	unlock(s);
	leave(s);
}

/* ---- the sink */

static void set_common(struct rest_answer *a)
{
	http_set(a->call->x, "Cache-Control", STR("no-store"));
	http_set(a->call->x, "Vary", STR("Accept, Accept-Language, Authorization, Cookie"));
}

static err begin_stream(struct rest_answer *a, struct why *why)
{
	struct rest_call *call = a->call;
	struct rest_stream *s = stream_create(call->x);

	set_common(a);
	rest_settled(call);
	call->stream = s;
	http_answer_stream(call->x, 200, a->type, &s->base);
	bool taken = stream_put(s, (str){ a->held.ptr, a->held.len }, &call->stop);
	strbuf_done(&a->held);
	return taken ? OK : fail(why, MSG_OUTPUT_CLOSED);
}

static err write_plain(struct rest_answer *a, str bytes, struct why *why)
{
	struct rest_call *call = a->call;

	if (call->stream == NULL && a->held.len + bytes.len <= REST_HELD_BYTES) {
		strbuf_add(&a->held, bytes);
		return OK;
	}
	err e = call->stream == NULL ? begin_stream(a, why) : OK;
	if (e == OK && !stream_put(call->stream, bytes, &call->stop))
		e = fail(why, MSG_OUTPUT_CLOSED);
	return e;
}

/* ---- some members alone */

static bool is_named(str fields, str key)
{
	str one;

	while (str_split(fields, ',', &one, &fields))
		if (str_equal(str_trim(one), key))
			return true;
	return str_equal(str_trim(fields), key);
}

/* The object with its named members; how many there are. */
static err reduce(str text, str fields, struct strbuf *out, size_t *found, struct why *why)
{
	AUTO_ARENA arena = arena_create(REST_MEMORY_MAX);
	struct json_parser *parser = json_parser_create(NULL);
	struct json_writer w = json_writer_of(out, JSON_COMPACT);
	struct json tree;
	err e = json_parse(parser, text, arena, &tree, why);

	*found = 0;
	if (e == OK && tree.kind == JSON_OBJECT) {
		json_put_object(&w);
		for (size_t i = 0; i < tree.object.count; i++) {
			if (!is_named(fields, tree.object.items[i].key))
				continue;
			json_put_key(&w, tree.object.items[i].key);
			json_put_tree(&w, &tree.object.items[i].value);
			(*found)++;
		}
		json_put_end(&w);
	}
	json_parser_free(parser);
	return e;
}

static size_t count_fields(str fields)
{
	size_t count = fields.len > 0;

	for (size_t i = 0; i < fields.len; i++)
		count += fields.ptr[i] == ',';
	return count;
}

/* Of a list, a member that a line has not is left out; of one document it is an error. */
err rest_answer_select(struct rest_answer *a, struct why *why)
{
	struct strbuf out = strbuf_heap(REST_HELD_BYTES);
	size_t found = 0;

	if (a->fields.len == 0 || a->lines || a->held.len == 0)
		return OK;
	err e = reduce((str){ a->held.ptr, a->held.len }, a->fields, &out, &found, why);
	strbuf_add_byte(&out, '\n');
	if (e == OK && found < count_fields(a->fields))
		e = fail(why, MSG_REST_FIELD, arg_str(a->fields));
	if (e == OK && strbuf_ok(&out)) {
		strbuf_done(&a->held);
		a->held = out;
		return OK;
	}
	strbuf_done(&out);
	return e;
}

static err write_reduced(struct rest_answer *a, str line, struct why *why)
{
	struct strbuf out = strbuf_heap(REST_HELD_BYTES);
	size_t found;
	err e = reduce(line, a->fields, &out, &found, why);

	if (e == OK)
		e = write_plain(a, (str){ out.ptr, out.len }, why);
	strbuf_done(&out);
	return e;
}

/* Commands write whole lines, each one document. */
static err answer_write(struct sink *sink, str bytes, struct why *why)
{
	struct rest_answer *a = (struct rest_answer *)sink;
	str line;
	err e = OK;

	bool selects = a->lines && a->fields.len > 0;
	if (!a->as_array && !selects)
		return write_plain(a, bytes, why);
	while (e == OK && str_split(bytes, '\n', &line, &bytes)) {
		if (a->as_array)
			e = write_plain(a, a->begun ? STR(",\n") : STR("["), why);
		a->begun = true;
		if (e == OK)
			e = selects ? write_reduced(a, line, why) : write_plain(a, line, why);
		if (e == OK && !a->as_array)
			e = write_plain(a, STR("\n"), why);
	}
	return e;
}

static void answer_more(struct sink *sink, str cursor)
{
	struct rest_answer *a = (struct rest_answer *)sink;
	struct strbuf text = {
		.ptr = a->cursor, .cap = sizeof(a->cursor), .cap_max = sizeof(a->cursor)
	};

	strbuf_add(&text, cursor);
	strbuf_add_byte(&text, '\0');
	ASSERT(strbuf_ok(&text)); /* commands tell short ones */
}

void rest_answer_init(struct rest_answer *answer, struct rest_call *call, const char *type,
	bool lines, const struct locale *locale)
{
	static const struct sink_ops ops = { .write = answer_write, .more = answer_more };

	*answer = (struct rest_answer){
		.sink = { .ops = &ops, .json = true, .quiet = true, .locale = locale },
		.call = call,
		.type = type,
		.lines = lines,
		.held = strbuf_heap(REST_HELD_BYTES)
	};
	if (call->route->method == HTTP_GET)
		answer->fields = http_query(call->x, "fields");
	str accept = http_header(call->x, "Accept");
	if (lines && str_starts(accept, STR("application/json")))
		answer->as_array = true;
	else if (lines)
		answer->type = "application/x-ndjson";
}

bool rest_answer_streams(const struct rest_answer *a)
{
	return a->call->stream != NULL;
}

/* RFC 8288: the same question, behind what was told. */
static void set_next(struct rest_answer *a)
{
	struct http_exchange *x = a->call->x;
	const struct target *target = http_target(x);
	struct strbuf link = strbuf_in(a->call->arena, 8192);

	if (a->cursor[0] == '\0')
		return;
	strbuf_add_c(&link, "<?");
	for (size_t i = 0; i < target->query_count; i++) {
		if (str_equal(target->query[i].name, STR("cursor")))
			continue;
		oidc_add_escaped(&link, target->query[i].name);
		strbuf_add_byte(&link, '=');
		oidc_add_escaped(&link, target->query[i].value);
		strbuf_add_byte(&link, '&');
	}
	strbuf_add_c(&link, "cursor=");
	strbuf_add_c(&link, a->cursor);
	strbuf_add_c(&link, ">; rel=\"next\"");
	http_set(x, "Next-Cursor", str_of(a->cursor));
	if (strbuf_ok(&link))
		http_set(x, "Link", strbuf_str(&link));
}

/* ---- ETags: "WHOLE-CONTENT", two digests: of the bytes, and of them without what tells of the
 * moment of asking, which every event of anybody moves.  Whether a client has the bytes, the first
 * says; whether what he saw has changed, the second. */

static bool tells_moment(str line)
{
	static const str names[] = { STR_INIT("  \"epoch\": "), STR_INIT("  \"as_of\": "),
		STR_INIT("  \"volatile_id\": ") };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (str_starts(line, names[i]))
			return true;
	return false;
}

static void add_digest(struct strbuf *out, struct digest128 digest)
{
	for (size_t i = 0; i < sizeof(digest.bytes); i++)
		strbuf_printf(out, "%02x", digest.bytes[i]);
}

/* Such members stand among the first; the rest is read once. */
static str etag_of(str body, char text[static ETAG_BYTES])
{
	struct strbuf whole = strbuf_heap(body.len + ETAG_BYTES);
	struct strbuf content = strbuf_heap(body.len + ETAG_BYTES);
	struct strbuf etag = { .ptr = text, .cap = ETAG_BYTES, .cap_max = ETAG_BYTES };
	str rest = body, line;

	for (size_t i = 0; i < ETAG_LINES && str_split(rest, '\n', &line, &rest); i++) {
		strbuf_add(&whole, line);
		strbuf_add_byte(&whole, '\n');
		if (tells_moment(line))
			continue;
		strbuf_add(&content, line);
		strbuf_add_byte(&content, '\n');
	}
	struct digest128 of_rest = digest128(NULL, rest);
	add_digest(&whole, of_rest);
	add_digest(&content, of_rest);
	strbuf_add_byte(&etag, '"');
	add_digest(&etag, digest128(NULL, strbuf_str(&whole)));
	strbuf_add_byte(&etag, '-');
	add_digest(&etag, digest128(NULL, strbuf_str(&content)));
	strbuf_add_byte(&etag, '"');
	strbuf_done(&whole);
	strbuf_done(&content);
	return strbuf_str(&etag);
}

/* Is it among those of a header?  From `from` on: all of it, or its content.  A proxy that
 * compresses makes weak ones of ours: W/"...". */
static bool lists_etag(str header, str etag, size_t from)
{
	str one, rest = header;
	bool more = true, found = false;

	while (more && !found) {
		more = str_split(rest, ',', &one, &rest);
		one = str_trim(more ? one : rest);
		(void)str_skip_prefix(&one, STR("W/"));
		found = one.len == etag.len && str_equal(str_from(one, from), str_from(etag, from));
	}
	return found || str_equal(str_trim(header), STR("*"));
}

bool rest_answer_is(str etags, str body)
{
	struct strbuf array = strbuf_heap(REST_HELD_BYTES);
	char text[ETAG_BYTES];
	str rest = body, line;
	bool begun = false, same = lists_etag(etags, etag_of(body, text), ETAG_CONTENT_AT);

	while (str_split(rest, '\n', &line, &rest)) {
		strbuf_add_c(&array, begun ? ",\n" : "[");
		strbuf_add(&array, line);
		begun = true;
	}
	strbuf_add_c(&array, begun ? "]\n" : "[]\n");
	same = same || (strbuf_ok(&array) && lists_etag(etags, etag_of(strbuf_str(&array), text),
						     ETAG_CONTENT_AT));
	strbuf_done(&array);
	return same;
}

static void send_held(struct rest_answer *a)
{
	struct http_exchange *x = a->call->x;
	char text[ETAG_BYTES];

	set_common(a);
	set_next(a);
	rest_settled(a->call);
	if (a->call->route->method != HTTP_GET) {
		rest_once_keep(a->call, 200, a->type, (str){ a->held.ptr, a->held.len });
		http_answer_built(x, 200, a->type, &a->held);
		return;
	}
	str etag = etag_of((str){ a->held.ptr, a->held.len }, text);
	http_set(x, "Cache-Control", STR("private, no-cache"));
	http_set(x, "ETag", etag);
	str known = http_header(x, "If-None-Match");
	if (known.len > 0 && lists_etag(known, etag, 0))
		http_answer_empty(x, 304);
	else
		http_answer_built(x, 200, a->type, &a->held);
}

void rest_answer_end(struct rest_answer *a)
{
	struct why ignored = { 0 };

	if (a->as_array) /* a reader that went away is nobody to tell */
		(void)write_plain(a, a->begun ? STR("]\n") : STR("[]\n"), &ignored);
	if (a->call->stream != NULL)
		stream_end(a->call->stream, false);
	else
		send_held(a);
}

void rest_answer_break(struct rest_answer *a)
{
	stream_end(a->call->stream, true);
}

void rest_answer_done(struct rest_answer *a)
{
	strbuf_done(&a->held);
}
