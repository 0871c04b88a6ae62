/* api/web.c - see web.h */
#include "api/web.h"

#include <zlib.h>

#include "api/web_files.h"

enum { WEB_FILE_BYTES_MAX = 16 << 20, WEB_PATH_BYTES_MAX = 256 };

static const char not_built[] =
	"<!doctype html><meta charset=\"utf-8\"><title>Ariane</title>"
	"<h1>Ariane</h1>"
	"<p>Ce programme a été construit sans son application web. Pour l'avoir : "
	"<code>tools/web</code>, puis la construction habituelle.</p>"
	"<p>This program was built without its web application. To have it: "
	"<code>tools/web</code>, then the usual build.</p>";

static const struct {
	const char *end, *type;
} types[] = {
	{ ".html", "text/html; charset=utf-8" },
	{ ".js", "text/javascript; charset=utf-8" },
	{ ".css", "text/css; charset=utf-8" },
	{ ".svg", "image/svg+xml" },
};

static const char *type_of(str path)
{
	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (str_ends(path, str_of(types[i].end)))
			return types[i].type;
	return "application/octet-stream";
}

/* The file of that path: they stand by their names, with ".gz" behind. */
static const struct web_files *find(str path)
{
	for (size_t i = 0; i < web_files_count; i++) {
		str name = str_of(web_files[i].path);
		if (name.len == path.len + 3 && str_starts(name, path))
			return &web_files[i];
	}
	return NULL;
}

/* What is behind "q=0": ".000" is nought too. */
static bool is_nought(str digits)
{
	for (size_t i = 0; i < digits.len; i++)
		if (digits.ptr[i] != '.' && digits.ptr[i] != '0')
			return false;
	return true;
}

/* Of "gzip; q=0.5": is it gzip, and not refused by a weight of nought? */
static bool is_gzip(str coding)
{
	str name = coding, weight = STR("");

	(void)str_split(coding, ';', &name, &weight);
	name = str_trim(name);
	weight = str_trim(weight);
	if (!str_equal(name, STR("gzip")) && !str_equal(name, STR("*")))
		return false;
	return !(str_skip_prefix(&weight, STR("q=0")) && is_nought(weight));
}

/* Does a list of codings, as in "br;q=0.5, gzip", take gzip? */
static bool takes_gzip(str codings)
{
	str coding, rest;

	while (str_split(codings, ',', &coding, &rest)) {
		if (is_gzip(coding))
			return true;
		codings = rest;
	}
	return is_gzip(codings);
}

/* The file as it was: made with known bytes, so that it cannot fail. */
static str expand(struct arena *arena, str packed)
{
	z_stream z = { .next_in = (Bytef *)(uintptr_t)packed.ptr, .avail_in = (uInt)packed.len };
	/* gzip says the length of what it holds in its last four bytes */
	const unsigned char *tail = (const unsigned char *)packed.ptr + packed.len - 4;
	size_t len = (size_t)tail[0] | (size_t)tail[1] << 8 | (size_t)tail[2] << 16 |
		     (size_t)tail[3] << 24;
	char *out = len > WEB_FILE_BYTES_MAX ? NULL : arena_alloc(arena, MAX_OF(len, (size_t)1));

	if (out == NULL || inflateInit2(&z, 15 + 16) != Z_OK)
		return (str){ 0 };
	z.next_out = (Bytef *)out;
	z.avail_out = (uInt)len;
	int result = inflate(&z, Z_FINISH);
	(void)inflateEnd(&z);
	ASSERT(result == Z_STREAM_END);
	return (str){ out, len };
}

static void give(struct http_exchange *x, const struct web_files *file, str path)
{
	str packed = { file->begin, (size_t)(file->end - file->begin) };

	http_set(x, "Vary", STR("Accept-Encoding"));
	if (takes_gzip(http_header(x, "Accept-Encoding")))
		http_set(x, "Content-Encoding", STR("gzip"));
	else
		packed = expand(http_arena(x), packed);
	if (packed.ptr == NULL)
		http_answer_empty(x, 503); /* no room for it now */
	else
		http_answer(x, 200, type_of(path), packed);
}

static void answer_asset(struct http_exchange *x, void *context)
{
	struct strbuf path = strbuf_in(http_arena(x), WEB_PATH_BYTES_MAX);

	(void)context;
	strbuf_add(&path, STR("assets/"));
	strbuf_add(&path, http_path(x, "file"));
	const struct web_files *file = strbuf_ok(&path) ? find(strbuf_str(&path)) : NULL;
	if (file == NULL) {
		http_answer_empty(x, 404);
		return;
	}
	http_set(x, "Cache-Control", STR("public, max-age=31536000, immutable"));
	give(x, file, strbuf_str(&path));
}

static void answer_icon(struct http_exchange *x, void *context)
{
	const struct web_files *file = find(STR("icon.svg"));

	(void)context;
	if (file == NULL) {
		http_answer_empty(x, 404);
		return;
	}
	http_set(x, "Cache-Control", STR("public, max-age=86400"));
	give(x, file, STR("icon.svg"));
}

static void answer_page(struct http_exchange *x, void *context)
{
	const struct web_files *file = find(STR("index.html"));

	(void)context;
	http_set(x, "Cache-Control", STR("no-cache"));
	if (file == NULL)
		http_answer(x, 200, "text/html; charset=utf-8", str_of(not_built));
	else
		give(x, file, STR("index.html"));
}

#define PAGE(path) \
	{ \
		.method = HTTP_GET, .pattern = (path), .handle = answer_page \
	}
const struct http_route web_routes[] = {
	{ .method = HTTP_GET, .pattern = "/assets/{file...}", .handle = answer_asset },
	{ .method = HTTP_GET, .pattern = "/icon.svg", .handle = answer_icon },
	PAGE("/"),
	PAGE("/setup"),
	PAGE("/journeys/{tab}"),
	PAGE("/customers"),
	PAGE("/customers/{customer}"),
	PAGE("/costs"),
	PAGE("/data"),
	PAGE("/data/{tab}"),
	PAGE("/gallery"),
	PAGE("/editor"),
	PAGE("/account"),
};
#undef PAGE
const size_t web_routes_count = ARRAY_LEN(web_routes);
