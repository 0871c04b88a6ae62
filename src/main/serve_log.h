/* main/serve_log.h - what a server says on standard error: a line of JSON for each thing.
 *
 *   {"time":"2026-11-22T05:00:00.000Z","level":"info","what":"request","method":"POST",
 *    "path":"/v1/batch","status":200,"bytes":49012,"us":840,"trace":"..."}
 *
 * Nothing personal: the path is the pattern of the route, neither addresses nor names nor contents
 * appear.  Requests are told when asked for (--log-requests), those that failed here always.
 *
 * Threads: any.
 */
#pragma once

#include <pthread.h>
#include <stdatomic.h>

#include "api/http.h"

struct serve_log {
	pthread_mutex_t lock; /* of the stream: lines stay whole */
	atomic_bool all_requests;
};

void serve_log_init(struct serve_log *log, bool all_requests);
void serve_log_all_requests(struct serve_log *log, bool all_requests); /* from now on */
void serve_log_done(struct serve_log *log);
void serve_log_request(struct serve_log *log, const struct http_log_line *line);
/* An error that nobody asked about: of house-keeping, of a reload. */
void serve_log_error(struct serve_log *log, const char *what, const struct why *why);
