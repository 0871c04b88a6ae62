/* api/http.h - HTTP/1.1 in front of the house: requests in, answers out.
 *
 * A thin layer over libmicrohttpd (docs/decisions/0010-http.md).  It has a few workers, each with
 * an epoll of its own; a handler runs on one of them and never waits.
 *
 *   connect --> head --> body --> handler --> answer --> head (keep-alive) ...
 *                 |        |         |           ^
 *                 |        |         +-- later --+  from any thread: connection suspended meanwhile
 *                 +--------+--> refused at once: 400 404 405 411 413 414 431 501 503
 *
 * A handler answers before it returns, or returns without having answered: then it owes the answer,
 * which any thread gives later, once.  Until the answer, and a moment longer, the exchange and all
 * that lies in its arena stay; after giving it nobody may touch the exchange any more, but
 * for what http_when_done() was told.
 *
 * Bounds, all named below: a slow or stuck client loses its connection, never holds a worker, and
 * takes no more memory than its connection and what came of its body; bodies have a limit by route,
 * known before they are read, and one for all together, half of which is kept for short ones.
 *
 * What the layer refuses or answers itself: requests that two servers could read differently (more
 * than one length, a length beside chunks, no or several Host), OPTIONS (CORS and Allow), HEAD.
 *
 * Nothing here logs: the owner gets a line for each request, without anything personal in it.
 *
 * Threads: handlers run on many at once; functions on an exchange are for one thread at a time,
 * http_is_cancelled() and http_stream_wake() for any.
 */
#pragma once

#include "api/route.h"
#include "base/clock.h"

#include <stdatomic.h>

#define HTTP_ARENA_BYTES_MAX ((size_t)64 << 20) /* of one exchange */

enum {
	HTTP_LISTENERS_MAX = 8,
	HTTP_WORKERS_MAX = 32,
	HTTP_ROUTE_TABLES_MAX = 16,
	HTTP_HEAD_BYTES_MAX = 32 << 10, /* request line and headers; libmicrohttpd's pool */
	HTTP_HEADERS_MAX = 64, /* of a request */
	HTTP_OWN_HEADERS_MAX = 16, /* http_set(), of an answer */
	HTTP_TRACE_BYTES = 32, /* hexadecimal digits */
	HTTP_PEER_BYTES = 64,
};

struct http_server;
struct http_exchange;

/* ---- the request: valid as long as the exchange */

enum http_method http_method(const struct http_exchange *x);
/* The part of the path that the pattern calls so; asking for another name is a bug. */
str http_path(const struct http_exchange *x, const char *name);
const struct target *http_target(const struct http_exchange *x); /* decoded parts and query */
/* The first value in the query; "" if there is none. */
str http_query(const struct http_exchange *x, const char *name);
/* A header, of any case; "" if there is none. */
str http_header(const struct http_exchange *x, const char *name);
/* Each header, as it came. */
typedef void http_see_header(str name, str value, void *context);
void http_headers(const struct http_exchange *x, http_see_header *see, void *context);
str http_cookie(const struct http_exchange *x, const char *name);
str http_body(const struct http_exchange *x);
/* Content-Type without its parameters, in lower case: "application/json". */
bool http_has_type(const struct http_exchange *x, const char *type);
const struct http_route *http_route(const struct http_exchange *x);
struct arena *http_arena(struct http_exchange *x); /* HTTP_ARENA_BYTES_MAX */
enum language http_language(const struct http_exchange *x); /* of Accept-Language, else English */
int64_t http_received_ms(const struct http_exchange *x); /* when the body was whole; UTC */
bool http_is_secure(const struct http_exchange *x); /* it came over TLS */
bool http_is_local(const struct http_exchange *x); /* over a Unix socket */
/* The address of the other end, "" over a Unix socket: to slow down who guesses passwords.
 * Personal: never to be logged. */
str http_peer(const struct http_exchange *x);
int http_peer_socket(const struct http_exchange *x); /* for SO_PEERCRED of a Unix socket */
/* 32 hexadecimal digits: that of `traceparent` (W3C Trace Context), or a new one. */
str http_trace(const struct http_exchange *x);

/* The client went away, or the server stops: an answer is still owed, but may be short.  Told
 * within about HTTP_WATCH_MS. */
bool http_is_cancelled(const struct http_exchange *x);
const atomic_bool *http_cancel_flag(const struct http_exchange *x);

/* ---- the answer: once */

/* A header of the answer; the same name again replaces it.  Both are copied; they hold no control
 * characters, or the header is left out. */
void http_set(struct http_exchange *x, const char *name, str value);

/* `body` lies in the exchange's arena or lives longer; `type` for ever. */
void http_answer(struct http_exchange *x, int status, const char *type, str body);
/* The same with bytes from the heap, which the exchange frees. */
void http_answer_built(struct http_exchange *x, int status, const char *type, struct strbuf *heap);
void http_answer_empty(struct http_exchange *x, int status); /* 204, 304 ... */
/* application/problem+json (RFC 9457) with the status of its error, or another one. */
void http_fail(struct http_exchange *x, const struct why *why);
void http_refuse(struct http_exchange *x, int status, const struct why *why);

