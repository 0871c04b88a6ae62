/* tests/support/engine_sim_items.c - records as an engine is told them: as such, or as the row of a
 * form (event/form.h), as an import does with files.  Both are the same to the model. */
#include "engine/prepare.h"
#include "support/engine_sim_internal.h"

#include <string.h>

/* What rows here have of their own; their source is what all of them share. */
static const size_t own[] = { offsetof(struct record, message_id), offsetof(struct record, channel),
	offsetof(struct record, activity), offsetof(struct record, text) };
enum { OWN = sizeof(own) / sizeof(own[0]) };

/* False: it has no form. */
static bool make_form(const struct record *record, struct record_form *form)
{
	struct record_identifier types[FORM_IDENTIFIERS_MAX];
	struct record pattern = *record;

	if (record->identifier_count > FORM_IDENTIFIERS_MAX)
		return false;
	for (size_t i = 0; i < record->identifier_count; i++)
		types[i] = (struct record_identifier){ .type = record->identifiers[i].type,
			.verified = record->identifiers[i].verified };
	pattern.identifiers = types;
	for (size_t i = 0; i < OWN; i++)
		memcpy((char *)&pattern + own[i], &STR(""), sizeof(str));
	return record_form_init(form, &pattern, own, OWN);
}

static bool has_raw(const struct record *record)
{
	for (size_t i = 0; i < record->identifier_count; i++)
		if (record->identifiers[i].raw.len > 0)
			return true;
	return false;
}

/* False: it cannot be a row. */
static bool begin_row(struct preparation *p, const struct record *record, struct arena *arena,
	struct prepared *out, struct why *why)
{
	struct record_form *form = arena_alloc(arena, sizeof(*form));
	struct formed formed = { .time = record->time };

	if (has_raw(record) || !make_form(record, form))
		return false;
	for (size_t i = 0; i < OWN; i++)
		memcpy(&formed.texts[i], (const char *)record + own[i], sizeof(str));
	for (size_t i = 0; i < record->identifier_count; i++)
		formed.texts[OWN + i] = record->identifiers[i].value;
	return record_form_takes(form, &formed) &&
	       item_begin_formed(p, form, &formed, arena, out, why) == OK;
}

bool sim_prepare(struct engine_sim *w, const struct model_record *told, struct arena *arena,
	struct engine_item *item)
{
	struct preparation p = { .rules = { .phone_country = STR("33") },
		.default_source = STR("sim"),
		.secret = engine_secret(w->engine) };
	struct record *record = arena_alloc(arena, sizeof(*record));
	struct prepared prepared;
	struct why why = { 0 };

	*record = model_record_of(told, arena);
	if (sim_chance(w, 3) || !begin_row(&p, record, arena, &prepared, &why)) {
		if (item_begin(&p, record, arena, &prepared, &why) != OK) {
			sim_wrong_why(w, "a good record is refused", &why);
			return false;
		}
	}
	items_finish(&p, &prepared, 1);
	w->rows += prepared.row != NULL;
	*item = prepared.item;
	return true;
}
