/* base/table.h - an array of equal items that one thread grows while others read.
 *
 * Derived state is kept in tables: they can be published to readers for the price of what
 * changed, saved to disk likewise, and mapped back without reading them.
 *
 *   table -> directory -> [chunk][chunk][chunk ...]     chunk: 2^k items, in 4 KiB
 *   view  -> directory at the time of publication, item count
 *
 * What a view can see is never changed where it lies: table_change() copies a chunk first (once
 * per publication).  Appending needs no copy: a view does not look past its count.  A directory
 * is copied when a shared one must point elsewhere, else shared.  A replaced chunk is freed with
 * the last view that can see it, not sooner and not later.
 *
 * Threads: one writer, for all table_ functions but table_save(); views may be read, referenced
 * and released by any thread.  Handing a view to another thread is the caller's affair (a mutex,
 * or an atomic store with release).
 */
#pragma once

#include "base/file.h"

#define TABLE_ITEM_BYTES_MAX ((size_t)4096)
#define TABLE_CHUNK_BYTES ((size_t)4096) /* unless told otherwise ... */
#define TABLE_CHUNK_BYTES_MAX ((size_t)65536)
#define TABLE_COUNT_MAX ((size_t)1 << 40) /* items; beyond it is a bug */

struct table;

/* An immutable state of a table.  Private: laid open only for the inline functions below. */
struct view {
	char *const *chunks;
	size_t count, mask;
	uint32_t shift, item_bytes;
};

/* The part of a table that the inline functions below look at.  Private likewise. */
struct table_front {
	struct view now; /* as the writer sees it, but for `split` */
	/* The shared last chunk was appended to and then changed below what is shown.  The items
	 * that push gave out must stay where they are until the next publication: those from
	 * split_from on, split_count at most, remain in the old chunk until then. */
	size_t split_from, split_count;
	char *split_items;
};
static inline struct table_front *table_front(const struct table *table)
{
	return (struct table_front *)(uintptr_t)table;
}
static inline char *table_item(const struct table_front *front, size_t i)
{
	size_t offset = (i & front->now.mask) * front->now.item_bytes;

	if (i - front->split_from < front->split_count)
		return front->split_items + offset;
	return front->now.chunks[i >> front->now.shift] + offset;
}

struct table *table_create(size_t item_bytes); /* 1 to 4096, items aligned to 8 or their size */
/* The same with chunks of up to `chunk_bytes`, a power of 2 from 4096 to 65536: larger ones are for
 * tables that are appended to and read in long runs, but hardly changed in between. */
struct table *table_create_sized(size_t item_bytes, size_t chunk_bytes);
/* Its chunks, those to come, lie on small pages (chunks.h).  Before it is published. */
void table_on_small_pages(struct table *table);
void table_free(struct table *table); /* NULL is fine; views of it stay valid */

static inline size_t table_count(const struct table *table)
{
	return table_front(table)->now.count;
}
size_t table_chunk_items(const struct table *table); /* 2^k: these lie side by side */
/* On the heap, mapped files apart: for the table and for all living views of it ... */
size_t table_resident_bytes(const struct table *table);
/* ... and the part of it that only views still need: what slow readers cost. */
size_t table_retained_bytes(const struct table *table);

void table_add_chunk(struct table *table); /* table_push()'s */
/* A new zeroed item at the end; valid until the next table_publish() or cut. */
static inline void *table_push(struct table *table)
{
	struct table_front *front = table_front(table);

	if ((front->now.count & front->now.mask) == 0)
		table_add_chunk(table);
	return table_item(front, front->now.count++);
}
/* `count` such items side by side, the first of them at *first; at most a chunk's worth.  Zeroed
 * items are left out before it where the chunk ends too soon. */
void *table_push_run(struct table *table, size_t count, size_t *first);
void table_append(struct table *table, const void *items, size_t count); /* copies of these */
void table_resize(struct table *table, size_t count); /* grows with zeroed items, or cuts */
/* i < count; until the next change.  One item: the next may lie elsewhere, but for those of one
 * table_push_run(). */
