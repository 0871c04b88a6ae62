/* event/check.c - what a source may not send; see codec.h */
#include "event/codec_internal.h"

#include "base/varint.h"

#include <math.h>

static err check_name(str name, const char *what, bool may_be_empty, size_t most, struct why *why)
{
	if (name.len == 0 && !may_be_empty)
		return fail(why, MSG_RECORD_EMPTY_NAME, arg_c(what));
	if (name.len > most)
		return fail(why, MSG_RECORD_NAME_LONG, arg_c(what), arg_int((int64_t)name.len),
			arg_int((int64_t)most));
	if (!str_is_text(name))
		return fail(why, MSG_RECORD_NOT_UTF8, arg_c(what));
	return OK;
}

static err check_instant(const struct instant *t, str what, struct why *why)
{
	bool in_range =
		t->ms >= TIME_MS_LEAST && t->ms <= TIME_MS_MOST && t->sub_ns >= 0 &&
		t->sub_ns <= SUB_NS_MAX &&
		(t->offset_min == INSTANT_NO_OFFSET ||
			(t->offset_min >= -OFFSET_MIN_MAX && t->offset_min <= OFFSET_MIN_MAX));

	return in_range ? OK : fail(why, MSG_RECORD_TIME_RANGE, arg_str(what));
}

static err check_attributes(
	const struct attribute *items, size_t count, int depth, struct why *why);

static err check_value(const struct value *v, str key, int depth, struct why *why)
{
	err e = OK;

	if (depth > RECORD_NESTING_MAX)
		return fail(why, MSG_RECORD_TOO_DEEP, arg_int(RECORD_NESTING_MAX));
	switch (v->kind) {
	case VALUE_STRING:
		return str_is_utf8(v->string) ? OK : fail(why, MSG_RECORD_NOT_UTF8, arg_str(key));
	case VALUE_FLOAT:
		return isfinite(v->number) ? OK : fail(why, MSG_RECORD_NUMBER, arg_str(key));
	case VALUE_TIME:
		return check_instant(&v->time, key, why);
	case VALUE_LIST:
		for (size_t i = 0; e == OK && i < v->list.count; i++)
			e = check_value(&v->list.items[i], key, depth + 1, why);
		return e;
	case VALUE_MAP:
		return check_attributes(v->map.items, v->map.count, depth + 1, why);
	case VALUE_NULL:
	case VALUE_INTEGER:
	case VALUE_BOOLEAN:
	case VALUE_KIND_COUNT_:
		break;
	}
	return OK;
}

static err check_attributes(const struct attribute *items, size_t count, int depth, struct why *why)
{
	err e = OK;

	for (size_t i = 0; e == OK && i < count; i++) {
		e = check_name(items[i].key, "key", depth > 0, RECORD_KEY_BYTES_MAX, why);
		if (e == OK)
			e = check_value(&items[i].value, items[i].key, depth, why);
	}
	return e;
}

bool identifier_type_is_valid(str type)
{
	if (type.len == 0 || type.len > IDENTIFIER_TYPE_BYTES_MAX)
		return false;
	for (size_t i = 0; i < type.len; i++) {
		char c = type.ptr[i];
		bool later = (c >= '0' && c <= '9') || c == '_';
		if (!((c >= 'a' && c <= 'z') || (i > 0 && later)))
			return false;
	}
	return true;
}

bool channel_is_valid(str channel)
{
	if (channel.len == 0 || channel.len > CHANNEL_BYTES_MAX)
		return false;
	for (size_t i = 0; i < channel.len; i++) {
		char c = channel.ptr[i];
		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-'))
			return false;
	}
	return true;
}

