/* tests/api_http_test.c - the HTTP layer over loopback: answers now, later and in pieces; peers
 * that misbehave. */
#include "api/http.h"
#include "base/file.h"
#include "engine/waiting.h"
#include "main/render.h"
#include "support/http_client.h"
#include "test.h"

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ARENA = 4 << 20, BODY_MAX = 1000, FILE_MAX = 64 << 20, FIRST_ROOM = 16 << 10 };

/* ---- a clock that the test moves */

struct hand_clock {
	struct clock base;
	_Atomic int64_t ns;
};

static int64_t hand_ms(struct clock *clock)
{
	return ((struct hand_clock *)clock)->ns / 1000000;
}
static int64_t hand_ns(struct clock *clock)
{
	return ((struct hand_clock *)clock)->ns;
}

/* ---- a server of a few routes */

struct house {
	struct hand_clock clock;
	struct http_server *server;
	char url[HTTP_URL_BYTES];
	pthread_mutex_t lock; /* of what follows */
	pthread_cond_t change;
	struct http_exchange *owed, *listener; /* what waits for an answer, for an event */
	int events; /* not read yet */
	bool ended, closed, was_cancelled;
	int done;
	int logged;
	bool path_was_logged;
};

static void echo(struct http_exchange *x, void *context)
{
	struct strbuf out = strbuf_in(http_arena(x), 8192);

	(void)context;
	strbuf_add(&out, http_query(x, "say"));
	strbuf_add(&out, http_body(x));
	http_set(x, "X-Twice", STR("first"));
	http_set(x, "x-twice", STR("second"));
	http_set(x, "X-Bad", STR("a\r\nSet-Cookie: b"));
	http_answer(x, 200, "text/plain; charset=utf-8", strbuf_str(&out));
}

static void note_done(void *context)
{
	struct house *h = context;

	mutex_lock(&h->lock);
	h->done++;
	condition_wake_all(&h->change);
	mutex_unlock(&h->lock);
}

static void owe(struct http_exchange *x, void *context)
{
	struct house *h = context;

	http_when_done(x, note_done, h);
	mutex_lock(&h->lock);
	h->owed = x;
	condition_wake_all(&h->change);
	mutex_unlock(&h->lock);
}

struct event_stream {
	struct http_stream base;
	struct house *house;
};

static int64_t read_events(struct http_stream *stream, char *to, size_t bytes)
{
	struct house *h = ((struct event_stream *)stream)->house;
	int64_t n = 0;

	mutex_lock(&h->lock);
	for (; h->events > 0 && (size_t)n + 8 <= bytes; h->events--, n += 8)
		memcpy(to + n, "data: 1\n", 8);
	if (n == 0 && h->ended)
		n = HTTP_STREAM_END;
	mutex_unlock(&h->lock);
	return n;
}

static void close_events(struct http_stream *stream)
{
	struct house *h = ((struct event_stream *)stream)->house;

	mutex_lock(&h->lock);
	h->listener = NULL;
	h->closed = true;
	condition_wake_all(&h->change);
	mutex_unlock(&h->lock);
	free(stream);
}

static void events(struct http_exchange *x, void *context)
{
	struct event_stream *stream = memory_alloc(sizeof(*stream));

	*stream = (struct event_stream){ { read_events, close_events }, context };
	mutex_lock(&stream->house->lock);
	stream->house->listener = x;
	condition_wake_all(&stream->house->change);
	mutex_unlock(&stream->house->lock);
	http_answer_stream(x, 200, "text/event-stream", &stream->base);
}

static void note_log(const struct http_log_line *line, void *context)
{
	struct house *h = context;

	mutex_lock(&h->lock);
	h->logged++;
	h->path_was_logged |= strstr(line->pattern, "nothing") != NULL;
	condition_wake_all(&h->change);
	mutex_unlock(&h->lock);
}

