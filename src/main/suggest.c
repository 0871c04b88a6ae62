/* main/suggest.c - see suggest.h */
#include "main/suggest.h"

size_t edit_distance(str a, str b)
{
	size_t rows[3][SUGGEST_BYTES_MAX + 1]; /* of the table a x b: i - 2, i - 1, i */
	size_t *before = rows[0], *above = rows[1], *row = rows[2];

	ASSERT(a.len <= SUGGEST_BYTES_MAX && b.len <= SUGGEST_BYTES_MAX);
	for (size_t j = 0; j <= b.len; j++)
		above[j] = before[j] = j;
	for (size_t i = 1; i <= a.len; i++) {
		row[0] = i;
		for (size_t j = 1; j <= b.len; j++) {
			size_t change = above[j - 1] + (a.ptr[i - 1] == b.ptr[j - 1] ? 0 : 1);
			row[j] = MIN_OF(change, MIN_OF(above[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && a.ptr[i - 1] == b.ptr[j - 2] &&
				a.ptr[i - 2] == b.ptr[j - 1])
				row[j] = MIN_OF(row[j], before[j - 2] + 1);
		}
		size_t *oldest = before;
		before = above;
		above = row;
		row = oldest;
	}
	return above[b.len];
}

void suggest(struct suggestion *best, str word, str name)
{
	if (word.len == 0 || word.len > SUGGEST_BYTES_MAX || name.len > SUGGEST_BYTES_MAX)
		return;
	size_t distance = edit_distance(word, name);
	bool begins = word.len >= 3 && str_starts(name, word);
	size_t near = begins ? name.len : MAX_OF(word.len / 3, (size_t)1);
	if (distance <= near && (best->name.len == 0 || distance < best->distance))
		*best = (struct suggestion){ name, distance };
}
