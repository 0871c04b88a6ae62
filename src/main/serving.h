/* main/serving.h - the house while it serves: engine, writer, capture, HTTP, put together and taken
 * apart in the right order.
 *
 *   start   engine -> writer -> capture -> HTTP: listens last, when all behind it is ready
 *   stop    HTTP (drains) -> capture -> writer (commits, checkpoint) -> engine
 */
#pragma once

#include "api/http.h"
#include "engine/writer.h"
#include "main/request.h"
#include "main/sink.h"

struct serving;

struct serving_options {
	const struct http_listener *listeners;
	size_t listener_count;
	const struct settings *settings; /* [serve] and its inputs; may go after serving_start() */
};

enum { SERVING_DRAIN_MS = 10000 };

/* Says where it listens through the sink.  What was opened before an error is closed again. */
err serving_start(const struct request *request, struct sink *sink,
	const struct serving_options *options, struct serving **out, struct why *why);
/* Certificates are read again, limits and inputs become those of `settings`, which may go.  On an
 * error nothing of these has changed, but perhaps the certificates. */
err serving_reload(struct serving *serving, const struct settings *settings, struct why *why);
/* The error is that of writing; all that was acknowledged is durable either way. */
err serving_stop(struct serving *serving, struct why *why);
/* An error beside the answers, into the log. */
void serving_tell(struct serving *serving, const char *what, const struct why *why);