static err check_identifiers(const struct record *r, struct why *why)
{
	err e = OK;

	if (r->identifier_count > RECORD_IDENTIFIERS_MAX)
		return fail(why, MSG_RECORD_TOO_MANY_IDENTIFIERS,
			arg_int((int64_t)r->identifier_count), arg_int(RECORD_IDENTIFIERS_MAX));
	for (size_t i = 0; e == OK && i < r->identifier_count; i++) {
		const struct record_identifier *id = &r->identifiers[i];
		if (!identifier_type_is_valid(id->type))
			return fail(why, MSG_IDENTIFIER_FORM, arg_str(id->type));
		e = check_name(
			id->value, "identifiers.value", false, IDENTIFIER_VALUE_BYTES_MAX, why);
		if (e == OK && !str_is_text(id->raw))
			e = fail(why, MSG_RECORD_NOT_UTF8, arg_c("identifiers.raw"));
	}
	return e;
}

static err check_objects(const struct record *r, struct why *why)
{
	err e = OK;

	for (size_t i = 0; e == OK && i < r->object_count; i++) {
		const struct object_ref *o = &r->objects[i];
		e = check_name(o->type, "objects.type", false, RECORD_NAME_BYTES_MAX, why);
		if (e == OK)
			e = check_name(o->id, "objects.id", false, RECORD_NAME_BYTES_MAX, why);
		if (e == OK)
			e = check_name(o->qualifier, "objects.qualifier", true,
				RECORD_NAME_BYTES_MAX, why);
	}
	return e;
}

static bool is_fine(str name, size_t most)
{
	return name.len == 0 || (name.len <= most && str_is_text(name));
}

/* Nearly always: then no words are needed. */
static bool strings_are_fine(const struct record *r)
{
	return is_fine(r->source, RECORD_NAME_BYTES_MAX) &&
	       is_fine(r->message_id, RECORD_MESSAGE_ID_BYTES_MAX) &&
	       is_fine(r->activity, RECORD_NAME_BYTES_MAX) &&
	       is_fine(r->interaction, RECORD_NAME_BYTES_MAX) &&
	       is_fine(r->case_id, RECORD_NAME_BYTES_MAX) &&
	       is_fine(r->actor, RECORD_NAME_BYTES_MAX) &&
	       is_fine(r->text_language, RECORD_NAME_BYTES_MAX) &&
	       (r->text.len == 0 || str_is_utf8(r->text)) &&
	       (r->channel.len == 0 || channel_is_valid(r->channel));
}

static err check_strings(const struct record *r, struct why *why)
{
	if (strings_are_fine(r))
		return OK;
	const struct {
		str text;
		const char *what;
		size_t most;
	} names[] = {
		{ r->source, "source", RECORD_NAME_BYTES_MAX },
		{ r->message_id, "message_id", RECORD_MESSAGE_ID_BYTES_MAX },
		{ r->activity, "activity", RECORD_NAME_BYTES_MAX },
		{ r->interaction, "interaction", RECORD_NAME_BYTES_MAX },
		{ r->case_id, "case", RECORD_NAME_BYTES_MAX },
		{ r->actor, "actor", RECORD_NAME_BYTES_MAX },
		{ r->text_language, "text_language", RECORD_NAME_BYTES_MAX },
	};
	err e = OK;

	for (size_t i = 0; e == OK && i < ARRAY_LEN(names); i++)
		e = check_name(names[i].text, names[i].what, true, names[i].most, why);
	if (e == OK && !str_is_utf8(r->text))
		e = fail(why, MSG_RECORD_NOT_UTF8, arg_c("text"));
	if (e == OK && r->channel.len > 0 && !channel_is_valid(r->channel))
		e = fail(why, MSG_CHANNEL_NAME, arg_str(r->channel));
	return e;
}

static err check_event(const struct record *r, struct why *why)
{
	if (!r->has_time)
		return fail(why, MSG_RECORD_NO_TIME);
	if (r->activity.len == 0)
		return fail(why, MSG_RECORD_NO_ACTIVITY);
	if (r->identifier_count == 0)
		return fail(why, MSG_RECORD_NO_IDENTIFIER);
	if (r->source.len == 0)
		return fail(why, MSG_RECORD_EMPTY_NAME, arg_c("source"));
	if (r->channel.len == 0)
		return fail(why, MSG_RECORD_EMPTY_NAME, arg_c("channel"));
	return OK;
}

