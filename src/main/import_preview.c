/* main/import_preview.c - see import_preview.h */
#include "main/import_preview.h"

#include "exchange/native.h"
#include "main/grid.h"

enum { RAW_SHOWN_BYTES_MAX = 500, ITEM_BYTES_MAX = 1 << 20 };

void import_preview_init(
	struct import_preview *preview, const struct sink *sink, struct arena *arena)
{
	enum language language = sink->locale->language;

	*preview = (struct import_preview){ .locale = sink->locale,
		.records = strbuf_heap(PREVIEW_BYTES_MAX),
		.rejects = strbuf_heap(PREVIEW_BYTES_MAX) };
	if (sink->json || arena == NULL)
		return;
	preview->grid = grid_create(arena);
	ASSERT(preview->grid != NULL); /* the request's arena is fresh */
	grid_add_column(preview->grid, text_words(TEXT_EVENTS_TIME, language), GRID_TEXT);
	grid_add_column(preview->grid, text_words(TEXT_EVENTS_CHANNEL, language), GRID_TEXT);
	grid_add_column(preview->grid, text_words(TEXT_EVENTS_ACTIVITY, language), GRID_SHRINKS);
	grid_add_column(preview->grid, text_words(TEXT_EVENTS_CUSTOMER, language), GRID_SHRINKS);
}

/* What is too long to be shown is left out, and was counted. */
static void add_item(struct strbuf *to, const struct strbuf *item)
{
	if (!strbuf_ok(item) || to->len + item->len + 1 > PREVIEW_BYTES_MAX)
		return;
	if (to->len > 0)
		strbuf_add_byte(to, ',');
	strbuf_add(to, (str){ item->ptr, item->len });
}

static void show_row(struct import_preview *p, const struct record *record)
{
	struct strbuf cell = strbuf_heap(ITEM_BYTES_MAX);

	if (record->has_time)
		locale_moment(p->locale, record->time.ms, &cell);
	grid_add_cell(p->grid, strbuf_str(&cell));
	grid_add_cell(p->grid, record->channel);
	grid_add_cell(p->grid, record->activity);
	strbuf_clear(&cell);
	for (size_t i = 0; i < record->identifier_count; i++) {
		strbuf_add_c(&cell, i > 0 ? " " : "");
		strbuf_add(&cell, record->identifiers[i].type);
		strbuf_add_byte(&cell, ':');
		strbuf_add(&cell, record->identifiers[i].value);
	}
	grid_add_cell(p->grid, strbuf_str(&cell));
	strbuf_done(&cell);
}

static void show_record(struct import_preview *p, const struct record *record)
{
	if (p->record_count++ >= PREVIEW_SHOWN_MAX)
		return;
	if (p->grid != NULL) {
		show_row(p, record);
		return;
	}
	struct strbuf item = strbuf_heap(ITEM_BYTES_MAX);
	struct json_writer w = json_writer_of(&item, JSON_COMPACT);
	native_write(&w, record);
	add_item(&p->records, &item);
	strbuf_done(&item);
}

void import_preview_refused(struct import_preview *p, const struct why *reason, str raw)
{
	struct strbuf item = strbuf_heap(ITEM_BYTES_MAX), words = strbuf_heap(ITEM_BYTES_MAX);
	struct json_writer w = json_writer_of(&item, JSON_COMPACT);

	if (p->reject_count++ < PREVIEW_SHOWN_MAX) {
		why_words(reason, p->locale->language, &words);
		json_put_object(&w);
		json_member_int(&w, "line", reason->has_line ? reason->line : 0);
		json_member_int(&w, "column", reason->has_column ? reason->column : 0);
		json_member_string(&w, "code", message_kebab(reason->message));
		json_member_string(&w, "reason", strbuf_str(&words));
		json_member_string(&w, "row", str_cut(raw, RAW_SHOWN_BYTES_MAX));
		json_put_end(&w);
		add_item(&p->rejects, &item);
	}
	strbuf_done(&words);
	strbuf_done(&item);
}

bool import_preview_look(
	struct import_preview *p, const struct record *record, const struct why *reason, str raw)
{
	if (record != NULL)
		show_record(p, record);
	else
		import_preview_refused(p, reason, raw);
	return ++p->seen < PREVIEW_ROWS_MAX;
}

static void put_items(struct json_writer *w, str key, const struct strbuf *items)
{
	struct strbuf array = strbuf_heap(PREVIEW_BYTES_MAX + 16);

	strbuf_add_byte(&array, '[');
	strbuf_add(&array, (str){ items->ptr, items->len });
	strbuf_add_byte(&array, ']');
	ASSERT(strbuf_ok(&array)); /* its parts have room in it */
	json_put_key(w, key);
	json_put_raw(w, strbuf_str(&array));
	strbuf_done(&array);
}

void import_preview_put_rejects(const struct import_preview *p, str name, struct json_writer *w)
{
	put_items(w, name, &p->rejects);
}

void import_preview_put(const struct import_preview *p, str mapping, struct json_writer *w)
{
	json_put_key(w, STR("preview"));
	json_put_object(w);
	json_member_string(w, "mapping", mapping);
	json_put_key(w, STR("whole"));
	json_put_bool(w, p->seen < PREVIEW_ROWS_MAX);
	put_items(w, STR("records"), &p->records);
	put_items(w, STR("rejects"), &p->rejects);
	json_put_end(w);
}

void import_preview_done(struct import_preview *p)
{
	strbuf_done(&p->records);
	strbuf_done(&p->rejects);
}