static const struct http_route routes[] = {
	{ .method = HTTP_GET, .pattern = "/echo", .handle = echo },
	{ .method = HTTP_POST,
		.pattern = "/echo",
		.handle = echo,
		.body_bytes_max = BODY_MAX,
		.flags = HTTP_OPEN_TO_PAGES },
	{ .method = HTTP_POST, .pattern = "/file", .handle = echo, .body_bytes_max = FILE_MAX },
	{ .method = HTTP_POST, .pattern = "/owe", .handle = owe, .body_bytes_max = BODY_MAX },
	{ .method = HTTP_GET, .pattern = "/events", .handle = events },
};

static void open_house_for(struct house *h, const char *address, size_t bodies_bytes_max)
{
	const struct http_routes table = { routes, ARRAY_LEN(routes), h };
	const struct http_options options = { .tables = &table,
		.table_count = 1,
		.clock = &h->clock.base,
		.workers = 2,
		.bodies_bytes_max = bodies_bytes_max,
		.status_of = err_http_status,
		.problem = render_problem,
		.log = note_log,
		.context = h };
	const struct http_listener listener = { .address = str_of(address) };
	struct why why = { 0 };

	*h = (struct house){ .clock = { { hand_ms, hand_ns }, 1 } };
	mutex_init(&h->lock);
	condition_init(&h->change);
	h->server = http_server_create(&options);
	CHECK(address, http_server_listen(h->server, &listener, h->url, &why) == OK);
}

static void open_house(struct house *h, const char *address)
{
	open_house_for(h, address, 10 * BODY_MAX);
}

static void close_house(struct house *h)
{
	http_server_stop(h->server, 5000);
	condition_done(&h->change);
	mutex_done(&h->lock);
}

/* Until the pointer is set; with the lock held on return. */
static struct http_exchange *await_exchange(struct house *h, struct http_exchange **which)
{
	const struct deadline until = deadline_in(60000);

	mutex_lock(&h->lock);
	while (*which == NULL && condition_wait(&h->change, &h->lock, &until)) {
	}
	CHECK("it came", *which != NULL);
	return *which;
}

static void await_flag(struct house *h, const bool *flag)
{
	const struct deadline until = deadline_in(60000);

	mutex_lock(&h->lock);
	while (!*flag && condition_wait(&h->change, &h->lock, &until)) {
	}
	CHECK("it came to be", *flag);
	mutex_unlock(&h->lock);
}

#define HOST "Host: x\r\n"

