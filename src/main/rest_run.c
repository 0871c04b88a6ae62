/* main/rest_run.c - see rest_run.h */
#include "main/rest_run.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/zone.h"
#include "desk/audit.h"
#include "engine/waiting.h"
#include "exchange/inputs.h"
#include "identity/identifier.h"
#include "main/render.h"
#include "main/request.h"
#include "main/rest_answer.h"
#include "main/rest_once.h"
#include "main/rest_words.h"
#include "main/store.h"

/* ---- refusing */

static void refuse(struct rest_call *call, int status, const struct why *why)
{
	if (status == 401)
		http_set(call->x, "WWW-Authenticate", STR("Bearer"));
	if (status == 429 || status == 503)
		http_set(call->x, "Retry-After", STR("1"));
	rest_settled(call);
	http_refuse(call->x, status, why);
}

/* A command asked wrongly is the client's mistake, whatever kind of error it is. */
static int status_of(const struct rest_call *call, err e, const struct why *why)
{
	if (atomic_load(&call->late))
		return 504;
	if (why->message == MSG_REST_CHANGED)
		return 412;
	if (err_exit_code(e, why) == 2)
		return 400;
	return err_http_status(e);
}

static void tell_error(struct rest_call *call, err e, struct why *why)
{
	rest_once_forget(call);
	if (atomic_load(&call->late))
		(void)fail(why, MSG_REST_LATE, arg_int(REST_DEADLINE_MS / 1000));
	refuse(call, status_of(call, e, why), why);
}

/* ---- the audit: before the answer, so that nothing is told without it */

static bool is_audited(const struct rest_call *call)
{
	return call->route->personal || call->names_people ||
	       (call->route->method != HTTP_GET && !call->route->open && !call->route->asks);
}

err rest_note(struct rest_call *call, str outcome, struct why *why)
{
	struct strbuf action = strbuf_in(call->arena, 2 * REST_PATH_BYTES_MAX);

	if (!is_audited(call))
		return OK;
	strbuf_add(&action, http_method_name(call->route->method));
	strbuf_add_byte(&action, ' ');
	strbuf_add_c(&action, call->route->pattern);
	return audit_add(rest_options_of(call->rest)->desk,
		&(const struct audit_row){ .who = call->caller.who,
			.action = strbuf_str(&action),
			.subject = call->subject,
			.outcome = outcome,
			.trace = call->trace,
			.is_reading = call->route->method == HTTP_GET || call->route->asks,
			.hides_subject =
				call->route->searches || (call->route->needs & RIGHT(ERASE)) != 0 },
		why);
}

/* ---- a command */

struct running {
	struct rest_call *call;
	struct rest_words words;
	struct settings settings;
	struct locale locale;
	struct request *request;
	struct rest_answer answer;
};

static err settle(struct running *r, struct why *why)
{
	struct rest_call *call = r->call;
	const struct rest_options *o = rest_options_of(call->rest);
	str zone = request_text(r->request, "zone"), lang = request_text(r->request, "lang");
	err e = OK;

	r->settings = *o->settings;
	r->locale = (struct locale){ .language = http_language(call->x) };
	if (zone.len > 0)
		e = settings_set(&r->settings, SETTING_ZONE, zone, ORIGIN_OPTION, why);
	if (e == OK)
		e = zone_named(setting_text(&r->settings, SETTING_ZONE), &r->locale.zone, why);
	if (e == OK && lang.len > 0 && !language_from_tag(lang, &r->locale.language))
		e = fail(why, MSG_REST_VALUE, arg_c("lang"));
	if (e != OK)
		return e;
	const struct surroundings around = { .settings = &r->settings,
		.locale = &r->locale,
		.now_ms = http_received_ms(call->x),
		.stop = &call->stop,
		.house = o->house,
		.actor = call->caller.who,
		.hides_text = (call->caller.rights & RIGHT(TEXT)) == 0 };
	return request_settle(r->request, &around, why);
}

static err await_at_least(struct rest_call *call, struct why *why)
{
	struct snapshot *snapshot;
	uint64_t at_least;
	err e = rest_at_least(call->x, &at_least, why);

	if (e != OK || at_least == 0)
		return e;
	/* Nobody was ever answered with such a sequence: waiting for it is no use. */
	if (at_least >= journal_end(engine_journal(rest_options_of(call->rest)->house->engine)))
		return fail(why, MSG_REST_VALUE, arg_c("at_least"));
	e = writer_await(rest_options_of(call->rest)->house->writer, at_least, REST_AT_LEAST_MS,
		&snapshot, why);
	if (e == OK)
		snapshot_unref(snapshot);
	return e;
}

