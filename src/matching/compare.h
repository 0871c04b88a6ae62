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

uint64_t comparer_pattern(struct comparer *comparer, uint32_t row_a, uint32_t row_b);
/* One field alone, without regard to swapping. */
enum level comparer_field(
	struct comparer *comparer, size_t field, uint32_t code_a, uint32_t code_b);
/* What is left to do once the fields were compared one by one. */
uint64_t comparer_swaps(
	struct comparer *comparer, const uint32_t *a, const uint32_t *b, uint64_t pattern);
