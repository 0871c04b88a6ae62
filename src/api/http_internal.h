/* api/http_internal.h - what the files of the HTTP layer share.
 *
 * Locks: `lock` of the server guards the list of connections, the pool of arenas, and how many
 * listenings there are; a leaf.
 * An exchange belongs to the worker of its connection, but for `turn` and what is set before it
 * is changed:
 *
 *   RUNNING  --(handler returned, owes)-->  WAITING  --(answer given)-->  ANSWERED
 *      \---------------(answer given)-----------------------------------> ANSWERED
 *
 * Who brings WAITING to ANSWERED resumes the connection.  The worker suspends the connection
 * before it goes to WAITING; finding ANSWERED then it resumes it itself.
 */
#pragma once

#include "api/http.h"
#include "base/file.h"
#include "engine/waiting.h"

#include <gnutls/abstract.h>
#include <microhttpd.h>

enum turn { TURN_RUNNING, TURN_WAITING, TURN_ANSWERED };
/* Of a stream: READING -> ASLEEP, or WOKEN while it was being read. */
enum awake { AWAKE_READING, AWAKE_WOKEN, AWAKE_ASLEEP };

enum phase {
	PHASE_HEAD, /* nothing of a request is known yet, or its first line */
	PHASE_BODY,
	PHASE_AT_WORK, /* handler, answer */
};

/* One connection; libmicrohttpd keeps it as its socket context. */
struct connection {
	struct connection *next, *previous;
	struct http_listening *listening;
	struct MHD_Connection *mhd;
	int socket;
	enum phase phase;
	bool has_served; /* a request: what comes next is another */
	bool is_cut;
	int64_t deadline_ns; /* of the phase; INT64_MAX: none */
	struct http_exchange *exchange; /* being done, or NULL */
};

struct own_header {
	char name[48];
	str value;
};

struct http_exchange {
	struct http_server *server;
	struct connection *connection;
	struct MHD_Connection *mhd;
	struct arena *arena; /* of the pool, when somebody asks */
	char *target_text; /* on the heap, NUL-terminated */
	struct target target;
	struct route_match match;
	enum http_method method;
	enum { STEP_NEW, STEP_BODY, STEP_DONE } step;
	bool closes; /* the connection after the answer */
	char *body;
	size_t body_bytes_max; /* announced, or of the route */
	size_t body_len, body_room; /* body_room is what is taken from the server's budget */
	int64_t body_began_ns;
	size_t body_swallowed; /* after it was too long */
	int64_t began_ns, received_ms;
	char trace[HTTP_TRACE_BYTES + 1];
	char peer[HTTP_PEER_BYTES];

	/* the answer */
	_Atomic enum turn turn;
	atomic_bool cancelled;
	int status;
	const char *type;
	str answer;
	char *answer_heap;
	struct http_stream *stream;
	_Atomic enum awake awake;
	struct own_header own[HTTP_OWN_HEADERS_MAX];
	size_t own_count;
	void (*done)(void *context);
	void *done_context;
};

struct http_listening {
	struct http_server *server;
	struct MHD_Daemon *daemon;
	int socket; /* that listens; the accepting thread's until it ends */
	bool is_secure; /* TLS */
	bool is_local;
	char unix_path[108]; /* "" if it is none; removed at the end */
};

enum { ARENAS_KEPT = 64, HTTP_ACCEPTED_AT_ONCE = 64 };

struct http_server {
	struct http_options options;
	struct http_routes tables[HTTP_ROUTE_TABLES_MAX];
	struct http_listening listenings[HTTP_LISTENERS_MAX];
	size_t listening_count;
	char certificate_file[PATH_BYTES_MAX], key_file[PATH_BYTES_MAX]; /* "": no TLS */
	atomic_bool stopping;
	atomic_size_t bodies_bytes;
	_Atomic uint64_t trace_seed, trace_count;

	pthread_mutex_t lock;
	pthread_cond_t change; /* a connection ended, or the watch shall end */
	struct connection *connections; /* list */
	struct arena *arenas[ARENAS_KEPT];
	size_t arena_count;
	pthread_t watch;
	bool watch_ends;
	pthread_t accepting; /* while there are listenings */
	int accepting_wake; /* an eventfd */
	bool accepting_ends;

	_Atomic uint64_t count_connections, count_open, count_requests, count_requests_open;
	_Atomic uint64_t count_answers[6], count_body_bytes, count_cut, count_full;
};

int64_t http_now_ns(const struct http_server *server);
int64_t http_deadline(const struct http_server *server, int64_t ms);

/* ---- http_exchange.c: libmicrohttpd's callbacks */
void *exchange_begin(void *listening, const char *uri, struct MHD_Connection *mhd);
enum MHD_Result exchange_step(void *listening, struct MHD_Connection *mhd, const char *url,
	const char *method, const char *version, const char *bytes, size_t *count, void **exchange);
void exchange_end(void *listening, struct MHD_Connection *mhd, void **exchange,
	enum MHD_RequestTerminationCode how);

/* ---- http_head.c */
/* Whether the head can be read in one way only, and what it asks for is there; sets method, target,
 * route.  Not OK: *status is what is answered, with the words of `why`. */
err head_check(struct http_exchange *x, const char *method, const char *version, size_t *body_bytes,
	bool *has_body, int *status, struct why *why);
/* OPTIONS: answered here. */
void head_answer_options(struct http_exchange *x);

/* ---- http_answer.c */
enum MHD_Result answer_send(struct http_exchange *x);

/* ---- http_accept.c */
/* From the next listening too, which is complete. */
void accept_from(struct http_server *server);
/* Nobody new comes in any more, and the sockets are closed. */
void accept_end(struct http_server *server);

/* ---- http_watch.c */
void connection_notify(void *listening, struct MHD_Connection *mhd, void **context,
	enum MHD_ConnectionNotificationCode code);
void connection_enter(struct connection *c, enum phase phase, int64_t deadline_ns);
void *watch_run(void *server);
/* Cuts who is too slow, tells exchanges whose client went away. */
void watch_look(struct http_server *server, int64_t now_ns);

/* ---- http_listen.c */
err listen_open(str address, int *socket, bool *is_local, char unix_path[static 108],
	char bound[static HTTP_PEER_BYTES + 64], struct why *why);
void listen_peer(const struct connection *c, char out[static HTTP_PEER_BYTES]);

/* ---- http_tls.c: gnutls asks without saying for whom, so a process has one certificate */
err certificate_load(const char *certificate_file, const char *key_file, struct why *why);
/* libmicrohttpd's option MHD_OPTION_HTTPS_CERT_CALLBACK. */
gnutls_certificate_retrieve_function2 *certificate_callback(void);
