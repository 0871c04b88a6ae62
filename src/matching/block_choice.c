/* matching/block_choice.c - see block_choice.h */
#include "matching/block_choice.h"

#include "base/random.h"

#include <math.h>
#include <string.h>

enum {
	SIMULATED = 2048,
	WORDS = SIMULATED / 64,
	SAMPLE_MAX = 4096, /* records */
	SLOTS = 4 * SAMPLE_MAX,
	ATOMS_MAX = MATCHING_FIELDS_MAX * KEYS_MAX,
	CANDIDATES_MAX = ATOMS_MAX * (ATOMS_MAX + 1) / 2,
};
#define AGREES_IN_PART 0.45 /* of a value that is not the same: that one of its other keys is */
#define GAIN_OF_BUDGET 80 /* the same for a key that takes all of the budget */
#define GAIN_LEAST 4 /* of twice the simulated pairs: a thousandth */

struct candidate {
	struct block_key key;
	uint64_t finds[WORDS]; /* simulated pairs */
	bool chosen;
};

struct choosing {
	const struct match_records *records;
	struct {
		uint8_t field, key;
		uint64_t agrees[WORDS];
		uint32_t keys[SAMPLE_MAX]; /* of the sample; 0: none */
	} atoms[ATOMS_MAX];
	size_t atom_count;
	struct candidate *candidates;
	size_t candidate_count;
	size_t sample_count;
	struct {
		uint32_t hash, count, round;
	} slots[SLOTS];
	uint32_t round;
};

uint32_t block_hash(
	const struct match_records *records, const struct block_key *key, const uint32_t *row)
{
	uint64_t hash = 0;

	for (size_t i = 0; i < key->part_count; i++) {
		const struct records_field *f = match_records_field(records, key->parts[i].field);
		uint32_t code = row[key->parts[i].field];
		uint32_t part = code == 0 ? 0 : f->values[code].keys[key->parts[i].key];
		if (part == 0)
			return 0;
		hash = (hash ^ part) * UINT64_C(0x9e3779b97f4a7c15);
		hash ^= hash >> 29;
	}
	return (uint32_t)(hash >> 32) | 1;
}

uint32_t block_fields(const struct block_key *key)
{
	uint32_t fields = 0;

	for (size_t i = 0; i < key->part_count; i++)
		fields |= UINT32_C(1) << key->parts[i].field;
	return fields;
}

/* ---- gain: simulated pairs of one person */

static void simulate_field(
	struct choosing *c, const struct match_model *model, size_t field, struct random *random)
{
	const struct records_field *f = match_records_field(c->records, field);
	double n = (double)MAX_OF(match_records_count(c->records), (size_t)1);
	double present = (double)f->present / n,
	       exact = model->m[field][PARENT_UNKNOWN][LEVEL_EXACT];
	size_t first = c->atom_count, count = field_key_count(f->kind);

	for (size_t k = 0; k < count; k++) {
		c->atoms[c->atom_count].field = (uint8_t)field;
		c->atoms[c->atom_count++].key = (uint8_t)k;
	}
	for (size_t i = 0; i < SIMULATED; i++) {
		uint64_t bit = UINT64_C(1) << i % 64;
		bool there = random_unit(random) < present * present;
		bool same = random_unit(random) < exact;
		for (size_t k = 0; k < count; k++) {
			bool part = k > 0 && random_unit(random) < AGREES_IN_PART;
			if (there && (same || part))
				c->atoms[first + k].agrees[i / 64] |= bit;
		}
	}
}

static size_t count_bits(const uint64_t *a, const uint64_t *without)
{
	size_t count = 0;

	for (size_t w = 0; w < WORDS; w++)
		count += (size_t)__builtin_popcountll(a[w] & ~without[w]);
	return count;
}

/* ---- cost: a sample of the records */

static void take_sample(struct choosing *c)
{
	size_t n = match_records_count(c->records);

	c->sample_count = MIN_OF(n, (size_t)SAMPLE_MAX);
	for (size_t i = 0; i < c->sample_count; i++) {
		const uint32_t *row =
			match_records_row(c->records, (uint32_t)(i * n / c->sample_count));
		for (size_t a = 0; a < c->atom_count; a++) {
			uint32_t code = row[c->atoms[a].field];
			const struct records_field *f =
				match_records_field(c->records, c->atoms[a].field);
			c->atoms[a].keys[i] = code == 0 ? 0 : f->values[code].keys[c->atoms[a].key];
		}
	}
}

