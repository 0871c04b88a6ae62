/* base/table_save.c - tables to a file and back; the format is in table.h */
#include "base/table.h"

#include "base/crc32c.h"
#include "base/shares.h"
#include "base/table_internal.h"
#include "base/varint.h"

#include <stdlib.h>
#include <string.h>

enum {
	FORMAT_VERSION = 1,
	BATCH_PAGES = 64,
	BATCH_PAGES_PAST = 256, /* the system's cache: the disk itself is waited for */
	SHARE_PAGES = 1024
};

static uint64_t pages_of(uint64_t bytes)
{
	return (bytes + PAGE_BYTES - 1) / PAGE_BYTES;
}

/* The items in use of a slot, of a table with `count` of them. */
static size_t items_in(const struct view *view, size_t slot, size_t count)
{
	size_t first = slot << view->shift;

	return first >= count ? 0 : MIN_OF(count - first, view->mask + 1);
}

static size_t chunk_pages_of(const struct view *view)
{
	return (size_t)pages_of((view->mask + 1) * view->item_bytes);
}

static str bytes_in(const struct view *view, size_t slot)
{
	return (str){ view->chunks[slot], items_in(view, slot, view->count) * view->item_bytes };
}

/* ---- saving ---- */

/* Where the file holds the items of this slot already, or NULL.  A chunk born by the time of the
 * view saved last was in that view, at this place; it may have been appended to since. */
static const struct saved *held(const struct saver *saver, const struct view *view, size_t slot)
{
	const struct published *p = (const struct published *)view;
	bool same = p->directory->births[slot] <= saver->number &&
		    items_in(view, slot, view->count) == items_in(view, slot, saver->count);

	return same ? &saver->slots[slot] : NULL;
}

/* Chunks on their way to the file: each has its page, those that it holds already too. */
struct way {
	const struct saver *saver;
	const struct view *view;
	struct file *file;
	bool past; /* the system's cache */
	struct saved *slots;
};

/* Pages from *page on for those that the file does not hold; *page moved on. */
static err give_pages(struct way *way, uint64_t *page, struct why *why)
{
	for (size_t slot = 0; slot < table_slots(way->view, way->view->count); slot++) {
		const struct saved *there = held(way->saver, way->view, slot);
		uint64_t pages = there != NULL ? 0 : pages_of(bytes_in(way->view, slot).len);

		if (*page + pages > UINT32_MAX)
			return fail(why, MSG_TABLE_ROOM, arg_int((int64_t)UINT32_MAX * PAGE_BYTES));
		way->slots[slot] =
			there != NULL ? *there : (struct saved){ .page = (uint32_t)*page };
		*page += pages;
	}
	return OK;
}

/* Chunks that go to pages one after the other. */
struct batch {
	uint64_t page; /* of the first */
	size_t pages, room;
	char *bytes;
};

static err flush(struct way *way, struct batch *batch, struct why *why)
{
	uint64_t at = batch->page * PAGE_BYTES;
	size_t bytes = batch->pages * PAGE_BYTES;

	batch->pages = 0;
	if (bytes == 0)
		return OK;
	return way->past ? file_write_past(way->file, at, batch->bytes, bytes, why)
			 : file_write_at(way->file, at, batch->bytes, bytes, why);
}

static err add_chunk(struct way *way, struct batch *batch, size_t slot, struct why *why)
{
	str bytes = bytes_in(way->view, slot);
	size_t pages = (size_t)pages_of(bytes.len);
	err e = batch->pages + pages > batch->room ? flush(way, batch, why) : OK;

	if (e != OK)
		return e;
	if (batch->pages == 0)
		batch->page = way->slots[slot].page;
	ASSERT(way->slots[slot].page == batch->page + batch->pages);
	char *at = batch->bytes + batch->pages * PAGE_BYTES;
	memcpy(at, bytes.ptr, bytes.len);
	memset(at + bytes.len, 0, pages * PAGE_BYTES - bytes.len);
	batch->pages += pages;
	way->slots[slot].crc = crc32c(0, bytes);
	return OK;
}

static err save_chunks(void *context, size_t from, size_t to, struct why *why)
{
	struct way *way = context;
	size_t chunk_pages = chunk_pages_of(way->view);
	size_t most = way->past ? BATCH_PAGES_PAST : BATCH_PAGES;
	struct batch batch = { .room = MAX_OF(
				       chunk_pages, MIN_OF((to - from) * chunk_pages, most)) };
	err e = OK;

	batch.bytes = memory_for_pages(batch.room * PAGE_BYTES);
	for (size_t slot = from; e == OK && slot < to; slot++)
		if (held(way->saver, way->view, slot) == NULL)
			e = add_chunk(way, &batch, slot, why);
	if (e == OK)
		e = flush(way, &batch, why);
	free(batch.bytes);
	return e;
}

