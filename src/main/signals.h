/* main/signals.h - the world asks us to stop. */
#pragma once

#include <stdatomic.h>

/* SIGINT and SIGTERM raise the flag, which long commands poll; the same signal a second time
 * ends the process at once (the journal makes that safe).  SIGPIPE is ignored: a write says so
 * instead.  Call once, before threads start.  The flag lives for ever. */
const atomic_bool *signals_install(void);

/* For a server, on the thread that starts it and before the others: from now on SIGINT, SIGTERM and
 * SIGHUP wait until signals_wait() takes them.  After signals_pass() they are as before. */
void signals_hold(void);
enum signal_asks { SIGNAL_STOP, SIGNAL_RELOAD };
enum signal_asks signals_wait(void); /* SIGHUP: reload */
void signals_pass(void);