static inline const void *table_at(const struct table *table, size_t i)
{
	ASSERT(i < table_front(table)->now.count);
	return table_item(table_front(table), i);
}
/* i < count; valid until the next publish or cut */
void *table_change(struct table *table, size_t i);
/* The same of the run of items from i that lie side by side: *run > 0 of them. */
void *table_change_run(struct table *table, size_t i, size_t *run);

/* The present state for readers; one reference, for the caller.  Without changes since the last
 * time the same view again; after appending alone nothing is copied. */
struct view *table_publish(struct table *table);
struct view *view_ref(struct view *view);
void view_unref(struct view *view); /* NULL is fine */

/* A table that begins as what `view` shows, and goes its own way from there: chunks stay where they
 * are until they are changed, and `view` lives as long as the new table and its views.  For any
 * thread, while the first table's writer goes on. */
struct table *table_of_view(struct view *view);
/* Copies what it still shares with that view, and lets the view go: before the new table is
 * published. */
void table_own(struct table *table);

static inline size_t view_count(const struct view *view)
{
	return view->count;
}
static inline const void *view_at(const struct view *view, size_t i) /* i < count */
{
	return view->chunks[i >> view->shift] + (i & view->mask) * view->item_bytes;
}
/* The run of items from `i` that lie side by side: *count > 0 if i < view_count(). */
static inline const void *view_run(const struct view *view, size_t i, size_t *count)
{
	if (i >= view->count) {
		*count = 0;
		return NULL;
	}
	*count = MIN_OF(view->mask + 1 - (i & view->mask), view->count - i);
	return view_at(view, i);
}

/* Saving.  A table store is one file, grown by appending chunks, shared by any number of tables. */
struct table_store {
	struct file *file;
	uint64_t end; /* what is saved stands below it: moved on */
	struct strbuf *index; /* how it is found again: added to */
	unsigned threads; /* that save one long table, 1 to SHARES_THREADS_MAX (shares.h); 0: 1 */
	bool past; /* the system's cache: file_write_past() */
};

/* table_save() appends the chunks of `view` that the file does not hold yet, and adds to the index
 * the entry by which table_load() finds all of them.  It may run on another
 * thread while the writer goes on; one call at a time for a table, views in the order of their
 * publication.  Nothing is synced here: the caller syncs the file, then makes the index durable
 * (checkpoint manifest).  On an error the end is untouched, the index is not to be used, and what
 * former calls stored stays valid.  ERR_LIMIT: the index is full, or the file over 16 TiB.
 *
 * Old versions of chunks stay behind as garbage.  When the end is far above the sum of
 * table_saved_bytes(), or when a sync failed: open a new file, call table_forget_saved() for
 * each table, save all into the new file; the old one may then be removed, but must stay open
 * while tables loaded from it or views of them live. */
err table_save(
	struct table *table, const struct view *view, struct table_store *store, struct why *why);
uint64_t table_saved_bytes(const struct table *table); /* thread of table_save(), as the next */
void table_forget_saved(struct table *table);

/* Maps the chunks listed in the entry at the front of `index` (consumed) and checks each
 * checksum: ERR_CORRUPT with the offset in `file`, whose name the caller notes in `why` before
 * (why_at); ERR_VERSION.  `file` must outlive the table and its views; its bytes below the
 * saved end may not change.  Mapped chunks are copied when first changed. */
err table_load(
	struct file *file, size_t item_bytes, str *index, struct table **out, struct why *why);

/* A chunk in the file: its items in use, side by side as in memory, at a multiple of 4096.
 * An entry of the index (varint: LEB128, see varint.h; u32: little-endian):
 *
 *   u8      1, the version of this format
 *   varint  bytes of an item
 *   varint  k: a chunk has 2^k items
 *   varint  items
 *   runs of chunks that lie side by side, until all ceil(items / 2^k) are named:
 *     varint  zigzag of (page of the first - page behind the run before, at first 0)
 *     varint  chunks in this run, at least 1
 *     u32     CRC-32C of the items of each
 *   u32     CRC-32C of the entry up to here
 */
