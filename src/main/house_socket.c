/* main/house_socket.c - see house_socket.h */
#include "main/house_socket.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/zone.h"
#include "exchange/inputs.h"
#include "main/house_wire.h"
#include "main/render.h"
#include "main/request.h"
#include "main/sink.h"
#include "main/version.h"

enum {
	RENDERED_BYTES_MAX = 1 << 14,
	LOOK_MS = 1000, /* the listener looks around at least so often */
	ASK_MS = 10000, /* who connects asks within this */
};

struct house_call {
	struct house_socket *socket;
	int fd;
	atomic_bool stop, done;
	bool used, is_asked; /* a slot; under the socket's lock */
	pthread_t thread;
};

struct house_socket {
	struct house_socket_options options;
	int listening, wake[2]; /* a byte in the pipe: look around */
	pthread_mutex_t lock; /* used, is_asked of the calls */
	atomic_bool is_stopping;
	struct house_call calls[HOUSE_CALLS_MAX];
	pthread_t listener;
};

/* ---- one command's output */

struct wire_sink {
	struct sink base;
	struct house_call *call;
};

static err wire_write(struct sink *sink, str bytes, struct why *why)
{
	err e = OK;

	while (e == OK && bytes.len > 0) {
		str piece = str_upto(bytes, WIRE_FRAME_BYTES_MAX);
		e = wire_send(((struct wire_sink *)sink)->call->fd, 'o', piece, why);
		bytes = str_from(bytes, piece.len);
	}
	return e == OK ? OK : fail(why, MSG_OUTPUT_CLOSED);
}

static void wire_remark(struct sink *sink, str line)
{
	/* a remark only */
	(void)wire_send(((struct wire_sink *)sink)->call->fd, 'e', line, NULL);
}

static void put_number(char *to, uint64_t number, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		to[i] = (char)(number >> (8 * i));
}

/* The caller decides how often it is drawn; here a few a second are enough. */
static void wire_progress(struct sink *sink, const struct progress_state *state)
{
	char bytes[WIRE_PROGRESS_BYTES];

	put_number(bytes, state->doing, 4);
	put_number(bytes + 4, state->unit, 4);
	put_number(bytes + 8, state->done, 8);
	put_number(bytes + 16, state->total, 8);
	/* decoration: may fail unseen */
	(void)wire_send(
		((struct wire_sink *)sink)->call->fd, 'p', (str){ bytes, sizeof(bytes) }, NULL);
}

/* ---- a question, read */

struct asked {
	enum language language;
	bool json, quiet;
	str zone, data;
	int64_t now_ms, columns;
	str *words;
	size_t word_count;
};

static err refused(struct why *why)
{
	return fail(why, MSG_WIRE_FORM);
}

static err read_asked(str bytes, struct arena *arena, struct asked *out, struct why *why)
{
	str fixed[WIRE_FIXED_TEXTS], text;
	size_t most = 0;

	for (size_t i = 0; i < ARRAY_LEN(fixed); i++)
		if (!str_split(bytes, '\0', &fixed[i], &bytes))
			return refused(why);
	if (!str_equal(fixed[0], STR(ARIANE_VERSION)))
		return fail(why, MSG_WIRE_VERSION, arg_str(fixed[0]), arg_c(ARIANE_VERSION));
	*out = (struct asked){ .zone = fixed[2],
		.data = fixed[3],
		.json = fixed[6].len > 0,
		.quiet = fixed[7].len > 0 };
	if (!language_from_tag(fixed[1], &out->language) || !str_to_int64(fixed[4], &out->now_ms) ||
		!str_to_int64(fixed[5], &out->columns))
		return refused(why);
	for (size_t i = 0; i < bytes.len; i++)
		most += bytes.ptr[i] == '\0';
	out->words = arena_array(arena, most, sizeof(*out->words));
	if (out->words == NULL)
		return refused(why);
	while (str_split(bytes, '\0', &text, &bytes)) /* each ends with a NUL: as a request wants */
		out->words[out->word_count++] = text;
	return bytes.len == 0 ? OK : refused(why);
}

/* ---- and answered */

struct asking {
	struct house_call *call;
	struct arena *arena;
	struct asked asked;
	struct settings settings;
	struct locale locale;
	struct request *request;
};

static err settle(struct asking *a, struct why *why)
{
	const struct house_socket_options *o = &a->call->socket->options;
	err e;

	a->settings = *o->settings;
	a->locale = (struct locale){ .language = a->asked.language };
	e = settings_set(&a->settings, SETTING_ZONE, a->asked.zone, ORIGIN_OPTION, why);
	if (e == OK)
		e = settings_set(&a->settings, SETTING_DATA, a->asked.data, ORIGIN_OPTION, why);
	if (e == OK)
		e = zone_named(a->asked.zone, &a->locale.zone, why);
	const struct surroundings around = { .settings = &a->settings,
		.locale = &a->locale,
		.now_ms = a->asked.now_ms,
		.stop = &a->call->stop,
		.house = o->house };
	return e == OK ? request_settle(a->request, &around, why) : e;
}