/* How many of the sample had this hash before. */
static uint32_t count_hash(struct choosing *c, uint32_t hash)
{
	size_t at = (hash * 0x85ebca6bu >> 16) % SLOTS;

	while (c->slots[at].round == c->round && c->slots[at].hash != hash)
		at = (at + 1) % SLOTS;
	if (c->slots[at].round != c->round) {
		c->slots[at].round = c->round;
		c->slots[at].hash = hash;
		c->slots[at].count = 0;
	}
	return c->slots[at].count++;
}

/* Of agreement on both atoms, or on one alone if they are the same. */
static double cost_of(struct choosing *c, size_t x, size_t y)
{
	double n = (double)match_records_count(c->records), s = (double)c->sample_count, pairs = 0;

	c->round++;
	for (size_t i = 0; i < c->sample_count; i++) {
		uint32_t a = c->atoms[x].keys[i], b = c->atoms[y].keys[i];
		if (a != 0 && b != 0)
			pairs += count_hash(c, x == y ? a : a * 0x9e3779b1u ^ b);
	}
	return pairs * (n * (n - 1)) / fmax(s * (s - 1), 1);
}

static void add_candidate(struct choosing *c, size_t x, size_t y, double pairs_max)
{
	struct candidate *candidate = &c->candidates[c->candidate_count];
	struct block_key *key = &candidate->key;

	*key = (struct block_key){ .part_count = x == y ? 1 : 2 };
	key->parts[0].field = c->atoms[x].field;
	key->parts[0].key = c->atoms[x].key;
	if (x != y) {
		key->parts[1].field = c->atoms[y].field;
		key->parts[1].key = c->atoms[y].key;
	}
	key->pairs = cost_of(c, x, y);
	if (key->pairs > pairs_max / 2)
		return; /* so that there is room for another */
	for (size_t w = 0; w < WORDS; w++)
		candidate->finds[w] = c->atoms[x].agrees[w] & c->atoms[y].agrees[w];
	c->candidate_count++;
}

static void list_candidates(struct choosing *c, double pairs_max)
{
	for (size_t i = 0; i < c->atom_count; i++)
		for (size_t j = i; j < c->atom_count; j++)
			if (i == j || c->atoms[i].field != c->atoms[j].field)
				add_candidate(c, i, j, pairs_max);
}

/* ---- choice */

/* Simulated pairs that some, and that two of the keys chosen find. */
struct found {
	uint64_t once[WORDS], twice[WORDS];
};

static void note_found(struct found *found, const uint64_t *finds)
{
	for (size_t w = 0; w < WORDS; w++) {
		found->twice[w] |= found->once[w] & finds[w];
		found->once[w] |= finds[w];
	}
}

static struct candidate *best_of(
	const struct choosing *c, const struct found *found, double left, double pairs_max)
{
	struct candidate *best = NULL;
	double best_value = 0;

	for (size_t i = 0; i < c->candidate_count; i++) {
		struct candidate *one = &c->candidates[i];
		if (one->chosen)
			continue;
		size_t gain = 2 * count_bits(one->finds, found->once) +
			      count_bits(one->finds, found->twice);
		double value = (double)gain / (one->key.pairs + pairs_max / 16);
		double worth_it = GAIN_LEAST + GAIN_OF_BUDGET * one->key.pairs / pairs_max;
		if ((double)gain < worth_it || one->key.pairs > left || value <= best_value)
			continue;
		best = one;
		best_value = value;
	}
	return best;
}

static void choose(struct choosing *c, double pairs_max, struct block_choice *out)
{
	struct found found = { .once = { 0 } };
	uint64_t none[WORDS] = { 0 };
	double left = pairs_max;

	out->count = 0;
	while (out->count < BLOCK_KEYS_MAX) {
		struct candidate *best = best_of(c, &found, left, pairs_max);
		if (best == NULL)
			break;
		best->chosen = true;
		out->keys[out->count++] = best->key;
		left -= best->key.pairs;
		note_found(&found, best->finds);
	}
	out->recall = (double)count_bits(found.once, none) / SIMULATED;
}

err block_choose(const struct match_records *records, const struct match_model *model,
	double pairs_max, struct arena *arena, struct block_choice *out, struct why *why)
{
	struct random random = random_of(1);
	struct choosing *c = arena_alloc(arena, sizeof(*c));

	if (c != NULL)
		c->candidates = arena_array(arena, CANDIDATES_MAX, sizeof(*c->candidates));
	if (c == NULL || c->candidates == NULL)
		return fail(why, MSG_MATCH_ROOM,
			arg_int((int64_t)(arena_taken(arena) + arena_left(arena))));
	c->records = records;
	for (size_t f = 0; f < model->field_count; f++)
		simulate_field(c, model, f, &random);
	take_sample(c);
	list_candidates(c, pairs_max);
	choose(c, pairs_max, out);
	return OK;
}