/* A body that is made while it is sent, of any length: exports, server-sent events. */
enum { HTTP_STREAM_END = -1, HTTP_STREAM_BROKEN = -2 };
struct http_stream {
	/* Fills up to `bytes`, on a worker.  0: nothing now, ask again after http_stream_wake().
	 * HTTP_STREAM_BROKEN cuts the connection, so that nobody takes the half for the whole. */
	int64_t (*read)(struct http_stream *stream, char *to, size_t bytes);
	/* Once, when nothing more is read; the exchange ends with it. */
	void (*close)(struct http_stream *stream);
};
void http_answer_stream(
	struct http_exchange *x, int status, const char *type, struct http_stream *stream);
/* There may be something to read again.  Any thread, until close() is called. */
void http_stream_wake(struct http_exchange *x);

/* Called once when the exchange ends, however it ends, after the last byte or the loss of the
 * connection: to give back what belongs to it.  Set before the answer is given. */
void http_when_done(struct http_exchange *x, void (*done)(void *context), void *context);

/* ---- the server */

/* A line of the access log. */
struct http_log_line {
	const char *method, *pattern; /* the pattern, for a path may hold who somebody is */
	int status; /* 0: the connection was lost before an answer */
	uint64_t body_bytes; /* of the request */
	int64_t duration_us; /* from its first line to the end of the answer */
	char trace[HTTP_TRACE_BYTES + 1];
};

struct http_options {
	const struct http_routes *tables;
	size_t table_count;
	struct clock *clock; /* NULL: clock_real() */
	size_t workers; /* 0: one a processor */
	size_t connections_max; /* 0: HTTP_CONNECTIONS */
	size_t connections_each_max; /* of one address of others; 0: HTTP_CONNECTIONS_EACH */
	size_t bodies_bytes_max; /* of all bodies being held; 0: HTTP_BODIES_BYTES */
	int64_t head_ms, idle_ms, body_ms; /* 0: HTTP_..._MS */
	/* How an error is told: the status of its kind, and the document. */
	int (*status_of)(err e);
	void (*problem)(
		const struct why *why, int status, enum language language, struct strbuf *out);
	/* Sees each answer before it is sent: for headers that all of them have.  May be NULL. */
	void (*headers)(struct http_exchange *x, void *context);
	/* Each request's end, on a worker; may be NULL. */
	void (*log)(const struct http_log_line *line, void *context);
	void *context; /* of these two */
};

enum {
	HTTP_CONNECTIONS = 16384,
	HTTP_CONNECTIONS_EACH =
		HTTP_CONNECTIONS / 8, /* of one address that is not this machine's */
	HTTP_HEAD_MS = 10000, /* from connecting to the end of the first request's head */
	HTTP_IDLE_MS = 75000, /* between two requests, and until the head of the next is whole */
	HTTP_BODY_MS =
		20000, /* for a body, and a second more for each HTTP_BODY_BYTES_LEAST come */
	HTTP_BODY_BYTES_LEAST = 8192,
	HTTP_BODY_LONG_BYTES = 8 << 20, /* routes that take more share half of the room for all */
	HTTP_STALL_MS = 60000, /* a client that takes nothing of its answer */
	HTTP_WATCH_MS = 500, /* how often these are looked at */
};
#define HTTP_BODIES_BYTES ((size_t)256 << 20)

struct http_server *http_server_create(const struct http_options *options);

/* Where to listen: "127.0.0.1:8080", "[::1]:0", "unix:/run/ariane.sock".  Port 0: any free one. */
struct http_listener {
	str address;
	const char *certificate_file, *key_file; /* PEM; NULL: without TLS */
	bool is_bound; /* by http_listener_bind(): the next are set */
	int socket;
	bool is_local;
	char unix_path[108], bound[HTTP_PEER_BYTES + 64];
};
/* Binds now what http_server_listen() would: for a process that will no longer be root.  The socket
 * is the listener's until it listens; what never does, http_listener_close() closes. */
err http_listener_bind(struct http_listener *listener, struct why *why);
void http_listener_close(struct http_listener *listener);

/* *bound, of HTTP_PEER_BYTES + 16, tells where, as a URL ("http://127.0.0.1:41235").
 * MSG_HTTP_ADDRESS, MSG_HTTP_BIND, MSG_HTTP_CERTIFICATE. */
enum { HTTP_URL_BYTES = 160 };
err http_server_listen(struct http_server *server, const struct http_listener *listener,
	char bound[static HTTP_URL_BYTES], struct why *why);
bool http_address_is_loopback(str address); /* or a Unix socket */

/* Reads the certificates again; connections that stand keep theirs.  On an error the old ones
 * stay. */
err http_server_reload(struct http_server *server, struct why *why);

/* Takes no new connections, lets the requests that are being done end, and those that wait be
 * answered: at most `drain_ms`, then connections are cut.  Answers that are owed must still be
 * given: it waits for them.  Then frees.  NULL is fine. */
void http_server_stop(struct http_server *server, int64_t drain_ms);

struct http_counters {
	uint64_t connections, connections_open, requests, requests_open;
	uint64_t answers[6]; /* by hundreds: [2] is 200 to 299; [0] lost before an answer */
	uint64_t body_bytes;
	uint64_t cut_slow; /* connections cut for being slow */
	uint64_t refused_full; /* for want of room for bodies */
};
struct http_counters http_counters(struct http_server *server);
