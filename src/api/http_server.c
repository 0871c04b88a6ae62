/* api/http_server.c - daemons of libmicrohttpd, one a listener: started, counted, stopped. */
#include "api/http_internal.h"

#include "base/random.h"

#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* gnutls' words for: TLS 1.2 and 1.3, 128 bits of security at least. */
#define TLS_PRIORITIES "SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"
#define DEFAULT(value, preset) ((value) != 0 ? (value) : (preset))

int64_t http_now_ns(const struct http_server *s)
{
	return s->options.clock->ticks_ns(s->options.clock);
}

int64_t http_deadline(const struct http_server *s, int64_t ms)
{
	return http_now_ns(s) + ms * 1000000;
}

static size_t processors(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	return n < 1 ? 1 : MIN_OF((size_t)n, (size_t)HTTP_WORKERS_MAX);
}

struct http_server *http_server_create(const struct http_options *options)
{
	struct http_server *s = memory_alloc(sizeof(*s));

	ASSERT(options->table_count <= HTTP_ROUTE_TABLES_MAX);
	s->options = *options;
	memcpy(s->tables, options->tables, options->table_count * sizeof(s->tables[0]));
	s->options.tables = s->tables;
	if (s->options.clock == NULL)
		s->options.clock = clock_real();
	s->options.workers = DEFAULT(options->workers, processors());
	s->options.connections_max = DEFAULT(options->connections_max, (size_t)HTTP_CONNECTIONS);
	s->options.connections_each_max =
		DEFAULT(options->connections_each_max, (size_t)HTTP_CONNECTIONS_EACH);
	s->options.bodies_bytes_max = DEFAULT(options->bodies_bytes_max, HTTP_BODIES_BYTES);
	s->options.head_ms = DEFAULT(options->head_ms, HTTP_HEAD_MS);
	s->options.idle_ms = DEFAULT(options->idle_ms, HTTP_IDLE_MS);
	s->options.body_ms = DEFAULT(options->body_ms, HTTP_BODY_MS);
	mutex_init(&s->lock);
	condition_init(&s->change);
	s->accepting_wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	ASSERT(s->accepting_wake >= 0);
	uint64_t seed;
	secret_bytes(&seed, sizeof(seed));
	s->trace_seed = seed;
	int failed = pthread_create(&s->watch, NULL, watch_run, s);
	ASSERT(failed == 0);
	return s;
}

/* ---- listening */

static struct MHD_Daemon *start(struct http_listening *listening)
{
	const struct http_options *o = &listening->server->options;
	unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_TURBO |
			 MHD_USE_ITC | MHD_USE_NO_LISTEN_SOCKET |
			 (listening->is_secure ? MHD_USE_TLS : 0U);
	/* http_accept.c keeps the limit; each worker, which closes whom it has no room for, has
	 * some to spare. */
	size_t most = o->connections_max + o->workers * HTTP_ACCEPTED_AT_ONCE;
	struct MHD_OptionItem more[] = {
		{ MHD_OPTION_THREAD_POOL_SIZE, (intptr_t)o->workers, NULL },
		{ MHD_OPTION_PER_IP_CONNECTION_LIMIT, (intptr_t)o->connections_each_max, NULL },
		{ MHD_OPTION_HTTPS_CERT_CALLBACK, 0, (void *)(intptr_t)certificate_callback() },
		{ MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(intptr_t)TLS_PRIORITIES },
		{ MHD_OPTION_END, 0, NULL },
	};

	if (o->workers == 1)
		more[0].value = 0; /* one thread is no pool */
	if (!listening->is_secure)
		more[2].option = MHD_OPTION_END;
	return MHD_start_daemon(flags, 0, NULL, NULL, exchange_step, listening,
		MHD_OPTION_CONNECTION_LIMIT, (unsigned)most, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
		(size_t)HTTP_HEAD_BYTES_MAX, MHD_OPTION_CONNECTION_TIMEOUT,
		(unsigned)(HTTP_STALL_MS / 1000), MHD_OPTION_STRICT_FOR_CLIENT, 1,
		MHD_OPTION_URI_LOG_CALLBACK, exchange_begin, listening, MHD_OPTION_NOTIFY_COMPLETED,
		exchange_end, listening, MHD_OPTION_NOTIFY_CONNECTION, connection_notify, listening,
		MHD_OPTION_ARRAY, more, MHD_OPTION_END);
}

static void copy_path(char to[static PATH_BYTES_MAX], const char *path)
{
	str cut = str_upto(str_of(path), PATH_BYTES_MAX - 1);

	memcpy(to, cut.ptr, cut.len);
	to[cut.len] = '\0';
}

static err take_certificate(
	struct http_server *s, const struct http_listener *listener, struct why *why)
{
	if (listener->certificate_file == NULL)
		return OK;
	copy_path(s->certificate_file, listener->certificate_file);
	copy_path(s->key_file, listener->key_file);
	return certificate_load(s->certificate_file, s->key_file, why);
}

err http_listener_bind(struct http_listener *listener, struct why *why)
{
	err e = listen_open(listener->address, &listener->socket, &listener->is_local,
		listener->unix_path, listener->bound, why);

	listener->is_bound = e == OK;
	return e;
}