static err add_index(
	const struct view *view, const struct saved *slots, struct strbuf *index, struct why *why)
{
	size_t start = index->len, count = table_slots(view, view->count);
	uint64_t behind = 0, chunk_pages = chunk_pages_of(view);

	strbuf_add_byte(index, FORMAT_VERSION);
	strbuf_add_varint(index, view->item_bytes);
	strbuf_add_varint(index, view->shift);
	strbuf_add_varint(index, view->count);
	for (size_t slot = 0, n; slot < count; slot += n) {
		for (n = 1; slot + n < count; n++)
			if (slots[slot + n].page != slots[slot].page + n * chunk_pages)
				break;
		strbuf_add_varint(index, zigzag((int64_t)slots[slot].page - (int64_t)behind));
		strbuf_add_varint(index, n);
		for (size_t i = slot; i < slot + n; i++)
			strbuf_add_u32(index, slots[i].crc);
		behind = slots[slot].page + n * chunk_pages;
	}
	if (strbuf_ok(index))
		strbuf_add_u32(index, crc32c(0, (str){ index->ptr + start, index->len - start }));
	return strbuf_ok(index) ? OK : fail(why, MSG_TABLE_ROOM, arg_int((int64_t)index->cap_max));
}

/* Takes over `slots`. */
static void remember(struct table *table, const struct view *view, struct file *file,
	struct saved *slots, size_t slot_count)
{
	struct saver *saver = &table->saver;
	size_t bytes = slot_count * sizeof(*slots);

	(void)atomic_fetch_add_explicit(&table->family->heap_bytes,
		bytes - atomic_load_explicit(&saver->heap_bytes, memory_order_relaxed),
		memory_order_relaxed);
	free(saver->slots);
	saver->file = file;
	saver->number = ((const struct published *)view)->number;
	saver->count = view->count;
	saver->slots = slots;
	saver->slot_count = slot_count;
	atomic_store_explicit(&saver->heap_bytes, bytes, memory_order_relaxed);
}

err table_save(
	struct table *table, const struct view *view, struct table_store *store, struct why *why)
{
	size_t count = table_slots(view, view->count), chunk_pages = chunk_pages_of(view);
	uint64_t page = pages_of(store->end);
	struct way way = {
		.saver = &table->saver, .view = view, .file = store->file, .past = store->past
	};

	ASSERT(way.saver->file == NULL ||
		way.saver->file == way.file); /* else: table_forget_saved() */
	ASSERT(((const struct published *)view)->number >= way.saver->number);
	way.slots = memory_alloc(MAX_OF(count, (size_t)1) * sizeof(*way.slots));
	err e = give_pages(&way, &page, why);
	if (e == OK)
		e = shares_try(MAX_OF(store->threads, 1u), count,
			MAX_OF(SHARE_PAGES / chunk_pages, (size_t)1), save_chunks, &way, why);
	if (e == OK)
		e = add_index(view, way.slots, store->index, why);
	if (e != OK) {
		free(way.slots);
		return e;
	}
	store->end = page * PAGE_BYTES;
	remember(table, view, store->file, way.slots, count);
	return OK;
}

uint64_t table_saved_bytes(const struct table *table)
{
	uint64_t chunk_pages = pages_of(table->family->chunk_bytes);

	return table->saver.slot_count * chunk_pages * PAGE_BYTES;
}

void table_forget_saved(struct table *table)
{
	table->saver.file = NULL;
	table->saver.count = 0;
	table->saver.slot_count = 0;
}

/* ---- loading ---- */

/* An entry of the index, read but not believed. */
struct entry {
	uint32_t item_bytes, shift;
	size_t count, slot_count;
	struct saved *slots;
	uint64_t page_min, page_end; /* the pages that hold all chunks */
};

static err bad_index(struct why *why, const struct reader *r)
{
	return fail(why, MSG_TABLE_INDEX, arg_int((int64_t)reader_offset(r)));
}

static err read_head(struct reader *r, size_t item_bytes, struct entry *entry, struct why *why)
{
	uint8_t version = reader_u8(r);

	if (!r->failed && version > FORMAT_VERSION)
		return fail(why, MSG_TABLE_VERSION, arg_int(version), arg_int(FORMAT_VERSION));
	uint64_t bytes = reader_varint(r), shift = reader_varint(r), count = reader_varint(r);
	if (r->failed || version != FORMAT_VERSION || bytes != item_bytes || shift > 16 ||
		bytes << shift > TABLE_CHUNK_BYTES_MAX || count > TABLE_COUNT_MAX)
		return bad_index(why, r);
	entry->item_bytes = (uint32_t)bytes;
	entry->shift = (uint32_t)shift;
	entry->count = (size_t)count;
	entry->slot_count = (size_t)((count + ((uint64_t)1 << shift) - 1) >> shift);
	if (entry->slot_count > reader_left(r) / 4) /* a checksum each */
		return bad_index(why, r);
	return OK;
}

