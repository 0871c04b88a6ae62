/* main/confine.h - what a server gives up once it runs: being root, and system calls that it has no
 * use for.
 *
 * The filter (seccomp, by libseccomp) is an allow-list for all threads: everything else is answered
 * EPERM.  Left out, among others: starting programs and processes, ptrace, mounting, modules,
 * keys, changing users, raw and netlink sockets.  It is found by running all tests under it.  In
 * builds with sanitizers what these need comes besides.
 */
#pragma once

#include "base/why.h"

/* For all threads, now and later; there is no way back.  MSG_SERVE_FILTER. */
err confine_calls(struct why *why);

/* This process, which must be root's and have one thread, becomes the user's, with his groups and
 * no others.  MSG_SERVE_USER. */
err confine_to_user(str name, struct why *why);