/* The body as this thread's standard input. */
static err offer_file(struct rest_call *call, int *fd, struct why *why)
{
	str body = http_body(call->x);

	*fd = memfd_create("import", MFD_CLOEXEC);
	size_t done = 0;
	while (*fd >= 0 && done < body.len) {
		ssize_t wrote = write(*fd, body.ptr + done, body.len - done);
		if (wrote <= 0)
			return fail(why, MSG_NO_ROOM, arg_c("body"), arg_int((int64_t)body.len));
		done += (size_t)wrote;
	}
	if (*fd < 0 || lseek(*fd, 0, SEEK_SET) != 0)
		return fail(why, MSG_NO_ROOM, arg_c("body"), arg_int((int64_t)body.len));
	input_set_standard(*fd);
	return OK;
}

static err run_with_input(struct running *r, struct why *why)
{
	int fd = -1;
	err e = r->call->route->takes_file ? offer_file(r->call, &fd, why) : OK;

	if (e == OK)
		e = r->call->route->command->run(r->request, &r->answer.sink, why);
	if (r->call->route->takes_file) {
		input_set_standard(-1);
		if (fd >= 0)
			(void)close(fd); /* memory alone */
	}
	return e == OK ? sink_finish(&r->answer.sink, why) : e;
}

/* ---- If-Match */

/* What GET would answer now, into `out`. */
static err run_guard(struct running *r, struct strbuf *out, struct why *why)
{
	struct rest_call *call = r->call;
	const struct command *guard = call->route->guard;
	struct running *other = arena_alloc(call->arena, sizeof(*other));
	str words[4], rest = guard->name, word;
	size_t count = 0;
	struct sink_buffer sink;

	if (other == NULL)
		return fail(why, MSG_NO_ROOM, arg_c("guard"), arg_int(0));
	while (str_split(rest, ' ', &word, &rest))
		words[count++] = word;
	words[count++] = rest;
	if (guard->arguments.min > 0) {
		words[count++] = STR("--");
		words[count++] = request_argument(r->request, 0);
	}
	other->call = call;
	err e = request_parse(rest_options_of(call->rest)->commands, words, count,
		http_language(call->x), call->arena, &other->request, why);
	if (e == OK)
		e = settle(other, why);
	if (e != OK)
		return e;
	sink_buffer_init(&sink, out, &other->locale);
	sink.base.json = true;
	sink.base.quiet = true;
	e = guard->run(other->request, &sink.base, why);
	return e == OK ? sink_finish(&sink.base, why) : e;
}

static err check_match(struct running *r, str wanted, struct why *why)
{
	struct strbuf now = strbuf_heap(REST_HELD_BYTES);
	struct why unheard = { 0 };
	bool same = r->call->route->guard != NULL && run_guard(r, &now, &unheard) == OK &&
		    rest_answer_is(wanted, (str){ now.ptr, now.len });

	strbuf_done(&now);
	return same ? OK : fail(why, MSG_REST_CHANGED);
}

static err run_guarded(struct running *r, struct why *why)
{
	static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
	str wanted = http_header(r->call->x, "If-Match");

	if (wanted.len == 0 || r->call->route->method == HTTP_GET || r->call->route->asks)
		return run_with_input(r, why);
	mutex_lock(&turn);
	err e = check_match(r, wanted, why);
	if (e == OK)
		e = run_with_input(r, why);
	mutex_unlock(&turn);
	return e;
}

/* In normal form, so that it is found and forgotten under the one name. */
static str subject_of(const struct request *request)
{
	struct identifier_rules rules = store_identifier_rules(request);
	struct arena *arena = request_arena(request);
	str typed = request_argument(request, 0), text = { 0 };
	struct record_identifier id;

	if (identifier_parse(&rules, typed, arena, &id, NULL) == OK)
		text = identifier_text(id.type, id.value, arena);
	return text.ptr != NULL ? text : typed;
}

/* A question about all that names single people needs the right to that too: the list behind a
 * number, what people are called, or one customer. */
