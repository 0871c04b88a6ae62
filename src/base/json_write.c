/* base/json_write.c - the JSON writer; see json.h */
#include "base/json.h"

#include "base/json_internal.h"

#include <math.h>
#include <string.h>

struct json_writer json_writer_of(struct strbuf *out, enum json_style style)
{
	return (struct json_writer){ .out = out, .style = style, .first = true };
}

static bool in_object(const struct json_writer *w)
{
	unsigned level = w->depth - 1u;

	return w->depth > 0 && (w->is_object[level / 8] >> (level % 8) & 1) != 0;
}

static void new_line(struct json_writer *w)
{
	if (w->style != JSON_PRETTY)
		return;
	strbuf_add_byte(w->out, '\n');
	for (unsigned i = 0; i < w->depth; i++)
		strbuf_add_c(w->out, "  ");
}

static void next_item(struct json_writer *w)
{
	if (w->depth == 0) {
		ASSERT(w->first); /* one value at the top */
	} else {
		if (!w->first)
			strbuf_add_byte(w->out, ',');
		new_line(w);
	}
	w->first = false;
}

static void before_value(struct json_writer *w)
{
	ASSERT(w->after_key == in_object(w));
	if (!w->after_key)
		next_item(w);
	w->after_key = false;
}

static void open_container(struct json_writer *w, bool is_object)
{
	ASSERT(w->depth < JSON_WRITER_DEPTH_MAX);
	before_value(w);
	unsigned level = w->depth++, bit = 1u << (level % 8);
	uint8_t *bits = &w->is_object[level / 8];
	*bits = (uint8_t)(is_object ? *bits | bit : *bits & ~bit);
	w->first = true;
	strbuf_add_byte(w->out, is_object ? '{' : '[');
}

void json_put_object(struct json_writer *w)
{
	open_container(w, true);
}

void json_put_array(struct json_writer *w)
{
	open_container(w, false);
}

void json_put_end(struct json_writer *w)
{
	ASSERT(w->depth > 0 && !w->after_key);
	char close = in_object(w) ? '}' : ']';
	w->depth--;
	if (!w->first)
		new_line(w);
	strbuf_add_byte(w->out, close);
	w->first = false;
}

void json_put_key(struct json_writer *w, str key)
{
	ASSERT(in_object(w) && !w->after_key);
	next_item(w);
	json_quote(w->out, key);
	strbuf_add(w->out, w->style == JSON_PRETTY ? STR(": ") : STR(":"));
	w->after_key = true;
}

void json_put_string(struct json_writer *w, str text)
{
	before_value(w);
	json_quote(w->out, text);
}

void json_put_int(struct json_writer *w, int64_t number)
{
	before_value(w);
	strbuf_add_int(w->out, number);
}

void json_put_uint(struct json_writer *w, uint64_t number)
{
	before_value(w);
	if (number > INT64_MAX)
		strbuf_add_int(w->out, (int64_t)(number / 10));
	strbuf_add_int(w->out, (int64_t)(number > INT64_MAX ? number % 10 : number));
}

void json_put_float(struct json_writer *w, double number)
{
	char text[JSON_FLOAT_BYTES];

	before_value(w);
	strbuf_add(w->out, (str){ text, json_float_text(number, text) });
}

void json_put_bool(struct json_writer *w, bool value)
{
	before_value(w);
	strbuf_add_c(w->out, value ? "true" : "false");
}

void json_put_null(struct json_writer *w)
{
	before_value(w);
	strbuf_add_c(w->out, "null");
}

void json_put_raw(struct json_writer *w, str json)
{
	before_value(w);
	strbuf_add(w->out, json);
}

