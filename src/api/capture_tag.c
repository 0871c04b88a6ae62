/* api/capture_tag.c - GET /tag.js: the script for pages without an SDK (tag.js, built in). */
#include "api/capture_internal.h"
#include "base/embedded.h"

EMBEDDED(tag_files);

static void show_tag(struct http_exchange *x, void *capture)
{
	(void)capture;
	http_set(x, "Cache-Control", STR("public, max-age=3600"));
	http_set(x, "Cross-Origin-Resource-Policy", STR("cross-origin"));
	http_answer(x, 200, "text/javascript; charset=utf-8", tag_files[0].text);
}

const struct http_route tag_routes[] = {
	{ .method = HTTP_GET,
		.pattern = "/tag.js",
		.handle = show_tag,
		.flags = HTTP_OPEN_TO_PAGES },
};
const size_t tag_route_count = ARRAY_LEN(tag_routes);
