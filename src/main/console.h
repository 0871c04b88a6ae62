/* main/console.h - the command line: words in, an answer on standard output, errors and progress
 * on standard error, an exit code back. */
#pragma once

#include <stdatomic.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/file.h"
#include "main/command.h"

/* What a process has around it; a test brings its own. */
struct console {
	FILE *out, *error;
	char *(*environment)(const char *name); /* getenv */
	struct clock *clock;
	struct disk *disk;
	size_t columns; /* of the terminal that `out` is; 0: it is none */
	size_t error_columns; /* the same of `error` */
	const atomic_bool *stop;
};

enum { CONSOLE_MEMORY_MAX = 64 << 20 }; /* of one command's own arena */

/* 0 done (also when nobody reads on), 1 failed, 2 asked wrongly.  `words` without the
 * program's name. */
int console_run(const struct console *console, const struct command_list *list, size_t count,
	char *const *words);
