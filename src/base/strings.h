/* base/strings.h - a dictionary: text <-> code, each text once; for channels, activities, sources,
 * attribute keys, identifiers.
 *
 * Codes are 0, 1, 2 ... in the order of arrival and stay; so do the bytes of a text, in the
 * store and in its views.  Made of tables (table.h): one thread writes, readers have views,
 * publishing and saving cost what changed.  Beside its bytes a text costs 4 (where it is), 1 to 3
 * (its length), 1.5 (alignment) and 9 (index.h; not where it is only appended).
 */
#pragma once

#include "base/index.h"

#define STRINGS_TEXT_BYTES_MAX ((size_t)65532) /* of one text */
#define STRINGS_BYTES_MAX ((uint64_t)1 << 34) /* of all together: 16 GiB */
#define STRINGS_COUNT_MAX INDEX_COUNT_MAX
#define STRINGS_NONE UINT32_MAX /* no code */

struct strings;
struct strings_view; /* an immutable state */

/* `seed` of the hash: random where outsiders choose the texts (secret_bytes()), any in tests. */
struct strings *strings_create(uint64_t seed);
void strings_free(struct strings *strings); /* NULL is fine; views stay valid */

size_t strings_count(const struct strings *strings);
size_t strings_resident_bytes(const struct strings *strings); /* as in table.h */
size_t strings_retained_bytes(const struct strings *strings);

/* The code of `text`, a new one if it is new.  STRINGS_NONE past a limit above: ask
 * strings_has_room() first where that must not happen. */
uint32_t strings_intern(struct strings *strings, str text);
bool strings_has_room(const struct strings *strings, size_t texts, uint64_t bytes);
uint32_t strings_find(const struct strings *strings, str text); /* or STRINGS_NONE */
/* The same for many, several times faster (index_find_many()): codes[i] of texts[i].  What has
 * a code keeps it: so strings_intern() need be asked for the others only. */
void strings_find_many(
	const struct strings *strings, const str *texts, size_t count, uint32_t *codes);
/* The same in steps, with something else to be done between the last two: while that lasts, memory
 * comes.  What is added meanwhile is found too, or not. */
uint64_t strings_hash(const struct strings *strings, str text);
void strings_ask(const struct strings *strings, uint64_t hash); /* PREFETCH_BURST at a time */
void strings_find_asked(const struct strings *strings, const str *texts, const uint64_t *hashes,
	size_t count, uint32_t *codes);
/* Likewise, each text in a dictionary of its own; `code` is the answer. */
struct strings_question {
	const struct strings *strings;
	str text;
	uint32_t code;
};
void strings_find_each(struct strings_question *questions, size_t count);
/* For who will ask strings_find_many() for the same texts again and again: from now on it remembers
 * about so many of them, at 32 to 64 bytes each (base/recent.h).  0: no more, and the memory is
 * given back. */
void strings_remember(struct strings *strings, size_t texts_max);
/* A new code for a text that is in nobody's way: strings_find() will not find it, for its owner
 * knows another way from it to its code.  Limits as strings_intern(). */
uint32_t strings_append(struct strings *strings, str text);
/* Of an erased code: .ptr NULL.  Valid until the next publication or erasure; code < count. */
str strings_get(const struct strings *strings, uint32_t code);

/* Overwrites the text of a code, which stays a code; the same text would get a new one.  Views
 * of before still show it, and so does a file: save into a new one (table.h). */
void strings_erase(struct strings *strings, uint32_t code);

/* One reference, for the caller; the same view again when nothing changed. */
struct strings_view *strings_publish(struct strings *strings);
struct strings_view *strings_view_ref(struct strings_view *view);
void strings_view_unref(struct strings_view *view); /* NULL is fine */
size_t strings_view_count(const struct strings_view *view);
uint32_t strings_view_find(const struct strings_view *view, str text); /* or STRINGS_NONE */
str strings_view_get(const struct strings_view *view, uint32_t code); /* lives as long as view */

/* What `view` shows, to be read as a dictionary by code alone: nothing is found or added, and it is
 * not published.  Any thread, as table_of_view(). */
struct strings *strings_of_view(const struct strings_view *view);

/* As table_save() and table_load(), with the same threads and errors; the entry in the index:
 *
 *   u8   1, the version of this format
 *   u64  seed
 *   u64  hash64(seed, "ariane"): hash functions may change between versions of the program
 *   the entries of four tables: granules of text, places, and the two of the index
 *
 * ERR_VERSION also when the hash function is another: rebuild. */
err strings_save(struct strings *strings, const struct strings_view *view,
	struct table_store *store, struct why *why);
err strings_load(struct file *file, str *index, struct strings **out, struct why *why);
uint64_t strings_saved_bytes(const struct strings *strings);
void strings_forget_saved(struct strings *strings);