/* The canonical bytes of a value, or more. */
static size_t value_bytes_most(const struct value *v);

static size_t attributes_bytes_most(const struct attribute *items, size_t count)
{
	size_t bytes = VARINT_BYTES_MAX;

	for (size_t i = 0; i < count; i++)
		bytes += VARINT_BYTES_MAX + items[i].key.len + value_bytes_most(&items[i].value);
	return bytes;
}

static size_t value_bytes_most(const struct value *v)
{
	size_t bytes = 1 + VARINT_BYTES_MAX;

	switch (v->kind) {
	case VALUE_STRING:
		return bytes + v->string.len;
	case VALUE_TIME:
		return bytes + 1 + 2 * VARINT_BYTES_MAX;
	case VALUE_LIST:
		for (size_t i = 0; i < v->list.count; i++)
			bytes += value_bytes_most(&v->list.items[i]);
		return bytes;
	case VALUE_MAP:
		return 1 + attributes_bytes_most(v->map.items, v->map.count);
	case VALUE_NULL:
	case VALUE_INTEGER:
	case VALUE_FLOAT:
	case VALUE_BOOLEAN:
	case VALUE_KIND_COUNT_:
		break;
	}
	return bytes;
}

size_t record_bytes_most(const struct record *r)
{
	size_t bytes = 3 + 6 * VARINT_BYTES_MAX + RECORD_STRING_COUNT * VARINT_BYTES_MAX;

	bytes += r->source.len + r->message_id.len + r->channel.len + r->activity.len +
		 r->interaction.len + r->case_id.len + r->actor.len + r->text.len +
		 r->text_language.len + r->payload.len;
	for (size_t i = 0; i < r->identifier_count; i++)
		bytes += 3 * VARINT_BYTES_MAX + 1 + r->identifiers[i].type.len +
			 r->identifiers[i].value.len + r->identifiers[i].raw.len;
	for (size_t i = 0; i < r->object_count; i++)
		bytes += 3 * VARINT_BYTES_MAX + r->objects[i].type.len + r->objects[i].id.len +
			 r->objects[i].qualifier.len;
	return bytes + attributes_bytes_most(r->attributes, r->attribute_count) +
	       attributes_bytes_most(r->traits, r->trait_count);
}

/* Only where the quick sum leaves a doubt are the bytes made, to be counted. */
static err check_bytes(const struct record *r, struct why *why)
{
	size_t bytes = record_bytes_most(r);

	if (bytes > RECORD_BYTES_MAX) {
		struct strbuf out = strbuf_heap(bytes);
		record_encode(r, &out);
		ASSERT(strbuf_ok(&out));
		bytes = out.len;
		strbuf_done(&out);
	}
	return bytes <= RECORD_BYTES_MAX
		       ? OK
		       : fail(why, MSG_RECORD_TOO_LARGE, arg_int(RECORD_BYTES_MAX));
}

err record_check(const struct record *r, struct why *why)
{
	err e = check_strings(r, why);

	if (e == OK && r->has_time)
		e = check_instant(&r->time, STR("time"), why);
	if (e == OK)
		e = check_identifiers(r, why);
	if (e == OK)
		e = check_attributes(r->attributes, r->attribute_count, 0, why);
	if (e == OK)
		e = check_objects(r, why);
	if (e == OK)
		e = check_attributes(r->traits, r->trait_count, 0, why);
	if (e == OK && (r->kind == RECORD_EVENT || r->kind == RECORD_CORRECTION))
		e = check_event(r, why);
	if (e == OK)
		e = check_bytes(r, why);
	return e;
}
