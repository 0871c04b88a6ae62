/* main/request.c - see request.h */
#include "main/request.h"

#include <unistd.h>

#include "base/zone.h"
#include "main/suggest.h"

enum { UNKNOWN_BYTES_MAX = 2 * SUGGEST_BYTES_MAX }; /* quoted of a command's name */

/* One option as it was given. */
struct given {
	struct given *next;
	const struct option *option;
	str text;
	int64_t number; /* of a number or duration; of a time once settled */
};

struct request {
	const struct command_list *list;
	const struct command *command;
	struct arena *arena;
	struct given *given;
	str *arguments;
	size_t argument_count;
	struct surroundings around;
};

/* What is being read. */
struct reader {
	struct request *request;
	const str *words;
	size_t count, at;
	struct given **last;
	struct why *why;
};

static const struct option *find_in(const struct option *options, str name)
{
	for (; options->name.len > 0; options++)
		if (str_equal(options->name, name))
			return options;
	return NULL;
}

static const struct option *find_option(const struct request *request, str name)
{
	const struct option *own =
		request->command == NULL ? NULL : find_in(request->command->options, name);

	return own != NULL ? own : find_in(global_options, name);
}

static err unknown_option(const struct reader *r, str name)
{
	const struct command *command = r->request->command;
	struct suggestion best = { 0 };

	if (command != NULL)
		for (const struct option *o = command->options; o->name.len > 0; o++)
			suggest(&best, name, o->name);
	for (const struct option *o = global_options; o->name.len > 0; o++)
		suggest(&best, name, o->name);
	if (best.name.len > 0)
		return fail(r->why, MSG_OPTION_UNKNOWN_NEAR, arg_str(name), arg_str(best.name));
	if (command == NULL)
		return fail(r->why, MSG_OPTION_UNKNOWN, arg_str(name));
	return fail(r->why, MSG_OPTION_UNKNOWN_OF, arg_str(name), arg_str(command->name));
}

static err unknown_command(const struct reader *r)
{
	const struct command_list *list = r->request->list;
	str word = r->words[r->at];
	struct suggestion best = { 0 };

	if (command_is_family(list, word) && r->at + 1 >= r->count)
		return fail(r->why, MSG_COMMAND_HALF, arg_str(word));
	struct strbuf both = strbuf_in(r->request->arena, UNKNOWN_BYTES_MAX);
	strbuf_add(&both, word);
	if (command_is_family(list, word)) {
		strbuf_add_byte(&both, ' ');
		strbuf_add(&both, r->words[r->at + 1]);
	}
	if (strbuf_ok(&both))
		word = strbuf_str(&both);
	for (size_t i = 0; i < list->count; i++)
		suggest(&best, word, list->items[i]->name);
	if (best.name.len > 0)
		return fail(r->why, MSG_COMMAND_UNKNOWN_NEAR, arg_str(word), arg_str(best.name));
	return fail(r->why, MSG_COMMAND_UNKNOWN, arg_str(word));
}

static err no_room(struct why *why)
{
	return fail(why, MSG_NO_ROOM, arg_c("command"), arg_int(0));
}

static err check_value(const struct reader *r, struct given *given)
{
	const struct option *o = given->option;

	if (!str_is_utf8(given->text))
		return fail(r->why, MSG_OPTION_NOT_UTF8, arg_str(o->name));
	if ((o->is == IS_PATH || o->is == IS_DOCUMENT) && given->text.len == 0)
		return fail(r->why, MSG_OPTION_EMPTY, arg_str(o->name));
	if (o->is == IS_NUMBER && (!str_to_int64(given->text, &given->number) || given->number < 0))
		return fail(r->why, MSG_OPTION_NUMBER, arg_str(o->name), arg_str(given->text));
	if (o->is == IS_DURATION && duration_parse(given->text, &given->number, NULL) != OK)
		return fail(r->why, MSG_OPTION_DURATION, arg_str(o->name), arg_str(given->text));
	return OK;
}

static err add_given(struct reader *r, const struct option *option, str text)
{
	struct request *q = r->request;

	for (const struct given *g = q->given; g != NULL && !option->repeats; g = g->next)
		if (g->option == option && option->is != IS_FLAG)
			return fail(r->why, MSG_OPTION_TWICE, arg_str(option->name));
	struct given *given = arena_alloc(q->arena, sizeof(*given));
	if (given == NULL)
		return no_room(r->why);
	given->option = option;
	given->text = text;
	err e = check_value(r, given);
	if (e != OK)
		return e;
	*r->last = given;
	r->last = &given->next;
	return OK;
}

