/* api/http_exchange.c - the life of one request: see http_internal.h for its states.
 *
 * libmicrohttpd calls exchange_begin() with the first line, exchange_step() with the head, with
 * each piece of the body, at its end and, after a suspension, once more, and exchange_end() when
 * all is sent or lost.
 */
#include "api/http_internal.h"

#include "base/hash.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { BODY_BYTES_FIRST = 16384, BODY_GROWTH = 4, SWALLOWED_BYTES_MAX = 1 << 20 };

/* ---- begin */

void *exchange_begin(void *context, const char *uri, struct MHD_Connection *mhd)
{
	struct http_listening *listening = context;
	struct http_server *s = listening->server;
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	struct http_exchange *x = memory_alloc(sizeof(*x));
	size_t len = strlen(uri);

	x->server = s;
	x->connection = info->socket_context;
	x->mhd = mhd;
	x->target_text = memory_alloc(len + 1);
	memcpy(x->target_text, uri, len);
	x->began_ns = http_now_ns(s);
	x->closes = atomic_load(&s->stopping);
	s->count_requests++;
	s->count_requests_open++;
	mutex_lock(&s->lock);
	x->connection->exchange = x;
	mutex_unlock(&s->lock);
	return x;
}

static bool is_hex(str text)
{
	for (size_t i = 0; i < text.len; i++)
		if (!((text.ptr[i] >= '0' && text.ptr[i] <= '9') ||
			    (text.ptr[i] >= 'a' && text.ptr[i] <= 'f')))
			return false;
	return true;
}

/* traceparent: 00-<32 digits>-<16 digits>-<2 digits>; else a number that nobody else has. */
static void set_trace(struct http_exchange *x)
{
	static const char digits[] = "0123456789abcdef";
	str told = http_header(x, "traceparent"), id = { told.ptr + 3, HTTP_TRACE_BYTES };
	uint64_t words[2];

	if (told.len == 55 && str_starts(told, STR("00-")) && is_hex(id)) {
		memcpy(x->trace, id.ptr, id.len);
		return;
	}
	uint64_t n = atomic_fetch_add(&x->server->trace_count, 1);
	words[0] = hash64(x->server->trace_seed, (str){ (const char *)&n, sizeof(n) });
	words[1] = hash64(~x->server->trace_seed, (str){ (const char *)&n, sizeof(n) });
	for (size_t i = 0; i < HTTP_TRACE_BYTES; i++)
		x->trace[i] = digits[words[i / 16] >> (i % 16 * 4) & 15];
}

/* ---- the body */

/* From the budget of all bodies; false: it is used up.  Long ones (files) have half of it, so that
 * whoever sends some, slowly, leaves room for the events of others. */
static bool take_room(struct http_exchange *x, size_t bytes)
{
	struct http_server *s = x->server;
	bool is_long =
		x->match.route != NULL && x->match.route->body_bytes_max > HTTP_BODY_LONG_BYTES;
	size_t most = s->options.bodies_bytes_max / (is_long ? 2 : 1);
	size_t before = atomic_fetch_add(&s->bodies_bytes, bytes);

	if (before + bytes <= most)
		return true;
	atomic_fetch_sub(&s->bodies_bytes, bytes);
	s->count_full++;
	return false;
}

static bool grow_body(struct http_exchange *x, size_t to)
{
	if (to <= x->body_room)
		return true;
	if (!take_room(x, to - x->body_room))
		return false;
	x->body = memory_resize(x->body, to);
	x->body_room = to;
	return true;
}

/* Room for so many, and for some that will come, as long as more may. */
static size_t room_for(const struct http_exchange *x, size_t bytes)
{
	size_t step = MAX_OF(BODY_GROWTH * x->body_room, (size_t)BODY_BYTES_FIRST);

	return MIN_OF(x->body_bytes_max, MAX_OF(bytes, step));
}

/* A second for each HTTP_BODY_BYTES_LEAST that have come: bytes that drip in gain nothing. */
static void move_deadline(const struct http_exchange *x)
{
	int64_t most_ms =
		x->server->options.body_ms + (int64_t)(x->body_len / HTTP_BODY_BYTES_LEAST) * 1000;

	connection_enter(x->connection, PHASE_BODY, x->body_began_ns + most_ms * 1000000);
}

static void no_room(struct http_exchange *x)
{
	struct why why = { 0 };

	if (fail(&why, MSG_HTTP_BUSY) == OK)
		return;
	http_set(x, "Retry-After", STR("1"));
	http_refuse(x, 503, &why);
}

static void too_long(struct http_exchange *x, size_t bytes_max)
{
	struct why why = { 0 };
	err e = fail(&why, MSG_HTTP_BODY_LONG, arg_int((int64_t)bytes_max));

	ASSERT(e != OK);
	http_refuse(x, 413, &why);
}

/* An answer cannot be sent while a body comes in: what is too long is swallowed up to a limit, and
 * then the connection is cut. */
static enum MHD_Result take_piece(struct http_exchange *x, const char *bytes, size_t *count)
{
	size_t n = *count, most = x->body_bytes_max;

