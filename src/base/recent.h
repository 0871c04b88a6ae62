/* base/recent.h - where texts lie that were sought lately: beside a dictionary, in front of its
 * index.
 *
 * The way from a text to its code leads over directory, bucket, place and text: five or six lines
 * of memory, all over it.  Whoever asks for the same million of texts again and again (an import)
 * does better with a table of which one line answers.
 *
 *   lines[high part of the hash] -> four of { hash, where the text lies, its code }
 *
 * A hint, no more: the text is compared where it lies, and what is not here is sought as ever.  The
 * table grows with what is put into it up to a limit; past it the oldest of a line makes room.
 *
 * Threads: that of the dictionary's writer.
 */
#pragma once

#include "base/base.h"

enum { RECENT_WAYS = 4 };

struct recent_entry {
	uint64_t hash;
	uint32_t place;
	uint32_t code; /* + 1, or 0: none */
};

struct recent_line {
	struct recent_entry ways[RECENT_WAYS]; /* the newest first */
};
_Static_assert(sizeof(struct recent_line) == 64, "a line of the processor's caches");

struct recent {
	struct recent_line *lines;
	size_t line_count, line_count_max; /* powers of two */
	size_t used; /* put, since it last grew, into what was empty */
};

/* For about so many texts; takes memory (16 bytes and more for each) as they come. */
struct recent *recent_create(size_t entries_max);
void recent_free(struct recent *recent); /* NULL is fine */
size_t recent_bytes(const struct recent *recent);

void recent_put(struct recent *recent, uint64_t hash, uint32_t place, uint32_t code);
void recent_forget(struct recent *recent, uint64_t hash);

static inline struct recent_line *recent_line(const struct recent *recent, uint64_t hash)
{
	return &recent->lines[(size_t)((unsigned __int128)hash * recent->line_count >> 64)];
}

/* NULL: it is not here. */
static inline const struct recent_entry *recent_find(const struct recent *recent, uint64_t hash)
{
	const struct recent_line *line = recent_line(recent, hash);

	for (size_t i = 0; i < RECENT_WAYS; i++)
		if (line->ways[i].hash == hash && line->ways[i].code != 0)
			return &line->ways[i];
	return NULL;
}
