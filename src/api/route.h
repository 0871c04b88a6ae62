/* api/route.h - which function answers what: method, pattern, handler.
 *
 *   { HTTP_GET, "/api/v1/customers/{customer}/thread", show_thread, .body_bytes_max = 0 }
 *   { HTTP_GET, "/assets/{file...}", ... }     a last part with dots takes the rest of the path
 *
 * A part in braces takes one part of the path, whatever it is; others stand for themselves.  The
 * first fitting row wins, so put the special before the general.  Rows are static tables; several
 * may be given to one server, each with a context of its own.
 */
#pragma once

#include "api/target.h"

struct http_exchange;

enum http_method {
	HTTP_GET, /* HEAD too: without the body */
	HTTP_POST,
	HTTP_PUT,
	HTTP_PATCH,
	HTTP_DELETE,
	HTTP_METHOD_COUNT_
};

enum http_route_flags {
	HTTP_OPEN_TO_PAGES = 1, /* scripts of any origin may call it, and read the answer (CORS) */
	HTTP_QUIET = 2, /* no line in the access log: /healthz */
};

struct http_route {
	enum http_method method;
	const char *pattern;
	/* Called on a worker once the body is whole: see http.h.  It may not wait. */
	void (*handle)(struct http_exchange *x, void *context);
	size_t body_bytes_max; /* 0: no body is taken */
	unsigned flags; /* of enum http_route_flags */
	const void *data; /* for whoever wrote the row; the layer never looks at it */
};

struct http_routes {
	const struct http_route *items;
	size_t count;
	void *context; /* given to each handler of these */
};

enum { ROUTE_PARAMETERS_MAX = 4 };

struct route_match {
	const struct http_route *route; /* NULL: none */
	void *context;
	struct target_pair parameters[ROUTE_PARAMETERS_MAX]; /* name in the pattern, part(s) */
	size_t parameter_count;
	unsigned methods; /* bits of all methods that this path has; 0: there is no such path */
	unsigned flags; /* of all rows that fit the path */
};

/* "GET"; of HTTP_METHOD_COUNT_: "". */
str http_method_name(enum http_method method);
/* HEAD is GET.  False: none of ours. */
bool http_method_named(str name, enum http_method *method);

/* Does the pattern fit the path?  Fills parameters[] and their count; a part that takes the rest
 * shares the memory of `target`, so its text is only whole if the path had no escapes there: it is
 * joined in `arena`.  Pure. */
bool route_fits(const char *pattern, const struct target *target, struct arena *arena,
	struct target_pair parameters[static ROUTE_PARAMETERS_MAX], size_t *count);

struct route_match route_find(const struct http_routes *tables, size_t table_count,
	enum http_method method, const struct target *target, struct arena *arena);
