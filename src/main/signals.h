/* main/signals.h - the world asks us to stop. */
#pragma once

#include <stdatomic.h>

/* SIGINT and SIGTERM raise the flag, which long commands poll; the same signal a second time
 * ends the process at once (the journal makes that safe).  SIGPIPE is ignored: a write says so
 * instead.  Call once, before threads start.  The flag lives for ever. */
const atomic_bool *signals_install(void);
