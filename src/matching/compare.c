/* matching/compare.c - see compare.h
 *
 * The cache is direct-mapped: an entry is the level (4 bits), field (4), and both codes (28 each);
 * the lower code first, so that the order of the two does not matter.  Only pairs of values that
 * share letters enough to be worth a comparison get there: the rest is told quicker than looked up.
 */
#include "matching/compare.h"

#include <stdlib.h>

enum { CACHE_BITS = 15, CODE_BITS = 28, PARTNERS_MAX = 4 };

_Static_assert(1 << CODE_BITS >= MATCHING_VALUES_MAX, "two codes fit into an entry");
_Static_assert(LEVEL_COUNT_ <= 1 << LEVEL_BITS, "a level fits into a pattern");

struct comparer {
	const struct match_records *records;
	size_t field_count;
	const struct records_field *fields[MATCHING_FIELDS_MAX];
	struct {
		size_t a, b;
	} partners[PARTNERS_MAX];
	size_t partner_count;
	struct similarity scratch;
	uint64_t cache[1 << CACHE_BITS];
};

bool comparer_may_swap(enum field_kind a, enum field_kind b)
{
	return (a == KIND_GIVEN_NAME && b == KIND_SURNAME) ||
	       (a == KIND_SURNAME && b == KIND_GIVEN_NAME) ||
	       (a == KIND_ADDRESS && b == KIND_ADDRESS);
}

static void find_partners(struct comparer *c)
{
	for (size_t a = 0; a < c->field_count; a++)
		for (size_t b = a + 1; b < c->field_count; b++)
			if (c->partner_count < PARTNERS_MAX &&
				comparer_may_swap(c->fields[a]->kind, c->fields[b]->kind)) {
				c->partners[c->partner_count].a = a;
				c->partners[c->partner_count++].b = b;
			}
}

struct comparer *comparer_create(const struct match_records *records)
{
	struct comparer *c = memory_alloc(sizeof(*c));

	c->records = records;
	c->field_count = match_records_fields(records);
	for (size_t i = 0; i < c->field_count; i++)
		c->fields[i] = match_records_field(records, i);
	find_partners(c);
	return c;
}

void comparer_free(struct comparer *c)
{
	free(c);
}

/* ---- one field */

static uint64_t entry_of(size_t field, uint32_t low, uint32_t high)
{
	return (uint64_t)field << (2 * CODE_BITS) | (uint64_t)low << CODE_BITS | high;
}

static enum level compare_cached(struct comparer *c, size_t field, uint32_t low, uint32_t high)
{
	const struct records_field *f = c->fields[field];
	uint64_t entry = entry_of(field, low, high);
	uint64_t *place = &c->cache[(entry * UINT64_C(0x9e3779b97f4a7c15)) >> (64 - CACHE_BITS)];
	uint64_t level = *place >> (2 * CODE_BITS + 4);

	if (level != LEVEL_MISSING && (*place & ~(UINT64_C(15) << 60)) == entry)
		return (enum level)level;
	level = field_compare(f->kind, &c->scratch, &f->values[low], &f->values[high]);
	*place = level << (2 * CODE_BITS + 4) | entry;
	return (enum level)level;
}

/* ---- two fields */

static bool same(const struct field_value *a, const struct field_value *b)
{
	return a->letters == b->letters && str_equal(a->tight, b->tight);
}

static uint64_t with_level(uint64_t pattern, size_t field, enum level level)
{
	unsigned shift = (unsigned)(LEVEL_BITS * field);

	return (pattern & ~(UINT64_C(15) << shift)) | (uint64_t)level << shift;
}

/* Missing values have no letters: so two of them pass, which does no harm. */
bool comparer_may_be_swapped(const struct comparer *c, const uint32_t *a, const uint32_t *b)
{
	for (size_t i = 0; i < c->partner_count; i++) {
		size_t f = c->partners[i].a, g = c->partners[i].b;
		const struct field_brief *bf = c->fields[f]->briefs, *bg = c->fields[g]->briefs;
		if (bf[a[f]].letters == bg[b[g]].letters || bg[a[g]].letters == bf[b[f]].letters)
			return true;
	}
	return false;
}

/* One of the two must stand in the other's place to the letter; what is left must not speak
 * against it. */
static bool is_swapped(struct comparer *c, size_t f, size_t g, const uint32_t *a, const uint32_t *b)
{
	const struct field_value *vf = c->fields[f]->values, *vg = c->fields[g]->values;
	bool there = a[f] != 0 && b[g] != 0 && same(&vf[a[f]], &vg[b[g]]);
	bool back = a[g] != 0 && b[f] != 0 && same(&vg[a[g]], &vf[b[f]]);

	if (there && back)
		return true;
	if (there)
		return a[g] == 0 || b[f] == 0 ||
		       field_compare(c->fields[f]->kind, &c->scratch, &vg[a[g]], &vf[b[f]]) >=
			       LEVEL_SIMILAR;
	if (back)
		return a[f] == 0 || b[g] == 0 ||
		       field_compare(c->fields[f]->kind, &c->scratch, &vf[a[f]], &vg[b[g]]) >=
			       LEVEL_SIMILAR;
	return false;
}

static uint64_t with_swaps(
	struct comparer *c, const uint32_t *a, const uint32_t *b, uint64_t pattern)
{
	for (size_t i = 0; i < c->partner_count; i++) {
		size_t f = c->partners[i].a, g = c->partners[i].b;
		enum level lf = pattern_level(pattern, f), lg = pattern_level(pattern, g);
		if (lf > LEVEL_RELATED || lg > LEVEL_RELATED || !is_swapped(c, f, g, a, b))
			continue;
		if (lf != LEVEL_MISSING)
			pattern = with_level(pattern, f, LEVEL_SWAPPED);
		if (lg != LEVEL_MISSING)
			pattern = with_level(pattern, g, LEVEL_SWAPPED);
	}
	return pattern;
}

enum level comparer_open(struct comparer *c, const uint32_t *a, const uint32_t *b,
	struct glance *glance, size_t field)
{
	enum level level =
		compare_cached(c, field, MIN_OF(a[field], b[field]), MAX_OF(a[field], b[field]));

	glance->pattern |= (uint64_t)level << (LEVEL_BITS * field);
	glance->open &= ~(UINT32_C(1) << field);
	return level;
}

uint64_t comparer_settle(
	struct comparer *c, const uint32_t *a, const uint32_t *b, const struct glance *glance)
{
	struct glance g = *glance;

	while (g.open != 0)
		(void)comparer_open(c, a, b, &g, (size_t)__builtin_ctz(g.open));
	return with_swaps(c, a, b, g.pattern);
}

uint64_t comparer_pattern(struct comparer *c, uint32_t row_a, uint32_t row_b)
{
	const uint32_t *a = match_records_row(c->records, row_a);
	const uint32_t *b = match_records_row(c->records, row_b);
	struct glance glance = { 0, 0 };

	for (size_t i = 0; i < c->field_count; i++)
		glance_note(&glance, i, field_look(c->fields[i], a[i], b[i]));
	return comparer_settle(c, a, b, &glance);
}
