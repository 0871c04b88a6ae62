/* tests/api_web_test.c - the web application's files over HTTP, as many as were built. */
#include "api/web.h"

#include <string.h>
#include <zlib.h>

#include "api/web_files.h"
#include "main/render.h"
#include "support/http_client.h"
#include "test.h"

enum { ARENA = 64 << 20 };

struct web_house {
	struct http_server *server;
	char url[HTTP_URL_BYTES];
};

static void open_house(struct web_house *h)
{
	const struct http_routes table = { web_routes, web_routes_count, NULL };
	const struct http_options options = { .tables = &table,
		.table_count = 1,
		.workers = 1,
		.status_of = err_http_status,
		.problem = render_problem };
	const struct http_listener listener = { .address = STR("127.0.0.1:0") };
	struct why why = { 0 };

	h->server = http_server_create(&options);
	CHECK("listens", http_server_listen(h->server, &listener, h->url, &why) == OK);
}

static struct http_reply ask(
	const struct web_house *h, struct arena *arena, const char *path, const char *codings)
{
	struct strbuf request = strbuf_in(arena, 1024);

	strbuf_printf(&request, "GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n", path);
	if (codings != NULL)
		strbuf_printf(&request, "Accept-Encoding: %s\r\n", codings);
	strbuf_add(&request, STR("\r\n"));
	return client_ask(h->url, strbuf_str(&request), arena);
}

TEST(web_pages_are_one_document)
{
	static const char *const paths[] = { "/", "/setup", "/journeys/map",
		"/journeys/flow?view=bot", "/customers", "/customers/phone%3A%2B33612345678",
		"/costs", "/data", "/data/sources", "/gallery", "/editor", "/account" };
	struct web_house h;
	struct arena *arena = arena_create(ARENA);

	open_house(&h);
	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		struct http_reply reply = ask(&h, arena, paths[i], NULL);
		CHECK(paths[i], reply.status == 200);
		CHECK(paths[i], str_starts(reply_header(&reply, "Content-Type"), STR("text/html")));
		CHECK(paths[i], str_starts(reply.body, STR("<!doctype html>")));
	}
	http_server_stop(h.server, 1000);
	arena_free(arena);
}

TEST(web_refuses_what_it_has_not)
{
	static const char *const paths[] = { "/nowhere", "/assets/no.js", "/assets/",
		"/assets/../x", "/journeys/map/deeper" };
	struct web_house h;
	struct arena *arena = arena_create(ARENA);

	open_house(&h);
	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		int status = ask(&h, arena, paths[i], "gzip").status;
		CHECK(paths[i], status == 404 || status == 400);
	}
	http_server_stop(h.server, 1000);
	arena_free(arena);
}

/* Do these bytes, unpacked, give that text? */
static bool unpacks_to(str packed, str text, struct arena *arena)
{
	char *out = arena_alloc(arena, text.len + 1);
	z_stream z = { .next_in = (Bytef *)(uintptr_t)packed.ptr,
		.avail_in = (uInt)packed.len,
		.next_out = (Bytef *)out,
		.avail_out = (uInt)text.len + 1 };
	bool whole = inflateInit2(&z, 15 + 16) == Z_OK && inflate(&z, Z_FINISH) == Z_STREAM_END;

	(void)inflateEnd(&z);
	return whole && z.total_out == text.len && memcmp(out, text.ptr, text.len) == 0;
}

TEST(web_files_are_given_packed_or_not)
{
	static const struct {
		const char *codings;
		bool packed;
	} rows[] = { { "gzip", true }, { "br;q=1.0, gzip;q=0.5", true }, { "*", true },
		{ NULL, false }, { "identity", false }, { "gzip;q=0", false },
		{ "gzip ; q=0.000", false }, { "br", false } };
	struct web_house h;

	open_house(&h);
	for (size_t i = 0; i < web_files_count; i++) {
		const struct web_files *file = &web_files[i];
		str held = { file->begin, (size_t)(file->end - file->begin) };
		if (str_equal(str_of(file->path), STR("index.html.gz")))
			continue; /* a page, not a file */
		for (size_t k = 0; k < ARRAY_LEN(rows); k++) {
			struct arena *arena = arena_create(ARENA);
			struct strbuf path = strbuf_in(arena, 256);
			strbuf_printf(&path, "/%.*s", (int)strlen(file->path) - 3, file->path);
			strbuf_add_byte(&path, '\0');
			struct http_reply reply =
				ask(&h, arena, strbuf_str(&path).ptr, rows[k].codings);
			CHECK(file->path, reply.status == 200);
			CHECK(file->path, (reply_header(&reply, "Content-Encoding").len > 0) ==
						  rows[k].packed);
			CHECK(file->path, rows[k].packed ? str_equal(reply.body, held)
							 : unpacks_to(held, reply.body, arena));
			CHECK(file->path, reply_header(&reply, "Cache-Control").len > 0);
			arena_free(arena);
		}
	}
	http_server_stop(h.server, 1000);
}
