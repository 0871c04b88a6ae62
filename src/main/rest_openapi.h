/* main/rest_openapi.h - the description of /api/v1 (OpenAPI 3.1), made from the tables: routes,
 * commands with their options, schemas of the answers. */
#pragma once

#include "base/arena.h"
#include "main/rest_route.h"

/* One JSON document, in English. */
void rest_openapi_add(const struct command_list *list, struct strbuf *out);
