/* base/json_plain.c - the plain JSON parser: one pass, byte by byte, and it says where.
 *
 * Items of containers that are still open lie on one stack; when a container closes, its
 * items move to the arena as one array.  See json_internal.h for when it is asked.
 */
#include "base/json_internal.h"

#include <stdlib.h>
#include <string.h>

struct json_plain {
	struct json_member
		*items; /* of open containers, the innermost last; keys of arrays empty */
	size_t count, cap;
};

struct parse {
	struct json_plain *stack;
	const struct json_limits *limits;
	struct arena *arena;
	struct why *why;
	const char *start, *at, *end;
	size_t nodes;
};

struct json_plain *json_plain_create(void)
{
	return memory_alloc(sizeof(struct json_plain));
}

void json_plain_free(struct json_plain *plain)
{
	if (plain == NULL)
		return;
	free(plain->items);
	free(plain);
}

static void push(struct json_plain *stack, str key, struct json value)
{
	if (stack->count == stack->cap) {
		stack->cap = MAX_OF((size_t)64, stack->cap * 2);
		stack->items = memory_resize(stack->items, stack->cap * sizeof(*stack->items));
	}
	stack->items[stack->count++] = (struct json_member){ key, value };
}

/* ---- where and why */

static void note_place(const struct parse *p)
{
	int64_t line = 1, column = 1;

	for (const char *c = p->start; c < p->at; c++) {
		if (*c == '\n') {
			line++;
			column = 1;
		} else if (((unsigned char)*c & 0xc0) != 0x80) {
			column++;
		}
	}
	why_at(p->why, STR(""), line, column, p->at - p->start);
}

/* What stands at `at`, for the message: up to `most` bytes, whole characters. */
static str seen(const struct parse *p, size_t most)
{
	str rest = { p->at, (size_t)(p->end - p->at) };
	str cut = str_cut(rest, most);

	return cut.len > 0 ? cut : str_upto(rest, 1);
}

static err refuse(const struct parse *p, enum message id)
{
	note_place(p);
	return fail(p->why, id, arg_str(seen(p, 6)));
}

static err unexpected(const struct parse *p)
{
	return refuse(p, p->at == p->end ? MSG_JSON_ENDS : MSG_JSON_UNEXPECTED);
}

static err no_room(const struct parse *p)
{
	note_place(p);
	return fail(p->why, MSG_NO_ROOM, arg_c("JSON"), arg_int((int64_t)arena_taken(p->arena)));
}

/* ---- strings */

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The four digits after \u at `c`, or -1. */
static int32_t hex4(const char *c, const char *end)
{
	int32_t code = 0;

	if (end - c < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		int digit = hex_digit(c[i]);
		if (digit < 0)
			return -1;
		code = code << 4 | digit;
	}
	return code;
}

static size_t put_utf8(char *to, uint32_t c)
{
	size_t len = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	static const uint8_t lead[] = { 0, 0, 0xc0, 0xe0, 0xf0 };

	for (size_t i = len; i-- > 1; c >>= 6)
		to[i] = (char)(0x80 | (c & 0x3f));
	to[0] = (char)(lead[len] | c);
	return len;
}

/* \u at p->at; writes its character at *to. */
static err get_unicode(struct parse *p, char **to)
{
	int32_t code = hex4(p->at + 2, p->end);
	size_t taken = 6;

	if (code < 0)
		return refuse(p, MSG_JSON_ESCAPE);
	if (code >= 0xdc00 && code <= 0xdfff)
		return refuse(p, MSG_JSON_SURROGATE);
	if (code >= 0xd800 && code <= 0xdbff) {
		bool follows = p->end - p->at >= 12 && p->at[6] == '\\' && p->at[7] == 'u';
		int32_t low = follows ? hex4(p->at + 8, p->end) : -1;
		if (low < 0xdc00 || low > 0xdfff)
			return refuse(p, MSG_JSON_SURROGATE);
		code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
		taken = 12;
	}
	*to += put_utf8(*to, (uint32_t)code);
	p->at += taken;
	return OK;
}

