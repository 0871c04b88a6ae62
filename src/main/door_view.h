/* main/door_view.h - what the commands of doors (key, token, user, audit) have in common: opening
 * the desk, rows as a table or as lines of JSON, the note in the audit. */
#pragma once

#include "desk/audit.h"
#include "main/request.h"
#include "main/sink.h"

/* The desk of the request's data folder.  `make`: folder and database are made if not there. */
err door_open(const struct request *request, bool make, struct desk **out, struct why *why);

/* Opens, does, closes. */
typedef err door_do(
	const struct request *request, struct sink *sink, struct desk *desk, struct why *why);
err door_run(const struct request *request, struct sink *sink, bool make, door_do *what,
	struct why *why);

/* What was done, by request_actor(). */
err door_note(const struct request *request, struct desk *desk, const char *action, str subject,
	struct why *why);

struct door_field {
	const char *key; /* of JSON */
	enum text title;
	enum { FIELD_TEXT, FIELD_NUMBER, FIELD_TIME, FIELD_YES } kind;
	str text;
	int64_t number; /* FIELD_TIME: 0 is null */
};

/* Rows of the same fields, one after the other. */
struct door_table {
	const struct request *request;
	struct sink *sink;
	struct grid *grid; /* for people; NULL before the first row */
};
struct door_table door_table_of(const struct request *request, struct sink *sink);
void door_row(struct door_table *table, const struct door_field *fields, size_t count);
void door_table_end(struct door_table *table, enum text none); /* `none`: said without a row */

/* A secret, shown this once.  In JSON the row with the secret as its last field; for people the
 * secret alone on a line, and a remark beside it. */
void door_secret(struct sink *sink, const struct door_field *fields, size_t count, const char *key,
	str secret);

/* A whole number of a word: ERR_SYNTAX of the usage kind. */
err door_id(str word, int64_t *out, struct why *why);
