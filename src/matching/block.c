/* matching/block.c - see block.h */
#include "matching/block.h"

#include <stdlib.h>
#include <string.h>

static err no_room(struct arena *arena, struct why *why)
{
	return fail(
		why, MSG_MATCH_ROOM, arg_int((int64_t)(arena_taken(arena) + arena_left(arena))));
}

/* ---- sorting: hash in the high half, row in the low */

/* By the high half; rows stay in order.  Both arrays have `count` items; the result is in `a`. */
static void sort_by_hash(uint64_t *a, uint64_t *b, size_t count)
{
	for (unsigned shift = 32; shift < 64; shift += 8) {
		size_t at[257] = { 0 };
		for (size_t i = 0; i < count; i++)
			at[(a[i] >> shift & 255) + 1]++;
		for (size_t i = 0; i < 256; i++)
			at[i + 1] += at[i];
		for (size_t i = 0; i < count; i++)
			b[at[a[i] >> shift & 255]++] = a[i];
		uint64_t *kept = a;
		a = b;
		b = kept;
	} /* four passes: the result is where it began */
}

static uint32_t *hash_at(const struct blocks *b, uint32_t row, size_t key)
{
	return &b->hashes[(size_t)row * b->choice.count + key];
}

static size_t group_end(const struct blocks *b, size_t key, size_t from)
{
	size_t to = from + 1;

	while (to < b->order_count[key] &&
		b->hashes[(size_t)b->order[key][to] * b->choice.count + key] ==
			b->hashes[(size_t)b->order[key][from] * b->choice.count + key])
		to++;
	return to;
}

/* ---- groups that are too large */

struct by_values {
	const struct match_records *records;
	size_t fields;
};

static int by_row_values(const void *a, const void *b, void *context)
{
	const struct by_values *by = context;
	const uint32_t *x = match_records_row(by->records, *(const uint32_t *)a);
	const uint32_t *y = match_records_row(by->records, *(const uint32_t *)b);

	for (size_t f = 0; f < by->fields; f++)
		if (x[f] != y[f])
			return x[f] < y[f] ? -1 : 1;
	return (*(const uint32_t *)a > *(const uint32_t *)b) -
	       (*(const uint32_t *)a < *(const uint32_t *)b);
}

static uint64_t pairs_of(size_t group)
{
	return (uint64_t)group * (group - 1) / 2;
}

/* The largest size of group such that all up to it stay within the budget. */
static uint32_t choose_group_max(const struct blocks *b, size_t key, double pairs_max)
{
	uint64_t *groups = memory_alloc((BLOCK_GROUP_MAX + 1) * sizeof(*groups));
	double pairs = 0;
	uint32_t most = 2;

	for (size_t from = 0, to; from < b->order_count[key]; from = to) {
		to = group_end(b, key, from);
		if (to - from <= BLOCK_GROUP_MAX)
			groups[to - from]++;
	}
	for (uint32_t size = 2; size <= BLOCK_GROUP_MAX; size++) {
		pairs += (double)groups[size] * (double)pairs_of(size);
		if (pairs > pairs_max)
			break;
		most = size;
	}
	free(groups);
	return most;
}

static void cut_groups(struct blocks *b, size_t key)
{
	struct by_values by = { b->records, match_records_fields(b->records) };

	for (size_t from = 0, to; from < b->order_count[key]; from = to) {
		to = group_end(b, key, from);
		size_t size = to - from;
		if (size <= b->group_max[key]) {
			b->pairs[key] += pairs_of(size);
			continue;
		}
		b->cut_rows += size;
		for (size_t i = from; i < to; i++)
			b->cut[b->order[key][i]] |= (uint16_t)(1u << key);
		b->pairs[key] += (uint64_t)size * BLOCK_WINDOW;
		qsort_r(b->order[key] + from, size, sizeof(uint32_t), by_row_values, &by);
	}
}

/* ---- building */

static void fill_key(struct blocks *b, size_t key, uint64_t *pairs, uint64_t *spare)
{
	size_t n = match_records_count(b->records), count = 0;

	for (uint32_t row = 0; row < n; row++) {
		uint32_t hash = block_hash(
			b->records, &b->choice.keys[key], match_records_row(b->records, row));
		*hash_at(b, row, key) = hash;
		if (hash != 0)
			pairs[count++] = (uint64_t)hash << 32 | row;
	}
	sort_by_hash(pairs, spare, count);
	b->order_count[key] = count;
	for (size_t i = 0; i < count; i++)
		b->order[key][i] = (uint32_t)pairs[i];
}

err blocks_build(const struct match_records *records, const struct block_choice *choice,
	double pairs_max, struct arena *arena, struct blocks **out, struct why *why)
{
	size_t n = match_records_count(records);
	struct blocks *b = arena_alloc(arena, sizeof(*b));
	uint64_t *pairs = arena_array(arena, n, sizeof(*pairs));
	uint64_t *spare = arena_array(arena, n, sizeof(*spare));

	if (b == NULL || pairs == NULL || spare == NULL)
		return no_room(arena, why);
	b->records = records;
	b->choice = *choice;
	b->hashes = arena_array(arena, n * choice->count, sizeof(*b->hashes));
	b->cut = arena_array(arena, n, sizeof(*b->cut));
	if (b->hashes == NULL || b->cut == NULL)
		return no_room(arena, why);
	for (size_t key = 0; key < choice->count; key++) {
		b->order[key] = arena_array(arena, n, sizeof(*b->order[key]));
		if (b->order[key] == NULL)
			return no_room(arena, why);
		fill_key(b, key, pairs, spare);
		b->group_max[key] = choose_group_max(b, key, pairs_max);
		cut_groups(b, key);
	}
	*out = b;
	return OK;
}

/* ---- walking */

static bool came_before(const struct blocks *b, size_t key, uint32_t x, uint32_t y)
{
	const uint32_t *hx = hash_at(b, x, 0), *hy = hash_at(b, y, 0);

	for (size_t k = 0; k < key; k++)
		if (hx[k] == hy[k] && hx[k] != 0 && (b->cut[x] >> k & 1) == 0)
			return true;
	return false;
}

static void walk_group(const struct blocks *b, size_t key, size_t from, size_t to, bool all,
	pair_visitor *visit, void *context)
{
	const uint32_t *order = b->order[key];
	size_t reach = to - from <= b->group_max[key] ? to - from : BLOCK_WINDOW + 1;

	for (size_t i = from; i < to; i++)
		for (size_t j = i + 1; j < MIN_OF(to, i + reach); j++)
			if (all || !came_before(b, key, order[i], order[j]))
				visit(context, MIN_OF(order[i], order[j]),
					MAX_OF(order[i], order[j]));
}

void blocks_walk(const struct blocks *b, size_t key, size_t from, size_t to, bool all,
	pair_visitor *visit, void *context)
{
	size_t count = b->order_count[key];
	const uint32_t *order = b->order[key];

	/* a group belongs to whoever has its first row */
	while (from > 0 && from < count &&
		*hash_at(b, order[from], key) == *hash_at(b, order[from - 1], key))
		from++;
	while (from < MIN_OF(to, count)) {
		size_t end = group_end(b, key, from);
		walk_group(b, key, from, end, all, visit, context);
		from = end;
	}
}
