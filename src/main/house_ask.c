/* main/house_ask.c - see house_ask.h */
#include "main/house_ask.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "main/house_wire.h"
#include "main/version.h"

enum { LOOK_MS = 200 }; /* how often it is asked whether to stop */

static void add_text(struct strbuf *out, str text)
{
	strbuf_add(out, text);
	strbuf_add_byte(out, '\0');
}

static void add_number(struct strbuf *out, int64_t number)
{
	strbuf_add_int(out, number);
	strbuf_add_byte(out, '\0');
}

static void add_question(const struct house_question *q, struct strbuf *out)
{
	const struct settings *settings = request_settings(q->request);
	bool french = request_locale(q->request)->language == LANGUAGE_FRENCH;

	add_text(out, STR(ARIANE_VERSION));
	add_text(out, french ? STR("fr") : STR("en"));
	add_text(out, setting_text(settings, SETTING_ZONE));
	add_text(out, setting_text(settings, SETTING_DATA));
	add_number(out, request_now_ms(q->request));
	add_number(out, (int64_t)q->columns);
	add_text(out, q->json ? STR("json") : STR(""));
	add_text(out, q->quiet ? STR("quiet") : STR(""));
	for (size_t i = 0; i < q->count; i++)
		add_text(out, q->words[i]);
}

static err send_question(const struct house_question *q, int fd, struct why *why)
{
	struct strbuf out = strbuf_heap(WIRE_ASK_BYTES_MAX);
	int fds[WIRE_FDS] = { open(".", O_PATH | O_DIRECTORY | O_CLOEXEC), STDIN_FILENO };
	int none = fcntl(STDIN_FILENO, F_GETFD) < 0 ? open("/dev/null", O_RDONLY | O_CLOEXEC) : -1;

	if (none >= 0) /* standard input is closed */
		fds[1] = none;
	add_question(q, &out);
	err e = !strbuf_ok(&out) || fds[0] < 0 ? fail(why, MSG_WIRE_FORM)
					       : wire_send_ask(fd, strbuf_str(&out), fds, why);
	if (fds[0] >= 0)
		(void)close(fds[0]); /* the house has its own */
	if (none >= 0)
		(void)close(none);
	strbuf_done(&out);
	return e;
}

static uint64_t number_at(str bytes, size_t at, size_t count)
{
	uint64_t number = 0;

	for (size_t i = 0; i < count; i++)
		number |= (uint64_t)(unsigned char)bytes.ptr[at + i] << (8 * i);
	return number;
}

static void take_progress(const struct house_listener *l, str bytes)
{
	if (bytes.len != WIRE_PROGRESS_BYTES)
		return;
	const struct progress_state state = { .doing = (enum text)number_at(bytes, 0, 4),
		.unit = (enum unit)number_at(bytes, 4, 4),
		.done = number_at(bytes, 8, 8),
		.total = number_at(bytes, 16, 8) };
	if (state.doing < TEXT_COUNT_ && state.unit <= UNIT_FILES)
		l->progress(l->context, &state);
}

/* Waits for something to read; says once that it shall stop. */
static void wait_for_answer(int fd, const struct house_listener *l, bool *told)
{
	struct pollfd poll_fd = { fd, POLLIN, 0 };

	while (poll(&poll_fd, 1, LOOK_MS) <= 0)
		if (!*told && l->stop != NULL && atomic_load(l->stop)) {
			*told = true;
			(void)wire_send(fd, 'C', STR(""), NULL); /* if it is gone, reading tells */
		}
}

static err listen(int fd, const struct house_listener *l, int *code, struct why *why)
{
	AUTO_ARENA arena = arena_create(4 * WIRE_FRAME_BYTES_MAX);
	bool told = false, ended = false;
	err e = OK;

	while (e == OK && !ended) {
		char kind = 0;
		str bytes = { 0 };
		arena_reset(arena);
		wait_for_answer(fd, l, &told);
		e = wire_receive(fd, WIRE_FRAME_BYTES_MAX, arena, &kind, &bytes, NULL, why);
		if (e != OK)
			break;
		ended = kind == 'x' && bytes.len > 0;
		if (kind == 'o')
			e = l->out(l->context, bytes, why);
		else if (kind == 'p')
			take_progress(l, bytes);
		else if (kind == 'e')
			l->error(l->context, bytes);
		if (ended) {
			*code = (unsigned char)bytes.ptr[0];
			l->error(l->context, str_from(bytes, 1));
		}
	}
	return e;
}

err house_ask(const struct house_question *question, const struct house_listener *listener,
	int *code, struct why *why)
{
	int fd;
	err e = wire_connect(question->folder, &fd, why);

	if (e != OK)
		return e;
	e = send_question(question, fd, why);
	if (e == OK)
		e = listen(fd, listener, code, why);
	(void)close(fd); /* all is said */
	return e;
}