static err run(struct asking *a, struct why *why)
{
	static const struct sink_ops ops = {
		.write = wire_write, .progress = wire_progress, .remark = wire_remark
	};
	struct wire_sink sink = { .base = { .ops = &ops,
					  .json = a->asked.json,
					  .quiet = a->asked.quiet,
					  .columns = (size_t)a->asked.columns,
					  .locale = &a->locale },
		.call = a->call };
	const struct command_list *commands = a->call->socket->options.commands;
	err e = request_parse(commands, a->asked.words, a->asked.word_count, a->asked.language,
		a->arena, &a->request, why);

	if (e == OK)
		e = settle(a, why);
	if (e != OK)
		return e;
	const struct command *command = request_command(a->request);
	if (command == NULL || !command_in_house(command))
		return refused(why);
	e = command->run(a->request, &sink.base, why);
	return e == OK ? sink_finish(&sink.base, why) : e;
}

/* Nobody is left to tell if the other end is gone. */
static void tell_end(
	const struct house_call *call, const struct asked *asked, err e, const struct why *why)
{
	struct strbuf out = strbuf_heap(RENDERED_BYTES_MAX);
	bool closed = why->message == MSG_OUTPUT_CLOSED;

	strbuf_add_byte(&out, (char)(closed ? 0 : err_exit_code(e, why)));
	if (e != OK && !closed)
		(asked->json ? render_json : render_words)(why, asked->language, &out);
	(void)wire_send(call->fd, 'x', (str){ out.ptr, out.len }, NULL);
	strbuf_done(&out);
}

static bool is_allowed(int fd)
{
	struct ucred peer;
	socklen_t bytes = sizeof(peer);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &bytes) == 0 &&
	       (peer.uid == geteuid() || peer.uid == 0);
}

/* This thread alone works in the caller's folder from here on. */
static err take_place(const int fds[static WIRE_FDS], struct why *why)
{
	if (fds[0] < 0 || fds[1] < 0 || unshare(CLONE_FS) != 0 || fchdir(fds[0]) != 0)
		return fail(why, MSG_WIRE_FORM);
	input_set_standard(fds[1]);
	return OK;
}

static err receive_ask(struct house_call *call, struct asking *a, int *fds, struct why *why)
{
	const struct timeval patience = { .tv_sec = ASK_MS / 1000 };
	char kind;
	str bytes;

	if (setsockopt(call->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) != 0 ||
		!is_allowed(call->fd))
		return fail(why, MSG_WIRE_DENIED);
	err e = wire_receive(call->fd, WIRE_ASK_BYTES_MAX, a->arena, &kind, &bytes, fds, why);
	if (e == OK && kind != 'A')
		e = refused(why);
	return e == OK ? read_asked(bytes, a->arena, &a->asked, why) : e;
}

static void look_around(struct house_socket *s)
{
	(void)!write(s->wake[1], "", 1); /* full is as good: it will look */
}

static void now_asked(struct house_call *call)
{
	int code = pthread_mutex_lock(&call->socket->lock);
	ASSERT(code == 0);
	call->is_asked = true;
	code = pthread_mutex_unlock(&call->socket->lock);
	ASSERT(code == 0);
	look_around(call->socket);
}

static void *serve(void *context)
{
	struct house_call *call = context;
	struct asking *a = memory_alloc(sizeof(*a));
	AUTO_ARENA arena = arena_create(HOUSE_CALL_MEMORY_MAX);
	int fds[WIRE_FDS] = { -1, -1 };
	struct why why = { 0 };

	a->call = call;
	a->arena = arena;
	err e = receive_ask(call, a, fds, &why);
	if (e == OK)
		e = take_place(fds, &why);
	if (e == OK) {
		now_asked(call); /* from here on the listener reads what comes */
		e = run(a, &why);
	}
	tell_end(call, &a->asked, e, &why);
	for (size_t i = 0; i < WIRE_FDS; i++)
		if (fds[i] >= 0)
			(void)close(fds[i]); /* the caller has his own */
	free(a);
	atomic_store(&call->done, true);
	look_around(call->socket);
	return NULL;
}

/* ---- the listener */

static void end_call(struct house_call *call)
{
	int code = pthread_join(call->thread, NULL);
	ASSERT(code == 0);
	(void)close(call->fd); /* all is said */
	code = pthread_mutex_lock(&call->socket->lock);
	ASSERT(code == 0);
	call->used = call->is_asked = false;
	code = pthread_mutex_unlock(&call->socket->lock);
	ASSERT(code == 0);
}

