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

static inline enum look field_look(const struct records_field *f, uint32_t a, uint32_t b)
{
	if (a == 0 || b == 0)
		return LOOK_MISSING;
	return a == b ? LOOK_EXACT : brief_look(f->kind, &f->briefs[a], &f->briefs[b]);
}

/* Levels found so far, and as bits the fields that are still open. */
struct glance {
	uint64_t pattern;
	uint32_t open;
};
static inline void glance_note(struct glance *glance, size_t field, enum look look)
{
	static const uint8_t levels[LOOK_COUNT_] = {
		[LOOK_DIFFERENT] = LEVEL_DIFFERENT, [LOOK_EXACT] = LEVEL_EXACT
	};

	glance->pattern |= (uint64_t)levels[look] << (LEVEL_BITS * field);
	glance->open |= (uint32_t)(look >= LOOK_FAR && look <= LOOK_OPEN_OR_EXACT) << field;
}
/* One field that is open; then it is so no more. */
enum level comparer_open(struct comparer *comparer, const uint32_t *a, const uint32_t *b,
	struct glance *glance, size_t field);
/* The rest of it, once every field was looked at. */
uint64_t comparer_settle(struct comparer *comparer, const uint32_t *a, const uint32_t *b,
	const struct glance *glance);
/* False: no field of these two will be LEVEL_SWAPPED. */
bool comparer_may_be_swapped(const struct comparer *comparer, const uint32_t *a, const uint32_t *b);

uint64_t comparer_pattern(struct comparer *comparer, uint32_t row_a, uint32_t row_b);
/* Whether what stands in one of these fields may stand in the other. */
bool comparer_may_swap(enum field_kind a, enum field_kind b);
