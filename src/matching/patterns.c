/* matching/patterns.c - see patterns.h */
#include "matching/patterns.h"

#include <stdlib.h>

struct seen {
	uint64_t pattern, count; /* count 0: free */
};

struct patterns {
	struct seen *table;
	size_t room, count; /* room: a power of two, never more than half full */
	uint64_t total, left_out;
	bool sorted;
};

struct patterns *patterns_create(void)
{
	struct patterns *p = memory_alloc(sizeof(*p));

	p->room = 256;
	p->table = memory_alloc(p->room * sizeof(*p->table));
	return p;
}

void patterns_free(struct patterns *p)
{
	if (p == NULL)
		return;
	free(p->table);
	free(p);
}

static struct seen *place_of(const struct patterns *p, uint64_t pattern)
{
	size_t at = (size_t)((pattern * UINT64_C(0x9e3779b97f4a7c15)) >> 32) & (p->room - 1);

	while (p->table[at].count > 0 && p->table[at].pattern != pattern)
		at = (at + 1) & (p->room - 1);
	return &p->table[at];
}

static void grow(struct patterns *p)
{
	struct patterns larger = { .room = 2 * p->room };

	larger.table = memory_alloc(larger.room * sizeof(*larger.table));
	for (size_t i = 0; i < p->room; i++)
		if (p->table[i].count > 0)
			*place_of(&larger, p->table[i].pattern) = p->table[i];
	free(p->table);
	p->table = larger.table;
	p->room = larger.room;
}

void patterns_add(struct patterns *p, uint64_t pattern, uint64_t count)
{
	struct seen *place = place_of(p, pattern);

	ASSERT(!p->sorted && count > 0);
	if (place->count == 0 && p->count == PATTERNS_MAX) {
		p->left_out += count;
		return;
	}
	p->total += count;
	place->pattern = pattern;
	place->count += count;
	if (place->count == count && 2 * ++p->count > p->room)
		grow(p);
}

static int by_pattern(const void *a, const void *b)
{
	uint64_t x = ((const struct seen *)a)->pattern, y = ((const struct seen *)b)->pattern;

	return (x > y) - (x < y);
}

void patterns_sort(struct patterns *p)
{
	size_t kept = 0;

	for (size_t i = 0; i < p->room; i++)
		if (p->table[i].count > 0)
			p->table[kept++] = p->table[i];
	qsort(p->table, kept, sizeof(*p->table), by_pattern);
	p->sorted = true;
}

uint64_t patterns_total(const struct patterns *p)
{
	return p->total;
}

uint64_t patterns_left_out(const struct patterns *p)
{
	return p->left_out;
}

size_t patterns_count(const struct patterns *p)
{
	return p->count;
}

uint64_t patterns_at(const struct patterns *p, size_t i, uint64_t *count)
{
	ASSERT(p->sorted && i < p->count);
	*count = p->table[i].count;
	return p->table[i].pattern;
}

struct sample sample_create(void)
{
	struct sample s;

	for (size_t kind = 0; kind < PAIR_KINDS; kind++)
		s.of[kind] = patterns_create();
	return s;
}

void sample_free(struct sample *s)
{
	for (size_t kind = 0; kind < PAIR_KINDS; kind++) {
		patterns_free(s->of[kind]);
		s->of[kind] = NULL;
	}
}

void sample_sort(struct sample *s)
{
	for (size_t kind = 0; kind < PAIR_KINDS; kind++)
		patterns_sort(s->of[kind]);
}

uint64_t sample_total(const struct sample *s)
{
	uint64_t total = 0;

	for (size_t kind = 0; kind < PAIR_KINDS; kind++)
		total += patterns_total(s->of[kind]);
	return total;
}
