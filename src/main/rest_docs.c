/* main/rest_docs.c - /docs: the reference of /api/v1 for people, one page without scripts or
 * anything from elsewhere, made from the same tables as the OpenAPI document. */
#include "main/rest.h"
#include "main/rest_special.h"

enum { PAGE_BYTES_MAX = 4 << 20 };

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

static void add_route(const struct rest_route *route, enum language language, struct strbuf *out)
{
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
	if (route->command != NULL)
		add_options(route->command, language, out);
	strbuf_add_c(out, "</section>\n");
}

err rest_docs(struct rest_call *call, struct why *why)
{
	enum language language = http_language(call->x);
	struct strbuf out = strbuf_heap(PAGE_BYTES_MAX);
	size_t count;
	const struct rest_route *routes = rest_all_routes(call->rest, &count);

	strbuf_printf(&out,
		"<!doctype html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\">"
		"<meta name=\"viewport\" content=\"width=device-width\">"
		"<title>Ariane API</title></head><body><main>\n<h1>Ariane API</h1>\n",
		language == LANGUAGE_FRENCH ? "fr" : "en");
	strbuf_add_c(&out, "<pre>curl -H 'Authorization: Bearer at_...' "
			   "http://127.0.0.1:8080/api/v1/journey/map?since=7d</pre>\n"
			   "<p><a href=\"/api/v1/openapi.json\">OpenAPI 3.1</a></p>\n");
	for (size_t i = 0; i < count; i++)
		add_route(&routes[i], language, &out);
	strbuf_add_c(&out, "</main></body></html>\n");
	if (!strbuf_ok(&out)) {
		strbuf_done(&out);
		return fail(why, MSG_NO_ROOM, arg_c("docs"), arg_int(PAGE_BYTES_MAX));
	}
	rest_settled(call);
	http_answer_built(call->x, 200, "text/html; charset=utf-8", &out);
	return OK;
}
