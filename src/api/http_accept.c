/* api/http_accept.c - new connections: taken from all listeners by one thread, handed to workers.
 *
 * libmicrohttpd could do so itself, but cannot end it: told to stop listening (quiesce, 0.9.75) it
 * takes the socket off each worker's epoll while the worker does so too, and ends the program if
 * it comes second.  Here the end of listening is the end of this thread.
 *
 * Of one address of another machine there may be so many (libmicrohttpd counts them), or one who
 * holds connections open would shut out all.  Are there as many connections as there may be, the
 * next ones wait in the kernel until one ends (workers count theirs a moment later: a burst may
 * bring HTTP_ACCEPTED_AT_ONCE more).  So they do where descriptors have run out.
 */
#include "api/http_internal.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { REST_MS = 20 };

/* Behind a proxy all come from this machine, which is not counted. */
static bool is_other_machine(const struct sockaddr_storage *from)
{
	const struct sockaddr_in *four = (const struct sockaddr_in *)from;
	const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)from;

	if (from->ss_family == AF_INET)
		return ntohl(four->sin_addr.s_addr) >> 24 != IN_LOOPBACKNET;
	if (from->ss_family != AF_INET6 || IN6_IS_ADDR_LOOPBACK(&six->sin6_addr))
		return false;
	return !IN6_IS_ADDR_V4MAPPED(&six->sin6_addr) ||
	       six->sin6_addr.s6_addr[12] != IN_LOOPBACKNET;
}

/* False: none is there, or no more can be had now. */
static bool take_one(const struct http_listening *listening)
{
	static const struct sockaddr uncounted = { .sa_family = AF_UNSPEC };
	struct sockaddr_storage from = { 0 };
	socklen_t len = sizeof(from);
	int fd = accept4(
		listening->socket, (struct sockaddr *)&from, &len, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0)
		return errno == ECONNABORTED || errno == EINTR;
	/* Refused, it is closed: there is no memory, no room after all, or too many from there. */
	if (is_other_machine(&from)) /* by its length libmicrohttpd knows what is none */
		(void)MHD_add_connection(
			listening->daemon, fd, (const struct sockaddr *)&from, len);
	else
		(void)MHD_add_connection(
			listening->daemon, fd, &uncounted, sizeof(uncounted.sa_family));
	return true;
}

static bool is_full(struct http_server *s)
{
	return s->count_open >= s->options.connections_max;
}

/* A listener that is ready may have many: the others have their turn after HTTP_ACCEPTED_AT_ONCE.
 * One of which none can be taken is ready again at once: that shall not keep a processor. */
static void take_some(struct http_server *s, const struct http_listening *listening)
{
	const struct timespec pause = { .tv_nsec = REST_MS * 1000000L };
	int taken = 0;

	while (taken < HTTP_ACCEPTED_AT_ONCE && !is_full(s) && take_one(listening))
		taken++;
	if (taken == 0)
		(void)clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL);
}

/* Where to look, as long as there is room; what wakes this thread comes first. */
static size_t look_where(struct http_server *s, struct pollfd *fds)
{
	size_t count = 0;

	fds[count++] = (struct pollfd){ .fd = s->accepting_wake, .events = POLLIN };
	mutex_lock(&s->lock);
	for (size_t i = 0; i < s->listening_count && !s->accepting_ends; i++)
		fds[count++] = (struct pollfd){ .fd = is_full(s) ? -1 : s->listenings[i].socket,
			.events = POLLIN };
	mutex_unlock(&s->lock);
	return count;
}

static bool goes_on(struct http_server *s)
{
	mutex_lock(&s->lock);
	bool on = !s->accepting_ends;
	mutex_unlock(&s->lock);
	return on;
}

static void *run(void *context)
{
	struct http_server *s = context;
	struct pollfd fds[HTTP_LISTENERS_MAX + 1];

	while (goes_on(s)) {
		size_t count = look_where(s, fds);
		uint64_t woken;
		if (poll(fds, count, is_full(s) ? REST_MS : -1) <= 0)
			continue;
		if (fds[0].revents != 0)
			(void)!read(s->accepting_wake, &woken, sizeof(woken)); /* a number */
		for (size_t i = 1; i < count; i++)
			if (fds[i].revents != 0)
				take_some(s, &s->listenings[i - 1]);
	}
	return NULL;
}

static void wake(const struct http_server *s)
{
	const uint64_t one = 1;
	ssize_t wrote = write(s->accepting_wake, &one, sizeof(one));

	ASSERT(wrote == (ssize_t)sizeof(one)); /* it counts to 2^64 */
}

void accept_from(struct http_server *s)
{
	mutex_lock(&s->lock);
	s->listening_count++;
	mutex_unlock(&s->lock);
	if (s->listening_count > 1) {
		wake(s);
		return;
	}
	int failed = pthread_create(&s->accepting, NULL, run, s);
	ASSERT(failed == 0);
	(void)pthread_setname_np(s->accepting, "accept");
}

void accept_end(struct http_server *s)
{
	if (s->listening_count == 0)
		return;
	mutex_lock(&s->lock);
	s->accepting_ends = true;
	mutex_unlock(&s->lock);
	wake(s);
	int failed = pthread_join(s->accepting, NULL);
	ASSERT(failed == 0);
	for (size_t i = 0; i < s->listening_count; i++)
		(void)close(s->listenings[i].socket); /* nobody is answered there any more */
}
