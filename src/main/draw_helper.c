/* main/draw_helper.c - see draw_helper.h */
#include "main/draw_helper.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { DESCRIPTORS = 3 };

static int helper = -1; /* the server's end; set before there are threads */

extern char **environ;

union handed {
	char bytes[CMSG_SPACE(DESCRIPTORS * sizeof(int))];
	struct cmsghdr align;
};

/* ---- in the helper */

static unsigned char run_dot(const char *path, int folder, int input)
{
	const char *words[] = { "dot", "-Tsvg", "-o", path, NULL };
	posix_spawn_file_actions_t actions;
	int status = 0;
	pid_t pid;

	if (fchdir(folder) != 0 || posix_spawn_file_actions_init(&actions) != 0)
		return DRAW_FAILED;
	(void)posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
	int failed =
		posix_spawnp(&pid, "dot", &actions, NULL, (char *const *)(void *)words, environ);
	(void)posix_spawn_file_actions_destroy(&actions);
	if (failed != 0)
		return failed == ENOENT ? DRAW_MISSING : DRAW_FAILED;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
	}
	return WIFEXITED(status) ? (unsigned char)WEXITSTATUS(status) : DRAW_FAILED;
}

/* False: the server is gone. */
static bool serve_one(int from)
{
	char path[DRAW_PATH_BYTES_MAX];
	union handed handed = { { 0 } };
	int fds[DESCRIPTORS];
	struct iovec part = { path, sizeof(path) - 1 };
	struct msghdr message = { .msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = handed.bytes,
		.msg_controllen = sizeof(handed.bytes) };
	ssize_t got = recvmsg(from, &message, MSG_CMSG_CLOEXEC);
	struct cmsghdr *c = CMSG_FIRSTHDR(&message);

	if (got <= 0 || c == NULL || c->cmsg_len != CMSG_LEN(sizeof(fds)))
		return got < 0 && errno == EINTR;
	memcpy(fds, CMSG_DATA(c), sizeof(fds));
	path[got] = '\0';
	unsigned char code = run_dot(path, fds[0], fds[1]);
	(void)!write(fds[2], &code, 1); /* who asked may be gone */
	for (int i = 0; i < DESCRIPTORS; i++)
		(void)close(fds[i]); /* the server has its own */
	return true;
}

/* Nothing of the server's is kept open here: its addresses are not this process's. */
static void serve(int from)
{
	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	(void)dup2(from, 3);
	(void)close_range(4, ~0U, 0);
	while (serve_one(3)) {
	}
	_exit(0);
}

/* ---- in the server */

bool draw_helper_start(void)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
		return false;
	pid_t pid = fork();
	if (pid == 0)
		serve(ends[1]);
	(void)close(ends[1]); /* the helper's */
	if (pid < 0)
		(void)close(ends[0]); /* nobody is there */
	else
		helper = ends[0];
	return pid > 0;
}

bool draw_helper_runs(void)
{
	return helper >= 0;
}

bool draw_helper_ask(const char *path, int input, int *answer)
{
	int ends[2], folder = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	union handed handed = { { 0 } };
	struct iovec part = { (char *)(void *)(unsigned long)path, strlen(path) };
	struct msghdr message = { .msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = handed.bytes,
		.msg_controllen = sizeof(handed.bytes) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&message);

	if (folder < 0 || part.iov_len == 0 || part.iov_len >= DRAW_PATH_BYTES_MAX ||
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
		if (folder >= 0)
			(void)close(folder); /* nobody has it */
		return false;
	}
	const int fds[DESCRIPTORS] = { folder, input, ends[1] };
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(fds));
	memcpy(CMSG_DATA(c), fds, sizeof(fds));
	bool sent = sendmsg(helper, &message, MSG_NOSIGNAL) == (ssize_t)part.iov_len;
	(void)close(folder); /* the helper has its own */
	(void)close(ends[1]); /* likewise */
	if (sent)
		*answer = ends[0];
	else
		(void)close(ends[0]); /* nothing will come */
	return sent;
}
