/* api/capture_internal.h - what the forms of capture share: one request on its way to the writer.
 *
 *   capture_run()   body, inflated -> read() of the form -> job_add() for each record
 *                   -> submitted -> answered
 *
 * The JSON tree and the records lie in a scratch arena that the worker uses again at once; only the
 * canonical bytes wait, in the exchange's arena.
 */
#pragma once

#include "api/capture.h"
#include "engine/prepare.h"
#include "exchange/body_map.h"

struct scratch {
	struct scratch *next;
	struct json_parser *parser;
	struct arena *arena; /* HTTP_ARENA_BYTES_MAX */
};

struct capture {
	struct capture_options options;
	struct sources *sources;
	pthread_mutex_t lock; /* of the list of scratch not in use, and the hooks; a leaf */
	struct scratch *idle;
	atomic_size_t waiting_bytes; /* that batches under way hold */
	struct hooks *hooks; /* under the lock too */
};

struct told_error {
	size_t index; /* of the event in its batch */
	struct why why;
};

struct capture_job {
	struct capture *capture;
	struct http_exchange *x; /* NULL: no HTTP */
	struct arena *arena; /* what waits for the writer */
	struct scratch *scratch; /* until it is submitted */
	struct source *source; /* NULL until the key is known */
	char source_name[CAPTURE_SOURCE_BYTES];
	int64_t received_ms;
	const void *context; /* of the form: its hook */
	bool is_batch; /* a bad event leaves the others in */
	struct preparation preparation;
	struct prepared *prepared; /* room for `room` */
	struct engine_item *items;
	size_t room, count;
	size_t body_bytes, waiting_bytes;
	size_t rejected, told_count;
	struct told_error *told; /* room for CAPTURE_ERRORS_TOLD_MAX, once there is one */
	/* What a good answer is, if not {"success":true}: some clients want their own. */
	void (*answer)(struct capture_job *job);
	struct submission submission;
};

/* Makes records of a whole, inflated body.  An error refuses the request. */
typedef err capture_read(struct capture_job *job, str body, struct why *why);
void capture_run(struct capture *capture, struct http_exchange *x, size_t body_bytes_max,
	capture_read *read);

/* The same for a source that is known already; `context` lives until the form has read. */
void capture_run_for(struct capture *capture, struct http_exchange *x, str source,
	size_t body_bytes_max, capture_read *read, const void *context);
struct hooks *capture_hooks(struct capture *capture); /* a reference */

/* Whose it is, by a key found in the body; the first key found counts.  ERR_DENIED. */
err job_key(struct capture_job *job, str key, struct why *why);
bool job_has_key(const struct capture_job *job);
err job_json(struct capture_job *job, str text, struct json *out, struct why *why);
/* Room for so many; MSG_CAPTURE_MANY.  Before job_add(). */
err job_expect(struct capture_job *job, size_t count, size_t most, struct why *why);
/* A record of the scratch arena.  ERR_SYNTAX, ERR_LIMIT: this one is refused. */
err job_add(struct capture_job *job, const struct record *record, struct why *why);
/* Counts and keeps the refused event `i`, masked; in a batch that is all: OK. */
err job_refuse(struct capture_job *job, size_t i, const struct json *event, struct why *why);

/* The key of Basic authorisation, of the query (writeKey, write_key, api_key); "" without. */
str capture_key_of(struct http_exchange *x);
/* Undoes base64, padded or not, also of URLs; .ptr NULL: it is none, or the arena is full. */
str capture_base64(str text, struct arena *arena);
/* Undoes gzip; `body` itself if it is none.  415, 413 or 400 by the error's kind. */
err capture_inflate(struct http_exchange *x, str body, size_t bytes_max, struct arena *arena,
	str *out, struct why *why);

/* The forms; also for the fuzz target, which calls them without a server. */
capture_read segment_read_call, segment_read_batch, segment_read_pixel, posthog_read, cloud_read,
	hook_read;
/* One document. */
err body_add(struct capture_job *job, struct body_map *map, const struct json *document,
	struct why *why);
/* Documents by a mapping; the list of them at the path `events`. */
err body_read(struct capture_job *job, str body, const struct body_options *options, str events,
	struct why *why);

extern const struct http_route segment_routes[];
extern const size_t segment_route_count;
extern const struct http_route posthog_routes[];
extern const size_t posthog_route_count;
extern const struct http_route cloud_routes[];
extern const size_t cloud_route_count;
extern const struct http_route hook_routes[];
extern const size_t hook_route_count;
extern const struct http_route tag_routes[];
extern const size_t tag_route_count;