/* --name VALUE, --name=VALUE, --flag, -h; r->at is on it. */
static err read_option(struct reader *r)
{
	str word = r->words[r->at++], name = word, value = { 0 };

	if (str_equal(word, STR("-h")))
		name = STR("--help");
	if (!str_skip_prefix(&name, STR("--")))
		return unknown_option(r, str_from(word, 1));
	bool has_value = str_split(name, '=', &name, &value);
	const struct option *option = find_option(r->request, name);
	if (option == NULL)
		return unknown_option(r, name);
	if (option->is == IS_FLAG && has_value)
		return fail(r->why, MSG_OPTION_FLAG_VALUE, arg_str(name));
	if (option->is != IS_FLAG && !has_value) {
		if (r->at == r->count || str_starts(r->words[r->at], STR("--")))
			return fail(r->why, MSG_OPTION_NO_VALUE, arg_str(name));
		value = r->words[r->at++];
	}
	return add_given(r, option, value);
}

static err read_word(struct reader *r)
{
	struct request *q = r->request;
	size_t used;

	if (q->command == NULL) {
		q->command = command_find(q->list, r->words + r->at, r->count - r->at, &used);
		if (q->command == NULL)
			return unknown_command(r);
		r->at += used;
		return OK;
	}
	if (q->argument_count == q->command->arguments.max)
		return fail(r->why, MSG_ARGUMENT_TOO_MANY, arg_str(q->command->name),
			arg_str(r->words[r->at]));
	q->arguments[q->argument_count++] = r->words[r->at++];
	return OK;
}

static err read_words(struct reader *r)
{
	bool only_arguments = false;
	err e = OK;

	while (e == OK && r->at < r->count) {
		str word = r->words[r->at];
		if (!only_arguments && str_equal(word, STR("--"))) {
			only_arguments = true;
			r->at++;
		} else if (!only_arguments && word.len > 1 && word.ptr[0] == '-') {
			e = read_option(r);
		} else {
			e = read_word(r);
		}
	}
	return e;
}

static err check_arguments(const struct request *q, enum language language, struct why *why)
{
	const struct command *c = q->command;

	if (c == NULL || q->argument_count >= c->arguments.min || request_has(q, "help") ||
		request_has(q, "version"))
		return OK;
	return fail(why, MSG_ARGUMENT_MISSING, arg_str(c->name),
		arg_str(c->arguments.placeholder.in[language]));
}

err request_parse(const struct command_list *list, const str *words, size_t count,
	enum language language, struct arena *arena, struct request **out, struct why *why)
{
	struct request *q = arena_alloc(arena, sizeof(*q));

	if (q == NULL)
		return no_room(why);
	*q = (struct request){ .list = list, .arena = arena };
	q->arguments = arena_array(arena, count, sizeof(*q->arguments));
	if (q->arguments == NULL)
		return no_room(why);
	struct reader r = { q, words, count, 0, &q->given, why };
	err e = read_words(&r);
	if (e == OK)
		e = check_arguments(q, language, why);
	if (e == OK)
		*out = q;
	return e;
}

/* A time as written, or how long ago. */
static bool read_time(const struct surroundings *around, str text, int64_t *utc_ms)
{
	const struct zone *zone = around->locale->zone;
	struct timestamp told;
	struct instant moment;
	int64_t ago_ms;

	if (duration_parse(text, &ago_ms, NULL) == OK) {
		*utc_ms = around->now_ms - ago_ms;
		return true;
	}
	if (!timestamp_parse(text, &told) ||
		!zone_instant(zone == NULL ? zone_utc() : zone, &told, &moment))
		return false;
	*utc_ms = moment.ms;
	return true;
}

err request_settle(struct request *request, const struct surroundings *around, struct why *why)
{
	request->around = *around;
	for (struct given *g = request->given; g != NULL; g = g->next)
		if (g->option->is == IS_TIME && !read_time(around, g->text, &g->number))
			return fail(
				why, MSG_OPTION_TIME, arg_str(g->option->name), arg_str(g->text));
	return OK;
}

const struct command *request_command(const struct request *request)
{
	return request->command;
}

const struct command_list *request_commands(const struct request *request)
{
	return request->list;
}

struct arena *request_arena(const struct request *request)
{
	return request->arena;
}

const struct locale *request_locale(const struct request *request)
{
	return request->around.locale;
}

const struct settings *request_settings(const struct request *request)
{
	return request->around.settings;
}

str request_data(const struct request *request)
{
	return setting_text(request->around.settings, SETTING_DATA);
}

