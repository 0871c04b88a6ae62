/* main/rest_examples.h - a command's examples as the same is asked over HTTP: for /docs.
 *
 *   ariane key rotate 1 --grace 7d
 *   curl -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json"
 *        -d '{"grace":"7d"}' "http://127.0.0.1:8080/api/v1/keys/1/rotate"
 *
 * So they cannot say what no longer holds; a test runs them all.  An example that names a file of
 * its machine, or is a pipeline, has no like over HTTP and is left out.
 */
#pragma once

#include "main/rest_route.h"

struct rest_example_of {
	const struct rest_route *route;
	str base; /* "http://127.0.0.1:8080" */
};
/* The line, without its end; false: there is none, *out is as it was. */
bool rest_example_add(
	const struct rest_example_of *of, str line, struct arena *arena, struct strbuf *out);
/* Asks the route for all that it has, where it needs to be told nothing. */
bool rest_example_add_plain(const struct rest_example_of *of, struct strbuf *out);
