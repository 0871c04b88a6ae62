/* journey/metrics_reasons.c - where each channel tells why a customer came: a part of the document
 * of metrics_definition.h that figures do not read.  It is checked here, like all of the document,
 * and read by who asks journeys about reasons (the page of costs), from the document as it stands.
 */
#include "journey/definition_internal.h"
#include "journey/metrics_definition_internal.h"

struct telling {
	str channel, attribute, reason;
	struct journey_selectors events;
	bool has_values, is_human, solves, beside;
};

#define INTO(name, reader) \
	static err read_##name(struct fields *f, str key, const struct json *value, void *target) \
	{ \
		return reader(f, key, value, &((struct telling *)target)->name); \
	}
INTO(channel, fields_string)
INTO(attribute, fields_string)
INTO(reason, fields_string)
INTO(events, definition_selectors)
INTO(is_human, fields_bool)
INTO(solves, fields_bool)
INTO(beside, fields_bool)
#undef INTO

/* Reasons, each with the channel's own word for it. */
static err read_values(struct fields *f, str key, const struct json *value, void *target)
{
	if (value->kind != JSON_OBJECT || value->object.count == 0)
		return fields_bad(f, key);
	for (size_t i = 0; i < value->object.count; i++)
		if (value->object.items[i].value.kind != JSON_STRING ||
			value->object.items[i].value.string.len == 0)
			return fields_bad(f, key);
	((struct telling *)target)->has_values = true;
	return OK;
}

static err read_one(struct fields *f, str key, const struct json *value)
{
	static const struct field keys[] = { { "channel", read_channel }, { "events", read_events },
		{ "attribute", read_attribute }, { "values", read_values },
		{ "reason", read_reason }, { "human", read_is_human }, { "solves", read_solves },
		{ "beside", read_beside } };
	struct telling t = { .channel = STR("") };
	err e = fields_read(f, key, value, keys, ARRAY_LEN(keys), &t);
	bool tells_twice = t.attribute.len > 0 && t.reason.len > 0;
	bool lacks_attribute = t.attribute.len == 0 && (t.has_values || t.solves || t.beside);

	if (e == OK &&
		(t.channel.len == 0 || t.events.count == 0 || tells_twice || lacks_attribute))
		return fields_bad(f, key);
	return e;
}

err metrics_reasons(struct fields *f, str key, const struct json *value, void *target)
{
	size_t count = value->kind == JSON_ARRAY ? value->array.count : 0;
	err e = OK;

	(void)target;
	if (count == 0 || count > METRICS_REASONS_MAX)
		return fields_bad(f, key);
	for (size_t i = 0; e == OK && i < count; i++)
		e = read_one(f, key, &value->array.items[i]);
	return e;
}
