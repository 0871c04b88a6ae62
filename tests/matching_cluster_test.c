/* tests/matching_cluster_test.c - from pairs to persons: no chains, no crossing of decisions. */
#include "matching/cluster.h"
#include "test.h"

enum { ROWS = 10 };

/* Two crowds, 0-4 and 5-9: within each 10 bits, between them -10, but one pair of +6. */
static double two_crowds(void *context, uint32_t a, uint32_t b)
{
	(void)context;
	if (a == 4 && b == 5)
		return 6;
	return (a < 5) == (b < 5) ? 10 : -10;
}

static size_t list_pairs(pair_weigher *weigh, struct match_pair *out)
{
	size_t count = 0;

	for (int least = 8; least >= 0; least -= 4) /* heaviest first */
		for (uint32_t a = 0; a < ROWS; a++)
			for (uint32_t b = a + 1; b < ROWS; b++) {
				double weight = weigh(NULL, a, b);
				if (weight >= least && (least == 8 || weight < least + 4))
					out[count++] = (struct match_pair){ a, b, (float)weight,
						PAIR_REVIEW };
			}
	return count;
}

static err build(struct match_pair *pairs, size_t count, double link,
	const struct known_pairs *known, struct arena *arena, struct clusters *out)
{
	static const struct known_pairs nothing = { .together = NULL };

	return clusters_build(ROWS, pairs, count, link, known ? known : &nothing, two_crowds, NULL,
		arena, out, NULL);
}

TEST(clusters_cut_weak_bridges)
{
	AUTO_ARENA arena = arena_create(1 << 16);
	struct match_pair pairs[ROWS * ROWS];
	size_t count = list_pairs(two_crowds, pairs);
	struct clusters clusters;

	CHECK("built", build(pairs, count, 4, NULL, arena, &clusters) == OK);
	CHECK("two persons", clusters.persons == 2 && clusters.bridges == 1);
	CHECK("each by a tree", clusters.links == ROWS - 2);
	for (uint32_t row = 0; row < ROWS; row++)
		CHECK("the lowest row", clusters.person[row] == (row < 5 ? 0 : 5));
	CHECK("the bridge is told", pairs[count - 1].fate == PAIR_BRIDGE);

	CHECK("built", build(pairs, count, 8, NULL, arena, &clusters) == OK);
	CHECK("below is for review", pairs[count - 1].fate == PAIR_REVIEW && clusters.bridges == 0);
}

TEST(clusters_heed_what_is_known)
{
	static const struct row_pair together = { 4, 5 }, apart = { 0, 3 };
	AUTO_ARENA arena = arena_create(1 << 16);
	struct match_pair pairs[ROWS * ROWS];
	size_t count = list_pairs(two_crowds, pairs), forbidden = 0;
	struct clusters clusters;
	struct known_pairs known = { .together = &together, .together_count = 1 };

	CHECK("built", build(pairs, 0, 4, &known, arena, &clusters) == OK);
	CHECK("joined before", clusters.persons == ROWS - 1 && clusters.person[5] == 4);
	known = (struct known_pairs){ .apart = &apart, .apart_count = 1 };
	CHECK("built", build(pairs, count, 4, &known, arena, &clusters) == OK);
	CHECK("never joined", clusters.person[0] != clusters.person[3]);
	for (size_t i = 0; i < count; i++)
		forbidden += pairs[i].fate == PAIR_FORBIDDEN;
	CHECK("told", forbidden > 0);
}

/* Two customer numbers are two persons, also by way of a third record; known ones are not reviewed.
 */
TEST(clusters_heed_keys)
{
	static const uint8_t keys[ROWS] = { [0] = 1, [3] = 1, [4] = 2, [5] = 1 };
	static const struct row_pair together = { 6, 7 };
	AUTO_ARENA arena = arena_create(1 << 16);
	struct match_pair pairs[ROWS * ROWS];
	size_t count = list_pairs(two_crowds, pairs);
	struct clusters clusters;
	const struct known_pairs known = {
		.together = &together, .together_count = 1, .keys = keys
	};

	CHECK("built", build(pairs, count, 8, &known, arena, &clusters) == OK);
	CHECK("never joined", clusters.person[0] != clusters.person[3]);
	CHECK("others are", clusters.person[1] == clusters.person[4]);
	CHECK("whole", clusters.person[5] == 5 && clusters.person[9] == 5);
	CHECK("built", build(pairs, count, 20, &known, arena, &clusters) == OK);
	for (size_t i = 0; i < count; i++) {
		bool apart = (keys[pairs[i].a] & keys[pairs[i].b]) != 0;
		bool one = pairs[i].a == 6 && pairs[i].b == 7;
		CHECK("fate", pairs[i].fate == (apart        ? PAIR_FORBIDDEN
						       : one ? PAIR_IMPLIED
							     : PAIR_REVIEW));
	}
}

TEST(clusters_need_room)
{
	struct match_pair pairs[ROWS * ROWS];
	size_t count = list_pairs(two_crowds, pairs);
	struct clusters clusters;

	for (unsigned n = 1;; n++) {
		AUTO_ARENA arena = arena_create(1 << 16);
		arena_fail_at(arena, n);
		err e = build(pairs, count, 4, NULL, arena, &clusters);
		CHECK("refused, or whole", e == ERR_LIMIT || clusters.persons == 2);
		if (e == OK) {
			CHECK("it needs memory", n > 3);
			break;
		}
	}
}
