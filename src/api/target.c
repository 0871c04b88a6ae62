/* api/target.c - see target.h */
#include "api/target.h"

static err no_target(struct why *why, str text)
{
	return fail(why, MSG_HTTP_TARGET, arg_str(str_cut(text, 120)));
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Undoes %HH, and '+' where it means a space.  Text without either is returned as it is. */
static err decode(str text, bool plus, struct arena *arena, str *out, struct why *why)
{
	if (!str_has(text, '%') && !(plus && str_has(text, '+'))) {
		*out = text;
		return str_is_utf8(text) && !str_has(text, '\0') ? OK : no_target(why, text);
	}
	char *to = arena_room(arena, text.len);
	size_t len = 0;
	if (to == NULL)
		return fail(why, MSG_NO_ROOM, arg_c("URL"), arg_int(TARGET_BYTES_MAX));
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];
		if (c == '%') {
			int high = i + 2 < text.len ? hex_value(text.ptr[i + 1]) : -1;
			int low = i + 2 < text.len ? hex_value(text.ptr[i + 2]) : -1;
			if (high < 0 || low < 0)
				return no_target(why, text);
			c = (char)(high << 4 | low);
			i += 2;
		} else if (plus && c == '+') {
			c = ' ';
		}
		to[len++] = c;
	}
	*out = (str){ to, len };
	return str_is_utf8(*out) && !str_has(*out, '\0') ? OK : no_target(why, text);
}

err target_decode(str text, struct arena *arena, str *out, struct why *why)
{
	return decode(text, false, arena, out, why);
}

/* The text up to the next `at`, which is taken off; *more: there was one. */
static str take(str *text, char at, bool *more)
{
	str before, after;

	*more = str_split(*text, at, &before, &after);
	if (!*more) {
		before = *text;
		after = STR("");
	}
	*text = after;
	return before;
}

static err parse_path(str path, struct arena *arena, struct target *out, struct why *why)
{
	str *parts = arena_array(arena, TARGET_PARTS_MAX, sizeof(*parts));
	str rest = path;
	bool more = true;
	size_t n = 0;

	if (parts == NULL)
		return fail(why, MSG_NO_ROOM, arg_c("URL"), arg_int(TARGET_BYTES_MAX));
	if (!str_skip_prefix(&rest, STR("/")))
		return no_target(why, path);
	while (more) {
		str raw = take(&rest, '/', &more);
		if (n == TARGET_PARTS_MAX || (raw.len == 0 && more))
			return no_target(why, path);
		err e = decode(raw, false, arena, &parts[n], why);
		if (e != OK)
			return e;
		if (str_equal(parts[n], STR(".")) || str_equal(parts[n], STR("..")))
			return no_target(why, path);
		n++;
	}
	out->parts = parts;
	out->part_count = n;
	return OK;
}

static size_t count_of(str text, char c)
{
	size_t n = 0;

	for (size_t i = 0; i < text.len; i++)
		n += text.ptr[i] == c;
	return n;
}

err target_parse_query(str text, struct arena *arena, const struct target_pair **out, size_t *count,
	struct why *why)
{
	size_t most = text.len == 0 ? 0 : count_of(text, '&') + 1, n = 0;
	struct target_pair *pairs = arena_array(arena, most, sizeof(*pairs));
	str rest = text;
	bool more = most > 0;

	if (most > TARGET_QUERY_MAX)
		return fail(why, MSG_HTTP_QUERY_LONG, arg_int(TARGET_QUERY_MAX));
	if (pairs == NULL)
		return fail(why, MSG_NO_ROOM, arg_c("URL"), arg_int(TARGET_BYTES_MAX));
	while (more) {
		str pair = take(&rest, '&', &more), name = pair, value = STR("");
		if (pair.len == 0)
			continue;
		(void)str_split(pair, '=', &name, &value); /* "flag" alone has no value */
		err e = decode(name, true, arena, &pairs[n].name, why);
		if (e == OK)
			e = decode(value, true, arena, &pairs[n].value, why);
		if (e != OK)
			return e;
		n++;
	}
	*out = pairs;
	*count = n;
	return OK;
}

err target_parse(str text, struct arena *arena, struct target *out, struct why *why)
{
	struct target target = { 0 };
	str path = text, query = STR("");

	if (text.len > TARGET_BYTES_MAX)
		return fail(why, MSG_HTTP_TARGET_LONG, arg_int(TARGET_BYTES_MAX));
	(void)str_split(text, '?', &path, &query);
	err e = parse_path(path, arena, &target, why);
	if (e == OK)
		e = target_parse_query(query, arena, &target.query, &target.query_count, why);
	if (e == OK)
		*out = target;
	return e;
}

bool target_query(const struct target *target, str name, str *value)
{
	for (size_t i = 0; i < target->query_count; i++)
		if (str_equal(target->query[i].name, name)) {
			*value = target->query[i].value;
			return true;
		}
	return false;
}
