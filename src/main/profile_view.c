/* main/profile_view.c - see profile_view.h */
#include "main/profile_view.h"

#include "main/value_view.h"

enum { CELL_BYTES_MAX = 2000 };

/* A grid being filled, and the buffer its cells are written in. */
struct sheet {
	struct sink *sink;
	struct arena *arena;
	struct grid *grid; /* NULL: no memory, nothing is written */
	struct strbuf cell;
};

static void start(struct sheet *sheet, enum text title)
{
	sink_line(sheet->sink, STR(""));
	sink_line(sheet->sink, text_words(title, sheet->sink->locale->language));
	sheet->grid = grid_create(sheet->arena);
}

static void add_column(struct sheet *sheet, enum text title, enum grid_column kind)
{
	if (sheet->grid != NULL)
		grid_add_column(
			sheet->grid, text_words(title, sheet->sink->locale->language), kind);
}

static void add_cell(struct sheet *sheet)
{
	if (sheet->grid != NULL)
		grid_add_cell(sheet->grid, (str){ sheet->cell.ptr, sheet->cell.len });
	strbuf_clear(&sheet->cell);
}

static void add_words(struct sheet *sheet, str words)
{
	strbuf_add(&sheet->cell, str_cut(words, CELL_BYTES_MAX));
	add_cell(sheet);
}

static void add_number(struct sheet *sheet, uint64_t number)
{
	locale_number(sheet->sink->locale->language, (int64_t)number, &sheet->cell);
	add_cell(sheet);
}

static void add_moment(struct sheet *sheet, int64_t utc_ms)
{
	locale_moment(sheet->sink->locale, utc_ms, &sheet->cell);
	add_cell(sheet);
}

static void add_identifiers(struct sheet *sheet, const struct profile *profile)
{
	enum language language = sheet->sink->locale->language;

	start(sheet, TEXT_PROFILE_IDENTIFIERS);
	add_column(sheet, TEXT_PROFILE_IDENTIFIER, GRID_SHRINKS);
	add_column(sheet, TEXT_PROFILE_VERIFIED, GRID_TEXT);
	add_column(sheet, TEXT_PROFILE_EVENTS, GRID_NUMBER);
	add_column(sheet, TEXT_PROFILE_FIRST, GRID_TEXT);
	add_column(sheet, TEXT_PROFILE_LAST, GRID_TEXT);
	for (size_t i = 0; i < profile->identifier_count; i++) {
		const struct profile_identifier *id = &profile->identifiers[i];
		strbuf_add(&sheet->cell, id->type);
		strbuf_add_byte(&sheet->cell, ':');
		strbuf_add(&sheet->cell, id->value);
		add_cell(sheet);
		add_words(
			sheet, text_words(id->verified ? TEXT_VALUE_YES : TEXT_VALUE_NO, language));
		add_number(sheet, id->events);
		add_moment(sheet, id->first_ms);
		add_moment(sheet, id->last_ms);
	}
	sink_grid(sheet->sink, sheet->arena, sheet->grid);
}

static void add_traits(struct sheet *sheet, const struct profile *profile)
{
	start(sheet, TEXT_PROFILE_TRAITS);
	add_column(sheet, TEXT_PROFILE_TRAIT, GRID_SHRINKS);
	add_column(sheet, TEXT_PROFILE_VALUE, GRID_SHRINKS);
	add_column(sheet, TEXT_PROFILE_SOURCE, GRID_SHRINKS);
	add_column(sheet, TEXT_PROFILE_SINCE, GRID_TEXT);
	for (size_t i = 0; i < profile->trait_count; i++) {
		const struct profile_trait *trait = &profile->traits[i];
		add_words(sheet, trait->key);
		if (trait->value.kind == VALUE_STRING) /* a cell needs no quotes */
			strbuf_add(&sheet->cell, str_cut(trait->value.string, CELL_BYTES_MAX));
		else
			value_view_add(&trait->value, sheet->sink->locale, &sheet->cell);
		add_cell(sheet);
		add_words(sheet, trait->source);
		add_moment(sheet, trait->since_ms);
	}
	sink_grid(sheet->sink, sheet->arena, sheet->grid);
}

static void add_channels(struct sheet *sheet, const struct profile *profile)
{
	start(sheet, TEXT_PROFILE_CHANNELS);
	add_column(sheet, TEXT_PROFILE_CHANNEL, GRID_TEXT);
	add_column(sheet, TEXT_PROFILE_EVENTS, GRID_NUMBER);
	add_column(sheet, TEXT_PROFILE_FIRST, GRID_TEXT);
	add_column(sheet, TEXT_PROFILE_LAST, GRID_TEXT);
	for (size_t i = 0; i < profile->channel_count; i++) {
		add_words(sheet, profile->channels[i].name);
		add_number(sheet, profile->channels[i].events);
		add_moment(sheet, profile->channels[i].first_ms);
		add_moment(sheet, profile->channels[i].last_ms);
	}
	sink_grid(sheet->sink, sheet->arena, sheet->grid);
}

static void add_contacts(struct sheet *sheet, const struct profile *profile)
{
	struct strbuf first = strbuf_heap(CELL_BYTES_MAX), last = strbuf_heap(CELL_BYTES_MAX);

	sink_say(sheet->sink, TEXT_PROGRESS_EVENTS, arg_int((int64_t)profile->events));
	if (profile->events > 0) {
		locale_moment(sheet->sink->locale, profile->first_ms, &first);
		locale_moment(sheet->sink->locale, profile->last_ms, &last);
		sink_say(sheet->sink, TEXT_PROFILE_CONTACTS, arg_str(strbuf_str(&first)),
			arg_str(strbuf_str(&last)));
	}
	strbuf_done(&first);
	strbuf_done(&last);
}

void profile_view(const struct profile *profile, struct arena *arena, struct sink *sink)
{
	struct sheet sheet = {
		.sink = sink, .arena = arena, .cell = strbuf_heap((size_t)3 * CELL_BYTES_MAX)
	};

	add_contacts(&sheet, profile);
	if (profile->identifier_count > 0)
		add_identifiers(&sheet, profile);
	if (profile->trait_count > 0)
		add_traits(&sheet, profile);
	if (profile->channel_count > 0)
		add_channels(&sheet, profile);
	strbuf_done(&sheet.cell);
}
