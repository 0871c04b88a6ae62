/* main/rest_answer.h - a command's answer on its way into HTTP: held until it is whole, or sent as
 * it comes once it is long.
 *
 * States: HELD (nothing was sent: an error may still be told) -> SENT, or -> STREAMING -> ended.
 * While it streams the command waits for whoever reads; who goes away stops it.
 */
#pragma once

#include "main/rest.h"
#include "main/sink.h"

enum { REST_CURSOR_BYTES_MAX = 128, REST_FIELDS_MAX = 64 };

struct rest_answer {
	struct sink sink;
	struct rest_call *call;
	const char *type;
	bool lines, as_array; /* JSON lines; wrapped as an array for who accepts only JSON */
	bool begun; /* of an array: the first item was written */
	str fields; /* of ?fields=: only these members are told; "": all */
	char cursor[REST_CURSOR_BYTES_MAX]; /* of a list that goes on; "": it does not */
	struct strbuf held;
};

void rest_answer_init(struct rest_answer *answer, struct rest_call *call, const char *type,
	bool lines, const struct locale *locale);
/* Was the answer begun, so that an error can no longer be told? */
bool rest_answer_streams(const struct rest_answer *answer);
/* Leaves the members that ?fields= names; before it ends.  MSG_REST_FIELD: there is none. */
err rest_answer_select(struct rest_answer *answer, struct why *why);
/* Whole: sends what is held (304 where the client has it), or ends the stream. */
void rest_answer_end(struct rest_answer *answer);
/* It failed while streaming: the connection is cut. */
void rest_answer_break(struct rest_answer *answer);
/* Is one of these ETags (If-Match) of that body, as lines or as an array, whenever asked for?  "*"
 * is of any. */
bool rest_answer_is(str etags, str body);
void rest_answer_done(struct rest_answer *answer); /* frees what is held */