TEST(http_answers_or_refuses)
{
	static const struct {
		const char *row, *request;
		int status;
		const char *body; /* NULL: any */
	} rows[] = {
		{ "get", "GET /echo?say=hi HTTP/1.1\r\n" HOST "\r\n", 200, "hi" },
		{ "post", "POST /echo?say=a HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\nbc", 200,
			"abc" },
		{ "post without a body", "POST /echo HTTP/1.1\r\n" HOST "\r\n", 200, "" },
		{ "chunks",
			"POST /echo HTTP/1.1\r\n" HOST
			"Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n",
			200, "abc" },
		{ "HTTP/1.0 without a host", "GET /echo?say=old HTTP/1.0\r\n\r\n", 200, "old" },
		{ "no path", "GET /nothing HTTP/1.1\r\n" HOST "\r\n", 404, NULL },
		{ "no method", "DELETE /echo HTTP/1.1\r\n" HOST "\r\n", 405, NULL },
		{ "no method of HTTP", "BREW /echo HTTP/1.1\r\n" HOST "\r\n", 501, NULL },
		{ "bad path", "GET /a/../b HTTP/1.1\r\n" HOST "\r\n", 400, NULL },
		{ "bad escape", "GET /%zz HTTP/1.1\r\n" HOST "\r\n", 400, NULL },
		{ "body far too long",
			"POST /echo HTTP/1.1\r\n" HOST "Content-Length: 2000000\r\n\r\n", 413,
			NULL },
		{ "body too long, and he asks first",
			"POST /echo HTTP/1.1\r\n" HOST
			"Expect: 100-continue\r\nContent-Length: 1001\r\n\r\n",
			413, NULL },
		{ "body where none is taken",
			"GET /echo HTTP/1.1\r\n" HOST "Content-Length: 1\r\n\r\nx", 413, NULL },
		{ "length and chunks",
			"POST /echo HTTP/1.1\r\n" HOST
			"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
			400, NULL },
		{ "two lengths",
			"POST /echo HTTP/1.1\r\n" HOST
			"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
			400, NULL },
		{ "the same length twice",
			"POST /echo HTTP/1.1\r\n" HOST
			"Content-Length: 1\r\nContent-Length: 1\r\n\r\na",
			400, NULL },
		{ "a length with a sign",
			"POST /echo HTTP/1.1\r\n" HOST "Content-Length: +1\r\n\r\na", 400, NULL },
		{ "two lengths in one",
			"POST /echo HTTP/1.1\r\n" HOST "Content-Length: 1, 1\r\n\r\na", 400, NULL },
		{ "no coding of ours",
			"POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: gzip, chunked\r\n\r\n",
			501, NULL },
		{ "chunks twice",
			"POST /echo HTTP/1.1\r\n" HOST
			"Transfer-Encoding: chunked\r\nTransfer-Encoding: "
			"identity\r\n\r\n0\r\n\r\n",
			400, NULL },
		{ "chunks in HTTP/1.0",
			"POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 501,
			NULL },
		{ "two hosts", "GET /echo HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400, NULL },
		{ "no host", "GET /echo HTTP/1.1\r\n\r\n", 400, NULL },
		{ "a space before the colon",
			"POST /echo HTTP/1.1\r\n" HOST "Content-Length : 1\r\n\r\na", 400, NULL },
	};
	struct house h;

	open_house(&h, "127.0.0.1:0");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_ARENA arena = arena_create(ARENA);
		struct http_reply r = client_ask(h.url, str_of(rows[i].request), arena);
		CHECK(rows[i].row, r.status == rows[i].status);
		if (r.status != rows[i].status)
			printf("  %s: %d\n", rows[i].row, r.status);
		if (rows[i].body != NULL)
			CHECK(rows[i].row, str_equal(r.body, str_of(rows[i].body)));
	}
	close_house(&h);
}

TEST(http_tells_errors_and_headers)
{
	AUTO_ARENA arena = arena_create(ARENA);
	struct house h;

	open_house(&h, "127.0.0.1:0");
	struct http_reply r = client_ask(h.url,
		STR("GET /nothing HTTP/1.1\r\n" HOST "Accept-Language: de, fr;q=0.8\r\n"
		    "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n\r\n"),
		arena);
	CHECK("a problem",
		str_equal(reply_header(&r, "Content-Type"), STR("application/problem+json")));
	CHECK("in French", str_starts(r.body, STR("{\"type\":\"/problems/http-no-path\",\"title\":"
						  "\"Introuvable\",\"status\":404")));
	CHECK("the trace that was told",
		str_equal(reply_header(&r, "trace-id"), STR("0af7651916cd43dd8448eb211c80319c")));
	r = client_ask(h.url, STR("GET /echo HTTP/1.1\r\n" HOST "\r\n"), arena);
	CHECK("the last wins", str_equal(reply_header(&r, "X-Twice"), STR("second")));
	CHECK("no header breaks out", reply_header(&r, "Set-Cookie").len == 0);
	CHECK("a trace of its own", reply_header(&r, "trace-id").len == HTTP_TRACE_BYTES);
	CHECK("not for pages", reply_header(&r, "Access-Control-Allow-Origin").len > 0);
	r = client_ask(h.url,
		STR("OPTIONS /echo HTTP/1.1\r\n" HOST "Origin: https://shop.example\r\n"
		    "Access-Control-Request-Method: POST\r\n"
		    "Access-Control-Request-Headers: x-own\r\n\r\n"),
		arena);
	CHECK("may ask", r.status == 204);
	CHECK("from anywhere",
		str_equal(reply_header(&r, "Access-Control-Allow-Origin"), STR("*")));
	CHECK("with its header",
		str_equal(reply_header(&r, "Access-Control-Allow-Headers"), STR("x-own")));
	close_house(&h);
	CHECK("each is logged, by its pattern", h.logged == 3 && !h.path_was_logged);
}

