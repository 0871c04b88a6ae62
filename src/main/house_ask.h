/* main/house_ask.h - a command sent to the house that has its folder open (house_wire.h). */
#pragma once

#include <stdatomic.h>

#include "main/request.h"
#include "main/sink.h"

/* What came back, piece by piece. */
struct house_listener {
	err (*out)(void *context, str bytes, struct why *why); /* standard output */
	void (*error)(void *context, str bytes); /* standard error */
	void (*progress)(void *context, const struct progress_state *state);
	void *context;
	const atomic_bool *stop; /* set: the house is told to stop it */
};

struct house_question {
	const char *folder; /* data */
	const struct request *request; /* settled */
	const str *words;
	size_t count;
	bool json, quiet;
	size_t columns;
};

/* ERR_NOT_FOUND: no server has the folder open.  OK: it ran, *code is its exit code, and its errors
 * were told through the listener.  ERR_IO: the server went away meanwhile. */
err house_ask(const struct house_question *question, const struct house_listener *listener,
	int *code, struct why *why);