int64_t request_now_ms(const struct request *request)
{
	return request->around.now_ms;
}

bool request_cancelled(const struct request *request)
{
	return request->around.stop != NULL && atomic_load(request->around.stop);
}

size_t request_argument_count(const struct request *request)
{
	return request->argument_count;
}

str request_argument(const struct request *request, size_t i)
{
	ASSERT(i < request->argument_count);
	return request->arguments[i];
}

static const struct option *known(const struct request *request, const char *name)
{
	const struct option *option = find_option(request, str_of(name));

	ASSERT(option != NULL);
	return option;
}

static const struct given *nth(const struct request *request, const struct option *o, size_t i)
{
	for (const struct given *g = request->given; g != NULL; g = g->next)
		if (g->option == o && i-- == 0)
			return g;
	return NULL;
}

bool request_has(const struct request *request, const char *name)
{
	return nth(request, known(request, name), 0) != NULL;
}

str request_text(const struct request *request, const char *name)
{
	const struct option *option = known(request, name);
	const struct given *given = nth(request, option, 0);

	return given != NULL ? given->text : option->preset;
}

int64_t request_number(const struct request *request, const char *name)
{
	const struct option *option = known(request, name);
	int64_t number;

	ASSERT(option->is == IS_NUMBER);
	bool is_number = str_to_int64(request_text(request, name), &number);
	ASSERT(is_number); /* checked when it was given; a preset by the test of the table */
	return number;
}

int64_t request_duration_ms(const struct request *request, const char *name)
{
	const struct option *option = known(request, name);
	int64_t ms;

	ASSERT(option->is == IS_DURATION);
	err e = duration_parse(request_text(request, name), &ms, NULL);
	ASSERT(e == OK); /* as above */
	return ms;
}

int64_t request_time_ms(const struct request *request, const char *name)
{
	const struct given *given = nth(request, known(request, name), 0);

	ASSERT(given != NULL && given->option->is == IS_TIME);
	return given->number;
}

size_t request_times(const struct request *request, const char *name)
{
	const struct option *option = known(request, name);
	size_t times = 0;

	for (const struct given *g = request->given; g != NULL; g = g->next)
		times += g->option == option ? 1 : 0;
	return times;
}

str request_nth(const struct request *request, const char *name, size_t i)
{
	const struct given *given = nth(request, known(request, name), i);

	ASSERT(given != NULL);
	return given->text;
}

static bool is_named(const struct option *option, const char *const *names)
{
	for (; *names != NULL; names++)
		if (str_equal(option->name, str_of(*names)))
			return true;
	return false;
}

void request_add_asked(const struct request *request, const char *const *but, struct strbuf *out)
{
	for (const struct given *g = request->given; g != NULL; g = g->next) {
		if (find_in(request->command->options, g->option->name) != g->option ||
			is_named(g->option, but))
			continue;
		bool is_moment = g->option->is == IS_TIME;
		strbuf_add(out, g->option->name);
		strbuf_add_byte(out, '\0');
		strbuf_add(out,
			is_moment ? (str){ (const char *)&g->number, sizeof(g->number) } : g->text);
		strbuf_add_byte(out, '\0');
	}
}

const atomic_bool *request_stop(const struct request *request)
{
	return request->around.stop;
}

struct house *request_house(const struct request *request)
{
	return request->around.house;
}

bool request_hides_text(const struct request *request)
{
	return request->around.hides_text;
}

bool request_may_name_files(const struct request *request)
{
	str actor = request_actor(request);

	return str_starts(actor, STR("uid:")) || str_equal(actor, ACTOR_FOLDERS);
}

/* Where rest_words.c puts what was sent along; nobody else can name such a file there. */
static bool is_sent_along(str path)
{
	return str_starts(path, STR("/proc/self/fd/"));
}

err request_check_file(const struct request *request, const char *option, str path, struct why *why)
{
	if (request_may_name_files(request) || is_sent_along(path))
		return OK;
	return fail(why, MSG_REST_PATH, arg_c(option));
}

void request_blame_document(const struct request *request, const char *option, struct why *why)
{
	str path = request_text(request, option);

	why_at(why, is_sent_along(path) ? str_of(option) : path, -1, -1, -1);
}

str request_actor(const struct request *request)
{
	struct strbuf text = strbuf_in(request->arena, 64);

	if (request->around.actor.len > 0)
		return request->around.actor;
	strbuf_add_c(&text, "uid:");
	strbuf_add_int(&text, getuid());
	return strbuf_ok(&text) ? strbuf_str(&text) : STR("");
}