TEST(http_keeps_connections)
{
	struct house h;
	struct http_client c;

	open_house(&h, "127.0.0.1:0");
	client_connect(&c, h.url);
	for (int i = 0; i < 3; i++) {
		client_send(&c, STR("POST /echo HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\nab"));
		struct http_reply r = client_receive(&c);
		CHECK("again", r.status == 200 && str_equal(r.body, STR("ab")));
		client_send(&c, STR("GET /nothing HTTP/1.1\r\n" HOST "\r\n"));
		CHECK("an error does not end it", client_receive(&c).status == 404);
	}
	client_close(&c);
	close_house(&h);
}

TEST(http_answers_later)
{
	struct house h;
	struct http_client c;

	open_house(&h, "127.0.0.1:0");
	client_connect(&c, h.url);
	for (int i = 0; i < 3; i++) {
		client_send(&c, STR("POST /owe HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\nab"));
		struct http_exchange *x = await_exchange(&h, &h.owed);
		h.owed = NULL;
		mutex_unlock(&h.lock);
		http_answer(x, 200, "text/plain", STR("at last"));
		struct http_reply r = client_receive(&c);
		CHECK("it comes", r.status == 200 && str_equal(r.body, STR("at last")));
	}
	client_close(&c);
	close_house(&h);
	CHECK("each has ended", h.done == 3);
}

TEST(http_tells_that_the_client_went_away)
{
	struct house h;
	struct http_client c;

	open_house(&h, "127.0.0.1:0");
	client_connect(&c, h.url);
	client_send(&c, STR("POST /owe HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\nab"));
	struct http_exchange *x = await_exchange(&h, &h.owed);
	mutex_unlock(&h.lock);
	CHECK("it is there", !http_is_cancelled(x));
	client_close(&c);
	const struct deadline until = deadline_in(60000);
	mutex_lock(&h.lock);
	while (!http_is_cancelled(x) && !until.passed) {
		const struct deadline soon = deadline_in(10);
		(void)condition_wait(&h.change, &h.lock, &soon);
	}
	mutex_unlock(&h.lock);
	http_answer(x, 200, "text/plain", STR("to nobody"));
	close_house(&h);
	CHECK("it ended", h.done == 1);
}

TEST(http_streams_what_happens)
{
	struct house h;
	struct http_client c;

	open_house(&h, "127.0.0.1:0");
	client_connect(&c, h.url);
	client_send(&c, STR("GET /events HTTP/1.1\r\n" HOST "\r\n"));
	struct http_exchange *x = await_exchange(&h, &h.listener);
	for (int i = 0; i < 5; i++) {
		h.events++;
		http_stream_wake(x); /* under the lock that its close() takes: it is there still */
		mutex_unlock(&h.lock);
		mutex_lock(&h.lock);
	}
	h.ended = true;
	http_stream_wake(x);
	mutex_unlock(&h.lock);
	struct http_reply r = client_receive(&c);
	CHECK("all of it", r.status == 200 && r.body.len == 40);
	client_close(&c);
	close_house(&h);
	CHECK("closed once", h.closed);
}

TEST(http_ends_streams_of_who_left)
{
	struct house h;
	struct http_client c;

	open_house(&h, "127.0.0.1:0");
	client_connect(&c, h.url);
	client_send(&c, STR("GET /events HTTP/1.1\r\n" HOST "\r\n"));
	(void)await_exchange(&h, &h.listener);
	mutex_unlock(&h.lock);
	client_close(&c);
	await_flag(&h, &h.closed);
	close_house(&h);
}

