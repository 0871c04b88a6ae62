/* main/sink.h - where a command's answer goes: a terminal, a pipe, a socket, an HTTP body.
 *
 * Errors stick: a command writes without asking, and whoever called it asks once, with
 * sink_finish().  A command looks at `json` and writes either sentences and tables for people,
 * or JSON as its schema says.  One thread at a time.
 */
#pragma once

#include "main/grid.h"
#include "main/locale.h"
#include "main/text.h"

enum unit { UNIT_EVENTS, UNIT_BYTES, UNIT_FILES };

/* How far a long command is.  total 0: not known. */
struct progress_state {
	enum text doing;
	enum unit unit;
	uint64_t done, total;
};

struct sink;
struct sink_ops {
	err (*write)(struct sink *sink, str bytes, struct why *why);
	void (*progress)(struct sink *sink, const struct progress_state *state); /* may be NULL */
	/* There is more: a command's option --cursor takes this text; may be NULL. */
	void (*more)(struct sink *sink, str cursor);
	/* A remark beside the answer, for people: standard error; may be NULL. */
	void (*remark)(struct sink *sink, str line);
};

/* Implementations put this first in their own struct. */
struct sink {
	const struct sink_ops *ops;
	bool json, quiet;
	size_t columns; /* of the terminal; 0: no terminal, any width */
	const struct locale *locale;
	err failed; /* the first error of write(), OK before */
	struct why why;
};

void sink_add(struct sink *sink, str bytes);
void sink_line(struct sink *sink, str line); /* and a newline */
/* A line from texts.def; arguments as in text.h: safe, or made so. */
#define sink_say(sink, id, ...) \
	sink_say_with((sink), (id), (struct arg[WHY_ARGS_MAX]){ __VA_ARGS__ })
void sink_say_with(struct sink *sink, enum text id, const struct arg args[static WHY_ARGS_MAX]);
/* The same beside the answer; nothing when quiet or in JSON. */
#define sink_remark(sink, id, ...) \
	sink_remark_with((sink), (id), (struct arg[WHY_ARGS_MAX]){ __VA_ARGS__ })
void sink_remark_with(struct sink *sink, enum text id, const struct arg args[static WHY_ARGS_MAX]);
void sink_grid(struct sink *sink, struct arena *arena, const struct grid *grid);
/* What was built; ERR_LIMIT sticks if the buffer failed. */
void sink_built(struct sink *sink, const struct strbuf *buf);
/* In JSON: so many ("events") were written to a file of so many bytes. */
void sink_file_written(struct sink *sink, str what, uint64_t count, uint64_t bytes, str file);
/* The list ended at a limit: how to ask for what follows.  For people a remark. */
void sink_more(struct sink *sink, str cursor);
void sink_progress(struct sink *sink, const struct progress_state *state); /* call it often */

bool sink_ok(const struct sink *sink);
err sink_finish(const struct sink *sink, struct why *why); /* OK, or the first error */

/* A sink into a buffer: for tests, sockets and HTTP. */
struct sink_buffer {
	struct sink base;
	struct strbuf *out;
};
void sink_buffer_init(struct sink_buffer *sink, struct strbuf *out, const struct locale *locale);