	*count = 0;
	if (x->status == 0 && n > most - x->body_len)
		too_long(x, most);
	if (x->status == 0 && x->body_len + n > x->body_room &&
		!grow_body(x, room_for(x, x->body_len + n)))
		no_room(x);
	if (x->status != 0) {
		x->body_swallowed += n;
		x->closes = true;
		return x->body_swallowed <= SWALLOWED_BYTES_MAX ? MHD_YES : MHD_NO;
	}
	memcpy(x->body + x->body_len, bytes, n);
	x->body_len += n;
	x->server->count_body_bytes += n;
	move_deadline(x);
	return MHD_YES;
}

/* ---- steps */

static enum MHD_Result send_now(struct http_exchange *x)
{
	x->step = STEP_DONE;
	connection_enter(x->connection, PHASE_AT_WORK, INT64_MAX);
	return answer_send(x);
}

/* Who is cut while he sends takes it for a fault of the line and sends all of it again: what was
 * refused by its head is awaited, up to a limit, before the answer is sent.  But not from who asked
 * whether he should send it, or where its end is in doubt (then `bytes` is 0). */
static bool is_awaited(const struct http_exchange *x, size_t bytes)
{
	return bytes > 0 && bytes <= SWALLOWED_BYTES_MAX && http_header(x, "Expect").len == 0;
}

static enum MHD_Result begin_body(struct http_exchange *x, const char *method, const char *version)
{
	struct why why = { 0 };
	size_t bytes = 0;
	bool has_body = false;
	int status = 0;

	set_trace(x);
	listen_peer(x->connection, x->peer);
	err e = head_check(x, method, version, &bytes, &has_body, &status, &why);
	if (e != OK)
		http_refuse(x, status, &why);
	else if (x->match.route != NULL)
		x->body_bytes_max = bytes > 0 ? bytes : x->match.route->body_bytes_max;
	/* For what has come, not for what is announced: a head alone holds little. */
	if (x->status == 0 && bytes > 0 && !grow_body(x, room_for(x, 0)))
		no_room(x);
	if (x->status != 0 && has_body && !is_awaited(x, bytes)) { /* it is not read */
		x->closes = true;
		return send_now(x);
	}
	x->step = STEP_BODY;
	x->body_began_ns = http_now_ns(x->server);
	move_deadline(x);
	return MHD_YES;
}

static enum MHD_Result run_handler(struct http_exchange *x)
{
	enum turn expected = TURN_RUNNING;

	x->step = STEP_DONE;
	x->received_ms = x->server->options.clock->now_ms(x->server->options.clock);
	connection_enter(x->connection, PHASE_AT_WORK, INT64_MAX);
	if (x->match.route == NULL)
		head_answer_options(x);
	else
		x->match.route->handle(x, x->match.context);
	if (atomic_load(&x->turn) == TURN_ANSWERED)
		return answer_send(x);
	MHD_suspend_connection(x->mhd);
	if (!atomic_compare_exchange_strong(&x->turn, &expected, TURN_WAITING))
		MHD_resume_connection(x->mhd); /* answered meanwhile */
	return MHD_YES;
}

enum MHD_Result exchange_step(void *listening, struct MHD_Connection *mhd, const char *url,
	const char *method, const char *version, const char *bytes, size_t *count, void **exchange)
{
	struct http_exchange *x = *exchange;

	(void)listening;
	(void)mhd;
	(void)url; /* decoded too early: http_head.c reads the first line itself */
	switch (x->step) {
	case STEP_NEW:
		return begin_body(x, method, version);
	case STEP_BODY:
		if (*count > 0)
			return take_piece(x, bytes, count);
		return x->status != 0 ? send_now(x) : run_handler(x);
	case STEP_DONE:
		ASSERT(atomic_load(&x->turn) == TURN_ANSWERED);
		return answer_send(x);
	}
	return MHD_NO;
}

/* ---- end */

static void tell(struct http_exchange *x, bool was_sent)
{
	struct http_server *s = x->server;
	const struct http_route *route = x->match.route;
	int status = was_sent ? x->status : 0;

	s->count_answers[status >= 100 && status < 600 ? status / 100 : 0]++;
	if (s->options.log == NULL || (route != NULL && (route->flags & HTTP_QUIET) != 0))
		return;
	struct http_log_line line = { .method = http_method_name(x->method).ptr,
		.pattern = route == NULL ? "-" : route->pattern,
		.status = status,
		.body_bytes = x->body_len,
		.duration_us = (http_now_ns(s) - x->began_ns) / 1000 };
	memcpy(line.trace, x->trace, sizeof(line.trace));
	s->options.log(&line, s->options.context);
}

static void give_arena_back(struct http_server *s, struct arena *arena)
{
	arena_reset(arena);
	mutex_lock(&s->lock);
	bool kept = s->arena_count < ARENAS_KEPT;
	if (kept)
		s->arenas[s->arena_count++] = arena;
	mutex_unlock(&s->lock);
	if (!kept)
		arena_free(arena);
}

