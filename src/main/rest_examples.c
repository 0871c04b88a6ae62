/* main/rest_examples.c - see rest_examples.h */
#include "main/rest_examples.h"

#include "base/json.h"

enum { EXAMPLE_WORDS_MAX = 64, EXAMPLE_BYTES_MAX = 4096 };

struct asked {
	const struct rest_route *route;
	str words[EXAMPLE_WORDS_MAX];
	size_t word_count;
	str arguments[EXAMPLE_WORDS_MAX];
	size_t argument_count;
	struct {
		const struct option *option;
		str value;
		bool in_path;
	} given[EXAMPLE_WORDS_MAX];
	size_t given_count;
};

/* ---- reading the line */

/* Words as a shell cuts them: at spaces, but for what stands in single quotes. */
static bool cut(struct asked *a, str line, struct arena *arena)
{
	static const str others = STR_INIT("|<>$\"\\`;&");
	struct strbuf word = strbuf_in(arena, EXAMPLE_BYTES_MAX);
	bool quoted = false;

	for (size_t i = 0; i <= line.len; i++) {
		char c = i < line.len ? line.ptr[i] : ' ';
		if (str_has(others, c) && !quoted)
			return false;
		if (c == '\'') {
			quoted = !quoted;
		} else if (c != ' ' || quoted) {
			strbuf_add_byte(&word, c);
		} else if (word.len > 0) {
			if (a->word_count == EXAMPLE_WORDS_MAX || !strbuf_ok(&word))
				return false;
			a->words[a->word_count++] = arena_str(arena, strbuf_str(&word));
			strbuf_clear(&word);
		}
	}
	return !quoted;
}

static const struct option *named(const struct command *command, str name)
{
	for (const struct option *o = command->options; o->name.len > 0; o++)
		if (str_equal(o->name, name))
			return o;
	return NULL;
}

/* A ready-made document has a name, a file has a dot. */
static bool names_file(const struct option *option, str value)
{
	return option->is == IS_PATH ||
	       (option->is == IS_DOCUMENT && (str_has(value, '.') || str_has(value, '/')));
}

/* The option at words[*at], with its value, which may be the next word. */
static bool take_option(struct asked *a, size_t *at)
{
	str name = str_from(a->words[*at], 2), value = STR("");
	bool joined = str_split(name, '=', &name, &value);
	const struct option *option = named(a->route->command, name);

	if (str_equal(name, STR("json"))) /* it is that anyway */
		return true;
	if (option == NULL)
		return false;
	if (option->is != IS_FLAG && !joined) {
		if (*at + 1 == a->word_count)
			return false;
		value = a->words[++*at];
	}
	a->given[a->given_count].option = option;
	a->given[a->given_count++].value = value;
	return !names_file(option, value);
}

static bool read_line(struct asked *a, str line, struct arena *arena)
{
	str rest = a->route->command->name, word;
	size_t at = 1;
	bool more = true, same = cut(a, line, arena);

	same = same && a->word_count > 0 && str_equal(a->words[0], STR("ariane"));
	for (; same && more; at++) {
		more = str_split(rest, ' ', &word, &rest);
		same = at < a->word_count && str_equal(a->words[at], more ? word : rest);
	}
	for (; same && at < a->word_count; at++) {
		if (str_starts(a->words[at], STR("--")))
			same = take_option(a, &at);
		else
			a->arguments[a->argument_count++] = a->words[at];
		same = same && !str_ends(a->words[at], STR(".json")); /* there an option says it */
	}
	return same;
}

/* ---- writing the request */

static void add_escaped(struct strbuf *out, str text)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			     (c >= '0' && c <= '9') || str_has(STR("-._~:@*"), c);
		if (plain)
			strbuf_add_byte(out, c);
		else
			strbuf_printf(out, "%%%02X", (unsigned)(uint8_t)c);
	}
}

/* What stands for {name}: an argument, or an option that the path names. */
static bool value_of_part(struct asked *a, str name, str *out)
{
	for (size_t i = 0; i < ARRAY_LEN(a->route->arguments); i++)
		if (a->route->arguments[i] != NULL &&
			str_equal(str_of(a->route->arguments[i]), name) && i < a->argument_count) {
			*out = a->arguments[i];
			return true;
		}
	for (size_t i = 0; i < a->given_count; i++) {
		str option = a->given[i].option->name;
		bool same = option.len == name.len;
		for (size_t k = 0; same && k < name.len; k++)
			same = option.ptr[k] == (name.ptr[k] == '_' ? '-' : name.ptr[k]);
		if (same) {
			a->given[i].in_path = true;
			*out = a->given[i].value;
			return true;
		}
	}
	return false;
}

static bool add_path(struct asked *a, struct strbuf *out)
{
	str rest = str_of(a->route->pattern), before, name, value;

	while (str_split(rest, '{', &before, &rest)) {
		strbuf_add(out, before);
		if (!str_split(rest, '}', &name, &rest) || !value_of_part(a, name, &value))
			return false;
		add_escaped(out, value);
	}
	strbuf_add(out, rest);
	return true;
}

