/* matching/cluster.c - see cluster.h */
#include "matching/cluster.h"

#include <math.h>

struct groups {
	uint32_t *parent, *next, *size; /* next: a ring through the members */
	uint8_t *keys; /* of a root: all that its members have */
};

static uint32_t find(struct groups *g, uint32_t row)
{
	while (g->parent[row] != row) {
		g->parent[row] = g->parent[g->parent[row]];
		row = g->parent[row];
	}
	return row;
}

static void join(struct groups *g, uint32_t x, uint32_t y)
{
	uint32_t low = MIN_OF(x, y), high = MAX_OF(x, y), kept = g->next[low];

	g->parent[high] = low;
	g->keys[low] |= g->keys[high];
	g->size[low] += g->size[high];
	g->next[low] = g->next[high];
	g->next[high] = kept;
}

/* The mean weight between two groups, over the members nearest to their roots. */
static double support(struct groups *g, uint32_t x, uint32_t y, pair_weigher *weigh, void *context)
{
	uint32_t na = MIN_OF(g->size[x], CLUSTER_SIDE), nb = MIN_OF(g->size[y], CLUSTER_SIDE);
	double sum = 0;

	for (uint32_t i = 0, a = x; i < na; i++, a = g->next[a])
		for (uint32_t j = 0, b = y; j < nb; j++, b = g->next[b])
			sum += fmax(-CLUSTER_WEIGHT_MAX,
				fmin(CLUSTER_WEIGHT_MAX,
					weigh(context, MIN_OF(a, b), MAX_OF(a, b))));
	return sum / (na * nb);
}

/* Decisions by people are few: all of them are looked at. */
static bool kept_apart(struct groups *g, const struct known_pairs *known, uint32_t x, uint32_t y)
{
	if ((g->keys[x] & g->keys[y]) != 0)
		return true;
	for (size_t i = 0; i < known->apart_count; i++) {
		uint32_t a = find(g, known->apart[i].a), b = find(g, known->apart[i].b);
		if ((a == x && b == y) || (a == y && b == x))
			return true;
	}
	return false;
}

static enum pair_fate judge(struct groups *g, const struct match_pair *pair, double link,
	const struct known_pairs *known, pair_weigher *weigh, void *context)
{
	uint32_t x = find(g, pair->a), y = find(g, pair->b);

	if (x == y)
		return PAIR_IMPLIED;
	if (kept_apart(g, known, x, y))
		return PAIR_FORBIDDEN;
	if ((double)pair->weight < link)
		return PAIR_REVIEW;
	if (g->size[x] + g->size[y] > 2 && support(g, x, y, weigh, context) < 0)
		return PAIR_BRIDGE;
	join(g, x, y);
	return PAIR_LINKED;
}

static bool make_groups(
	struct groups *g, size_t rows, const struct known_pairs *known, struct arena *arena)
{
	g->parent = arena_array(arena, rows, sizeof(uint32_t));
	g->next = arena_array(arena, rows, sizeof(uint32_t));
	g->size = arena_array(arena, rows, sizeof(uint32_t));
	g->keys = arena_array(arena, rows, sizeof(uint8_t));
	if (g->parent == NULL || g->next == NULL || g->size == NULL || g->keys == NULL)
		return false;
	for (uint32_t row = 0; row < rows; row++) {
		g->parent[row] = g->next[row] = row;
		g->size[row] = 1;
		g->keys[row] = known->keys != NULL ? known->keys[row] : 0;
	}
	return true;
}

err clusters_build(size_t rows, struct match_pair *pairs, size_t count, double link,
	const struct known_pairs *known, pair_weigher *weigh, void *context, struct arena *arena,
	struct clusters *out, struct why *why)
{
	struct groups g;

	if (!make_groups(&g, rows, known, arena))
		return fail(why, MSG_MATCH_ROOM,
			arg_int((int64_t)(arena_taken(arena) + arena_left(arena))));
	for (size_t i = 0; i < known->together_count; i++) {
		uint32_t x = find(&g, known->together[i].a), y = find(&g, known->together[i].b);
		if (x != y)
			join(&g, x, y);
	}
	*out = (struct clusters){ .person = g.parent };
	for (size_t i = 0; i < count; i++) {
		pairs[i].fate = judge(&g, &pairs[i], link, known, weigh, context);
		out->links += pairs[i].fate == PAIR_LINKED;
		out->bridges += pairs[i].fate == PAIR_BRIDGE;
	}
	for (uint32_t row = 0; row < rows; row++) {
		g.parent[row] = find(&g, row);
		out->persons += g.parent[row] == row;
	}
	return OK;
}