static void free_exchange(struct http_exchange *x)
{
	struct http_server *s = x->server;

	if (x->stream != NULL)
		x->stream->close(x->stream);
	if (x->done != NULL)
		x->done(x->done_context);
	if (x->arena != NULL)
		give_arena_back(s, x->arena);
	atomic_fetch_sub(&s->bodies_bytes, x->body_room);
	free(x->body);
	free(x->answer_heap);
	free(x->target_text);
	free(x);
}

void exchange_end(void *listening, struct MHD_Connection *mhd, void **exchange,
	enum MHD_RequestTerminationCode how)
{
	struct http_exchange *x = *exchange;

	(void)listening;
	(void)mhd;
	if (x == NULL)
		return;
	*exchange = NULL;
	struct http_server *s = x->server;
	struct connection *c = x->connection;
	mutex_lock(&s->lock);
	c->exchange = NULL;
	mutex_unlock(&s->lock);
	c->has_served = true;
	connection_enter(c, PHASE_HEAD, http_deadline(s, s->options.idle_ms));
	tell(x, how == MHD_REQUEST_TERMINATED_COMPLETED_OK);
	free_exchange(x);
	s->count_requests_open--;
}

/* ---- what a handler asks of the request */

struct arena *http_arena(struct http_exchange *x)
{
	struct http_server *s = x->server;

	if (x->arena != NULL)
		return x->arena;
	mutex_lock(&s->lock);
	if (s->arena_count > 0)
		x->arena = s->arenas[--s->arena_count];
	mutex_unlock(&s->lock);
	if (x->arena == NULL)
		x->arena = arena_create(HTTP_ARENA_BYTES_MAX);
	return x->arena;
}

enum http_method http_method(const struct http_exchange *x)
{
	return x->method;
}

str http_path(const struct http_exchange *x, const char *name)
{
	size_t i = 0;

	while (i < x->match.parameter_count &&
		!str_equal(x->match.parameters[i].name, str_of(name)))
		i++;
	ASSERT(i < x->match.parameter_count); /* the pattern has such a part */
	return x->match.parameters[i].value;
}

const struct target *http_target(const struct http_exchange *x)
{
	return &x->target;
}

str http_query(const struct http_exchange *x, const char *name)
{
	str value = STR("");

	(void)target_query(&x->target, str_of(name), &value);
	return value;
}

str http_header(const struct http_exchange *x, const char *name)
{
	return str_of(MHD_lookup_connection_value(x->mhd, MHD_HEADER_KIND, name));
}

struct header_visit {
	http_see_header *see;
	void *context;
};

static enum MHD_Result visit_header(
	void *visit, enum MHD_ValueKind kind, const char *name, const char *value)
{
	const struct header_visit *v = visit;

	(void)kind;
	v->see(str_of(name), str_of(value), v->context);
	return MHD_YES;
}

void http_headers(const struct http_exchange *x, http_see_header *see, void *context)
{
	struct header_visit visit = { see, context };

	(void)MHD_get_connection_values(x->mhd, MHD_HEADER_KIND, visit_header, &visit);
}

str http_cookie(const struct http_exchange *x, const char *name)
{
	return str_of(MHD_lookup_connection_value(x->mhd, MHD_COOKIE_KIND, name));
}

str http_body(const struct http_exchange *x)
{
	return (str){ x->body, x->body_len };
}

bool http_has_type(const struct http_exchange *x, const char *type)
{
	str told = http_header(x, "Content-Type"), wanted = str_of(type), rest;

	(void)str_split(told, ';', &told, &rest);
	told = str_trim(told);
	return told.len == wanted.len && strncasecmp(told.ptr, wanted.ptr, wanted.len) == 0;
}

const struct http_route *http_route(const struct http_exchange *x)
{
	return x->match.route;
}

/* The first of "fr-FR,fr;q=0.9,en" that is ours: people's lists are in the order of their liking.
 */
enum language http_language(const struct http_exchange *x)
{
	str rest = http_header(x, "Accept-Language"), one;
	bool more = true;

	while (more) {
		more = str_split(rest, ',', &one, &rest);
		one = str_trim(more ? one : rest);
		if (one.len >= 2 && strncasecmp(one.ptr, "fr", 2) == 0)
			return LANGUAGE_FRENCH;
		if (one.len >= 2 && strncasecmp(one.ptr, "en", 2) == 0)
			break;
	}
	return LANGUAGE_ENGLISH;
}

int64_t http_received_ms(const struct http_exchange *x)
{
	return x->received_ms;
}

bool http_is_secure(const struct http_exchange *x)
{
	return x->connection->listening->is_secure;
}

bool http_is_local(const struct http_exchange *x)
{
	return x->connection->listening->is_local;
}

str http_peer(const struct http_exchange *x)
{
	return str_of(x->peer);
}

int http_peer_socket(const struct http_exchange *x)
{
	return x->connection->socket;
}

str http_trace(const struct http_exchange *x)
{
	return str_of(x->trace);
}

bool http_is_cancelled(const struct http_exchange *x)
{
	return atomic_load(&x->cancelled);
}

const atomic_bool *http_cancel_flag(const struct http_exchange *x)
{
	return &x->cancelled;
}
