/* journey/traits_internal.h - the making of traits, laid open for its files. */
#pragma once

#include "journey/plan_internal.h"
#include "journey/traits.h"

#include <pthread.h>

#define TRIAL_NONE UINT32_MAX

/* What is remembered of a row of a customer with trials: the first trial at or behind it (its
 * number + 1; 0: none, or nobody asked about), and when (greater is later; of one customer only),
 * with ROW_IS_POINT of those that are a trial's point.  Side by side, for they are read together,
 * in the order of attribute columns. */
struct trial_row {
	uint32_t trial, stamp;
};
#define ROW_IS_POINT ((uint32_t)1 << 31)

struct trial_rows {
	struct trial_row *row;
	uint32_t *before, *after; /* by trial: the customer's trial before and after it */
	uint32_t *in_order; /* all trials, each behind the one before it */
	uint32_t *first_of; /* by customer: his first trial + 1 */
	bool any_before; /* has any trial one before it? */
};

struct traits_maker {
	const struct journey_plan *plan;
	const struct trials *trials;
	const struct traits_question *question;
	struct trial_rows rows;
	size_t words; /* of a set */
	size_t bytes; /* taken, given back at the end */
	pthread_mutex_t *lock; /* of what follows, and of `bytes` */
	struct traits *out;
	size_t room;
	bool texts_full;
};

/* A family about to be made: a value for each trial. */
struct family {
	enum trait_kind kind;
	bool own;
	str key;
	const uint32_t *code; /* of each trial; 0: none, else from 1 */
	size_t codes; /* below this */
	/* Fills in text, low and high of the trait that a code stands for. */
	void (*describe)(const void *context, uint32_t code, struct trait *trait);
	const void *context;
};

/* Adds those values of a family that have support; `order` numbers families among each other. */
err traits_add_family(
	struct traits_maker *m, uint32_t order, const struct family *family, struct why *why);
/* The same for one set that stands alone; takes over `set` (on the heap, m->words). */
err traits_add_set(struct traits_maker *m, uint32_t order, const struct trait *like, uint64_t *set,
	struct why *why);

/* traits_rows.c: walks all threads once; also the CHANNEL, STEP and TIMES families, and those of
 * the trial's own time.  Uses orders from `order` on. */
err traits_walk(struct traits_maker *m, uint32_t order, struct why *why);
/* traits_before.c: what one customer did before each of his trials. */
struct before_sets {
	uint64_t **of_channel, **of_step; /* by name code and step; NULL: none yet */
	uint32_t *times; /* of each trial: code of TIMES */
	size_t channels, steps;
};
struct before_walk; /* one thread's */
struct before_walk *before_walk_create(struct traits_maker *m, struct before_sets *sets);
void before_walk_free(struct before_walk *walk);
err before_walk_thread(struct before_walk *walk, const struct thread *thread, struct why *why);
err before_sets_create(struct traits_maker *m, struct before_sets *sets, struct why *why);
err before_sets_add(
	struct traits_maker *m, uint32_t order, struct before_sets *sets, struct why *why);
void before_sets_done(struct before_sets *sets);

/* traits_keys.c: the attributes; orders from `order` on. */
err traits_add_keys(struct traits_maker *m, uint32_t order, struct why *why);
/* traits_times.c: weekday, hours, month; takes 3 numbers. */
err traits_add_times(struct traits_maker *m, uint32_t order, struct why *why);
