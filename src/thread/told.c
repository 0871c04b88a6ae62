/* thread/told.c - see told.h */
#include "thread/told.h"

#include "base/random.h"
#include "base/table.h"
#include "base/varint.h"
#include "event/codec.h"

#include <stdatomic.h>
#include <stdlib.h>

enum { SAVE_VERSION = 1 };

struct telling {
	uint32_t row;
	uint32_t text; /* STRINGS_NONE: too long, or too many */
};

struct told {
	struct strings *texts;
	struct table *tellings; /* in order of rows */
	uint64_t bytes; /* of the texts */
	struct strbuf text; /* of the row that is added */
	struct told_view *current; /* NULL: changed since */
};

struct told_view {
	atomic_uint references;
	struct strings_view *texts;
	struct view *tellings;
};

static struct told *empty(void)
{
	struct told *told = memory_alloc(sizeof(*told));

	told->text = strbuf_heap(STRINGS_TEXT_BYTES_MAX);
	return told;
}

struct told *told_create(void)
{
	struct told *told = empty();
	uint64_t seed; /* texts come from outside: nobody shall choose those that collide */

	secret_bytes(&seed, sizeof(seed));
	told->texts = strings_create(seed);
	told->tellings = table_create(sizeof(struct telling));
	return told;
}

void told_free(struct told *told)
{
	if (told == NULL)
		return;
	told_view_unref(told->current);
	strings_free(told->texts);
	table_free(told->tellings);
	strbuf_done(&told->text);
	free(told);
}

size_t told_resident_bytes(const struct told *told)
{
	return sizeof(*told) + strings_resident_bytes(told->texts) +
	       table_resident_bytes(told->tellings);
}

/* A full `out` fails it. */
static void write_text(const struct record *record, struct strbuf *out)
{
	const struct record said = { .kind = RECORD_ENTITY,
		.has_time = !record->has_time,
		.time = { .ms = record->has_time ? 0 : record->received_ms },
		.source = record->source,
		.traits = record->traits,
		.trait_count = record->trait_count };

	record_encode(&said, out);
}

static uint32_t text_of(struct told *told, const struct record *record)
{
	strbuf_clear(&told->text);
	write_text(record, &told->text);
	if (!strbuf_ok(&told->text))
		return STRINGS_NONE;
	str text = strbuf_str(&told->text);
	size_t known = strings_count(told->texts);
	bool has_room = told->bytes + text.len <= TOLD_TEXTS_BYTES_MAX &&
			strings_has_room(told->texts, 1, text.len);
	uint32_t code =
		has_room ? strings_intern(told->texts, text) : strings_find(told->texts, text);
	told->bytes += strings_count(told->texts) > known ? text.len : 0;
	return code;
}

bool told_add(struct told *told, uint32_t row, const struct record *record)
{
	if (record->trait_count == 0)
		return false;
	told_view_unref(told->current);
	told->current = NULL;
	uint32_t text = text_of(told, record);
	*(struct telling *)table_push(told->tellings) = (struct telling){ row, text };
	return true;
}

/* ---- readers */

struct told_view *told_publish(struct told *told)
{
	struct told_view *view = told->current;

	if (view != NULL)
		return told_view_ref(view);
	view = memory_alloc(sizeof(*view));
	atomic_init(&view->references, 1);
	view->texts = strings_publish(told->texts);
	view->tellings = table_publish(told->tellings);
	told->current = view;
	return told_view_ref(view);
}

struct told_view *told_view_ref(struct told_view *view)
{
	atomic_fetch_add_explicit(&view->references, 1, memory_order_relaxed);
	return view;
}

void told_view_unref(struct told_view *view)
{
	if (view == NULL ||
		atomic_fetch_sub_explicit(&view->references, 1, memory_order_acq_rel) > 1)
		return;
	strings_view_unref(view->texts);
	view_unref(view->tellings);
	free(view);
}

size_t told_rows(const struct told_view *view)
{
	return view_count(view->tellings);
}

/* Or NULL. */
static const struct telling *telling_of(const struct told_view *view, uint32_t row)
{
	size_t low = 0, high = view_count(view->tellings);

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct telling *t = view_at(view->tellings, middle);
		if (t->row < row)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == view_count(view->tellings))
		return NULL;
	const struct telling *t = view_at(view->tellings, low);
	return t->row == row ? t : NULL;
}

enum told_where told_of(const struct told_view *view, uint32_t row, str *bytes)
{
	const struct telling *t = telling_of(view, row);

	if (t == NULL)
		return TOLD_NOTHING;
	if (t->text == STRINGS_NONE)
		return TOLD_IN_JOURNAL;
	*bytes = strings_view_get(view->texts, t->text);
	return TOLD_HERE;
}

size_t told_texts(const struct told_view *view)
{
	return strings_view_count(view->texts);
}

str told_text(const struct told_view *view, uint32_t code)
{
	return strings_view_get(view->texts, code);
}

uint32_t told_at(const struct told_view *view, size_t i, uint32_t *row)
{
	const struct telling *t = view_at(view->tellings, i);

	*row = t->row;
	return t->text;
}

bool told_is(const struct told_view *view, uint32_t row, const struct record *record)
{
	str bytes = STR("");
	enum told_where where = told_of(view, row, &bytes);

	if (where == TOLD_NOTHING || record->trait_count == 0)
		return where == TOLD_NOTHING && record->trait_count == 0;
	if (where == TOLD_IN_JOURNAL)
		return true;
	struct strbuf text = strbuf_heap(STRINGS_TEXT_BYTES_MAX);
	write_text(record, &text);
	bool same = strbuf_ok(&text) && str_equal(strbuf_str(&text), bytes);
	strbuf_done(&text);
	return same;
}

/* ---- the checkpoint */

void told_save(struct told *told, struct saving *saving)
{
	saving_add_u32(saving, SAVE_VERSION);
	saving_add_u64(saving, told->bytes);
	saving_add_strings(saving, told->texts);
	saving_add_table(saving, told->tellings);
}

static bool is_sound(const struct told *told)
{
	size_t texts = strings_count(told->texts);

	for (size_t i = 0; i < table_count(told->tellings); i++) {
		const struct telling *t = table_at(told->tellings, i);
		if (t->text != STRINGS_NONE && t->text >= texts)
			return false;
	}
	return true;
}

err told_load(struct file *file, str *index, struct told **out, struct why *why)
{
	struct reader in = reader_of(*index);
	struct told *told = empty();
	uint32_t version = reader_u32(&in);
	err e = OK;

	told->bytes = reader_u64(&in);
	if (in.failed)
		e = fail(why, MSG_STATE_DAMAGED);
	else if (version != SAVE_VERSION)
		e = fail(why, MSG_STATE_VERSION);
	else
		*index = str_from(*index, reader_offset(&in));
	if (e == OK)
		e = strings_load(file, index, &told->texts, why);
	if (e == OK)
		e = table_load(file, sizeof(struct telling), index, &told->tellings, why);
	if (e == OK && !is_sound(told))
		e = fail(why, MSG_STATE_DAMAGED);
	if (e != OK) {
		told_free(told);
		return e;
	}
	*out = told;
	return OK;
}
