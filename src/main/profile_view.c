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

/* Members one after the other: a size says less. */
static void add_members(struct sheet *sheet, const struct value *value)
{
	bool is_map = value->kind == VALUE_MAP;
	size_t count = is_map ? value->map.count : value->list.count;

	for (size_t i = 0; i < count && sheet->cell.len < CELL_BYTES_MAX; i++) {
		strbuf_add_c(&sheet->cell, i > 0 ? ", " : "");
		if (is_map) {
			strbuf_add(&sheet->cell,
				str_cut(value->map.items[i].key, VALUE_VIEW_BYTES_MAX));
			strbuf_add_c(&sheet->cell, ": ");
		}
		value_view_add(is_map ? &value->map.items[i].value : &value->list.items[i],
			sheet->sink->locale, &sheet->cell);
	}
}

static void add_value(struct sheet *sheet, const struct value *value)
{
	if (value->kind == VALUE_STRING) /* a cell needs no quotes */
		strbuf_add(&sheet->cell, str_cut(value->string, CELL_BYTES_MAX));
	else if (value->kind == VALUE_LIST || value->kind == VALUE_MAP)
		add_members(sheet, value);
	else
		value_view_add(value, sheet->sink->locale, &sheet->cell);
	add_cell(sheet);
}

static enum text rule_text(enum trait_rule rule)
{
	static const enum text texts[TRAIT_RULES] = { [TRAIT_MOST_RECENT] =
							      TEXT_PROFILE_MOST_RECENT,
		[TRAIT_EARLIEST] = TEXT_PROFILE_EARLIEST,
		[TRAIT_MOST_TRUSTED] = TEXT_PROFILE_MOST_TRUSTED,
		[TRAIT_MOST_FREQUENT] = TEXT_PROFILE_MOST_FREQUENT,
		[TRAIT_SET] = TEXT_PROFILE_SET };

	return texts[rule];
}

static void add_traits(struct sheet *sheet, const struct profile *profile)
{
	start(sheet, TEXT_PROFILE_TRAITS);
	add_column(sheet, TEXT_PROFILE_TRAIT, GRID_SHRINKS);
	add_column(sheet, TEXT_PROFILE_VALUE, GRID_SHRINKS);
	add_column(sheet, TEXT_PROFILE_SOURCE, GRID_SHRINKS);
	add_column(sheet, TEXT_PROFILE_SINCE, GRID_TEXT);
	add_column(sheet, TEXT_PROFILE_RULE, GRID_TEXT);
	add_column(sheet, TEXT_PROFILE_TOLD, GRID_NUMBER);
	for (size_t i = 0; i < profile->trait_count; i++) {
		const struct profile_trait *trait = &profile->traits[i];
		add_words(sheet, trait->key);
		add_value(sheet, &trait->value);
		add_words(sheet, trait->from.source);
		add_moment(sheet, trait->from.ms);
		add_words(sheet, text_words(rule_text(trait->rule), sheet->sink->locale->language));
		add_number(sheet, trait->count);
	}
	sink_grid(sheet->sink, sheet->arena, sheet->grid);
}

static void add_history(struct sheet *sheet, const struct profile *profile)
{
	start(sheet, TEXT_PROFILE_HISTORY);
	add_column(sheet, TEXT_PROFILE_TRAIT, GRID_SHRINKS);
	add_column(sheet, TEXT_PROFILE_VALUE, GRID_SHRINKS);
	add_column(sheet, TEXT_PROFILE_SOURCE, GRID_SHRINKS);
	add_column(sheet, TEXT_PROFILE_TIME, GRID_TEXT);
	add_column(sheet, TEXT_PROFILE_RECORD, GRID_NUMBER);
	for (size_t i = 0; i < profile->trait_count; i++)
		for (size_t k = 0; k < profile->traits[i].count; k++) {
			const struct trait_telling *told = &profile->traits[i].tellings[k];
			add_words(sheet, profile->traits[i].key);
			add_value(sheet, &told->value);
			add_words(sheet, told->source);
			add_moment(sheet, told->ms);
			add_number(sheet, told->seq);
		}
	sink_grid(sheet->sink, sheet->arena, sheet->grid);
}

/* What no event told is left out. */
static void add_computed(struct sheet *sheet, const struct profile *profile)
{
	start(sheet, TEXT_PROFILE_COMPUTED);
	add_column(sheet, TEXT_PROFILE_TRAIT, GRID_SHRINKS);
	add_column(sheet, TEXT_PROFILE_VALUE, GRID_SHRINKS);
	add_column(sheet, TEXT_PROFILE_EVENTS, GRID_NUMBER);
	for (size_t i = 0; i < profile->computed_count; i++) {
		const struct computed_trait *computed = &profile->computed[i];
		if (computed->events == 0)
			continue;
		add_words(sheet, computed->rule->trait);
		add_value(sheet, &computed->value);
		add_number(sheet, computed->events);
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
	if (profile->with_history && profile->trait_count > 0)
		add_history(&sheet, profile);
	if (profile->events > 0 && profile->computed_count > 0)
		add_computed(&sheet, profile);
	if (profile->channel_count > 0)
		add_channels(&sheet, profile);
	strbuf_done(&sheet.cell);
}
