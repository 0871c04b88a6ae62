/* api/http_listen.c - addresses, and the sockets that listen there. */
#include "api/http_internal.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { BACKLOG = 1024, HOST_BYTES_MAX = 256 };
_Static_assert(sizeof(((struct sockaddr_un *)NULL)->sun_path) == 108, "of struct http_listening");

struct place_to_listen {
	char host[HOST_BYTES_MAX], port[8];
};

static err bad_address(str address, struct why *why)
{
	return fail(why, MSG_HTTP_ADDRESS, arg_str(address));
}

static err not_bound(str address, int number, struct why *why)
{
	return fail(why, MSG_HTTP_BIND, arg_str(address), arg_c(strerror(number)));
}

/* HOST:PORT, [IPV6]:PORT */
static err split_address(str address, struct place_to_listen *out, struct why *why)
{
	str host, port;
	int64_t number;

	if (!str_split_last(address, ':', &host, &port) || !str_to_int64(port, &number) ||
		number < 0 || number > 65535)
		return bad_address(address, why);
	if (str_starts(host, STR("[")) && str_ends(host, STR("]")))
		host = (str){ host.ptr + 1, host.len - 2 };
	if (host.len == 0 || host.len >= HOST_BYTES_MAX || str_has(host, '\0'))
		return bad_address(address, why);
	memcpy(out->host, host.ptr, host.len);
	out->host[host.len] = '\0';
	(void)snprintf(out->port, sizeof(out->port), "%d", (int)number);
	return OK;
}

static err open_unix(str path, int *out, char unix_path[static 108], struct why *why)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };

	if (path.len == 0 || path.len >= sizeof(at.sun_path) || str_has(path, '\0'))
		return bad_address(path, why);
	memcpy(at.sun_path, path.ptr, path.len);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return not_bound(path, errno, why);
	/* A socket that a killed server left behind answers nobody; one that answers is in use. */
	if (connect(fd, (const struct sockaddr *)&at, sizeof(at)) == 0) {
		(void)close(fd);
		return not_bound(path, EADDRINUSE, why);
	}
	(void)unlink(at.sun_path);
	mode_t before = umask(0177); /* its owner alone */
	int bound = bind(fd, (const struct sockaddr *)&at, sizeof(at));
	(void)umask(before);
	if (bound != 0 || listen(fd, BACKLOG) != 0) {
		int number = errno;
		(void)close(fd);
		return not_bound(path, number, why);
	}
	memcpy(unix_path, at.sun_path, sizeof(at.sun_path));
	*out = fd;
	return OK;
}

static int try_to_bind(const struct addrinfo *at)
{
	const int yes = 1;
	int fd = socket(
		at->ai_family, at->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, at->ai_protocol);

	if (fd < 0)
		return -1;
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	if (bind(fd, at->ai_addr, at->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	int number = errno;
	(void)close(fd);
	errno = number;
	return -1;
}

static void add_bound(int fd, char bound[static HTTP_PEER_BYTES + 64])
{
	struct sockaddr_storage at = { 0 };
	socklen_t len = sizeof(at);
	char host[HTTP_PEER_BYTES] = "", port[8] = "";

	if (getsockname(fd, (struct sockaddr *)&at, &len) == 0)
		(void)getnameinfo((const struct sockaddr *)&at, len, host, sizeof(host), port,
			sizeof(port), NI_NUMERICHOST | NI_NUMERICSERV);
	(void)snprintf(bound, HTTP_PEER_BYTES + 64, at.ss_family == AF_INET6 ? "[%s]:%s" : "%s:%s",
		host, port);
}

err listen_open(str address, int *out, bool *is_local, char unix_path[static 108],
	char bound[static HTTP_PEER_BYTES + 64], struct why *why)
{
	struct addrinfo wanted = { .ai_socktype = SOCK_STREAM,
		.ai_flags = AI_PASSIVE | AI_NUMERICSERV },
			*found = NULL;
	struct place_to_listen place;
	str path = address;

	*is_local = str_skip_prefix(&path, STR("unix:"));
	if (*is_local)
		return open_unix(path, out, unix_path, why);
	err e = split_address(address, &place, why);
	if (e != OK)
		return e;
	int failed = getaddrinfo(place.host, place.port, &wanted, &found);
	if (failed != 0)
		return fail(why, MSG_HTTP_BIND, arg_str(address), arg_c(gai_strerror(failed)));
	int fd = -1;
	for (const struct addrinfo *at = found; at != NULL && fd < 0; at = at->ai_next)
		fd = try_to_bind(at);
	int number = errno;
	freeaddrinfo(found);
	if (fd < 0)
		return not_bound(address, number, why);
	add_bound(fd, bound);
	*out = fd;
	return OK;
}

bool http_address_is_loopback(str address)
{
	struct place_to_listen place;

	if (str_starts(address, STR("unix:")))
		return true;
	if (split_address(address, &place, NULL) != OK)
		return false;
	str host = str_of(place.host);
	return str_starts(host, STR("127.")) || str_equal(host, STR("::1")) ||
	       str_equal(host, STR("localhost"));
}

void listen_peer(const struct connection *c, char out[static HTTP_PEER_BYTES])
{
	struct sockaddr_storage at = { 0 };
	socklen_t len = sizeof(at);

	out[0] = '\0';
	if (!c->listening->is_local && getpeername(c->socket, (struct sockaddr *)&at, &len) == 0)
		(void)getnameinfo((const struct sockaddr *)&at, len, out, HTTP_PEER_BYTES, NULL, 0,
			NI_NUMERICHOST);
}
