/* base/index.h - from a key to its code: an extendible hash index that holds codes, not keys.
 *
 * The caller keeps the keys (strings.h does, for one) and brings their 64-bit hashes; the index
 * asks back whether a code's key is the one looked for.  Insert only.  Made of tables (table.h):
 * one thread inserts, readers have views, publishing and saving cost what changed.
 *
 *   directory[low bits of the hash] -> bucket of 512 bytes: up to 84 tags (16 bits of the hash)
 *                                      and codes
 *
 * A full bucket is split in two, one at a time, so nothing ever stalls for long: the longest is
 * the doubling of the directory (8 MB at 25 million codes).  Buckets would all fill up together,
 * and half of the memory be empty afterwards; so hashes are bent first, that some buckets get
 * up to twice as much as others: 9 bytes a code at every size.
 */
#pragma once

#include "base/table.h"

#define INDEX_COUNT_MAX ((size_t)UINT32_MAX - 1) /* codes: 0 to INDEX_COUNT_MAX - 1 */
#define INDEX_NONE UINT32_MAX

struct index;

/* Plain value: two views, to be released with index_view_done(). */
struct index_view {
	struct view *directory, *buckets;
};

/* How the index asks about keys. */
struct index_keys {
	uint64_t (*hash)(const void *context, uint32_t code); /* the same as at its insertion */
	bool (*equal)(const void *context, uint32_t code, str key);
	const void *context; /* valid for the call */
	/* May be NULL.  Asks the processor for what equal() will read of the code, and waits for
	 * nothing: first with step 0, then, when that is there, with step 1. */
	void (*prefetch)(const void *context, uint32_t code, unsigned step);
};

struct index *index_create(void);
void index_free(struct index *index); /* NULL is fine; views stay valid */
size_t index_count(const struct index *index);
size_t index_resident_bytes(const struct index *index);
size_t index_retained_bytes(const struct index *index);

/* The code whose key is `key`, or INDEX_NONE. */
uint32_t index_find(
	const struct index *index, uint64_t hash, str key, const struct index_keys *keys);
/* The same for `count` keys at once, their waits for memory overlapped: several times faster
 * once the index is larger than the processor's caches. */
void index_find_many(const struct index *index, const uint64_t *hashes, const str *keys_sought,
	size_t count, const struct index_keys *keys, uint32_t *codes);
/* Likewise, each in an index of its own; `code` is the answer. */
struct index_question {
	const struct index *index;
	const struct index_keys *keys;
	uint64_t hash;
	str key;
	uint32_t code;
};
void index_find_each(struct index_question *questions, size_t count);
uint32_t index_view_find(
	const struct index_view *view, uint64_t hash, str key, const struct index_keys *keys);

/* Adds a code whose key is not in the index; fewer than INDEX_COUNT_MAX are.  It may ask for the
 * hashes of codes that were inserted before. */
void index_insert(struct index *index, uint64_t hash, uint32_t code, const struct index_keys *keys);

struct index_view index_publish(struct index *index);
struct index_view index_view_ref(struct index_view view);
void index_view_done(struct index_view *view);

/* As table_save() and table_load(): the entries of two tables.  A loaded index is checked to be
 * sound (it cannot make a reader go astray; every code is below `codes`), not to hold the right
 * ones. */
err index_save(struct index *index, const struct index_view *view, struct table_store *store,
	struct why *why);
err index_load(struct file *file, str *entries, size_t codes, struct index **out, struct why *why);
uint64_t index_saved_bytes(const struct index *index);
void index_forget_saved(struct index *index);