static rights needs_besides(const struct request *request)
{
	static const struct {
		str option;
		rights needs;
	} besides[] = { { STR_INIT("list"), RIGHT(LISTS) }, { STR_INIT("counted"), RIGHT(LISTS) },
		{ STR_INIT("pending"), RIGHT(LISTS) }, { STR_INIT("names"), RIGHT(CUSTOMERS) } };
	const struct command *command = request_command(request);
	rights needs = 0;

	if (!str_starts(command->name, STR("journey ")))
		return 0;
	for (const struct option *o = command->options; o->name.len > 0; o++)
		for (size_t i = 0; i < ARRAY_LEN(besides); i++)
			if (str_equal(o->name, besides[i].option) &&
				request_has(request, o->name.ptr))
				needs |= besides[i].needs;
	return request_argument_count(request) > 0 ? needs | RIGHT(CUSTOMERS) : needs;
}

static err check_besides(struct rest_call *call, const struct request *request, struct why *why)
{
	rights needs = needs_besides(request);
	struct why unheard = { 0 };

	call->names_people = needs != 0;
	if ((call->caller.rights & needs) == needs)
		return OK;
	(void)rest_note(call, STR("refused"), &unheard); /* the refusal stands either way */
	return fail(why, MSG_REST_FORBIDDEN, arg_str(role_name(call->caller.role)));
}

static err prepare(struct running *r, struct why *why)
{
	struct rest_call *call = r->call;
	err e = rest_words_of(call, &r->words, why);

	if (e == OK)
		e = request_parse(rest_options_of(call->rest)->commands, r->words.items,
			r->words.count, http_language(call->x), call->arena, &r->request, why);
	if (e == OK)
		e = settle(r, why);
	if (e == OK)
		e = await_at_least(call, why);
	if (e == OK && call->route->command->arguments.max > 0 &&
		request_argument_count(r->request) > 0)
		call->subject = subject_of(r->request);
	return e == OK ? check_besides(call, r->request, why) : e;
}

/* What was answered before an error came (an export that was cut) is noted too. */
static void run_command(struct rest_call *call)
{
	struct running *r = arena_alloc(call->arena, sizeof(*r));
	struct why why = { 0 }, unheard = { 0 };

	ASSERT(r != NULL); /* the arena is fresh */
	r->call = call;
	err e = prepare(r, &why);
	bool only_reads = call->route->method == HTTP_GET || call->route->asks;
	bool answered = false;
	if (e == OK && !only_reads)
		e = rest_once_begin(call, &answered, &why);
	if (answered) {
		rest_words_done(&r->words);
		return;
	}
	if (e == OK && only_reads)
		e = rest_note(call, STR("read"), &why);
	if (e != OK) {
		rest_words_done(&r->words);
		tell_error(call, e, &why);
		return;
	}
	rest_answer_init(&r->answer, call, "application/json",
		call->route->command->json_lines || call->route->command == &cmd_export,
		&r->locale);
	e = run_guarded(r, &why);
	if (!only_reads) {
		err noted = rest_note(
			call, e == OK ? STR("done") : message_kebab(why.message), &unheard);
		if (e == OK && noted != OK) {
			e = noted;
			why = unheard;
		}
	}
	if (e == OK && !rest_answer_streams(&r->answer))
		e = rest_answer_select(&r->answer, &why);
	if (rest_answer_streams(&r->answer))
		(e == OK ? rest_answer_end : rest_answer_break)(&r->answer);
	else if (e == OK)
		rest_answer_end(&r->answer);
	else
		tell_error(call, e, &why);
	rest_answer_done(&r->answer);
	rest_words_done(&r->words);
}

/* ---- the whole */

static bool may(const struct rest_call *call)
{
	return (call->caller.rights & call->route->needs) == call->route->needs;
}

void rest_run(struct rest_call *call)
{
	struct why why = { 0 };
	err e = rest_who(call, &why);

	if (e == ERR_DENIED && why.message != MSG_REST_CSRF) {
		refuse(call, 401, &why);
		return;
	}
	if (e != OK) {
		refuse(call, err_http_status(e), &why);
		return;
	}
	if (!call->route->open && !call->caller.known) {
		(void)fail(&why, MSG_REST_WHO);
		refuse(call, 401, &why);
		return;
	}
	if (!call->route->open && !may(call)) {
		struct why unheard = { 0 };
		(void)rest_note(call, STR("refused"), &unheard); /* the refusal stands either way */
		(void)fail(&why, MSG_REST_FORBIDDEN, arg_str(role_name(call->caller.role)));
		refuse(call, 403, &why);
		return;
	}
	if (call->route->own && !call->caller.by_session) {
		(void)fail(&why, MSG_REST_OWN);
		refuse(call, 403, &why);
		return;
	}
	if (call->route->command != NULL) {
		run_command(call);
		return;
	}
	e = call->route->special(call, &why);
	if (e != OK)
		tell_error(call, e, &why);
}
