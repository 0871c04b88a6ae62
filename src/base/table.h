/* base/table.h - an array of equal items that one thread grows while others read.
 *
 * Derived state is kept in tables: they can be published to readers for the price of what
 * changed, saved to disk likewise, and mapped back without reading them.
 *
 *   table -> directory -> [chunk][chunk][chunk ...]     chunk: 2^k items, at most 4 KiB
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
#define TABLE_COUNT_MAX ((size_t)1 << 40) /* items; beyond it is a bug */

struct table;

/* An immutable state of a table.  Private: laid open only for the inline functions below. */
struct view {
	char *const *chunks;
	size_t count, mask;
	uint32_t shift, item_bytes;
};

struct table *table_create(size_t item_bytes); /* 1 to 4096, items aligned to 8 or their size */
void table_free(struct table *table); /* NULL is fine; views of it stay valid */

size_t table_count(const struct table *table);
/* On the heap, mapped files apart: for the table and for all living views of it ... */
size_t table_resident_bytes(const struct table *table);
/* ... and the part of it that only views still need: what slow readers cost. */
size_t table_retained_bytes(const struct table *table);

/* A new zeroed item at the end; valid until the next table_publish() or cut. */
void *table_push(struct table *table);
void table_resize(struct table *table, size_t count); /* grows with zeroed items, or cuts */
const void *table_at(const struct table *table, size_t i); /* i < count; until the next change */
/* i < count; valid until the next publish or cut */
void *table_change(struct table *table, size_t i);

/* The present state for readers; one reference, for the caller.  Without changes since the last
 * time the same view again; after appending alone nothing is copied. */
struct view *table_publish(struct table *table);
struct view *view_ref(struct view *view);
void view_unref(struct view *view); /* NULL is fine */

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

/* Saving.  A table store is one file, grown by appending chunks; table_save() appends the chunks
 * of `view` that this file does not hold yet, and adds to `index` what table_load() needs to
 * find all of them (item size, count, each chunk's offset and CRC-32C).  Nothing is synced here:
 * the caller syncs `file`, then makes `index` durable (checkpoint manifest). */
err table_save(struct table *table, const struct view *view, struct file *file, uint64_t *end,
	struct strbuf *index, struct why *why);
/* Maps the chunks listed in `index` (consumed from its front) and checks each checksum.
 * ERR_CORRUPT with file and offset.  `file` must outlive the table and its views. */
err table_load(
	struct file *file, size_t item_bytes, str *index, struct table **out, struct why *why);