TEST(http_stops_with_streams_open)
{
	struct house h;
	struct http_client c;

	open_house(&h, "127.0.0.1:0");
	client_connect(&c, h.url);
	client_send(&c, STR("GET /events HTTP/1.1\r\n" HOST "\r\n"));
	(void)await_exchange(&h, &h.listener);
	mutex_unlock(&h.lock);
	close_house(&h);
	CHECK("closed", h.closed);
	client_close(&c);
}

/* What is sent of a request before its sender falls asleep. */
TEST(http_cuts_who_is_slow)
{
	static const struct {
		const char *row, *sent;
		int64_t passes_ms;
	} rows[] = {
		{ "says nothing", "", HTTP_HEAD_MS },
		{ "half a line", "GET /ec", HTTP_HEAD_MS },
		{ "half a head", "GET /echo HTTP/1.1\r\nHost: x\r\nA: ", HTTP_HEAD_MS },
		{ "half a body", "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 9\r\n\r\nab",
			HTTP_BODY_MS + 1 },
		{ "half a chunk",
			"POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n5\r\nab",
			HTTP_BODY_MS + 1 },
		{ "hardly any of a long body",
			"POST /file HTTP/1.1\r\n" HOST "Content-Length: 60000000\r\n\r\nab",
			HTTP_BODY_MS + 1 },
	};
	struct house h;

	open_house_for(&h, "127.0.0.1:0", 4 * FIRST_ROOM);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct http_client c;
		uint64_t before = http_counters(h.server).connections;
		client_connect(&c, h.url);
		client_send(&c, str_of(rows[i].sent));
		while (http_counters(h.server).connections == before)
			(void)sched_yield();
		AUTO_ARENA arena = arena_create(ARENA);
		struct http_reply other =
			client_ask(h.url, STR("GET /echo HTTP/1.1\r\n" HOST "\r\n"), arena);
		CHECK("others are served", other.status == 200);
		h.clock.ns += rows[i].passes_ms * 1000000 + 1;
		CHECK(rows[i].row, client_at_end(&c));
		client_close(&c);
	}
	CHECK("counted", http_counters(h.server).cut_slow == ARRAY_LEN(rows));
	close_house(&h);
}

TEST(http_holds_only_so_many_bodies)
{
	AUTO_ARENA arena = arena_create(ARENA);
	struct http_client slow[10];
	struct house h;

	open_house(&h, "127.0.0.1:0");
	for (size_t i = 0; i < ARRAY_LEN(slow); i++) {
		client_connect(&slow[i], h.url);
		client_send(&slow[i], STR("POST /echo HTTP/1.1\r\n" HOST "Content-Length: 1000\r\n"
					  "Expect: 100-continue\r\n\r\n"));
		CHECK("go on", client_receive(&slow[i]).status == 100);
	}
	struct http_reply r = client_ask(
		h.url, STR("POST /echo HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\nab"), arena);
	CHECK("no room for one more", r.status == 503);
	CHECK("and when", str_equal(reply_header(&r, "Retry-After"), STR("1")));
	for (size_t i = 0; i < ARRAY_LEN(slow); i++)
		client_close(&slow[i]);
	while (http_counters(h.server).requests_open > 0)
		(void)sched_yield();
	r = client_ask(
		h.url, STR("POST /echo HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\nab"), arena);
	CHECK("room again", r.status == 200);
	close_house(&h);
}

