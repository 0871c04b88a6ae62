/* base/recent.c - see recent.h */
#include "base/recent.h"

#include "base/arena.h"

#include <stdlib.h>
#include <string.h>

enum {
	ROWS_FIRST = 64,
	USED_OF_EIGHT = 4, /* of all ways: fuller, it grows */
	GROW_AHEAD = 8, /* rows: they will be divided next */
	ROWS_AT_ONCE = 8192, /* a mebibyte, from the system */
};

struct recent *recent_create(size_t entries_max)
{
	struct recent *recent = memory_alloc(sizeof(*recent));

	recent->row_count = ROWS_FIRST;
	recent->mask = ROWS_FIRST - 1;
	recent->row_count_max = MAX_OF(entries_max / RECENT_WAYS, (size_t)ROWS_FIRST);
	recent->rows = memory_alloc_lines_for_runs(recent->row_count_max * sizeof(*recent->rows));
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

/* It need not be one of the table's. */
static void ask_row(const struct recent_row *row)
{
	PREFETCH_TO_CHANGE(&row->ways[0]);
	PREFETCH_TO_CHANGE(&row->ways[RECENT_WAYS / 2]);
}

/* One row more: of what is in the row that was sought in its place till now, a half moves there.
 * Both come in their order, row after row, and no memory is taken before it is needed. */
static void grow(struct recent *recent)
{
	if (recent->row_count > recent->mask)
		recent->mask = 2 * recent->mask + 1;
	if (recent->row_count % ROWS_AT_ONCE == 0)
		memory_populate(&recent->rows[recent->row_count],
			MIN_OF(recent->row_count_max - recent->row_count, (size_t)ROWS_AT_ONCE) *
				sizeof(*recent->rows));
	struct recent_row *old = &recent->rows[recent->row_count & recent->mask >> 1];
	struct recent_row *fresh = &recent->rows[recent->row_count], both = *old;
	size_t kept = 0, moved = 0;
	ask_row(old + GROW_AHEAD);
	ask_row(fresh + GROW_AHEAD);
	*old = (struct recent_row){ 0 };
	for (size_t way = 0; way < RECENT_WAYS; way++) {
		if (both.ways[way].code == 0)
			continue;
		if ((both.ways[way].tag & recent->mask) == recent->row_count)
			fresh->ways[moved++] = both.ways[way];
		else
			old->ways[kept++] = both.ways[way];
	}
	recent->row_count++;
}

void recent_put(struct recent *recent, uint64_t hash, str text, uint32_t place, uint32_t code)
{
	struct recent_entry entry = { .tag = (uint32_t)(hash >> 32), .code = code + 1 };

	entry.length = (uint8_t)MIN_OF(text.len, (size_t)RECENT_LONG);
	if (entry.length == RECENT_LONG)
		memcpy(entry.text, &place, sizeof(place));
	else if (entry.length > 0)
		memcpy(entry.text, text.ptr, entry.length);
	if (8 * recent->used >= recent->row_count * RECENT_WAYS * USED_OF_EIGHT &&
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
