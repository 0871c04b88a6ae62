/* api/capture.h - events that come in over the network, in whatever form, to the writer.
 *
 *   key -> whose source? -> body, inflated -> JSON -> records -> prepared items     (a worker)
 *       -> writer_submit() -> durable -> counted, answered                          (the writer)
 *
 * 200 means durable.  What is refused as a whole (no key, no JSON, too much) is a problem+json; a
 * bad event among good ones is counted and shown (sources.h), the others are kept, and the answer
 * says which and why.  When there is no room, nothing is taken: 429 with Retry-After.
 *
 * Events without a message id are told apart by their content, as everywhere (prepare.h): sent
 * twice, they are one.
 *
 * Forms: Segment's tracking API and its short paths (capture_segment.c), PostHog's capture
 * (capture_posthog.c), CloudEvents (capture_cloud.c), signed webhooks (capture_hook.c).
 *
 * Threads: any.
 */
#pragma once

#include "api/hooks.h"
#include "api/http.h"
#include "api/sources.h"
#include "engine/writer.h"
#include "exchange/body_map.h"
#include "identity/identifier.h"

enum {
	CAPTURE_EVENT_BYTES_MAX = 32 << 10, /* Segment's limits: an event, */
	CAPTURE_BATCH_BYTES_MAX = 500 << 10, /* a batch, once inflated, */
	CAPTURE_BATCH_EVENTS_MAX = 2500,
	CAPTURE_LARGE_BYTES_MAX = 4 << 20, /* a batch of the others */
	CAPTURE_ERRORS_TOLD_MAX = 10, /* of a batch, in the answer */
	CAPTURE_SOURCE_BYTES = 129, /* of a source's name, with its NUL */
	CAPTURE_RETRY_S = 1,
};
/* Memory of all batches that wait for the writer. */
#define CAPTURE_WAITING_BYTES_MAX ((size_t)256 << 20)

struct capture;

struct capture_options {
	struct writer *writer;
	const uint8_t *secret; /* engine_secret() */
	struct identifier_rules rules;
	struct clock *clock; /* NULL: clock_real() */
	/* Whose key is this?  The name goes to `source`, NUL-terminated.  ERR_DENIED: nobody's. */
	err (*find)(
		void *context, str key, char source[static CAPTURE_SOURCE_BYTES], struct why *why);
	void *context;
	struct sources *sources; /* not owned */
};

struct capture *capture_create(const struct capture_options *options);
/* Nothing is under way any more (http_server_stop()). */
void capture_free(struct capture *capture); /* NULL is fine */

/* The routes of all forms, for http_options. */
enum { CAPTURE_TABLES = 5 };
void capture_routes(struct capture *capture, struct http_routes out[static CAPTURE_TABLES]);

struct sources *capture_sources(struct capture *capture);

/* The webhooks from now on; taken, the reference included. */
void capture_set_hooks(struct capture *capture, struct hooks *hooks);

/* ---- for the ways in that are no HTTP (a watched folder, MQTT): one batch, waited for */

/* Puts the records through; OK: durable, counted for `source`. */
err capture_take(struct capture *capture, str source, const struct record *records, size_t count,
	struct why *why);

/* Bodies of JSON, by a mapping, as one submission where they fit in one. */
struct capture_body {
	str body;
	const struct body_value *beside; /* columns that are not in it */
	size_t beside_count;
};
struct capture_reading {
	const struct mapping *mapping;
	str events; /* the path of the list within a body; "": the body itself */
};
/* OK: all that was good is durable, and what was refused is counted and shown. */
err capture_take_bodies(struct capture *capture, str source, const struct capture_reading *reading,
	const struct capture_body *bodies, size_t count, struct why *why);
