/* main/console.c - see console.h */
#include "main/console.h"

#include <errno.h>
#include <string.h>

#include "base/zone.h"
#include "main/config_settle.h"
#include "main/help.h"
#include "main/house_ask.h"
#include "main/progress.h"
#include "main/render.h"
#include "main/request.h"
#include "main/sink.h"

enum { RENDERED_BYTES_MAX = 1 << 14 };

struct console_sink {
	struct sink base;
	const struct console *console;
	struct progress progress;
	bool shows_progress;
};

static struct console_sink *own(struct sink *sink)
{
	return (struct console_sink *)sink;
}

static void clear_progress(struct console_sink *sink)
{
	if (!sink->progress.is_shown)
		return;
	(void)fputs("\r\x1b[K", sink->console->error); /* decoration: may fail unseen */
	(void)fflush(sink->console->error);
	sink->progress.is_shown = false;
}

static err output_failed(int error, struct why *why)
{
	char text[128];

	if (error == EPIPE)
		return fail(why, MSG_OUTPUT_CLOSED);
	if (error == ENOSPC)
		return fail(why, MSG_DISK_FULL, arg_c("stdout"));
	return fail(why, MSG_IO, arg_c("write"), arg_c("stdout"),
		arg_c(strerror_r(error, text, sizeof(text))));
}

static err console_write(struct sink *sink, str bytes, struct why *why)
{
	clear_progress(own(sink));
	errno = 0;
	if (fwrite(bytes.ptr, 1, bytes.len, own(sink)->console->out) < bytes.len)
		return output_failed(errno, why);
	return OK;
}

static void console_remark(struct sink *sink, str line)
{
	clear_progress(own(sink));
	(void)fwrite(line.ptr, 1, line.len, own(sink)->console->error); /* a remark only */
}

static void console_progress(struct sink *sink, const struct progress_state *state)
{
	struct console_sink *s = own(sink);
	struct strbuf line = strbuf_heap(RENDERED_BYTES_MAX);

	if (!s->shows_progress || !progress_due(&s->progress, state))
		return;
	strbuf_add_c(&line, "\r\x1b[K");
	progress_add_line(state, s->progress.rate, sink->locale->language,
		s->console->error_columns - 1, &line);
	(void)fwrite(line.ptr, 1, line.len, s->console->error); /* decoration: may fail unseen */
	(void)fflush(s->console->error);
	strbuf_done(&line);
}

/* What must be known before the words are: how to tell that they are wrong. */
struct manner {
	bool json;
	enum language language;
};

static struct manner manner_of(const struct console *console, const str *words, size_t count)
{
	struct manner m = { false, language_from_environment(console->environment) };
	str tag;

	(void)language_from_tag(str_of(console->environment("ARIANE_LANG")), &m.language);
	for (size_t i = 0; i < count && !str_equal(words[i], STR("--")); i++) {
		tag = words[i];
		if (str_equal(words[i], STR("--json")))
			m.json = true;
		else if (str_equal(words[i], STR("--lang")) && i + 1 < count)
			(void)language_from_tag(words[i + 1], &m.language);
		else if (str_skip_prefix(&tag, STR("--lang=")))
			(void)language_from_tag(tag, &m.language);
	}
	return m;
}

/* ---- where a server has the folder open, the command runs there */

struct elsewhere {
	struct console_sink *sink;
	const str *words;
	size_t count;
	int code;
};

static err elsewhere_out(void *context, str bytes, struct why *why)
{
	return console_write(&((struct elsewhere *)context)->sink->base, bytes, why);
}

static void elsewhere_error(void *context, str bytes)
{
	console_remark(&((struct elsewhere *)context)->sink->base, bytes);
}

static void elsewhere_progress(void *context, const struct progress_state *state)
{
	console_progress(&((struct elsewhere *)context)->sink->base, state);
}

/* ERR_NOT_FOUND: nobody has it open. */
static err ask_elsewhere(
	const struct request *request, struct elsewhere *elsewhere, struct why *why)
{
	struct console_sink *sink = elsewhere->sink;
	const struct house_question question = { .folder = request_data(request).ptr,
		.request = request,
		.words = elsewhere->words,
		.count = elsewhere->count,
		.json = sink->base.json,
		.quiet = sink->base.quiet,
		.columns = sink->base.columns };
	const struct house_listener listener = { elsewhere_out, elsewhere_error, elsewhere_progress,
		elsewhere, request_stop(request) };

	return house_ask(&question, &listener, &elsewhere->code, why);
}

