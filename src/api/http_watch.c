/* api/http_watch.c - connections, and who is too slow on them.
 *
 * libmicrohttpd knows only silence: whoever sends a byte now and then could hold a connection for
 * ever (slow loris).  So every phase has a deadline of its own, that single bytes do not move, and
 * one thread looks through all connections twice a second.  A connection is cut by shutting its
 * socket down: its worker then finds it closed.
 *
 * While a connection is suspended nobody reads from it, so nobody would see that its client went
 * away: that is looked for here too.
 */
#include "api/http_internal.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>

/* ---- connections, on their worker */

static void begin(struct http_listening *listening, struct MHD_Connection *mhd, void **context)
{
	struct http_server *s = listening->server;
	struct connection *c = memory_alloc(sizeof(*c));
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);

	c->listening = listening;
	c->mhd = mhd;
	c->socket = info->connect_fd;
	c->phase = PHASE_HEAD;
	c->deadline_ns = http_deadline(s, s->options.head_ms);
	s->count_connections++;
	s->count_open++;
	mutex_lock(&s->lock);
	c->next = s->connections;
	if (c->next != NULL)
		c->next->previous = c;
	s->connections = c;
	mutex_unlock(&s->lock);
	*context = c;
}

static void end(struct connection *c)
{
	struct http_server *s = c->listening->server;

	mutex_lock(&s->lock);
	if (c->previous != NULL)
		c->previous->next = c->next;
	else
		s->connections = c->next;
	if (c->next != NULL)
		c->next->previous = c->previous;
	if (s->connections == NULL)
		condition_wake_all(&s->change);
	mutex_unlock(&s->lock);
	s->count_open--;
	free(c);
}

void connection_notify(void *listening, struct MHD_Connection *mhd, void **context,
	enum MHD_ConnectionNotificationCode code)
{
	if (code == MHD_CONNECTION_NOTIFY_STARTED)
		begin(listening, mhd, context);
	else if (*context != NULL)
		end(*context);
}

void connection_enter(struct connection *c, enum phase phase, int64_t deadline_ns)
{
	struct http_server *s = c->listening->server;

	mutex_lock(&s->lock);
	c->phase = phase;
	c->deadline_ns = deadline_ns;
	mutex_unlock(&s->lock);
}

/* ---- the watch */

static void cut(struct http_server *s, struct connection *c)
{
	c->is_cut = true;
	s->count_cut++;
	/* The socket is open: end() takes the connection off the list before it is closed. */
	if (shutdown(c->socket, SHUT_RDWR) != 0)
		ASSERT(errno == ENOTCONN || errno == EINVAL || errno == ECONNRESET);
}

static bool is_suspended(struct http_exchange *x)
{
	return atomic_load(&x->turn) == TURN_WAITING ||
	       (atomic_load(&x->turn) == TURN_ANSWERED && atomic_load(&x->awake) == AWAKE_ASLEEP);
}

static bool has_gone(const struct connection *c)
{
	struct pollfd p = { .fd = c->socket, .events = POLLRDHUP };

	return poll(&p, 1, 0) > 0 && (p.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

static void look_at(struct http_server *s, struct connection *c, int64_t now_ns)
{
	struct http_exchange *x = c->exchange;

	if (!c->is_cut && now_ns >= c->deadline_ns)
		cut(s, c);
	if (x == NULL || !is_suspended(x))
		return;
	if (!atomic_load(&s->stopping) && !has_gone(c))
		return;
	atomic_store(&x->cancelled, true);
	if (atomic_load(&x->awake) == AWAKE_ASLEEP)
		http_stream_wake(x);
}

void watch_look(struct http_server *s, int64_t now_ns)
{
	mutex_lock(&s->lock);
	for (struct connection *c = s->connections; c != NULL; c = c->next)
		look_at(s, c, now_ns);
	mutex_unlock(&s->lock);
}

void *watch_run(void *context)
{
	struct http_server *s = context;
	bool ends = false;

	while (!ends) {
		watch_look(s, http_now_ns(s));
		mutex_lock(&s->lock);
		const struct deadline until = deadline_in(HTTP_WATCH_MS);
		while (!s->watch_ends && condition_wait(&s->change, &s->lock, &until)) {
		}
		ends = s->watch_ends;
		mutex_unlock(&s->lock);
	}
	return NULL;
}
