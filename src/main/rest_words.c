/* main/rest_words.c - see rest_words.h */
#include "main/rest_words.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/json.h"

enum { WORD_BYTES_MAX = 1 << 16 };

struct making {
	struct rest_call *call;
	const struct command *command;
	struct rest_words *out;
	struct why *why;
};

static err add_word(struct making *m, str word)
{
	if (m->out->count == REST_WORDS_MAX || word.ptr == NULL)
		return fail(m->why, MSG_REST_MANY, arg_int(REST_WORDS_MAX));
	m->out->items[m->out->count++] = word;
	return OK;
}

/* ---- options */

static const struct option *option_named(const struct option *options, str name)
{
	for (; options->name.len > 0; options++) {
		bool same = options->name.len == name.len;
		for (size_t i = 0; same && i < name.len; i++)
			same = options->name.ptr[i] == (name.ptr[i] == '_' ? '-' : name.ptr[i]);
		if (same)
			return options;
	}
	return NULL;
}

static const struct option *find_option(const struct making *m, str name)
{
	const struct option *own = option_named(m->command->options, name);

	if (own == NULL && (str_equal(name, STR("zone")) || str_equal(name, STR("lang"))))
		own = option_named(global_options, name);
	return own;
}

/* A ready-made one: no path of this machine. */
static bool is_plain_name(str value)
{
	for (size_t i = 0; i < value.len; i++) {
		char c = value.ptr[i];
		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-')
			return false;
	}
	return value.len > 0;
}

static err add_option(struct making *m, const struct option *option, str value)
{
	struct strbuf word = strbuf_in(m->call->arena, WORD_BYTES_MAX);

	strbuf_add_c(&word, "--");
	strbuf_add(&word, option->name);
	if (option->is != IS_FLAG) {
		strbuf_add_byte(&word, '=');
		strbuf_add(&word, value);
	}
	strbuf_add_byte(&word, '\0'); /* texts of a request end with one, which does not count */
	if (!strbuf_ok(&word) || memchr(value.ptr, '\0', value.len) != NULL)
		return fail(m->why, MSG_REST_VALUE, arg_str(option->name));
	return add_word(m, (str){ word.ptr, word.len - 1 });
}

/* A document lies in memory, and has a name like a file. */
static err add_document(struct making *m, const struct option *option, str text)
{
	struct strbuf path = strbuf_in(m->call->arena, 64);

	if (m->out->document_count == REST_DOCUMENTS_MAX)
		return fail(m->why, MSG_REST_VALUE, arg_str(option->name));
	int fd = memfd_create("document", MFD_CLOEXEC);
	if (fd >= 0)
		m->out->document_fds[m->out->document_count++] = fd;
	if (fd < 0 || write(fd, text.ptr, text.len) != (ssize_t)text.len)
		return fail(m->why, MSG_NO_ROOM, arg_str(option->name), arg_int((int64_t)text.len));
	strbuf_add_c(&path, "/proc/self/fd/");
	strbuf_add_int(&path, fd);
	return add_option(m, option, strbuf_str(&path));
}

err rest_flag(str name, str value, bool *out, struct why *why)
{
	bool yes = value.len == 0 || str_equal(value, STR("true")) || str_equal(value, STR("1"));
	bool no = str_equal(value, STR("false")) || str_equal(value, STR("0"));

	if (!yes && !no)
		return fail(why, MSG_REST_VALUE, arg_str(name));
	*out = yes;
	return OK;
}

static err add_given(struct making *m, str name, str value)
{
	const struct option *option = find_option(m, name);

	if (str_equal(name, STR("at_least")) ||
		(str_equal(name, STR("fields")) && m->call->route->method == HTTP_GET))
		return OK;
	if (option == NULL || str_equal(name, STR("stdin")))
		return fail(m->why, MSG_REST_PARAMETER, arg_str(name));
	if (option->is == IS_FLAG) {
		bool yes = false;
		err e = rest_flag(name, value, &yes, m->why);
		return e == OK && yes ? add_option(m, option, STR("")) : e;
	}
	if (option->is == IS_DOCUMENT && str_starts(str_trim(value), STR("{")))
		return add_document(m, option, value);
	if (option->is == IS_PATH || (option->is == IS_DOCUMENT && !is_plain_name(value)))
		return fail(m->why, MSG_REST_PATH, arg_str(name));
	return add_option(m, option, value);
}

static err add_query(struct making *m)
{
	const struct target *target = http_target(m->call->x);
	err e = OK;

	for (size_t i = 0; e == OK && i < target->query_count; i++)
		e = add_given(m, target->query[i].name, target->query[i].value);
	return e;
}

/* ---- the body */

err rest_body(struct rest_call *call, const struct json **out, struct why *why)
{
	str body = http_body(call->x);
	struct json *tree = arena_alloc(call->arena, sizeof(*tree));

	*out = NULL;
	if (body.len == 0)
		return OK;
	if (tree == NULL)
		return fail(why, MSG_NO_ROOM, arg_c("body"), arg_int(0));
	if (!http_has_type(call->x, "application/json"))
		return fail(why, MSG_REST_BODY);
	struct json_parser *parser = json_parser_create(NULL);
	err e = json_parse(parser, body, call->arena, tree, why);
	json_parser_free(parser);
	if (e == OK && tree->kind != JSON_OBJECT)
		e = fail(why, MSG_REST_BODY);
	if (e == OK)
		*out = tree;
	return e;
}

