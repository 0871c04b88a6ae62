/* journey/frictions_internal.h - candidates on the way to being frictions. */
#pragma once

#include "journey/frictions.h"

/* Cases, the sum of their costs and of its squares. */
struct cost_sum {
	uint64_t n;
	wide_int x, xx;
};

struct candidate_friction {
	enum friction_word word;
	uint32_t at, to; /* steps; to: STEP_NONE where it is a set */
	int64_t within;
	double usual;
	struct cost_sum suffered, others;
	double low; /* of the cost in all, in units */
};

/* The part of those who suffered that is beyond what is usual: 0 to 1. */
double frictions_beyond(uint64_t suffered, uint64_t all, double usual);

/* What is of each step, made once: may it be suffered, what stands beside it. */
struct step_kinds {
	uint8_t *is_contact;
	uint32_t *group; /* steps alike but for the last word; 0: alone */
	uint32_t groups;
};

void step_kinds_make(
	const struct journey_plan *plan, const struct costs *costs, struct step_kinds *out);
void step_kinds_done(struct step_kinds *kinds);

/* frictions_screen.c: all candidates with support; *out on the heap. */
err frictions_screen(const struct journey_plan *plan, const struct costs *costs,
	const struct frictions_question *question, const struct step_kinds *kinds,
	struct candidate_friction **out, size_t *count, struct why *why);
