/* event/copy.c - see copy.h */
#include "event/copy.h"

#include <string.h>

static bool copy_str(str *text, struct arena *arena)
{
	if (text->len == 0) {
		*text = STR("");
		return true;
	}
	*text = arena_str(arena, *text);
	return text->ptr != NULL;
}

static bool copy_value(struct value *value, struct arena *arena);

static bool copy_attributes(const struct attribute **items, size_t count, struct arena *arena)
{
	struct attribute *copy = arena_array(arena, count, sizeof(*copy));

	if (copy == NULL)
		return false;
	for (size_t i = 0; i < count; i++) {
		copy[i] = (*items)[i];
		if (!copy_str(&copy[i].key, arena) || !copy_value(&copy[i].value, arena))
			return false;
	}
	*items = copy;
	return true;
}

static bool copy_list(struct value *value, struct arena *arena)
{
	struct value *copy = arena_array(arena, value->list.count, sizeof(*copy));

	if (copy == NULL)
		return false;
	for (size_t i = 0; i < value->list.count; i++) {
		copy[i] = value->list.items[i];
		if (!copy_value(&copy[i], arena))
			return false;
	}
	value->list.items = copy;
	return true;
}

static bool copy_value(struct value *value, struct arena *arena)
{
	switch (value->kind) {
	case VALUE_STRING:
		return copy_str(&value->string, arena);
	case VALUE_LIST:
		return copy_list(value, arena);
	case VALUE_MAP:
		return copy_attributes(&value->map.items, value->map.count, arena);
	case VALUE_NULL:
	case VALUE_INTEGER:
	case VALUE_FLOAT:
	case VALUE_BOOLEAN:
	case VALUE_TIME:
	case VALUE_KIND_COUNT_:
		break;
	}
	return true;
}

static bool copy_identifiers(struct record *record, struct arena *arena)
{
	struct record_identifier *copy =
		arena_array(arena, record->identifier_count, sizeof(*copy));

	if (copy == NULL)
		return false;
	for (size_t i = 0; i < record->identifier_count; i++) {
		copy[i] = record->identifiers[i];
		if (!copy_str(&copy[i].type, arena) || !copy_str(&copy[i].value, arena) ||
			!copy_str(&copy[i].raw, arena))
			return false;
	}
	record->identifiers = copy;
	return true;
}

static bool copy_objects(struct record *record, struct arena *arena)
{
	struct object_ref *copy = arena_array(arena, record->object_count, sizeof(*copy));

	if (copy == NULL)
		return false;
	for (size_t i = 0; i < record->object_count; i++) {
		copy[i] = record->objects[i];
		if (!copy_str(&copy[i].type, arena) || !copy_str(&copy[i].id, arena) ||
			!copy_str(&copy[i].qualifier, arena))
			return false;
	}
	record->objects = copy;
	return true;
}

bool record_copy(const struct record *record, struct arena *arena, struct record *out)
{
	*out = *record;
	str *const strings[] = { &out->source, &out->message_id, &out->channel, &out->activity,
		&out->interaction, &out->case_id, &out->actor, &out->text, &out->text_language,
		&out->payload };

	for (size_t i = 0; i < ARRAY_LEN(strings); i++)
		if (!copy_str(strings[i], arena))
			return false;
	return copy_identifiers(out, arena) &&
	       copy_attributes(&out->attributes, out->attribute_count, arena) &&
	       copy_objects(out, arena) && copy_attributes(&out->traits, out->trait_count, arena);
}
