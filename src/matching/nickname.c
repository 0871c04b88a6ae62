/* matching/nickname.c - see nickname.h
 *
 * 700 names in a table sorted at its first use: a look-up costs some ten comparisons, and is made
 * once for each distinct name.
 */
#include "matching/nickname.h"

#include <pthread.h>
#include <stdlib.h>

static const char *const groups[] = {
#define G(names) names,
#include "matching/nicknames.def"
#undef G
};

enum { ENTRIES_MAX = 1024 };

static struct entry {
	str name;
	uint16_t group;
} entries[ENTRIES_MAX]; /* written once, under `once` */
static size_t entry_count;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static int by_name(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int order = str_compare(x->name, y->name);

	return order != 0 ? order : (x->group > y->group) - (x->group < y->group);
}

static void fill(void)
{
	for (size_t g = 0; g < ARRAY_LEN(groups); g++) {
		str name, rest = str_of(groups[g]);
		for (bool more = true; more;) {
			more = str_split(rest, ' ', &name, &rest);
			ASSERT(entry_count < ENTRIES_MAX);
			entries[entry_count++] = (struct entry){ more ? name : rest, (uint16_t)g };
		}
	}
	qsort(entries, entry_count, sizeof(entries[0]), by_name);
}

/* The groups of one name; *first is where they begin. */
static size_t find(str name, size_t *first)
{
	size_t low = 0, high, count = 0;

	ASSERT(pthread_once(&once, fill) == 0);
	high = entry_count;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (str_compare(entries[middle].name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	while (low + count < entry_count && str_equal(entries[low + count].name, name))
		count++;
	*first = low;
	return count;
}

uint64_t nickname_groups(str folded)
{
	size_t first, count = find(folded, &first);
	uint64_t bits = 0;

	for (size_t i = 0; i < count; i++)
		bits |= UINT64_C(1) << entries[first + i].group % 64;
	return bits;
}

bool nickname_same(str a, str b)
{
	size_t first_a, first_b, count_a = find(a, &first_a), count_b = find(b, &first_b);

	for (size_t i = 0; i < count_a; i++)
		for (size_t j = 0; j < count_b; j++)
			if (entries[first_a + i].group == entries[first_b + j].group)
				return true;
	return false;
}
