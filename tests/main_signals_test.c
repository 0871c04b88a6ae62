/* tests/main_signals_test.c - the world asks us to stop; each case in a child process, because
 * handlers belong to the whole process. */
#include "main/signals.h"

#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "main/console.h"
#include "test.h"

/* How the child that runs `act` ends: its exit code, or 128 + the signal that ended it. */
static int in_child(int (*act)(void))
{
	int status = 0;
	pid_t child = fork();

	if (child == 0)
		_exit(act());
	if (waitpid(child, &status, 0) != child)
		return -1;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static int act_interrupted(void)
{
	const atomic_bool *stop = signals_install();

	if (atomic_load(stop))
		return 1;
	(void)raise(SIGINT);
	return atomic_load(stop) ? 0 : 2;
}

static int act_terminated(void)
{
	const atomic_bool *stop = signals_install();

	(void)raise(SIGTERM);
	return atomic_load(stop) ? 0 : 2;
}

static int act_twice(void)
{
	(void)signals_install();
	(void)raise(SIGINT);
	(void)raise(SIGINT);
	return 0;
}

static char *no_environment(const char *name)
{
	(void)name;
	return NULL;
}

/* ariane help | head -0: the reader is gone, and nobody is told off for it. */
static int act_nobody_reads(void)
{
	int ends[2];
	char help[] = "help", *words[] = { help };

	if (pipe(ends) != 0 || close(ends[0]) != 0)
		return 1;
	struct console console = { .out = fdopen(ends[1], "w"),
		.error = tmpfile(),
		.environment = no_environment,
		.clock = clock_real(),
		.disk = disk_real(),
		.stop = signals_install() };
	if (console.out == NULL || console.error == NULL)
		return 2;
	int code = console_run(&console, commands_all(), 1, words);
	return code == 0 && ftell(console.error) == 0 ? 0 : 3;
}

TEST(signals_ask_to_stop)
{
	CHECK("SIGINT", in_child(act_interrupted) == 0);
	CHECK("SIGTERM", in_child(act_terminated) == 0);
	CHECK("the second SIGINT", in_child(act_twice) == 128 + SIGINT);
	CHECK("a closed pipe", in_child(act_nobody_reads) == 0);
}
