/* tests/support/capture_house.c - see capture_house.h */
#include "support/capture_house.h"

#include "main/render.h"

#include <string.h>

static err find(void *context, str key, char source[static CAPTURE_SOURCE_BYTES], struct why *why)
{
	(void)context;
	if (!str_equal(key, STR("ak_shop")) && !str_equal(key, STR("ak_app")))
		return fail(why, MSG_FILE_DENIED, arg_str(key));
	memcpy(source, key.ptr + 3, key.len - 3);
	source[key.len - 3] = '\0';
	return OK;
}

void capture_house_open(struct capture_house *h, const char *folder, uint64_t rate)
{
	static const struct writer_options usual = { 0 };
	const struct engine_options engine = { .folder = folder };
	const struct http_listener listener = { .address = STR("127.0.0.1:0") };
	struct engine_opening opening;
	struct why why = { 0 };

	*h = (struct capture_house){ 0 };
	ASSERT(engine_open(&engine, &h->engine, &opening, &why) == OK);
	h->writer = writer_create(h->engine, &usual);
	writer_start(h->writer);
	h->sources = sources_create(clock_real(), rate);
	const struct capture_options capture = { .writer = h->writer,
		.secret = engine_secret(h->engine),
		.rules = { .phone_country = STR("33") },
		.find = find,
		.sources = h->sources };
	h->capture = capture_create(&capture);
	struct http_routes tables[CAPTURE_TABLES];
	capture_routes(h->capture, tables);
	const struct http_options http = { .tables = tables,
		.table_count = CAPTURE_TABLES,
		.workers = 2,
		.status_of = err_http_status,
		.problem = render_problem };
	h->server = http_server_create(&http);
	ASSERT(http_server_listen(h->server, &listener, h->url, &why) == OK);
}

void capture_house_close(struct capture_house *h)
{
	struct why why = { 0 };

	http_server_stop(h->server, 10000);
	ASSERT(writer_stop(h->writer, &why) == OK);
	writer_free(h->writer);
	capture_free(h->capture);
	sources_free(h->sources);
	engine_close(h->engine);
}

struct http_reply capture_post(struct capture_house *h, const char *path, const char *headers,
	str body, struct arena *arena)
{
	struct strbuf out = strbuf_heap((size_t)16 << 20);
	bool without_key = headers[0] == '!';

	strbuf_printf(
		&out, "POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: %zu\r\n", path, body.len);
	if (!without_key) /* ak_shop: */
		strbuf_add_c(&out, "Authorization: Basic YWtfc2hvcDo=\r\n");
	strbuf_add_c(&out, headers + without_key);
	strbuf_add_c(&out, "\r\n");
	strbuf_add(&out, body);
	ASSERT(strbuf_ok(&out));
	struct http_reply reply = client_ask(h->url, strbuf_str(&out), arena);
	strbuf_done(&out);
	return reply;
}

struct source_counts capture_house_counts(struct capture_house *h, const char *source)
{
	AUTO_ARENA arena = arena_create((size_t)4 << 20);
	struct source_counts none = { 0 };
	size_t count;
	const struct source_view *views = sources_view(capture_sources(h->capture), arena, &count);

	for (size_t i = 0; i < count; i++)
		if (strcmp(views[i].name, source) == 0)
			return views[i].counts;
	return none;
}
