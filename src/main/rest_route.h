/* main/rest_route.h - the resources of /api/v1: one row for each, and who may use it.
 *
 * Most rows are commands of the table: the same function, options as query parameters (or members
 * of a JSON body), the same JSON as --json.  A command that works in a house and has no row of its
 * own gets "/api/v1/" and its name ("journey flow": /api/v1/journey/flow), GET if it only reads.
 * Questions that take a definition may also be asked by POST, with the definition in the body.
 * So every command is there; a test enumerates them all with every role.
 */
#pragma once

#include "api/http.h"
#include "desk/role.h"
#include "main/command.h"

enum { REST_ROUTES_MAX = 128, REST_PATH_BYTES_MAX = 96 };

struct rest_call;

struct rest_route {
	enum http_method method;
	const char *pattern;
	const struct command *command; /* or NULL, and then: */
	err (*special)(struct rest_call *call, struct why *why);
	struct words says; /* of a special one; a command has its summary */
	const char *schema; /* docs/schemas/NAME.json of its JSON answer; NULL: it has none */
	const struct option *options_of; /* the query of a special one, ends with ""; or NULL */
	rights needs; /* all of them; 0: anybody who is known */
	bool own; /* the account of who asks: for a session alone, never for a token */
	bool open; /* also for who is not known (signing in), on threads of their own */
	bool personal; /* it tells of single people: noted in the audit, like every change */
	bool searches; /* its argument may be a name: the audit keeps only its hash */
	bool quick; /* answered by the threads kept for short questions */
	const char *arguments[2]; /* parts of the path that are the command's arguments, in order */
	const char *fixed; /* an option that is always given, as "--now"; or NULL */
	const char *options[2]; /* parts of the path that are options of that name */
	size_t body_bytes_max; /* JSON, or for an import the file */
	const struct command *guard; /* GET of what a change changes: If-Match is its ETag */
	bool asks; /* a POST that changes nothing: a GET with a body */
	bool takes_file; /* the body is what the command reads as standard input */
};

/* Rows of the table and those derived from the list; *count of them, at most REST_ROUTES_MAX, in
 * memory of the arena. */
const struct rest_route *rest_routes(
	const struct command_list *list, struct arena *arena, size_t *count);
