/* main/draw_helper.h - Graphviz run by a process of its own, for a server that may start none any
 * more (confine.h).
 *
 * It is started before the server has threads, and can do one thing: run `dot -Tsvg -o PATH` in a
 * folder that it is handed, on what comes by a socket that it is handed.
 *
 *   server -> helper   a packet: the path; with three descriptors: the folder, dot's standard
 * input, and where to answer helper -> there    1 byte: the exit code of dot, or DRAW_MISSING,
 * DRAW_FAILED
 *
 * Drawings are done one after the other.  The helper ends when the server's end is closed.
 */
#pragma once

#include <stdbool.h>

enum { DRAW_MISSING = 254, DRAW_FAILED = 255, DRAW_PATH_BYTES_MAX = 4096 };

/* False: it could not be started. */
bool draw_helper_start(void);
bool draw_helper_runs(void); /* for this process */
/* Hands a drawing over; *answer is where its byte will come.  False: it is gone. */
bool draw_helper_ask(const char *path, int input, int *answer);
