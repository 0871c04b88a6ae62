/* main/signals.c - see signals.h */
#include "main/signals.h"

#include <signal.h>

#include "base/base.h"

static atomic_bool stop;
_Static_assert(ATOMIC_BOOL_LOCK_FREE == 2, "a signal handler may set it");

static void on_signal(int number)
{
	(void)number;
	atomic_store(&stop, true);
}

const atomic_bool *signals_install(void)
{
	struct sigaction once = { .sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND };
	struct sigaction never = { .sa_handler = SIG_IGN };

	bool installed = sigaction(SIGINT, &once, NULL) == 0 &&
			 sigaction(SIGTERM, &once, NULL) == 0 &&
			 sigaction(SIGPIPE, &never, NULL) == 0;
	ASSERT(installed); /* it fails only for signals that do not exist */
	return &stop;
}

static sigset_t held_set(void)
{
	sigset_t set;
	bool filled = sigemptyset(&set) == 0 && sigaddset(&set, SIGINT) == 0 &&
		      sigaddset(&set, SIGTERM) == 0 && sigaddset(&set, SIGHUP) == 0;

	ASSERT(filled);
	return set;
}

void signals_hold(void)
{
	sigset_t set = held_set();
	int failed = pthread_sigmask(SIG_BLOCK, &set, NULL);

	ASSERT(failed == 0);
}

enum signal_asks signals_wait(void)
{
	sigset_t set = held_set();
	int number = 0;
	int failed = sigwait(&set, &number);

	ASSERT(failed == 0);
	return number == SIGHUP ? SIGNAL_RELOAD : SIGNAL_STOP;
}

void signals_pass(void)
{
	sigset_t set = held_set();
	int failed = pthread_sigmask(SIG_UNBLOCK, &set, NULL);

	ASSERT(failed == 0);
}
