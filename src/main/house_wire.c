/* main/house_wire.c - see house_wire.h */
#include "main/house_wire.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/file.h"

/* ---- the place: a path of a socket is at most 107 bytes, so it is reached through the folder */

static err address_of(const char *folder, int *folder_fd, struct sockaddr_un *out, struct why *why)
{
	struct strbuf path = {
		.ptr = out->sun_path, .cap = sizeof(out->sun_path), .cap_max = sizeof(out->sun_path)
	};

	*out = (struct sockaddr_un){ .sun_family = AF_UNIX };
	*folder_fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (*folder_fd < 0)
		return fail(why, MSG_WIRE_NOBODY, arg_c(folder));
	strbuf_add_c(&path, "/proc/self/fd/");
	strbuf_add_int(&path, *folder_fd);
	strbuf_add_c(&path, "/" WIRE_NAME);
	strbuf_add_byte(&path, '\0');
	ASSERT(strbuf_ok(&path));
	return OK;
}

static err make_socket(int *fd, struct why *why)
{
	*fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	return *fd < 0 ? fail(why, MSG_WIRE_LOST) : OK;
}

void wire_remove(const char *folder)
{
	char path[PATH_BYTES_MAX];

	if (path_join(path, folder, WIRE_NAME, NULL) == OK)
		(void)unlink(path); /* not there is as good */
}

err wire_listen(const char *folder, int *fd, struct why *why)
{
	struct sockaddr_un address;
	int folder_fd;
	err e = address_of(folder, &folder_fd, &address, why);

	if (e != OK)
		return e;
	wire_remove(folder); /* whoever left it there is gone: we hold the folder's lock */
	e = make_socket(fd, why);
	if (e == OK) {
		mode_t before = umask(0177); /* for the owner alone, from its first moment */
		bool bound = bind(*fd, (struct sockaddr *)&address, sizeof(address)) == 0 &&
			     listen(*fd, 64) == 0;
		(void)umask(before);
		if (!bound) {
			(void)close(*fd);
			e = fail(why, MSG_WIRE_BIND, arg_c(folder));
		}
	}
	(void)close(folder_fd);
	return e;
}

err wire_connect(const char *folder, int *fd, struct why *why)
{
	struct sockaddr_un address;
	int folder_fd;
	err e = address_of(folder, &folder_fd, &address, why);

	if (e != OK)
		return e;
	e = make_socket(fd, why);
	if (e == OK && connect(*fd, (struct sockaddr *)&address, sizeof(address)) != 0) {
		(void)close(*fd);
		e = fail(why, MSG_WIRE_NOBODY, arg_c(folder));
	}
	(void)close(folder_fd);
	return e;
}

/* ---- frames */

static err send_all(int fd, const char *bytes, size_t count, struct why *why)
{
	while (count > 0) {
		ssize_t sent = send(fd, bytes, count, MSG_NOSIGNAL);
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent <= 0)
			return fail(why, MSG_WIRE_LOST);
		bytes += sent;
		count -= (size_t)sent;
	}
	return OK;
}

static void put_head(char head[static WIRE_HEAD_BYTES], char kind, size_t count)
{
	head[0] = kind;
	for (size_t i = 0; i < 4; i++)
		head[1 + i] = (char)(count >> (8 * i));
}

err wire_send(int fd, char kind, str bytes, struct why *why)
{
	char head[WIRE_HEAD_BYTES];

	put_head(head, kind, bytes.len);
	err e = send_all(fd, head, sizeof(head), why);
	return e == OK ? send_all(fd, bytes.ptr, bytes.len, why) : e;
}

err wire_send_ask(int fd, str bytes, const int fds[static WIRE_FDS], struct why *why)
{
	char head[WIRE_HEAD_BYTES];
	union {
		char bytes[CMSG_SPACE(WIRE_FDS * sizeof(int))];
		struct cmsghdr align;
	} control = { { 0 } };
	struct iovec part = { head, sizeof(head) };
	struct msghdr message = { .msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&message);

	put_head(head, 'A', bytes.len);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(WIRE_FDS * sizeof(int));
	memcpy(CMSG_DATA(c), fds, WIRE_FDS * sizeof(int));
	if (sendmsg(fd, &message, MSG_NOSIGNAL) != (ssize_t)sizeof(head))
		return fail(why, MSG_WIRE_LOST);
	return send_all(fd, bytes.ptr, bytes.len, why);
}

/* Those of one message; what comes beside them, again or in another number is closed: nobody else
 * knows that it is there. */
static void take_fds(struct msghdr *message, int *fds)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c != NULL; c = CMSG_NXTHDR(message, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		size_t count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		bool wanted = count == WIRE_FDS && fds[0] < 0;
		for (size_t i = 0; i < count; i++) {
			int fd;
			memcpy(&fd, CMSG_DATA(c) + i * sizeof(fd), sizeof(fd));
			if (wanted)
				fds[i] = fd;
			else
				(void)close(fd); /* the sender has his own */
		}
	}
}

/* Descriptors come with the first byte. */
static err receive_some(int fd, char *to, size_t count, size_t *got, int *fds, struct why *why)
{
	union {
		char bytes[CMSG_SPACE(WIRE_FDS * sizeof(int))];
		struct cmsghdr align;
	} control = { { 0 } };
	struct iovec part = { to, count };
	struct msghdr message = { .msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = fds == NULL ? NULL : control.bytes,
		.msg_controllen = fds == NULL ? 0 : sizeof(control.bytes) };
	ssize_t received = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);

	if (received < 0 && errno == EINTR) {
		*got = 0;
		return OK;
	}
	if (received <= 0)
		return fail(why, MSG_WIRE_LOST);
	if (fds != NULL)
		take_fds(&message, fds);
	*got = (size_t)received;
	return OK;
}

static err receive_all(int fd, char *to, size_t count, int *fds, struct why *why)
{
	err e = OK;

	for (size_t got = 0; e == OK && count > 0; to += got, count -= got)
		e = receive_some(fd, to, count, &got, fds, why);
	return e;
}

err wire_receive(int fd, size_t bytes_max, struct arena *arena, char *kind, str *bytes, int *fds,
	struct why *why)
{
	unsigned char head[WIRE_HEAD_BYTES];
	size_t count = 0;
	err e = receive_all(fd, (char *)head, sizeof(head), fds, why);

	if (e != OK)
		return e;
	for (size_t i = 0; i < 4; i++)
		count |= (size_t)head[1 + i] << (8 * i);
	char *room = count > bytes_max ? NULL : arena_room(arena, count + 1);
	if (room == NULL)
		return fail(why, MSG_WIRE_LOST);
	e = receive_all(fd, room, count, NULL, why);
	if (e != OK)
		return e;
	room[count] = '\0';
	*kind = (char)head[0];
	*bytes = (str){ room, count };
	return OK;
}
