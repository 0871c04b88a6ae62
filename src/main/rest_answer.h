/* main/rest_answer.h - a command's answer on its way into HTTP: held until it is whole, or sent as
 * it comes once it is long.
 *
 * States: HELD (nothing was sent: an error may still be told) -> SENT, or -> STREAMING -> ended.
 * While it streams the command waits for whoever reads; who goes away stops it.
 */
#pragma once

#include "main/rest.h"
#include "main/sink.h"

struct rest_answer {
	struct sink sink;
	struct rest_call *call;
	const char *type;
	bool lines, as_array; /* JSON lines; wrapped as an array for who accepts only JSON */
	bool begun; /* of an array: the first item was written */
	struct strbuf held;
};

void rest_answer_init(struct rest_answer *answer, struct rest_call *call, const char *type,
	bool lines, const struct locale *locale);
/* Was the answer begun, so that an error can no longer be told? */
bool rest_answer_streams(const struct rest_answer *answer);
/* Whole: sends what is held (304 where the client has it), or ends the stream. */
void rest_answer_end(struct rest_answer *answer);
/* It failed while streaming: the connection is cut. */
void rest_answer_break(struct rest_answer *answer);
void rest_answer_done(struct rest_answer *answer); /* frees what is held */
