/* main/rest.h - /api/v1: questions and changes over HTTP, asked by those who may.
 *
 *   HTTP worker      a call is queued, the worker goes on; the answer is owed
 *   query threads    who is it (session or token)? may he? words -> request -> command -> answer
 *   watcher          tells running commands when their client went away or their time is over
 *
 * Queries never run on HTTP workers.  There are three pools, so that a long question over all
 * customers never holds up the one about the customer on the telephone, and what anybody may ask,
 * as signing in, whose password takes long on purpose, holds up nobody who is known.  A full queue
 * answers 429.
 *
 * An answer is held until it is whole, and sent with its length and an ETag; past REST_HELD_BYTES
 * it is sent as it comes (exports), at the speed of whoever reads.
 */
#pragma once

#include "api/http.h"
#include "base/hash.h"
#include "desk/users.h"
#include "main/house.h"
#include "main/rest_route.h"

enum {
	REST_QUICK_THREADS = 2,
	REST_SLOW_THREADS = 2,
	REST_OPEN_THREADS = 2, /* as many passwords are looked at at once (desk/users.h) */
	/* A question about everything has both processors for as long as it takes; senders wait for
	 * milliseconds of them, and come first.  Where nothing else goes on it makes no difference.
	 */
	REST_SLOW_NICE = 5,
	REST_QUEUE_MAX = 256, /* calls that wait, of each pool */
	REST_DEADLINE_MS = 60000, /* of a question; imports and exports have none */
	REST_AT_LEAST_MS = 5000, /* how long ?at_least= waits */
	REST_WATCH_MS = 50,
	REST_HELD_BYTES = 4 << 20,
};
#define REST_MEMORY_MAX ((size_t)256 << 20) /* of one request, beside a question's own limit */

struct rest;
struct settings;
struct oidc;

struct rest_options {
	struct house *house;
	struct desk *desk; /* not owned, like the house */
	const struct settings *settings; /* outlive it */
	const struct command_list *commands;
	struct oidc *oidc; /* not owned; NULL: nobody signs in elsewhere */
};
struct rest *rest_create(const struct rest_options *options);
struct http_routes rest_http_routes(struct rest *rest);
/* Runs what waits to its end, cancelled.  Before http_server_stop() has returned answers are still
 * owed: so stop first, then free. */
void rest_stop(struct rest *rest); /* new calls are refused; those that run are cancelled */
void rest_free(struct rest *rest); /* after http_server_stop() */

/* ---- within src/main/rest_*.c */

/* Who asks. */
struct rest_caller {
	bool known;
	str who; /* "user:jeanne", "token:3"; "" if not known */
	str name;
	enum role role;
	rights rights;
	bool by_session;
	char csrf[SECRET_LETTERS + 1]; /* of a session */
};

struct rest_stream;

/* One call, from its arrival to its answer.  On the heap: it outlives the exchange where a client
 * goes away from a long answer. */
struct rest_call {
	struct rest *rest;
	const struct rest_route *route;
	struct http_exchange *x; /* not after the answer */
	struct arena *arena; /* its own */
	struct rest_caller caller;
	str subject; /* whom it is about, for the audit */
	bool names_people; /* not by its route, but by what it asks for: noted as well */
	str trace; /* the exchange's, in `arena`: also for after the answer */
	int64_t started_ms, deadline_ms; /* monotonic; 0: none */
	atomic_bool stop; /* request_stop() of the command */
	atomic_bool late; /* stopped because of the deadline */
	bool owed; /* the exchange may be asked; under the watcher's lock */
	struct rest_call *next; /* in the watcher's list */
	bool has_once; /* an Idempotency-Key was noted: */
	struct digest128 once_key;
	struct rest_stream *stream; /* the answer, once it is sent as it comes */
};

const struct rest_options *rest_options_of(const struct rest *rest);
const struct rest_route *rest_all_routes(const struct rest *rest, size_t *count);
struct live;
struct throttle;
struct throttle *rest_throttle_of(const struct rest *rest);
struct rest_once;
struct rest_once *rest_once_of(const struct rest *rest);
struct live *rest_live_of(const struct rest *rest);
struct oidc *rest_oidc_of(const struct rest *rest); /* NULL: not set up */
/* Into the audit, if the route or what it asks for wants that. */
err rest_note(struct rest_call *call, str outcome, struct why *why);
/* From now on nobody asks the exchange whether it was cancelled: call it right before answering. */
void rest_settled(struct rest_call *call);
