/* tests/support/real_server.h - `ariane serve` as a process of its own, and what the system tells
 * of it: for measurements.  Whatever cannot be done ends the program. */
#pragma once

#include "base/file.h"

#include <stdio.h>
#include <sys/resource.h>
#include <sys/types.h>

enum { SERVER_WORD_BYTES = 160, SERVER_THREADS_MAX = 64 };

struct real_server {
	const char *program;
	char data[PATH_BYTES_MAX]; /* its folder */
	char url[SERVER_WORD_BYTES];
	pid_t pid;
	FILE *said; /* what it prints: kept open, or its next line would end it */
};

/* The first word of what `ariane --data DATA ARGUMENTS` prints that begins with `front`. */
void real_server_ask(const struct real_server *server, const char *arguments, const char *front,
	char out[static SERVER_WORD_BYTES]);
void real_server_start(struct real_server *server, const char *program, const char *data);
void real_server_stop(struct real_server *server, struct rusage *used);

/* ---- while it runs */

/* Processor time of its threads since it started, those of one name together. */
struct thread_time {
	char name[16];
	double seconds;
};
size_t real_server_threads(
	const struct real_server *server, struct thread_time out[static SERVER_THREADS_MAX]);
double real_server_memory_mb(const struct real_server *server, const char *which); /* "VmHWM:" */
/* What its journal holds that is not sealed, the file that is being written included. */
double real_server_unsealed_mb(const struct real_server *server);
