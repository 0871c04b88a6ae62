/* main/house_wire.h - how a command line and a house talk, over the socket DATA/ariane.sock.
 *
 * Frames both ways: 1 byte kind, 4 bytes length (little-endian), that many bytes.
 *
 *   to the house
 *     'A'  ask, with two descriptors (SCM_RIGHTS): the caller's folder, his standard input.
 *          Texts, each with a NUL at its end: WIRE_VERSION, language, zone, data folder, time (ms),
 *          columns, "json" or "", "quiet" or "", then the words.
 *     'C'  stop it, please; closing the connection says the same
 *   back
 *     'o'  bytes for standard output       'e'  bytes for standard error
 *     'p'  progress: u32 what, u32 unit, u64 done, u64 total
 *     'x'  the end: 1 byte exit code, then the error, rendered, for standard error
 *
 * Both ends are the same program: another version is told, and does not guess.
 */
#pragma once

#include "base/why.h"

#define WIRE_NAME "ariane.sock"

enum {
	WIRE_ASK_BYTES_MAX = 4 << 20,
	WIRE_FRAME_BYTES_MAX = 1 << 20, /* back; longer output takes several */
	WIRE_HEAD_BYTES = 5,
	WIRE_PROGRESS_BYTES = 24,
	WIRE_FIXED_TEXTS = 8,
	WIRE_FDS = 2,
};

/* Binds (listens) or connects in `folder`, however long its path is.  ERR_NOT_FOUND: nobody listens
 * there. */
err wire_listen(const char *folder, int *fd, struct why *why);
err wire_connect(const char *folder, int *fd, struct why *why);
void wire_remove(const char *folder);

/* All of it, or ERR_IO: the other end is gone. */
err wire_send(int fd, char kind, str bytes, struct why *why);
err wire_send_ask(int fd, str bytes, const int fds[static WIRE_FDS], struct why *why);

/* A frame; its bytes in `arena`.  ERR_IO: the other end is gone.  `fds`: NULL, or where to put two
 * descriptors that came with it (-1: none came). */
err wire_receive(int fd, size_t bytes_max, struct arena *arena, char *kind, str *bytes, int *fds,
	struct why *why);
