/* main/rest_docs.c - /docs: the reference of /api/v1 for people, one page without scripts or
 * anything from elsewhere, made from the same tables as the OpenAPI document, with examples to be
 * pasted into a shell. */
#include "main/rest.h"
#include "main/rest_examples.h"
#include "main/rest_special.h"

enum { PAGE_BYTES_MAX = 4 << 20, EXAMPLE_BYTES_MAX = 16 << 10 };

static void add_escaped(struct strbuf *out, str text)
{
	for (size_t i = 0; i < text.len; i++)
		switch (text.ptr[i]) {
		case '<':
			strbuf_add_c(out, "&lt;");
			break;
		case '>':
			strbuf_add_c(out, "&gt;");
			break;
		case '&':
			strbuf_add_c(out, "&amp;");
			break;
		case '"':
			strbuf_add_c(out, "&quot;");
			break;
		default:
			strbuf_add_byte(out, text.ptr[i]);
		}
}

static void add_element(struct strbuf *out, const char *name, str text)
{
	strbuf_printf(out, "<%s>", name);
	add_escaped(out, text);
	strbuf_printf(out, "</%s>\n", name);
}

static void add_options(const struct command *command, enum language language, struct strbuf *out)
{
	strbuf_add_c(out, "<dl>\n");
	for (const struct option *o = command->options; o->name.len > 0; o++) {
		if (o->is == IS_PATH)
			continue;
		strbuf_add_c(out, "<dt><code>");
		add_escaped(out, o->name);
		strbuf_add_c(out, "</code></dt>");
		add_element(out, "dd", o->help.in[language]);
	}
	strbuf_add_c(out, "</dl>\n");
}

static void add_rights(const struct rest_route *route, struct strbuf *out)
{
	for (size_t i = 0; i < RIGHT_COUNT_; i++)
		if (route->needs >> i & 1) {
			strbuf_add_c(out, "<p><small>");
			add_escaped(out, right_name((enum right)i));
			strbuf_add_c(out, "</small></p>\n");
		}
}

static void add_example(str says, const struct strbuf *line, struct strbuf *out)
{
	strbuf_add_c(out, "<pre>");
	if (says.len > 0) {
		strbuf_add_c(out, "# ");
		add_escaped(out, says);
		strbuf_add_byte(out, '\n');
	}
	add_escaped(out, (str){ line->ptr, line->len });
	strbuf_add_c(out, "</pre>\n");
}

/* The command's own, asked over HTTP; where none can be, the route alone. */
static void add_examples(struct rest_call *call, const struct rest_example_of *of,
	enum language language, struct strbuf *out)
{
	const struct command *command = of->route->command;
	struct strbuf line = strbuf_heap(EXAMPLE_BYTES_MAX);
	bool any = false;

	for (const struct example *e = command == NULL ? NULL : command->examples;
		e != NULL && e->line.len > 0; e++) {
		strbuf_clear(&line);
		if (!rest_example_add(of, e->line, call->arena, &line))
			continue;
		add_example(e->says.in[language], &line, out);
		any = true;
	}
	strbuf_clear(&line);
	if (!any && rest_example_add_plain(of, &line))
		add_example(STR(""), &line, out);
	strbuf_done(&line);
}

static void add_route(struct rest_call *call, const struct rest_example_of *of,
	enum language language, struct strbuf *out)
{
	const struct rest_route *route = of->route;

	strbuf_add_c(out, "<section>\n<h2><code>");
	strbuf_add(out, http_method_name(route->method));
	strbuf_add_byte(out, ' ');
	add_escaped(out, str_of(route->pattern));
	strbuf_add_c(out, "</code></h2>\n");
	add_element(out, "p",
		route->command != NULL ? route->command->summary.in[language]
				       : route->says.in[language]);
	if (route->command != NULL && route->command->about.in[language].len > 0)
		add_element(out, "p", route->command->about.in[language]);
	add_rights(route, out);
	add_examples(call, of, language, out);
	if (route->command != NULL)
		add_options(route->command, language, out);
	strbuf_add_c(out, "</section>\n");
}

/* Where the page was asked for, if that is a host as hosts are written. */
static str base_of(struct rest_call *call)
{
	struct strbuf base = strbuf_in(call->arena, 512);
	str host = http_header(call->x, "Host");
	bool plain = host.len > 0;

	for (size_t i = 0; plain && i < host.len; i++) {
		char c = host.ptr[i];
		plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			(c >= '0' && c <= '9') || str_has(STR(".-:[]"), c);
	}
	strbuf_add_c(&base, http_is_secure(call->x) ? "https://" : "http://");
	strbuf_add(&base, plain ? host : STR("127.0.0.1:8080"));
	return strbuf_ok(&base) ? strbuf_str(&base) : STR("http://127.0.0.1:8080");
}

err rest_docs(struct rest_call *call, struct why *why)
{
	enum language language = http_language(call->x);
	struct strbuf out = strbuf_heap(PAGE_BYTES_MAX);
	size_t count;
	const struct rest_route *routes = rest_all_routes(call->rest, &count);
	str base = base_of(call);

	strbuf_printf(&out,
		"<!doctype html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\">"
		"<meta name=\"viewport\" content=\"width=device-width\">"
		"<title>Ariane API</title></head><body><main>\n<h1>Ariane API</h1>\n",
		language == LANGUAGE_FRENCH ? "fr" : "en");
	strbuf_add_c(&out,
		"<pre>TOKEN=$(ariane --data FOLDER token create --role analyst "
		"--quiet)</pre>\n<p><a href=\"/api/v1/openapi.json\">OpenAPI 3.1</a></p>\n");
	for (size_t i = 0; i < count; i++)
		add_route(
			call, &(const struct rest_example_of){ &routes[i], base }, language, &out);
	strbuf_add_c(&out, "</main></body></html>\n");
	if (!strbuf_ok(&out)) {
		strbuf_done(&out);
		return fail(why, MSG_NO_ROOM, arg_c("docs"), arg_int(PAGE_BYTES_MAX));
	}
	rest_settled(call);
	http_answer_built(call->x, 200, "text/html; charset=utf-8", &out);
	return OK;
}
