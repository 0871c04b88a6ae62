/* main/import_records.c - see import_records.h */
#include "main/import_records.h"

enum { FLAG_BYTES_MAX = 1 << 16 };

static err no_room(struct arena *arena, struct why *why)
{
	return fail(why, MSG_NO_ROOM, arg_c("fields"), arg_int((int64_t)arena_taken(arena)));
}

static err set_id(str told, struct mapping *mapping, struct arena *arena, struct why *why)
{
	struct strbuf typed = strbuf_in(arena, FLAG_BYTES_MAX);
	str type, column = told;

	if (str_split(told, '=', &type, &column))
		strbuf_add(&typed, told);
	else {
		strbuf_add(&typed, STR("record="));
		strbuf_add(&typed, told);
	}
	if (!strbuf_ok(&typed))
		return no_room(arena, why);
	mapping->kind = RECORD_ENTITY;
	mapping->message_id = (struct mapping_term){ .origin = ORIGIN_COLUMN, .text = column };
	return mapping_flag(mapping, STR("customer"), strbuf_str(&typed), arena, why);
}

static err set_fields(const struct request *request, struct mapping *mapping, struct why *why)
{
	size_t told = request_times(request, "field"), before = mapping->traits.count;
	struct mapping_attribute *items =
		arena_array(request_arena(request), before + told, sizeof(*items));

	if (items == NULL)
		return no_room(request_arena(request), why);
	for (size_t i = 0; i < before; i++)
		items[i] = mapping->traits.items[i];
	for (size_t i = 0; i < told; i++) {
		str text = request_nth(request, "field", i), name, column;
		if (!str_split(text, '=', &name, &column) || name.len == 0 || column.len == 0)
			return fail(why, MSG_MATCH_FIELD, arg_str(text));
		items[before + i] = (struct mapping_attribute){
			.column = column, .key = name, .type = TYPE_STRING
		};
	}
	mapping->traits = (struct mapping_attributes){ items, before + told };
	return OK;
}

err import_records_flags(const struct request *request, struct mapping *mapping, struct why *why)
{
	bool records = request_has(request, "records"), id = request_has(request, "id");
	size_t fields = request_times(request, "field");

	if (!records && !id && fields == 0)
		return OK;
	if (!records || !id || fields == 0)
		return fail(why, MSG_MATCH_ID);
	err e = set_id(request_text(request, "id"), mapping, request_arena(request), why);
	return e == OK ? set_fields(request, mapping, why) : e;
}