void http_listener_close(struct http_listener *listener)
{
	if (listener->is_bound)
		(void)close(listener->socket);
	listener->is_bound = false;
}

/* Bound before, or now. */
static err take_socket(const struct http_listener *listener, struct http_listening *listening,
	int *fd, char where[static HTTP_PEER_BYTES + 64], struct why *why)
{
	if (!listener->is_bound)
		return listen_open(listener->address, fd, &listening->is_local,
			listening->unix_path, where, why);
	*fd = dup(listener->socket);
	if (*fd < 0)
		return fail(why, MSG_HTTP_BIND, arg_str(listener->address), arg_c("dup"));
	listening->is_local = listener->is_local;
	memcpy(listening->unix_path, listener->unix_path, sizeof(listening->unix_path));
	memcpy(where, listener->bound, sizeof(listener->bound));
	return OK;
}

err http_server_listen(struct http_server *s, const struct http_listener *listener,
	char bound[static HTTP_URL_BYTES], struct why *why)
{
	struct http_listening *listening = &s->listenings[s->listening_count];
	char where[HTTP_PEER_BYTES + 64] = "";
	int fd = -1;

	if (s->listening_count == HTTP_LISTENERS_MAX)
		return fail(why, MSG_HTTP_ADDRESS, arg_str(listener->address));
	err e = take_certificate(s, listener, why);
	*listening = (struct http_listening){ .server = s,
		.is_secure = listener->certificate_file != NULL };
	if (e == OK)
		e = take_socket(listener, listening, &fd, where, why);
	if (e != OK)
		return e;
	listening->socket = fd;
	listening->daemon = start(listening);
	if (listening->daemon == NULL) {
		(void)close(fd);
		return fail(why, MSG_HTTP_BIND, arg_str(listener->address), arg_c("libmicrohttpd"));
	}
	accept_from(s);
	struct strbuf url = {
		.ptr = bound, .cap = HTTP_URL_BYTES - 1, .cap_max = HTTP_URL_BYTES - 1
	};
	strbuf_add_c(&url, listening->is_local    ? ""
			   : listening->is_secure ? "https://"
						  : "http://");
	strbuf_add(&url, listening->is_local ? listener->address : str_of(where));
	bound[url.len] = '\0';
	return OK;
}

err http_server_reload(struct http_server *s, struct why *why)
{
	return s->certificate_file[0] == '\0'
		       ? OK
		       : certificate_load(s->certificate_file, s->key_file, why);
}

/* ---- the end */

static bool is_idle(const struct http_server *s)
{
	for (const struct connection *c = s->connections; c != NULL; c = c->next)
		if (c->exchange != NULL)
			return false;
	return true;
}

static bool owes(const struct http_server *s)
{
	for (const struct connection *c = s->connections; c != NULL; c = c->next)
		if (c->exchange != NULL &&
			(atomic_load(&c->exchange->turn) == TURN_WAITING ||
				atomic_load(&c->exchange->awake) == AWAKE_ASLEEP))
			return true;
	return false;
}

/* Until no request is being done or the time is up; then until no answer is owed, for a suspended
 * connection cannot be cut. */
static void drain(struct http_server *s, int64_t drain_ms)
{
	int64_t until_ns = http_deadline(s, drain_ms);
	bool done = false;

	while (!done) {
		watch_look(s, http_now_ns(s));
		mutex_lock(&s->lock);
		done = is_idle(s) || (http_now_ns(s) >= until_ns && !owes(s));
		if (!done) {
			const struct deadline soon = deadline_in(20);
			(void)condition_wait(&s->change, &s->lock, &soon);
		}
		mutex_unlock(&s->lock);
	}
}

static void end_watch(struct http_server *s)
{
	mutex_lock(&s->lock);
	s->watch_ends = true;
	condition_wake_all(&s->change);
	mutex_unlock(&s->lock);
	int failed = pthread_join(s->watch, NULL);
	ASSERT(failed == 0);
}

void http_server_stop(struct http_server *s, int64_t drain_ms)
{
	if (s == NULL)
		return;
	accept_end(s);
	atomic_store(&s->stopping, true);
	drain(s, drain_ms);
	end_watch(s);
	for (size_t i = 0; i < s->listening_count; i++) {
		MHD_stop_daemon(s->listenings[i].daemon);
		if (s->listenings[i].unix_path[0] != '\0')
			(void)unlink(s->listenings[i].unix_path);
	}
	for (size_t i = 0; i < s->arena_count; i++)
		arena_free(s->arenas[i]);
	(void)close(s->accepting_wake);
	condition_done(&s->change);
	mutex_done(&s->lock);
	free(s);
}

struct http_counters http_counters(struct http_server *s)
{
	struct http_counters c = { .connections = s->count_connections,
		.connections_open = s->count_open,
		.requests = s->count_requests,
		.requests_open = s->count_requests_open,
		.body_bytes = s->count_body_bytes,
		.cut_slow = s->count_cut,
		.refused_full = s->count_full };

	for (size_t i = 0; i < ARRAY_LEN(c.answers); i++)
		c.answers[i] = s->count_answers[i];
	return c;
}