static err add_tree(struct making *m, str name, const struct json *tree)
{
	struct strbuf text = strbuf_in(m->call->arena, (size_t)1 << 22);
	struct json_writer w = json_writer_of(&text, JSON_COMPACT);
	const struct option *option = find_option(m, name);

	json_put_tree(&w, tree);
	if (option == NULL)
		return fail(m->why, MSG_REST_PARAMETER, arg_str(name));
	if (option->is != IS_DOCUMENT || !strbuf_ok(&text))
		return fail(m->why, MSG_REST_VALUE, arg_str(name));
	return add_document(m, option, strbuf_str(&text));
}

static err add_value(struct making *m, str name, const struct json *value)
{
	char text[JSON_FLOAT_BYTES];
	struct strbuf number = { .ptr = text, .cap = sizeof(text), .cap_max = sizeof(text) };

	switch (value->kind) {
	case JSON_NULL:
		return OK;
	case JSON_BOOLEAN:
		return add_given(m, name, value->boolean ? STR("true") : STR("false"));
	case JSON_INTEGER:
		strbuf_add_int(&number, value->integer);
		return add_given(m, name, strbuf_str(&number));
	case JSON_FLOAT:
		number.len = json_float_text(value->number, text);
		return add_given(m, name, strbuf_str(&number));
	case JSON_STRING:
		return add_given(m, name, value->string);
	case JSON_OBJECT:
		return add_tree(m, name, value);
	case JSON_BIG:
	case JSON_ARRAY:
		break;
	}
	return fail(m->why, MSG_REST_VALUE, arg_str(name));
}

static err add_member(struct making *m, const struct json_member *member)
{
	err e = OK;

	if (member->value.kind != JSON_ARRAY)
		return add_value(m, member->key, &member->value);
	for (size_t i = 0; e == OK && i < member->value.array.count; i++)
		e = add_value(m, member->key, &member->value.array.items[i]);
	return e;
}

static bool is_arguments(const struct json_member *member)
{
	return str_equal(member->key, STR("arguments")) && member->value.kind == JSON_ARRAY;
}

static err add_body(struct making *m, const struct json *body)
{
	err e = OK;

	for (size_t i = 0; body != NULL && e == OK && i < body->object.count; i++)
		if (!is_arguments(&body->object.items[i]))
			e = add_member(m, &body->object.items[i]);
	return e;
}

/* ---- arguments, behind "--" */

static err add_argument(struct making *m, str value)
{
	str copy = arena_str(m->call->arena, value);

	if (memchr(value.ptr, '\0', value.len) != NULL)
		return fail(m->why, MSG_REST_VALUE, arg_c("arguments"));
	return add_word(m, copy);
}

static err add_arguments(struct making *m, const struct json *body)
{
	const struct rest_route *route = m->call->route;
	err e = add_word(m, STR("--"));

	for (size_t i = 0; e == OK && i < ARRAY_LEN(route->arguments); i++)
		if (route->arguments[i] != NULL)
			e = add_argument(m, http_path(m->call->x, route->arguments[i]));
	if (e == OK && route->takes_file)
		e = add_argument(m, STR("-"));
	for (size_t i = 0; body != NULL && e == OK && i < body->object.count; i++) {
		const struct json_member *member = &body->object.items[i];
		for (size_t k = 0; is_arguments(member) && e == OK && k < member->value.array.count;
			k++)
			e = member->value.array.items[k].kind == JSON_STRING
				    ? add_argument(m, member->value.array.items[k].string)
				    : fail(m->why, MSG_REST_VALUE, arg_c("arguments"));
	}
	return e;
}

static err add_name(struct making *m)
{
	str rest = m->command->name, word;
	err e = OK;

	while (e == OK && str_split(rest, ' ', &word, &rest))
		e = add_word(m, word);
	return e == OK ? add_word(m, rest) : e;
}

static err add_path_options(struct making *m)
{
	const struct rest_route *route = m->call->route;
	err e = route->fixed != NULL ? add_word(m, str_of(route->fixed)) : OK;

	for (size_t i = 0; e == OK && i < ARRAY_LEN(route->options); i++)
		if (route->options[i] != NULL)
			e = add_given(m, str_of(route->options[i]),
				http_path(m->call->x, route->options[i]));
	return e;
}

err rest_words_of(struct rest_call *call, struct rest_words *out, struct why *why)
{
	struct making m = { call, call->route->command, out, why };
	const struct json *body = NULL;

	out->count = 0;
	out->document_count = 0;
	err e = call->route->takes_file ? OK : rest_body(call, &body, why);
	if (e == OK)
		e = add_name(&m);
	if (e == OK)
		e = add_path_options(&m);
	if (e == OK)
		e = add_query(&m);
	if (e == OK)
		e = add_body(&m, body);
	return e == OK ? add_arguments(&m, body) : e;
}

void rest_words_done(struct rest_words *words)
{
	while (words->document_count > 0)
		(void)close(words->document_fds[--words->document_count]); /* memory alone */
}

err rest_at_least(const struct http_exchange *x, uint64_t *out, struct why *why)
{
	str text = http_query(x, "at_least");
	int64_t number = 0;

	if (text.len > 0 && (!str_to_int64(text, &number) || number < 0))
		return fail(why, MSG_REST_VALUE, arg_c("at_least"));
	*out = (uint64_t)number;
	return OK;
}
