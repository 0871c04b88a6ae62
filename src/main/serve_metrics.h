/* main/serve_metrics.h - GET /metrics: the server's counters as OpenMetrics 1.0 text.
 *
 * Served to this machine alone (loopback or a Unix socket, and not through a proxy): names of
 * sources stand in it, and how much a company sends.  Elsewhere there is no such path.
 */
#pragma once

#include "api/capture.h"

struct serve_metrics {
	struct http_server *http;
	struct writer *writer;
	struct capture *capture;
};

/* Handler of a route whose context is a struct serve_metrics. */
void serve_metrics_answer(struct http_exchange *x, void *metrics);
