/* matching/patterns.h - how often each pattern of levels was seen.
 *
 * Learning looks at patterns, not at pairs: ten fields give thousands of patterns where there are
 * millions of pairs, and EM over them takes milliseconds.
 */
#pragma once

#include "matching/compare.h"
#include "matching/known.h"

enum { PATTERNS_MAX = 1 << 20 }; /* distinct ones; the rare rest is left out, and counted */

struct patterns;

struct patterns *patterns_create(void);
void patterns_free(struct patterns *patterns); /* NULL is fine */
void patterns_add(struct patterns *patterns, uint64_t pattern, uint64_t count);

uint64_t patterns_total(const struct patterns *patterns); /* pairs */
uint64_t patterns_left_out(const struct patterns *patterns); /* pairs */
size_t patterns_count(const struct patterns *patterns);
/* Sorted by pattern once patterns_sort() was called: so sums do not depend on the order in which
 * pairs came.  Nothing may be added afterwards. */
void patterns_sort(struct patterns *patterns);
uint64_t patterns_at(const struct patterns *patterns, size_t i, uint64_t *count);

/* Pairs to learn from, by what is known of them. */
struct sample {
	struct patterns *of[PAIR_KINDS];
};
struct sample sample_create(void);
void sample_free(struct sample *sample); /* all NULL is fine, and what is left */
void sample_sort(struct sample *sample);
uint64_t sample_total(const struct sample *sample); /* pairs */
