/* api/http_head.c - the head of a request: can it be read in one way only, and is there what it
 * asks for?
 *
 * What two servers in a row could read differently lets the second see a request that the first
 * never saw (request smuggling): RFC 9112, 6.3 and 11.2.  libmicrohttpd is lenient with some of it,
 * so everything that says where a body ends is looked at here again.
 */
#include "api/http_internal.h"

#include <strings.h>

struct head {
	size_t hosts, lengths, codings, count;
	str length, coding;
	bool bad_name;
};

static enum MHD_Result see_header(
	void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct head *head = context;

	(void)kind;
	head->count++;
	head->hosts += strcasecmp(name, "Host") == 0;
	if (strcasecmp(name, "Content-Length") == 0) {
		head->lengths++;
		head->length = str_of(value);
	}
	if (strcasecmp(name, "Transfer-Encoding") == 0) {
		head->codings++;
		head->coding = str_of(value);
	}
	str text = str_of(name);
	head->bad_name |= text.len == 0 || !str_is_plain(text) || str_has(text, ' ');
	return MHD_YES;
}

static bool is_number(str text)
{
	if (text.len == 0 || text.len > 18)
		return false;
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] < '0' || text.ptr[i] > '9')
			return false;
	return true;
}

static err refuse(int *status, int with, err e)
{
	*status = with;
	return e;
}

static err check_framing(const struct http_exchange *x, const char *version, size_t *body_bytes,
	bool *has_body, int *status, struct why *why)
{
	struct head head = { 0 };

	(void)MHD_get_connection_values(x->mhd, MHD_HEADER_KIND, see_header, &head);
	*has_body = head.codings > 0; /* whose end may never be found: refused, it is not awaited */
	bool is_1_1 = str_equal(str_of(version), STR("HTTP/1.1"));
	if (!is_1_1 && !str_equal(str_of(version), STR("HTTP/1.0")))
		return refuse(status, 505, fail(why, MSG_HTTP_HEAD, arg_c("version")));
	if (head.count > HTTP_HEADERS_MAX)
		return refuse(status, 431, fail(why, MSG_HTTP_HEADERS, arg_int(HTTP_HEADERS_MAX)));
	if (head.hosts > 1 || (is_1_1 && head.hosts == 0))
		return refuse(status, 400, fail(why, MSG_HTTP_HEAD, arg_c("Host")));
	if (head.bad_name)
		return refuse(status, 400, fail(why, MSG_HTTP_HEAD, arg_c(":")));
	if (head.codings > 1 || (head.codings == 1 && head.lengths > 0))
		return refuse(status, 400, fail(why, MSG_HTTP_HEAD, arg_c("Transfer-Encoding")));
	if (head.codings == 1 && (!is_1_1 || strcasecmp(head.coding.ptr, "chunked") != 0))
		return refuse(status, 501, fail(why, MSG_HTTP_HEAD, arg_c("Transfer-Encoding")));
	if (head.lengths > 1 || (head.lengths == 1 && !is_number(head.length)))
		return refuse(status, 400, fail(why, MSG_HTTP_HEAD, arg_c("Content-Length")));
	int64_t length = 0;
	if (head.lengths == 1 && !str_to_int64(head.length, &length))
		return refuse(status, 400, fail(why, MSG_HTTP_HEAD, arg_c("Content-Length")));
	*has_body = head.codings == 1 || length > 0;
	*body_bytes = (size_t)length;
	return OK;
}

static err find_route(struct http_exchange *x, int *status, struct why *why)
{
	struct http_server *s = x->server;
	err e = target_parse(str_of(x->target_text), http_arena(x), &x->target, why);

	if (e != OK)
		return refuse(status, e == ERR_LIMIT ? 414 : 400, e);
	x->match =
		route_find(s->tables, s->options.table_count, x->method, &x->target, http_arena(x));
	if (x->match.methods == 0)
		return refuse(status, 404, fail(why, MSG_HTTP_NO_PATH));
	return OK;
}

static void add_methods(const struct http_exchange *x, struct strbuf *out)
{
	for (unsigned m = 0; m < HTTP_METHOD_COUNT_; m++) {
		if ((x->match.methods & (1U << m)) == 0)
			continue;
		strbuf_add(out, http_method_name((enum http_method)m));
		strbuf_add(out, m == HTTP_GET ? STR(", HEAD, ") : STR(", "));
	}
	strbuf_add(out, STR("OPTIONS"));
}

static void set_allow(struct http_exchange *x, const char *name)
{
	struct strbuf out = strbuf_in(http_arena(x), 128);

	add_methods(x, &out);
	if (strbuf_ok(&out))
		http_set(x, name, strbuf_str(&out));
}

/* A page may ask first what it may do (CORS): everything that the route takes, from anywhere; it
 * cannot bring cookies. */
void head_answer_options(struct http_exchange *x)
{
	set_allow(x, "Allow");
	if ((x->match.flags & HTTP_OPEN_TO_PAGES) != 0) {
		str wanted = http_header(x, "Access-Control-Request-Headers");
		set_allow(x, "Access-Control-Allow-Methods");
		http_set(x, "Access-Control-Allow-Headers",
			wanted.len > 0 && wanted.len < 512 ? wanted
							   : STR("Content-Type, Authorization"));
		http_set(x, "Access-Control-Max-Age", STR("86400"));
	}
	http_answer_empty(x, 204);
}

err head_check(struct http_exchange *x, const char *method, const char *version, size_t *body_bytes,
	bool *has_body, int *status, struct why *why)
{
	bool is_options = str_equal(str_of(method), STR("OPTIONS"));
	bool is_known = http_method_named(str_of(method), &x->method) || is_options;
	err e = check_framing(x, version, body_bytes, has_body, status, why);

	if (e == OK && !is_known)
		e = refuse(status, 501, fail(why, MSG_HTTP_METHOD, arg_c(method)));
	if (e == OK)
		e = find_route(x, status, why);
	if (e != OK)
		return e;
	if (is_options) {
		x->match.route = NULL;
		return *body_bytes == 0 && !*has_body
			       ? OK
			       : refuse(status, 413, fail(why, MSG_HTTP_BODY_LONG, arg_int(0)));
	}
	if (x->match.route == NULL) {
		set_allow(x, "Allow");
		return refuse(status, 405, fail(why, MSG_HTTP_METHOD, arg_c(method)));
	}
	size_t most = x->match.route->body_bytes_max;
	if (*body_bytes > most || (most == 0 && *has_body))
		return refuse(status, 413, fail(why, MSG_HTTP_BODY_LONG, arg_int((int64_t)most)));
	return OK;
}