static err get_escape(struct parse *p, char **to)
{
	static const char letters[] = "\"\\/bfnrt", means[] = "\"\\/\b\f\n\r\t";

	if (p->end - p->at < 2) {
		p->at = p->end;
		return unexpected(p);
	}
	if (p->at[1] == 'u')
		return get_unicode(p, to);
	const char *found = p->at[1] == '\0' ? NULL : strchr(letters, p->at[1]);
	if (found == NULL)
		return refuse(p, MSG_JSON_ESCAPE);
	*(*to)++ = means[found - letters];
	p->at += 2;
	return OK;
}

/* The end of the string that starts after the quote at `p->at - 1`; NULL if it has none. */
static const char *closing_quote(const struct parse *p)
{
	const char *c = p->at;

	while (c < p->end && *c != '"')
		c += *c == '\\' && c + 1 < p->end ? 2 : 1;
	return c < p->end ? c : NULL;
}

static err get_string(struct parse *p, str *out)
{
	err e = OK;

	p->at++;
	const char *close = closing_quote(p);
	size_t room = (size_t)((close == NULL ? p->end : close) - p->at);
	char *text = arena_alloc(p->arena, room + 1), *to = text;
	if (text == NULL)
		return no_room(p);
	while (e == OK && p->at < p->end && *p->at != '"') {
		if ((unsigned char)*p->at < 0x20)
			return refuse(p, MSG_JSON_CONTROL);
		if (*p->at == '\\')
			e = get_escape(p, &to);
		else
			*to++ = *p->at++;
	}
	if (e == OK && p->at == p->end)
		e = unexpected(p);
	if (e != OK)
		return e;
	p->at++;
	*out = (str){ text, (size_t)(to - text) };
	return OK;
}

/* ---- numbers and words */

static bool skip_digits(struct parse *p)
{
	const char *first = p->at;

	while (p->at < p->end && *p->at >= '0' && *p->at <= '9')
		p->at++;
	return p->at > first;
}

static bool skip_char(struct parse *p, char c)
{
	bool there = p->at < p->end && *p->at == c;

	p->at += there ? 1 : 0;
	return there;
}

/* Steps over a number; *is_whole without point and exponent.  False if it is none. */
static bool skip_number(struct parse *p, bool *is_whole)
{
	*is_whole = true;
	skip_char(p, '-');
	if (!skip_char(p, '0') && !skip_digits(p))
		return false;
	if (skip_char(p, '.')) {
		*is_whole = false;
		if (!skip_digits(p))
			return false;
	}
	if (skip_char(p, 'e') || skip_char(p, 'E')) {
		*is_whole = false;
		if (!skip_char(p, '+'))
			skip_char(p, '-');
		if (!skip_digits(p))
			return false;
	}
	return p->at == p->end || !(*p->at >= '0' && *p->at <= '9');
}

static err get_number(struct parse *p, struct json *out)
{
	const char *first = p->at;
	bool is_whole;
	double number;
	int64_t integer;

	if (!skip_number(p, &is_whole)) {
		p->at = first;
		return refuse(p, MSG_JSON_NUMBER);
	}
	str text = { first, (size_t)(p->at - first) };
	if (is_whole && str_to_int64(text, &integer)) {
		*out = (struct json){ .kind = JSON_INTEGER, .integer = integer };
	} else if (!is_whole && json_float_of(text.ptr, text.len, &number)) {
		*out = (struct json){ .kind = JSON_FLOAT, .number = number };
	} else {
		*out = (struct json){ .kind = JSON_BIG, .string = arena_str(p->arena, text) };
		if (out->string.ptr == NULL)
			return no_room(p);
	}
	return OK;
}

static err get_word(struct parse *p, struct json *out)
{
	static const struct {
		str word;
		struct json value;
	} words[] = {
		{ STR_INIT("true"), { .kind = JSON_BOOLEAN, { .boolean = true } } },
		{ STR_INIT("false"), { .kind = JSON_BOOLEAN, { .boolean = false } } },
		{ STR_INIT("null"), { .kind = JSON_NULL, { .boolean = false } } },
	};

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		str rest = { p->at, (size_t)(p->end - p->at) };
		if (str_starts(rest, words[i].word)) {
			p->at += words[i].word.len;
			*out = words[i].value;
			return OK;
		}
	}
	return unexpected(p);
}

/* ---- containers */

static void skip_space(struct parse *p)
{
	while (p->at < p->end &&
		(*p->at == ' ' || *p->at == '\n' || *p->at == '\r' || *p->at == '\t'))
		p->at++;
}