static void begin_call(struct house_socket *s, int fd)
{
	static const struct why busy = { .message = MSG_WIRE_BUSY };
	const struct asked nothing = { .language = LANGUAGE_ENGLISH };
	struct house_call *call = s->calls;

	while (call < s->calls + HOUSE_CALLS_MAX && call->used)
		call++;
	if (call == s->calls + HOUSE_CALLS_MAX) {
		const struct house_call other = { .fd = fd };
		tell_end(&other, &nothing, ERR_BUSY, &busy);
		(void)close(fd); /* as said */
		return;
	}
	call->socket = s;
	call->fd = fd;
	call->used = true;
	atomic_store(&call->stop, atomic_load(&s->is_stopping));
	atomic_store(&call->done, false);
	int code = pthread_create(&call->thread, NULL, serve, call);
	ASSERT(code == 0);
	(void)pthread_setname_np(call->thread, "command");
}

/* 'C', a hang-up, anything: it shall stop.  Read once, then left alone. */
static void hear(struct house_call *call, struct pollfd *poll)
{
	if (poll->revents == 0)
		return;
	atomic_store(&call->stop, true);
}

static bool listens(struct house_socket *s, struct house_call *call)
{
	int code = pthread_mutex_lock(&s->lock);
	ASSERT(code == 0);
	bool listens = call->used && call->is_asked && !atomic_load(&call->stop);
	code = pthread_mutex_unlock(&s->lock);
	ASSERT(code == 0);
	return listens;
}

static void listen_once(struct house_socket *s)
{
	struct pollfd polls[2 + HOUSE_CALLS_MAX] = { { s->listening, POLLIN, 0 },
		{ s->wake[0], POLLIN, 0 } };
	char bytes[64];

	for (size_t i = 0; i < HOUSE_CALLS_MAX; i++)
		polls[2 + i] = (struct pollfd){ listens(s, &s->calls[i]) ? s->calls[i].fd : -1,
			POLLIN | POLLRDHUP, 0 };
	if (poll(polls, ARRAY_LEN(polls), LOOK_MS) < 0)
		return; /* interrupted */
	if (polls[1].revents != 0)
		(void)!read(s->wake[0], bytes, sizeof(bytes)); /* only to empty it */
	for (size_t i = 0; i < HOUSE_CALLS_MAX; i++) {
		hear(&s->calls[i], &polls[2 + i]);
		if (s->calls[i].used && atomic_load(&s->calls[i].done))
			end_call(&s->calls[i]);
	}
	if (polls[0].revents != 0) {
		int fd = accept4(s->listening, NULL, NULL, SOCK_CLOEXEC);
		if (fd >= 0)
			begin_call(s, fd);
	}
}

static void *listen_to_all(void *context)
{
	struct house_socket *s = context;

	while (!atomic_load(&s->is_stopping))
		listen_once(s);
	for (size_t i = 0; i < HOUSE_CALLS_MAX; i++)
		atomic_store(&s->calls[i].stop, true);
	for (size_t i = 0; i < HOUSE_CALLS_MAX; i++)
		if (s->calls[i].used) {
			(void)shutdown(s->calls[i].fd, SHUT_RD); /* who has not asked yet */
			end_call(&s->calls[i]);
		}
	return NULL;
}

err house_socket_open(
	const struct house_socket_options *options, struct house_socket **out, struct why *why)
{
	struct house_socket *s = memory_alloc(sizeof(*s));

	s->options = *options;
	bool made = pthread_mutex_init(&s->lock, NULL) == 0 &&
		    pipe2(s->wake, O_CLOEXEC | O_NONBLOCK) == 0;
	ASSERT(made);
	err e = wire_listen(options->folder, &s->listening, why);
	if (e != OK) {
		(void)close(s->wake[0]);
		(void)close(s->wake[1]);
		free(s);
		return e;
	}
	int code = pthread_create(&s->listener, NULL, listen_to_all, s);
	ASSERT(code == 0);
	(void)pthread_setname_np(s->listener, "commands");
	*out = s;
	return OK;
}

void house_socket_close(struct house_socket *s)
{
	if (s == NULL)
		return;
	atomic_store(&s->is_stopping, true);
	look_around(s);
	int code = pthread_join(s->listener, NULL);
	ASSERT(code == 0);
	wire_remove(s->options.folder);
	(void)close(s->listening);
	(void)close(s->wake[0]);
	(void)close(s->wake[1]);
	(void)pthread_mutex_destroy(&s->lock); /* nobody holds it */
	free(s);
}