static void add_query(const struct asked *a, struct strbuf *out)
{
	char sign = '?';

	for (size_t i = 0; i < a->given_count; i++) {
		if (a->given[i].in_path)
			continue;
		strbuf_add_byte(out, sign);
		strbuf_add(out, a->given[i].option->name);
		strbuf_add_byte(out, '=');
		add_escaped(
			out, a->given[i].option->is == IS_FLAG ? STR("true") : a->given[i].value);
		sign = '&';
	}
}

static void put_value(struct json_writer *w, const struct option *option, str value)
{
	int64_t number;

	if (option->is == IS_FLAG)
		json_put_bool(w, true);
	else if (option->is == IS_NUMBER && str_to_int64(value, &number))
		json_put_int(w, number);
	else
		json_put_string(w, value);
}

/* All values of an option that may be given several times. */
static void put_option(struct json_writer *w, const struct asked *a, const struct option *option)
{
	bool begun = false;

	for (size_t i = 0; i < a->given_count; i++) {
		if (a->given[i].option != option || a->given[i].in_path)
			continue;
		if (!begun)
			json_put_key(w, option->name);
		if (!begun && option->repeats)
			json_put_array(w);
		begun = true;
		put_value(w, option, a->given[i].value);
	}
	if (begun && option->repeats)
		json_put_end(w);
}

/* Those that the path does not name. */
static size_t first_left(const struct asked *a)
{
	size_t first = 0;

	while (first < ARRAY_LEN(a->route->arguments) && a->route->arguments[first] != NULL)
		first++;
	return MIN_OF(first, a->argument_count);
}

static void put_body(struct json_writer *w, const struct asked *a)
{
	size_t first = first_left(a);

	json_put_object(w);
	if (first < a->argument_count) {
		json_put_key(w, STR("arguments"));
		json_put_array(w);
		for (size_t i = first; i < a->argument_count; i++)
			json_put_string(w, a->arguments[i]);
		json_put_end(w);
	}
	for (const struct option *o = a->route->command->options; o->name.len > 0; o++)
		put_option(w, a, o);
	json_put_end(w);
}

/* Behind the URL is known which options it names. */
static bool add_body(const struct asked *a, struct strbuf *out, struct arena *arena)
{
	struct strbuf body = strbuf_in(arena, EXAMPLE_BYTES_MAX);
	struct json_writer w = json_writer_of(&body, JSON_COMPACT);
	size_t left = a->argument_count - first_left(a);

	if (a->route->takes_file) {
		strbuf_add_c(out, " --data-binary @");
		strbuf_add(out, left == 1 ? a->arguments[a->argument_count - 1] : STR(""));
		return left == 1 && !str_equal(a->arguments[a->argument_count - 1], STR("-"));
	}
	if (a->route->body_bytes_max == 0)
		return left == 0;
	put_body(&w, a);
	if (!strbuf_ok(&body) || str_has(strbuf_str(&body), '\''))
		return false;
	strbuf_add_c(out, " -H \"Content-Type: application/json\" -d '");
	strbuf_add(out, strbuf_str(&body));
	strbuf_add_byte(out, '\'');
	return true;
}

static void add_curl(const struct rest_route *route, struct strbuf *out)
{
	strbuf_add_c(out, "curl");
	if (route->method == HTTP_DELETE)
		strbuf_add_c(out, " -X DELETE");
	if (!route->open)
		strbuf_add_c(out, " -H \"Authorization: Bearer $TOKEN\"");
}

static bool make(struct asked *a, const struct rest_example_of *of, str line, struct arena *arena,
	struct strbuf *out)
{
	struct strbuf url = strbuf_in(arena, EXAMPLE_BYTES_MAX);

	if (!read_line(a, line, arena) || !add_path(a, &url))
		return false;
	add_curl(of->route, out);
	if (!add_body(a, out, arena))
		return false;
	if (of->route->body_bytes_max == 0 || of->route->takes_file)
		add_query(a, &url);
	strbuf_add_c(out, " \"");
	strbuf_add(out, of->base);
	strbuf_add(out, strbuf_str(&url));
	strbuf_add_byte(out, '"');
	return true;
}

bool rest_example_add(
	const struct rest_example_of *of, str line, struct arena *arena, struct strbuf *out)
{
	struct asked *a = arena_alloc(arena, sizeof(*a));
	struct strbuf made = strbuf_in(arena, 2 * EXAMPLE_BYTES_MAX);

	if (a == NULL)
		return false;
	*a = (struct asked){ .route = of->route };
	if (!make(a, of, line, arena, &made) || !strbuf_ok(&made))
		return false;
	strbuf_add(out, strbuf_str(&made));
	return true;
}

bool rest_example_add_plain(const struct rest_example_of *of, struct strbuf *out)
{
	const struct rest_route *route = of->route;

	if (route->method != HTTP_GET || route->own || str_has(str_of(route->pattern), '{'))
		return false;
	add_curl(route, out);
	strbuf_add_c(out, " \"");
	strbuf_add(out, of->base);
	strbuf_add_c(out, route->pattern);
	strbuf_add_byte(out, '"');
	return true;
}
