/* api/web.h - the web application: its files over HTTP.
 *
 *   GET /assets/...      by hashed names: to be kept for a year
 *   GET /icon.svg
 *   GET / and its pages  the one document; the address says the rest (web/src/app/router.ts)
 *
 * Nothing in them is inline, so the server's policy (http_options.headers) may forbid it.  Files
 * are held compressed and given so; to who does not take gzip they are given as they are.
 *
 * Threads: any.
 */
#pragma once

#include "api/http.h"

extern const struct http_route web_routes[];
extern const size_t web_routes_count;