/* One run; returns the chunks in it, 0 if it makes no sense. */
static size_t read_run(struct reader *r, struct entry *entry, size_t slot, uint64_t *behind)
{
	uint64_t chunk_pages = pages_of((uint64_t)entry->item_bytes << entry->shift);
	int64_t step = unzigzag(reader_varint(r));
	uint64_t page = *behind + (uint64_t)step, n = reader_varint(r);

	if (r->failed || page > UINT32_MAX || n == 0 || n > entry->slot_count - slot ||
		page + n * chunk_pages > UINT32_MAX)
		return 0;
	for (size_t i = 0; i < n; i++)
		entry->slots[slot + i] = (struct saved){ .page = (uint32_t)(page + i * chunk_pages),
			.crc = reader_u32(r) };
	*behind = page + n * chunk_pages;
	entry->page_min = MIN_OF(entry->page_min, page);
	entry->page_end = MAX_OF(entry->page_end, *behind);
	return r->failed ? 0 : (size_t)n;
}

static err read_runs(struct reader *r, struct entry *entry, struct why *why)
{
	uint64_t behind = 0;

	for (size_t slot = 0, n; slot < entry->slot_count; slot += n) {
		n = read_run(r, entry, slot, &behind);
		if (n == 0)
			return bad_index(why, r);
	}
	uint32_t crc = crc32c(0, (str){ r->start, reader_offset(r) });
	if (reader_u32(r) != crc || r->failed)
		return bad_index(why, r);
	return OK;
}

static size_t entry_items(const struct entry *entry, size_t slot)
{
	return MIN_OF(entry->count - (slot << entry->shift), (size_t)1 << entry->shift);
}

static err damaged(struct why *why, uint64_t offset)
{
	why_at(why, STR(""), -1, -1, (int64_t)offset);
	return fail(why, MSG_TABLE_DAMAGED, arg_int((int64_t)offset));
}

/* The last chunk's pages may be fewer than a whole chunk's. */
static void trim_end(struct entry *entry)
{
	size_t last = entry->slot_count - 1;
	uint64_t whole = pages_of((uint64_t)entry->item_bytes << entry->shift);

	if (entry->page_end == entry->slots[last].page + whole)
		entry->page_end = entry->slots[last].page +
				  pages_of(entry_items(entry, last) * entry->item_bytes);
}

/* Directories point to chunks of both kinds, so to those without const. */
static char *without_const(const void *mapped)
{
	union {
		const void *from;
		char *to;
	} same = { mapped };

	return same.to;
}

static err map_pages(struct file *file, struct entry *entry, struct family *family, struct why *why)
{
	uint64_t bytes;
	const void *mapped;
	err e = file_size(file, &bytes, why);

	if (e != OK || entry->slot_count == 0)
		return e;
	trim_end(entry);
	if (bytes / PAGE_BYTES < entry->page_end)
		return damaged(why, bytes);
	size_t span = (size_t)(entry->page_end - entry->page_min) * PAGE_BYTES;
	e = file_map(file, entry->page_min * PAGE_BYTES, span, &mapped, why);
	if (e != OK)
		return e;
	family->file = file;
	family->mapped = without_const(mapped);
	family->mapped_bytes = span;
	return OK;
}

static err adopt_chunks(struct table *table, const struct entry *entry, struct why *why)
{
	for (size_t slot = 0; slot < entry->slot_count; slot++) {
		uint64_t offset = (entry->slots[slot].page - entry->page_min) * PAGE_BYTES;
		char *at = table->family->mapped + offset;
		size_t items = entry_items(entry, slot), bytes = items * entry->item_bytes;

		if (crc32c(0, (str){ at, bytes }) != entry->slots[slot].crc)
			return damaged(why, entry->slots[slot].page * (uint64_t)PAGE_BYTES);
		if (items == (size_t)1 << entry->shift)
			(void)table_adopt(table, at, items);
		else
			memcpy(table_adopt(table, NULL, items), at, bytes); /* to append to */
	}
	return OK;
}

static err load_entry(struct file *file, struct reader *r, size_t item_bytes, struct entry *entry,
	struct table **out, struct why *why)
{
	err e = read_head(r, item_bytes, entry, why);

	if (e != OK)
		return e;
	entry->slots = memory_alloc(MAX_OF(entry->slot_count, (size_t)1) * sizeof(*entry->slots));
	e = read_runs(r, entry, why);
	if (e != OK)
		return e;
	struct table *table = table_make(item_bytes, entry->shift);
	e = map_pages(file, entry, table->family, why);
	if (e == OK)
		e = adopt_chunks(table, entry, why);
	if (e != OK) {
		table_free(table);
		return e;
	}
	table->saver = (struct saver){ .file = file, .count = entry->count };
	table->saver.slots = entry->slots;
	table->saver.slot_count = entry->slot_count;
	table->saver.heap_bytes = entry->slot_count * sizeof(*entry->slots);
	table->family->heap_bytes += table->saver.heap_bytes;
	entry->slots = NULL;
	*out = table;
	return OK;
}

err table_load(
	struct file *file, size_t item_bytes, str *index, struct table **out, struct why *why)
{
	struct reader r = reader_of(*index);
	struct entry entry = { .page_min = UINT32_MAX };

	ASSERT(item_bytes > 0 && item_bytes <= TABLE_ITEM_BYTES_MAX);
	err e = load_entry(file, &r, item_bytes, &entry, out, why);
	free(entry.slots);
	if (e == OK)
		*index = str_from(*index, reader_offset(&r));
	return e;
}