static err get_value(struct parse *p, size_t depth, struct json *out);

/* Key, colon and value, or just a value. */
static err get_item(struct parse *p, bool is_object, size_t depth)
{
	struct json value;
	str key = { NULL, 0 };
	err e;

	skip_space(p);
	if (is_object) {
		if (p->at == p->end || *p->at != '"')
			return unexpected(p);
		e = get_string(p, &key);
		if (e != OK)
			return e;
		skip_space(p);
		if (!skip_char(p, ':'))
			return unexpected(p);
		skip_space(p);
	}
	e = get_value(p, depth, &value);
	if (e == OK)
		push(p->stack, key, value);
	return e;
}

/* Moves the items above `base` from the stack to the arena. */
static err close_container(struct parse *p, bool is_object, size_t base, struct json *out)
{
	size_t count = p->stack->count - base;

	*out = (struct json){ .kind = is_object ? JSON_OBJECT : JSON_ARRAY };
	if (count == 0)
		return OK;
	const struct json_member *from = p->stack->items + base;
	if (is_object) {
		struct json_member *to = arena_array(p->arena, count, sizeof(*to));
		if (to == NULL)
			return no_room(p);
		memcpy(to, from, count * sizeof(*to));
		out->object = (struct json_members){ to, count };
	} else {
		struct json *to = arena_array(p->arena, count, sizeof(*to));
		if (to == NULL)
			return no_room(p);
		for (size_t i = 0; i < count; i++)
			to[i] = from[i].value;
		out->array = (struct json_items){ to, count };
	}
	p->stack->count = base;
	return OK;
}

static err get_container(struct parse *p, size_t depth, struct json *out)
{
	bool is_object = *p->at == '{';
	char close = is_object ? '}' : ']';
	size_t base = p->stack->count;
	err e = OK;

	if (depth >= p->limits->depth) {
		note_place(p);
		return fail(p->why, MSG_JSON_DEPTH, arg_int((int64_t)p->limits->depth));
	}
	p->at++;
	skip_space(p);
	if (skip_char(p, close))
		return close_container(p, is_object, base, out);
	do {
		e = get_item(p, is_object, depth + 1);
		skip_space(p);
	} while (e == OK && skip_char(p, ','));
	if (e == OK && !skip_char(p, close))
		e = unexpected(p);
	return e == OK ? close_container(p, is_object, base, out) : e;
}

static err get_value(struct parse *p, size_t depth, struct json *out)
{
	if (p->at == p->end)
		return unexpected(p);
	if (++p->nodes > p->limits->nodes) {
		note_place(p);
		return fail(p->why, MSG_JSON_NODES, arg_int((int64_t)p->limits->nodes));
	}
	if (*p->at == '{' || *p->at == '[')
		return get_container(p, depth, out);
	if (*p->at == '"') {
		*out = (struct json){ .kind = JSON_STRING };
		return get_string(p, &out->string);
	}
	if (*p->at == '-' || (*p->at >= '0' && *p->at <= '9'))
		return get_number(p, out);
	return get_word(p, out);
}

/* The first byte that breaks UTF-8, or `end`. */
static const char *utf8_until(const char *at, const char *end)
{
	size_t len = 1;

	if (str_is_utf8((str){ at, (size_t)(end - at) }))
		return end;
	for (; at < end; at += len) {
		size_t left = MIN_OF((size_t)(end - at), (size_t)4);
		for (len = 1; len <= left && !str_is_utf8((str){ at, len });)
			len++;
		if (len > left)
			break;
	}
	return at;
}

err json_plain_parse(struct json_plain *plain, str text, const struct json_limits *limits,
	struct arena *arena, struct json *out, struct why *why)
{
	const char *start = text.len > 0 ? text.ptr : "";
	struct parse p = { plain, limits, arena, why, start, start, start + text.len, 0 };
	struct json value;

	plain->count = 0;
	p.at = utf8_until(p.start, p.end);
	if (p.at < p.end)
		return refuse(&p, MSG_JSON_NOT_UTF8);
	p.at = p.start;
	skip_space(&p);
	err e = get_value(&p, 0, &value);
	if (e != OK)
		return e;
	skip_space(&p);
	if (p.at < p.end)
		return refuse(&p, MSG_JSON_TRAILING);
	*out = value;
	return OK;
}
