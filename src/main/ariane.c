/* main/ariane.c - the program: what the process has around it, given to the console. */
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "main/console.h"
#include "main/signals.h"

static size_t terminal_columns(FILE *stream)
{
	struct winsize size = { 0 };

	if (ioctl(fileno(stream), TIOCGWINSZ, &size) != 0)
		return 0;
	return size.ws_col > 0 ? size.ws_col : 80; /* some terminals do not say */
}

/* The journal keeps each segment open: hundreds at a hundred million events.  What is refused
 * stays as it is; an open that fails later says so. */
static void allow_open_files(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}

int main(int argc, char **argv)
{
	struct console console = {
		.out = stdout,
		.error = stderr,
		.environment = getenv,
		.clock = clock_real(),
		.disk = disk_real(),
		.columns = terminal_columns(stdout),
		.error_columns = terminal_columns(stderr),
		.stop = signals_install(),
	};

	allow_open_files();
	return console_run(&console, commands_all(), argc > 1 ? (size_t)argc - 1 : 0, argv + 1);
}