/* Else a client that is still sending finds the line cut, and never reads why. */
TEST(http_answers_after_a_body_that_is_too_long)
{
	static char body[900000];
	AUTO_ARENA arena = arena_create(ARENA);
	struct http_client client;
	struct house h;

	memset(body, 'x', sizeof(body));
	open_house(&h, "127.0.0.1:0");
	client_connect(&client, h.url);
	client_send(&client, STR("POST /echo HTTP/1.1\r\n" HOST "Content-Length: 900000\r\n\r\n"));
	while (http_counters(h.server).requests == 0)
		(void)sched_yield();
	for (int i = 0; i < 20; i++) /* time to cut him */
		CHECK("others are served",
			client_ask(h.url, STR("GET /echo HTTP/1.1\r\n" HOST "\r\n"), arena)
					.status == 200);
	CHECK("not answered yet", http_counters(h.server).answers[4] == 0);
	client_send(&client, (str){ body, sizeof(body) });
	CHECK("told why", client_receive(&client).status == 413);
	CHECK("and closed", client_at_end(&client));
	client_close(&client);
	close_house(&h);
}

/* What is announced holds nothing, and files leave room for events. */
TEST(http_keeps_room_for_short_bodies)
{
	static const char announced[] =
		"POST /file HTTP/1.1\r\n" HOST "Content-Length: 60000000\r\n"
		"Expect: 100-continue\r\n\r\n";
	AUTO_ARENA arena = arena_create(ARENA);
	struct http_client long_ones[4], one_more;
	struct house h;

	open_house_for(&h, "127.0.0.1:0", 2 * ARRAY_LEN(long_ones) * FIRST_ROOM);
	for (size_t i = 0; i < ARRAY_LEN(long_ones); i++) {
		client_connect(&long_ones[i], h.url);
		client_send(&long_ones[i], str_of(announced));
		CHECK("go on", client_receive(&long_ones[i]).status == 100);
	}
	client_connect(&one_more, h.url);
	client_send(&one_more, str_of(announced));
	CHECK("their half is used up", client_receive(&one_more).status == 503);
	struct http_reply r = client_ask(
		h.url, STR("POST /echo HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\nab"), arena);
	CHECK("a short one is taken", r.status == 200);
	client_close(&one_more);
	for (size_t i = 0; i < ARRAY_LEN(long_ones); i++)
		client_close(&long_ones[i]);
	close_house(&h);
}

TEST(http_listens_on_a_unix_socket)
{
	AUTO_ARENA arena = arena_create(ARENA);
	struct house h;
	char address[PATH_BYTES_MAX];

	(void)snprintf(address, sizeof(address), "unix:%s/s", test_folder());
	open_house(&h, address);
	CHECK("told", strcmp(h.url, address) == 0);
	struct http_reply r =
		client_ask(h.url, STR("GET /echo?say=hi HTTP/1.1\r\n" HOST "\r\n"), arena);
	CHECK("served", r.status == 200 && str_equal(r.body, STR("hi")));
	close_house(&h);
	CHECK("removed", access(address + 5, F_OK) != 0);
}

TEST(http_knows_addresses)
{
	static const struct {
		const char *address;
		bool is_loopback;
		err result;
	} rows[] = {
		{ "127.0.0.1:0", true, OK },
		{ "[::1]:0", true, OK },
		{ "localhost:0", true, OK },
		{ "0.0.0.0:0", false, OK },
		{ "127.0.0.1", false, ERR_SYNTAX },
		{ ":80", false, ERR_SYNTAX },
		{ "127.0.0.1:65536", false, ERR_SYNTAX },
		{ "127.0.0.1:x", false, ERR_SYNTAX },
		{ "unix:", true, ERR_SYNTAX },
		{ "192.0.2.1:0", false, ERR_IO },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct house h;
		struct http_listener listener = { .address = str_of(rows[i].address) };
		struct why why = { 0 };
		char url[HTTP_URL_BYTES];
		open_house(&h, "127.0.0.1:0");
		err e = http_server_listen(h.server, &listener, url, &why);
		bool no_ipv6 = e == ERR_IO && str_starts(listener.address, STR("["));
		CHECK(rows[i].address, e == rows[i].result || no_ipv6);
		CHECK(rows[i].address,
			http_address_is_loopback(listener.address) == rows[i].is_loopback);
		close_house(&h);
	}
}
