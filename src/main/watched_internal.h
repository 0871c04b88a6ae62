/* main/watched_internal.h - watched folders from within: watched.c looks, watched_file.c takes one
 * file. */
#pragma once

#include <sys/stat.h>

#include "base/file.h"
#include "main/watched.h"

struct watched {
	struct watched_options options;
	struct settings settings; /* of the house, without the inputs */
	struct arena *arena; /* of the sections */
	struct input_section *folders;
	size_t count;
	int inotify, wake; /* an eventfd: the stop is set */
	atomic_bool stop;
	bool runs;
	pthread_t thread;
	int64_t told_ms; /* when the last trouble was told: not each time it is tried */
};

/* A folder at hand: a section's, or one below it. */
struct watched_place {
	struct watched *of;
	const struct input_section *section;
	char path[PATH_BYTES_MAX];
	char mapping[PATH_BYTES_MAX]; /* "": the section's */
};

enum watched_outcome { WATCHED_TAKEN, WATCHED_BUSY, WATCHED_LATER };
/* Imports and moves a file.  WATCHED_BUSY: somebody writes to it; WATCHED_LATER: try again. */
enum watched_outcome watched_take(const struct watched_place *place, str name);
