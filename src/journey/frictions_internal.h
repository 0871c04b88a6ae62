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
	unsigned windows; /* `within` is the best of so many */
	double usual;
	struct cost_sum suffered, others;
	double low; /* of the cost in all, in units */
};

/* In memory at once, 32 bytes each. */
#define TRIALS_TOGETHER ((uint64_t)4 << 20)

/* Who suffered when, as far as a day: sorted. */
struct days {
	uint64_t *items;
	size_t count;
};

enum { FOUND_MAX = FRICTIONS_LOOKED_AT + FRICTIONS_PARTS };

/* The frictions on their way to be told. */
struct looking {
	const struct journey_plan *plan;
	const struct costs *costs;
	const struct frictions_question *question;
	const struct step_kinds *kinds;
	struct friction_found found[FOUND_MAX];
	struct days days[FOUND_MAX];
	size_t count;
};

/* A candidate as a friction not yet looked at; found_done() frees it. */
struct friction_found frictions_found_of(
	const struct looking *l, const struct candidate_friction *candidate);
void frictions_found_done(struct friction_found *found);
struct days frictions_days_of(const struct trials *trials); /* on the heap */
err frictions_compare_periods(const struct looking *l, struct friction_found *f, struct why *why);

/* frictions_parts.c: adds those of a part, at places that nothing is found at. */
err frictions_look_at_parts(struct looking *l, const struct candidate_friction *candidates,
	size_t count, struct why *why);

/* The part of those who suffered that is beyond what is usual: 0 to 1. */
double frictions_beyond(uint64_t suffered, uint64_t all, double usual);

/* What is of each step, made once: may it be suffered, what stands beside it. */
struct step_kinds {
	uint8_t *is_contact;
	uint8_t *
		leads; /* steps x steps: the second, after the first, is a contact by another way */
	uint32_t *group; /* the first of its alternatives: where one came, the other could have */
	uint8_t *has_others; /* has it any? */
	uint32_t *place; /* the first of the steps of one place; alternatives are of one place */
};

/* frictions_contacts.c: the first two */
void step_contacts_make(
	const struct journey_plan *plan, const struct costs *costs, struct step_kinds *out);

/* frictions_windows.c: the spans that are tried, the shortest first. */
size_t frictions_windows(const struct frictions_question *question, int64_t horizon,
	int64_t out[static FRICTIONS_WINDOWS_MAX]);
/* Which of them: of `n`, how many suffered within each, and the share that would have anyway. */
size_t frictions_window_of(const struct cost_sum *suffered, const double *usual, size_t windows,
	uint64_t n, double false_share);

/* frictions_places.c */
void step_kinds_make(
	const struct journey_plan *plan, const struct costs *costs, struct step_kinds *out);
void step_kinds_done(struct step_kinds *kinds);

/* frictions_screen.c: all candidates with support; *out on the heap. */
err frictions_screen(const struct journey_plan *plan, const struct costs *costs,
	const struct frictions_question *question, const struct step_kinds *kinds,
	struct candidate_friction **out, size_t *count, struct why *why);
