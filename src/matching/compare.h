/* matching/compare.h - two records side by side: a level for each field.
 *
 * A pattern packs them, four bits a field, field 0 lowest.  Pairs of values that were compared
 * before are looked up; a comparer belongs to one thread.
 *
 * Two name fields (or two address fields) that differ, but of which one holds what the other record
 * has in the other, are LEVEL_SWAPPED both.
 */
#pragma once

#include "matching/records.h"

enum { LEVEL_BITS = 4 };

static inline enum level pattern_level(uint64_t pattern, size_t field)
{
	return (enum level)(pattern >> (LEVEL_BITS * field) & ((1u << LEVEL_BITS) - 1));
}

struct comparer;

struct comparer *comparer_create(const struct match_records *records);
void comparer_free(struct comparer *comparer); /* NULL is fine */

/* A first look at all fields: the levels that are plain (missing, exact, surely different), and
 * which fields it leaves open, as bits; of these which may turn out exact. */
struct glance {
	uint64_t pattern;
	uint32_t open, may_be_exact;
};
struct glance comparer_glance(
	const struct comparer *comparer, const uint32_t *a, const uint32_t *b);
/* One field that it left open; then it is so no more. */
enum level comparer_open(struct comparer *comparer, const uint32_t *a, const uint32_t *b,
	struct glance *glance, size_t field);
/* The rest of it. */
uint64_t comparer_settle(struct comparer *comparer, const uint32_t *a, const uint32_t *b,
	const struct glance *glance);

uint64_t comparer_pattern(struct comparer *comparer, uint32_t row_a, uint32_t row_b);
/* Whether what stands in one of these fields may stand in the other. */
bool comparer_may_swap(enum field_kind a, enum field_kind b);
