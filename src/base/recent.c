/* base/recent.c - see recent.h */
#include "base/recent.h"

#include "base/arena.h"

#include <stdlib.h>
#include <string.h>

enum { ROWS_FIRST = 64, USED_OF_EIGHT = 5 }; /* of the ways of two rows: fuller, it grows */

struct recent *recent_create(size_t entries_max)
{
	struct recent *recent = memory_alloc(sizeof(*recent));

	recent->row_count = recent->row_count_max = ROWS_FIRST;
	while (recent->row_count_max * RECENT_WAYS < entries_max)
		recent->row_count_max *= 2;
	recent->rows = memory_alloc_lines(recent->row_count_max * sizeof(*recent->rows));
	return recent;
}

void recent_free(struct recent *recent)
{
	if (recent == NULL)
		return;
	memory_free_lines(recent->rows);
	free(recent);
}

size_t recent_bytes(const struct recent *recent)
{
	return sizeof(*recent) + recent->row_count * sizeof(*recent->rows);
}

/* The newest comes first, and so the oldest goes. */
static void put(struct recent *recent, const struct recent_entry *entry)
{
	struct recent_row *row = recent_row(recent, (uint64_t)entry->tag << 32);

	recent->used += row->ways[RECENT_WAYS - 1].code == 0;
	memmove(&row->ways[1], &row->ways[0], (RECENT_WAYS - 1) * sizeof(row->ways[0]));
	row->ways[0] = *entry;
}

/* What was in a row is in one of the two that it becomes: the last first, all of it moves up.  The
 * room of the largest table is there from the beginning, and no memory before it is written. */
static void grow(struct recent *recent)
{
	size_t count = recent->row_count;

	recent->row_count = 2 * count;
	recent->used = 0;
	for (size_t i = count; i-- > 0;) {
		const struct recent_row old = recent->rows[i];
		recent->rows[2 * i] = recent->rows[2 * i + 1] = (struct recent_row){ 0 };
		for (size_t way = RECENT_WAYS; way-- > 0;) /* the oldest first */
			if (old.ways[way].code != 0)
				put(recent, &old.ways[way]);
	}
}

void recent_put(struct recent *recent, uint64_t hash, str text, uint32_t place, uint32_t code)
{
	struct recent_entry entry = { .tag = (uint32_t)(hash >> 32), .code = code + 1 };

	entry.length = (uint8_t)MIN_OF(text.len, (size_t)RECENT_LONG);
	if (entry.length == RECENT_LONG)
		memcpy(entry.text, &place, sizeof(place));
	else if (entry.length > 0)
		memcpy(entry.text, text.ptr, entry.length);
	if (2 * recent->used >= recent->row_count * USED_OF_EIGHT &&
		recent->row_count < recent->row_count_max)
		grow(recent);
	put(recent, &entry);
}

void recent_forget(struct recent *recent, uint64_t hash)
{
	struct recent_row *row = recent_row(recent, hash);

	for (size_t i = 0; i < RECENT_WAYS; i++)
		if (row->ways[i].tag == hash >> 32)
			row->ways[i] = (struct recent_entry){ 0 };
}
