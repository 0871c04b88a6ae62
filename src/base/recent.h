/* base/recent.h - texts that were sought lately, with their codes: beside a dictionary, in front of
 * its index.
 *
 * The way from a text to its code leads over directory, bucket, place and text: five or six lines
 * of memory, all over it.  Whoever asks for the same million of texts again and again (an import)
 * does better with a table of which one row answers.
 *
 *   rows[part of the hash] -> four of { half of the hash, code, the text }
 *
 * A text of up to RECENT_TEXT_BYTES stands in the entry; of a longer one, where it lies, and
 * whoever asks compares it there.  What is not here is sought as ever.  The table grows with what
 * is put into it, a row at a time (linear hashing: W. Litwin, VLDB 1980), so nobody ever waits for
 * all of it; past a limit the oldest of a row makes room.
 *
 * Threads: that of the dictionary's writer.
 */
#pragma once

#include "base/base.h"

#include <string.h>

enum { RECENT_WAYS = 4, RECENT_TEXT_BYTES = 23, RECENT_LONG = RECENT_TEXT_BYTES + 1 };

struct recent_entry {
	uint32_t tag; /* the upper half of the hash: it leads to the row too */
	uint32_t code; /* + 1, or 0: none */
	uint8_t length; /* of the text; RECENT_LONG: it does not stand here */
	char text[RECENT_TEXT_BYTES]; /* or, unaligned, the place where it lies */
};
_Static_assert(sizeof(struct recent_entry) == 32, "four are two lines of the processor's caches");

struct recent_row {
	struct recent_entry ways[RECENT_WAYS]; /* the newest first */
};

struct recent {
	struct recent_row *rows;
	size_t row_count, row_count_max;
	size_t mask; /* of the hash's upper half: all ones, enough for row_count - 1 */
	size_t used; /* ways that were filled */
};

/* For about so many texts; takes memory (32 bytes and more for each) as they come. */
struct recent *recent_create(size_t entries_max);
void recent_free(struct recent *recent); /* NULL is fine */
size_t recent_bytes(const struct recent *recent);

/* `text` with this hash lies at `place`. */
void recent_put(struct recent *recent, uint64_t hash, str text, uint32_t place, uint32_t code);
/* And whatever else has the same half of its hash. */
void recent_forget(struct recent *recent, uint64_t hash);

static inline struct recent_row *recent_row(const struct recent *recent, uint64_t hash)
{
	size_t row = (hash >> 32) & recent->mask;

	return &recent->rows[row < recent->row_count ? row : row & recent->mask >> 1];
}
static inline void recent_ask(const struct recent *recent, uint64_t hash)
{
	const struct recent_row *row = recent_row(recent, hash);

	PREFETCH(&row->ways[0]);
	PREFETCH(&row->ways[RECENT_WAYS / 2]);
}

/* Of a hash whose upper half is the same; its text may be another.  NULL: there is none. */
static inline const struct recent_entry *recent_find(const struct recent *recent, uint64_t hash)
{
	const struct recent_row *row = recent_row(recent, hash);

	for (size_t i = 0; i < RECENT_WAYS; i++)
		if (row->ways[i].tag == hash >> 32 && row->ways[i].code != 0)
			return &row->ways[i];
	return NULL;
}
/* Where a long one's text lies. */
static inline uint32_t recent_place(const struct recent_entry *entry)
{
	uint32_t place;

	memcpy(&place, entry->text, sizeof(place));
	return place;
}