static err run_where_open(struct request *request, struct elsewhere *elsewhere, struct why *why)
{
	const struct command *command = request_command(request);
	struct why nobody = { 0 };

	if (!command_in_house(command))
		return command->run(request, &elsewhere->sink->base, why);
	err e = ask_elsewhere(request, elsewhere, &nobody);
	if (e == ERR_NOT_FOUND)
		return command->run(request, &elsewhere->sink->base, why);
	if (e != OK)
		*why = nobody;
	return e;
}

static err run_command(struct request *request, struct elsewhere *elsewhere, struct why *why)
{
	struct console_sink *sink = elsewhere->sink;
	const struct command *command = request_command(request);
	struct strbuf help = strbuf_in(request_arena(request), 1 << 20);

	if (request_has(request, "version"))
		return cmd_version.run(request, &sink->base, why);
	if (command == NULL || request_has(request, "help")) {
		enum language language = sink->base.locale->language;
		if (command == NULL)
			help_add_overview(
				request_commands(request), language, sink->base.columns, &help);
		else
			help_add_command(command, language, sink->base.columns, &help);
		sink_built(&sink->base, &help);
		return OK;
	}
	return run_where_open(request, elsewhere, why);
}

static err run_request(const struct console *console, struct request *request,
	struct manner *manner, struct elsewhere *elsewhere, struct why *why)
{
	static const struct sink_ops ops = {
		.write = console_write, .progress = console_progress, .remark = console_remark
	};
	struct settings settings;
	struct locale locale = { .language = manner->language };
	struct surroundings around = { .settings = &settings,
		.locale = &locale,
		.now_ms = console->clock->now_ms(console->clock),
		.stop = console->stop };
	struct console_sink sink = { .base = { .ops = &ops,
					     .json = manner->json,
					     .quiet = request_has(request, "quiet"),
					     .columns = console->columns,
					     .locale = &locale },
		.console = console };

	const struct settling settling = { console->disk, console->environment };
	err e = settings_settle(&settling, request, &settings, request_arena(request), why);
	if (e != OK)
		return e;
	(void)language_from_tag(setting_text(&settings, SETTING_LANGUAGE), &locale.language);
	manner->language = locale.language; /* of errors from here on */
	e = zone_named(setting_text(&settings, SETTING_ZONE), &locale.zone, why);
	if (e == OK)
		e = request_settle(request, &around, why);
	if (e != OK)
		return e;
	progress_init(&sink.progress, console->clock);
	sink.shows_progress = console->error_columns > 1 && !sink.base.quiet && !sink.base.json &&
			      setting_yes(&settings, SETTING_PROGRESS);
	elsewhere->sink = &sink;
	e = run_command(request, elsewhere, why);
	elsewhere->sink = NULL; /* ours, and we leave */
	clear_progress(&sink);
	if (e == OK)
		e = sink_finish(&sink.base, why);
	if (fflush(console->out) != 0 && e == OK)
		e = output_failed(errno, why);
	return e;
}

static void tell(const struct console *console, const struct manner *manner, const struct why *why)
{
	struct strbuf out = strbuf_heap(RENDERED_BYTES_MAX);

	(manner->json ? render_json : render_words)(why, manner->language, &out);
	(void)fwrite(out.ptr, 1, out.len, console->error); /* nobody is left to tell */
	strbuf_done(&out);
}

int console_run(const struct console *console, const struct command_list *list, size_t count,
	char *const *words)
{
	AUTO_ARENA arena = arena_create(CONSOLE_MEMORY_MAX);
	struct why why = { 0 };
	struct request *request = NULL;
	struct elsewhere elsewhere = { .code = 0 };
	str *texts = arena_array(arena, count, sizeof(*texts));

	ASSERT(texts != NULL); /* the kernel allows far fewer words */
	for (size_t i = 0; i < count; i++)
		texts[i] = str_of(words[i]);
	elsewhere.words = texts;
	elsewhere.count = count;
	struct manner manner = manner_of(console, texts, count);
	err e = request_parse(list, texts, count, manner.language, arena, &request, &why);
	if (e == OK)
		e = run_request(console, request, &manner, &elsewhere, &why);
	if (e == OK)
		return elsewhere.code;
	if (why.message == MSG_OUTPUT_CLOSED)
		return 0;
	tell(console, &manner, &why);
	return err_exit_code(e, &why);
}
