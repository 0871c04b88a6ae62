/* main/house_socket.h - the command line of a folder that a server has open: its commands come in
 * by a Unix socket (house_wire.h) and run here, with the same output, exit code, progress and
 * Ctrl-C.
 *
 * Asked may be by the server's own user and by root, which SO_PEERCRED tells; the socket is the
 * owner's alone besides.  A command works in the caller's folder (a thread of its own may have
 * one), so paths mean what they mean there; its standard input came with the question.
 *
 * Threads: one listens, and notices who hangs up; each command has its own.
 */
#pragma once

#include "main/command.h"
#include "main/house.h"

enum { HOUSE_CALLS_MAX = 32 }; /* at once; more are told to come again */
#define HOUSE_CALL_MEMORY_MAX ((size_t)64 << 20) /* of one command's own arena, as on a console */

struct settings;
struct house_socket;

struct house_socket_options {
	struct house *house;
	const char *folder; /* the data folder, absolute */
	const struct settings *settings; /* the server's */
	const struct command_list *commands;
};
err house_socket_open(
	const struct house_socket_options *options, struct house_socket **out, struct why *why);
/* Cancels what runs, waits for it. */
void house_socket_close(struct house_socket *socket); /* NULL is fine */
