/* main/render.c - see render.h */
#include "main/render.h"

#include "base/json.h"
#include "main/display.h"
#include "main/text.h"

/* A message is short; its four arguments share WHY_TEXT_BYTES_MAX, four bytes each escaped. */
enum { RENDERED_BYTES_MAX = 8192 };

static const struct {
	int http;
	enum text title;
} kinds[ERR_COUNT_] = {
	[OK] = { 200, TEXT_OK },
	[ERR_SYNTAX] = { 400, TEXT_ERR_SYNTAX },
	[ERR_LIMIT] = { 413, TEXT_ERR_LIMIT },
	[ERR_NOT_FOUND] = { 404, TEXT_ERR_NOT_FOUND },
	[ERR_IO] = { 500, TEXT_ERR_IO },
	[ERR_DUPLICATE] = { 409, TEXT_ERR_DUPLICATE },
	[ERR_CONFLICT] = { 409, TEXT_ERR_CONFLICT },
	[ERR_BUSY] = { 503, TEXT_ERR_BUSY },
	[ERR_FULL] = { 507, TEXT_ERR_FULL },
	[ERR_READ_ONLY] = { 503, TEXT_ERR_READ_ONLY },
	[ERR_CORRUPT] = { 500, TEXT_ERR_CORRUPT },
	[ERR_VERSION] = { 500, TEXT_ERR_VERSION },
	[ERR_DENIED] = { 403, TEXT_ERR_DENIED },
	[ERR_TIMEOUT] = { 504, TEXT_ERR_TIMEOUT },
	[ERR_CANCELLED] = { 499, TEXT_ERR_CANCELLED }, /* as nginx: the asker went away */
};

int err_http_status(err e)
{
	return kinds[e].http;
}

int err_exit_code(err e, const struct why *why)
{
	if (e == OK)
		return 0;
	return why->is_usage || str_starts(message_kebab(why->message), STR("usage-")) ? 2 : 1;
}

static void add_place(const struct why *why, struct strbuf *out)
{
	if (why->file[0] == '\0' && !why->has_line)
		return;
	display_add_safe(out, str_of(why->file)); /* others may have named it */
	if (why->has_line)
		strbuf_printf(out, ":%lld", (long long)why->line);
	if (why->has_line && why->has_column)
		strbuf_printf(out, ":%lld", (long long)why->column);
	strbuf_add_c(out, ": ");
}

void render_words(const struct why *why, enum language language, struct strbuf *out)
{
	strbuf_add_c(out, "ariane: ");
	add_place(why, out);
	why_words(why, language, out);
	strbuf_add_byte(out, '\n');
	size_t before = out->len;
	strbuf_add_c(out, "  ");
	why_hint(why, language, out);
	if (out->len == before + 2)
		out->len = before; /* there is none */
	else
		strbuf_add_byte(out, '\n');
}

static void put_number(struct json_writer *w, const char *key, int64_t number, bool known)
{
	if (!known)
		return;
	json_put_key(w, str_of(key));
	json_put_int(w, number);
}

static void put_place(struct json_writer *w, const struct why *why)
{
	json_put_key(w, STR("where"));
	json_put_object(w);
	if (why->file[0] != '\0')
		json_member_string(w, "file", str_of(why->file));
	put_number(w, "line", why->line, why->has_line);
	put_number(w, "column", why->column, why->has_column);
	put_number(w, "offset", why->offset, why->has_offset);
	json_put_end(w);
}

void render_problem(const struct why *why, int status, enum language language, struct strbuf *out)
{
	struct strbuf text = strbuf_heap(RENDERED_BYTES_MAX);
	struct json_writer w = json_writer_of(out, JSON_COMPACT);
	err e = message_code(why->message);

	json_put_object(&w);
	strbuf_add_c(&text, "/problems/");
	strbuf_add(&text, message_kebab(why->message));
	json_member_string(&w, "type", strbuf_str(&text));
	json_member_string(&w, "title", text_words(kinds[e].title, language));
	put_number(&w, "status", status, true);
	strbuf_clear(&text);
	why_words(why, language, &text);
	json_member_string(&w, "detail", strbuf_str(&text));
	json_member_string(&w, "code", message_kebab(why->message));
	strbuf_clear(&text);
	why_hint(why, language, &text);
	json_member_string(&w, "hint", strbuf_str(&text));
	put_place(&w, why);
	json_put_end(&w);
	strbuf_add_byte(out, '\n');
	strbuf_done(&text);
}

void render_json(const struct why *why, enum language language, struct strbuf *out)
{
	render_problem(why, err_http_status(message_code(why->message)), language, out);
}
