/* tests/main_confine_test.c - calls that a server has no use for are refused, the others not.  In
 * a process of its own: there is no way back. */
#include "main/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <pthread.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test.h"

static int start_program(void)
{
	char *const nothing[] = { NULL };

	return execve("/bin/true", nothing, nothing);
}

static int change_user(void)
{
	return setuid(0);
}

static int mount_something(void)
{
	return mount("none", "/mnt", "tmpfs", 0, NULL);
}

static int open_netlink(void)
{
	return socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
}

static int open_raw(void)
{
	return socket(AF_PACKET, SOCK_RAW, 0);
}

static int new_namespace(void)
{
	return unshare(CLONE_NEWUSER);
}

static int watch_kernel(void)
{
	return (int)syscall(SYS_bpf, 0, NULL, 0);
}

static int add_key(void)
{
	return (int)syscall(SYS_add_key, "user", "x", "y", 1, 0);
}

static int own_folder(void)
{
	return unshare(CLONE_FS);
}

static int open_internet(void)
{
	return socket(AF_INET, SOCK_STREAM, 0);
}

static int open_file(void)
{
	return open("/dev/null", O_RDWR);
}

static void *nothing(void *context)
{
	return context;
}

static int start_thread(void)
{
	pthread_t thread;

	return pthread_create(&thread, NULL, nothing, NULL) == 0 && pthread_join(thread, NULL) == 0
		       ? 0
		       : -1;
}

static const struct {
	const char *name;
	int (*call)(void);
	bool allowed;
} rows[] = {
	{ "execve", start_program, false },
	{ "setuid", change_user, false },
	{ "mount", mount_something, false },
	{ "a netlink socket", open_netlink, false },
	{ "a raw socket", open_raw, false },
	{ "a user namespace", new_namespace, false },
	{ "bpf", watch_kernel, false },
	{ "add_key", add_key, false },
	{ "a folder of its own", own_folder, true },
	{ "a socket", open_internet, true },
	{ "a file", open_file, true },
	{ "a thread", start_thread, true },
};

/* 0, or the number of the row that is not as it must be, from 1; 100: no filter. */
static int in_child(void)
{
	struct why why = { 0 };

	if (confine_calls(&why) != OK)
		return 100;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		errno = 0;
		bool done = rows[i].call() >= 0;
		if (done != rows[i].allowed || (!done && errno != EPERM))
			return (int)i + 1;
	}
	return 0;
}

TEST(confined_calls_are_refused)
{
	pid_t child = fork();
	int status = 0;

	if (child == 0)
		_exit(in_child());
	CHECK("waited for", child > 0 && waitpid(child, &status, 0) == child);
	CHECK("ended", WIFEXITED(status));
	CHECK(WEXITSTATUS(status) >= 1 && WEXITSTATUS(status) <= (int)ARRAY_LEN(rows)
			? rows[WEXITSTATUS(status) - 1].name
			: "as the table says",
		WEXITSTATUS(status) == 0);
}

TEST(confined_to_a_user_who_is_not_there)
{
	struct why why = { 0 };

	CHECK("refused", confine_to_user(STR("nobody-is-called-so"), &why) == ERR_NOT_FOUND);
}
