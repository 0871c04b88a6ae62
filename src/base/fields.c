/* base/fields.c - see fields.h */
#include "base/fields.h"

#include "base/near.h"

#include <string.h>

/* ---- places */

static bool is_key_at(str text, size_t at, str key)
{
	str rest = str_from(text, at);

	return str_skip_prefix(&rest, STR("\"")) && str_skip_prefix(&rest, key) &&
	       str_skip_prefix(&rest, STR("\"")) && str_starts(str_trim(rest), STR(":"));
}

/* A key written with escapes is not found, and the place stays at the key before. */
static void locate(struct fields *f, str key)
{
	for (size_t at = f->at; at < f->text.len; at++) {
		const char *hit = memchr(f->text.ptr + at, '"', f->text.len - at);
		if (hit == NULL)
			return;
		at = (size_t)(hit - f->text.ptr);
		if (is_key_at(f->text, at, key)) {
			f->at = at + 1;
			return;
		}
	}
}

err fields_placed(struct fields *f, err e)
{
	int64_t line = 1, column = 1;

	if (e == OK)
		return OK;
	for (size_t i = 0; i + 1 < f->at; i++) {
		bool ends = f->text.ptr[i] == '\n';
		bool begins = ((unsigned char)f->text.ptr[i] & 0xc0) != 0x80; /* a character */
		column = ends ? 1 : column + begins;
		line += ends;
	}
	why_at(f->why, (str){ NULL, 0 }, line, column, f->at > 0 ? (int64_t)f->at - 1 : 0);
	return e;
}

err fields_bad(struct fields *f, str key)
{
	return fields_placed(f, fail(f->why, MSG_FIELD_VALUE, arg_str(key)));
}

err fields_room(struct fields *f)
{
	return fail(f->why, MSG_NO_ROOM, arg_c("JSON"), arg_int((int64_t)arena_left(f->arena)));
}

/* ---- objects */

static err unknown(struct fields *f, str key, const struct field *fields, size_t count)
{
	str names[FIELDS_MAX];
	struct strbuf list = strbuf_in(f->arena, 1000);

	for (size_t i = 0; i < count; i++) {
		names[i] = str_of(fields[i].name);
		strbuf_add(&list, i == 0 ? STR("") : STR(", "));
		strbuf_add(&list, names[i]);
	}
	if (!strbuf_ok(&list))
		return fields_room(f);
	str near = near_best(key, names, count);
	return fields_placed(f, near.len > 0
					? fail(f->why, MSG_FIELD_NEAR, arg_str(key), arg_str(near))
					: fail(f->why, MSG_FIELD_UNKNOWN, arg_str(key),
						  arg_str(strbuf_str(&list))));
}

err fields_read(struct fields *f, str key, const struct json *object, const struct field *fields,
	size_t count, void *target)
{
	uint64_t seen = 0;
	err e = OK;

	ASSERT(count <= FIELDS_MAX);
	if (object->kind != JSON_OBJECT)
		return fields_bad(f, key);
	for (size_t i = 0; e == OK && i < object->object.count; i++) {
		const struct json_member *member = &object->object.items[i];
		size_t k = 0;
		locate(f, member->key);
		while (k < count && !str_equal(member->key, str_of(fields[k].name)))
			k++;
		if (k == count)
			return unknown(f, member->key, fields, count);
		if (seen >> k & 1)
			return fields_placed(
				f, fail(f->why, MSG_FIELD_TWICE, arg_str(member->key)));
		seen |= (uint64_t)1 << k;
		e = fields[k].read(f, member->key, &member->value, target);
	}
	return e;
}

/* ---- plain values */

err fields_string(struct fields *f, str key, const struct json *value, void *target)
{
	if (value->kind != JSON_STRING)
		return fields_bad(f, key);
	*(str *)target = value->string;
	return OK;
}

err fields_bool(struct fields *f, str key, const struct json *value, void *target)
{
	if (value->kind != JSON_BOOLEAN)
		return fields_bad(f, key);
	*(bool *)target = value->boolean;
	return OK;
}

err fields_double(struct fields *f, str key, const struct json *value, void *target)
{
	if (value->kind == JSON_INTEGER)
		*(double *)target = (double)value->integer;
	else if (value->kind == JSON_FLOAT)
		*(double *)target = value->number;
	else
		return fields_bad(f, key);
	return OK;
}

err fields_ignore(struct fields *f, str key, const struct json *value, void *target)
{
	(void)target; /* a description, for people */
	return value->kind == JSON_STRING ? OK : fields_bad(f, key);
}

err fields_names(struct fields *f, str key, const struct json *value, void *target)
{
	const struct json *items = value->kind == JSON_ARRAY ? value->array.items : value;
	size_t count = value->kind == JSON_ARRAY ? value->array.count : 1;
	str *names = arena_array(f->arena, count, sizeof(*names));

	if (count > FIELD_NAMES_MAX)
		return fields_bad(f, key);
	if (names == NULL)
		return fields_room(f);
	for (size_t i = 0; i < count; i++) {
		if (items[i].kind != JSON_STRING || items[i].string.len == 0)
			return fields_bad(f, key);
		names[i] = items[i].string;
	}
	*(struct field_names *)target = (struct field_names){ names, count };
	return OK;
}
