/* base/recent.c - see recent.h */
#include "base/recent.h"

#include "base/arena.h"

#include <stdlib.h>
#include <string.h>

enum { LINES_FIRST = 64, USED_OF_FOUR = 3 }; /* fuller, it grows */

static struct recent_line *lines_alloc(size_t count)
{
	return memory_alloc_lines(count * sizeof(struct recent_line));
}

struct recent *recent_create(size_t entries_max)
{
	struct recent *recent = memory_alloc(sizeof(*recent));

	recent->line_count = recent->line_count_max = LINES_FIRST;
	while (recent->line_count_max * RECENT_WAYS < entries_max)
		recent->line_count_max *= 2;
	recent->lines = lines_alloc(recent->line_count);
	return recent;
}

void recent_free(struct recent *recent)
{
	if (recent == NULL)
		return;
	memory_free_lines(recent->lines);
	free(recent);
}

size_t recent_bytes(const struct recent *recent)
{
	return sizeof(*recent) + recent->line_count * sizeof(*recent->lines);
}

/* The newest comes first, and so the oldest goes. */
static void put(struct recent *recent, struct recent_entry entry)
{
	struct recent_line *line = recent_line(recent, entry.hash);

	recent->used += line->ways[RECENT_WAYS - 1].code == 0;
	memmove(&line->ways[1], &line->ways[0], (RECENT_WAYS - 1) * sizeof(line->ways[0]));
	line->ways[0] = entry;
}

static void grow(struct recent *recent)
{
	struct recent_line *old = recent->lines;
	size_t count = recent->line_count;

	recent->line_count = 2 * count;
	recent->lines = lines_alloc(recent->line_count);
	recent->used = 0;
	for (size_t i = 0; i < count; i++)
		for (size_t way = RECENT_WAYS; way-- > 0;) /* the oldest first */
			if (old[i].ways[way].code != 0)
				put(recent, old[i].ways[way]);
	memory_free_lines(old);
}

void recent_put(struct recent *recent, uint64_t hash, uint32_t place, uint32_t code)
{
	if (recent->used >= recent->line_count * USED_OF_FOUR &&
		recent->line_count < recent->line_count_max)
		grow(recent);
	put(recent, (struct recent_entry){ .hash = hash, .place = place, .code = code + 1 });
}

void recent_forget(struct recent *recent, uint64_t hash)
{
	struct recent_line *line = recent_line(recent, hash);

	for (size_t i = 0; i < RECENT_WAYS; i++)
		if (line->ways[i].hash == hash)
			line->ways[i] = (struct recent_entry){ 0 };
}
