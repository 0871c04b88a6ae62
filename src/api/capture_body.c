/* api/capture_body.c - how keys and bodies are wrapped on their way: Basic, base64, gzip. */
#include "api/capture_internal.h"

#include <strings.h>
#include <zlib.h>

enum { GZIP_WINDOW = 15 + 16 };

str capture_base64(str text, struct arena *arena)
{
	char *to = arena_room(arena, text.len + 1);
	uint32_t bits = 0;
	unsigned count = 0;
	size_t len = 0;

	while (text.len > 0 && text.ptr[text.len - 1] == '=')
		text.len--;
	for (size_t i = 0; to != NULL && i < text.len; i++) {
		char c = text.ptr[i];
		int v = c >= 'A' && c <= 'Z'               ? c - 'A'
			: c >= 'a' && c <= 'z'             ? c - 'a' + 26
			: c >= '0' && c <= '9'             ? c - '0' + 52
			: c == '+' || c == '-' || c == ' ' ? 62 /* a plus, undone as in a form */
			: c == '/' || c == '_'             ? 63
							   : -1;
		if (v < 0)
			return (str){ NULL, 0 };
		bits = bits << 6 | (uint32_t)v;
		count += 6;
		if (count >= 8) {
			count -= 8;
			to[len++] = (char)(bits >> count);
		}
	}
	return to == NULL ? (str){ NULL, 0 } : (str){ to, len };
}

str capture_key_of(struct http_exchange *x)
{
	static const char *const names[] = { "writeKey", "write_key", "api_key" };
	str told = http_header(x, "Authorization"), key = STR(""), password;

	if (told.len > 6 && strncasecmp(told.ptr, "Basic ", 6) == 0) {
		key = capture_base64(str_trim(str_from(told, 6)), http_arena(x));
		(void)str_split(key, ':', &key, &password);
		return key;
	}
	if (told.len > 7 && strncasecmp(told.ptr, "Bearer ", 7) == 0)
		return str_trim(str_from(told, 7));
	for (size_t i = 0; key.len == 0 && i < ARRAY_LEN(names); i++)
		key = http_query(x, names[i]);
	return key;
}

static err bad_gzip(struct why *why)
{
	return fail(why, MSG_CAPTURE_INFLATE);
}

static err too_long(struct why *why, size_t bytes_max)
{
	return fail(why, MSG_HTTP_BODY_LONG, arg_int((int64_t)bytes_max));
}

/* One member, as clients send it, into at most `bytes_max`: a bomb ends there. */
static err gunzip(str body, size_t bytes_max, struct arena *arena, str *out, struct why *why)
{
	z_stream z = { 0 };
	struct strbuf plain = strbuf_in(arena, bytes_max + 1);
	int state = Z_OK;

	if (inflateInit2(&z, GZIP_WINDOW) != Z_OK)
		return fail(why, MSG_NO_ROOM, arg_c("gzip"), arg_int((int64_t)body.len));
	z.next_in = (Bytef *)(uintptr_t)body.ptr;
	z.avail_in = (uInt)body.len;
	while (state == Z_OK) {
		size_t room = MIN_OF(MAX_OF(body.len * 4, (size_t)4096), bytes_max + 1 - plain.len);
		char *to = room == 0 ? NULL : strbuf_room(&plain, room);
		if (to == NULL)
			break;
		z.next_out = (Bytef *)to;
		z.avail_out = (uInt)room;
		state = inflate(&z, Z_NO_FLUSH);
		plain.len += room - z.avail_out;
	}
	bool whole = state == Z_STREAM_END && z.avail_in == 0;
	(void)inflateEnd(&z); /* it has nothing to say after that */
	if (plain.len > bytes_max || (state == Z_OK && plain.failed))
		return too_long(why, bytes_max);
	if (!whole)
		return bad_gzip(why);
	*out = (str){ plain.ptr, plain.len };
	return OK;
}

err capture_inflate(struct http_exchange *x, str body, size_t bytes_max, struct arena *arena,
	str *out, struct why *why)
{
	str coding = http_header(x, "Content-Encoding");
	bool is_gzip = str_starts(body, STR("\x1f\x8b\x08"));
	bool said_gzip = coding.len == 4 && strncasecmp(coding.ptr, "gzip", 4) == 0;

	if (coding.len > 0 && !said_gzip && !str_equal(coding, STR("identity")))
		return fail(why, MSG_CAPTURE_CODING, arg_str(str_cut(coding, 40)));
	if (is_gzip) /* some clients say so in the query, or not at all */
		return gunzip(body, bytes_max, arena, out, why);
	if (said_gzip)
		return bad_gzip(why);
	if (body.len > bytes_max)
		return too_long(why, bytes_max);
	*out = body;
	return OK;
}