void json_put_tree(struct json_writer *w, const struct json *tree)
{
	switch (tree->kind) {
	case JSON_NULL:
		json_put_null(w);
		break;
	case JSON_BOOLEAN:
		json_put_bool(w, tree->boolean);
		break;
	case JSON_INTEGER:
		json_put_int(w, tree->integer);
		break;
	case JSON_FLOAT:
		json_put_float(w, tree->number);
		break;
	case JSON_BIG:
		json_put_raw(w, tree->string);
		break;
	case JSON_STRING:
		json_put_string(w, tree->string);
		break;
	case JSON_ARRAY:
		json_put_array(w);
		for (size_t i = 0; i < tree->array.count; i++)
			json_put_tree(w, &tree->array.items[i]);
		json_put_end(w);
		break;
	case JSON_OBJECT:
		json_put_object(w);
		for (size_t i = 0; i < tree->object.count; i++) {
			json_put_key(w, tree->object.items[i].key);
			json_put_tree(w, &tree->object.items[i].value);
		}
		json_put_end(w);
		break;
	}
}

/* ---- strings */

/* How many bytes at the front may stand in a JSON string as they are. */
static size_t plain_bytes(str text)
{
	size_t i = 0;

	for (; i < text.len; i++) {
		unsigned char c = (unsigned char)text.ptr[i];
		if (c < 0x20 || c == '"' || c == '\\' || c >= 0x7f)
			break;
	}
	return i;
}

/* The length of the UTF-8 character at the front; 0 if there is none. */
static size_t character_bytes(str text)
{
	unsigned char lead = (unsigned char)text.ptr[0];
	size_t len = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;

	return len <= text.len && str_is_utf8(str_upto(text, len)) ? len : 0;
}

static void add_escape(struct strbuf *out, unsigned char c)
{
	static const char letters[] = "\b\f\n\r\t\"\\", names[] = "bfnrt\"\\";
	const char *found = c == 0 ? NULL : strchr(letters, c);
	char text[6] = "\\u00";

	if (found != NULL) {
		strbuf_add(out, (str){ (char[]){ '\\', names[found - letters] }, 2 });
		return;
	}
	text[4] = "0123456789abcdef"[c >> 4];
	text[5] = "0123456789abcdef"[c & 15];
	strbuf_add(out, (str){ text, 6 });
}

/* Adds the one character at the front, escaped if need be; returns the bytes it took. */
static size_t add_character(struct strbuf *out, str text)
{
	unsigned char c = (unsigned char)text.ptr[0];
	size_t len = character_bytes(text);

	if (len == 0) {
		strbuf_add_c(out, "\xef\xbf\xbd");
		return 1;
	}
	if (len == 1)
		add_escape(out, c);
	else if (len == 3 && memcmp(text.ptr, "\xe2\x80\xa8", 3) == 0)
		strbuf_add_c(out, "\\u2028");
	else if (len == 3 && memcmp(text.ptr, "\xe2\x80\xa9", 3) == 0)
		strbuf_add_c(out, "\\u2029");
	else
		strbuf_add(out, str_upto(text, len));
	return len;
}

void json_quote(struct strbuf *out, str text)
{
	strbuf_add_byte(out, '"');
	while (text.len > 0) {
		size_t len = plain_bytes(text);
		if (len > 0)
			strbuf_add(out, str_upto(text, len));
		text = str_from(text, len);
		if (text.len > 0)
			text = str_from(text, add_character(out, text));
	}
	strbuf_add_byte(out, '"');
}

/* ---- floats */

size_t json_float_text(double number, char out[static JSON_FLOAT_BYTES])
{
	ASSERT(isfinite(number));
	size_t len = json_float_shortest(number, out);
	for (size_t i = 0; i < len; i++)
		if (out[i] == '.' || out[i] == 'e')
			return len;
	ASSERT(len > 0 && len + 2 <= JSON_FLOAT_BYTES);
	out[len++] = '.';
	out[len++] = '0';
	return len;
}

/* ---- members */

void json_member_string(struct json_writer *w, const char *key, str text)
{
	json_put_key(w, str_of(key));
	json_put_string(w, text);
}

void json_member_int(struct json_writer *w, const char *key, int64_t number)
{
	json_put_key(w, str_of(key));
	json_put_int(w, number);
}

void json_member_uint(struct json_writer *w, const char *key, uint64_t number)
{
	json_put_key(w, str_of(key));
	json_put_uint(w, number);
}

void json_member_float(struct json_writer *w, const char *key, double number)
{
	json_put_key(w, str_of(key));
	json_put_float(w, number);
}
