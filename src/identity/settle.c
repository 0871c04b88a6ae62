/* identity/settle.c - what changed is brought into the customers, before anybody looks.
 *
 * Seeds are the identifiers whose evidence changed.  First what is shared is judged anew: where
 * that changes, its neighbours become seeds.  Then the customers of all that the seeds reach are
 * computed once (closure.h), whatever number of events came since the last time, and put in place
 * of the rings there are.
 *
 * A look that may not take long (steps_max) tries all seeds together, for mostly they reach little;
 * if that is too much, one after the other, so that those that reach far do not keep the others
 * waiting.  What reaches too far is taken back and deferred: it is computed beside (recount.h).
 */
#include "base/map64.h"
#include "identity/closure.h"
#include "identity/place.h"
#include "identity/recount.h"
#include "identity/rules.h"
#include "identity/twins.h"

#include <stdlib.h>

/* For each step of a look: 25,000 digests, some ten milliseconds. */
enum { TWIN_STEPS = 16 };

static void set_shared(struct identity *identity, uint32_t identifier, bool shared)
{
	uint8_t *kind = table_change(identity->kinds, identifier);

	*kind = (uint8_t)(shared ? *kind | KIND_SHARED : *kind & ~KIND_SHARED);
}

/* Seeds that are computed together, and what has to be taken back if it becomes too much. */
struct attempt {
	struct identity *identity;
	struct codes seeds; /* those, and the neighbours of what they changed */
	struct codes flipped; /* shared before, or now */
	size_t steps; /* left */
};

static void seed_neighbours(struct attempt *a, uint32_t identifier)
{
	const struct identity *identity = a->identity;
	uint32_t at = member_at(identity, identifier)->nodes;
	struct set_parts parts;

	for (; at != NODE_END && a->steps > 0; a->steps--) {
		const struct node *node = table_at(identity->nodes, at);
		const struct evidence *evidence = node_kind(node->what) == NODE_SET
							  ? table_at(identity->evidence, node->what)
							  : NULL;
		at = node->next;
		if (evidence == NULL || evidence->live == 0)
			continue;
		set_parts(strings_get(identity->sets, node->what), &parts);
		for (size_t i = 0; i < parts.count; i++)
			codes_add(&a->seeds, parts.codes[i]);
	}
}

/* What is told of one is told of its twins. */
static void add_twins(struct attempt *a, const struct lens *lens)
{
	struct twin_class class;

	for (size_t i = 0, known = a->seeds.count; i < known && a->steps > 0; i++) {
		twins_of(lens, a->seeds.items[i], &class, &a->steps);
		for (size_t k = 1; k < class.count; k++)
			codes_add(&a->seeds, class.codes[k]);
	}
}

/* Neighbours need not be judged: nothing was told of them. */
static bool judge(struct attempt *a)
{
	const struct lens lens = lens_of(a->identity);

	add_twins(a, &lens);

	for (size_t i = 0, known = a->seeds.count; i < known && a->steps > 0; i++) {
		uint32_t identifier = a->seeds.items[i];
		bool was = (kind_at(a->identity, identifier) & KIND_SHARED) != 0;
		bool is = lens_is_shared(&lens, identifier, &a->steps);
		if (was == is || a->steps == 0)
			continue;
		set_shared(a->identity, identifier, is);
		codes_add(&a->flipped, identifier);
		seed_neighbours(a, identifier);
	}
	return a->steps > 0;
}

static void take_back(struct attempt *a)
{
	for (size_t i = a->flipped.count; i-- > 0;) {
		uint32_t identifier = a->flipped.items[i];
		bool is = (kind_at(a->identity, identifier) & KIND_SHARED) != 0;
		set_shared(a->identity, identifier, !is);
	}
}

/* ---- everything */

/* By row: may an identifier of such a type be found to be shared? */
static uint64_t rows_to_judge(const struct identity *identity)
{
	uint64_t rows = 0;

	for (unsigned row = 0; row < rules_type_count(identity->rules); row++) {
		const struct rules_type *type = rules_type(identity->rules, row);
		if (type->owners > 0 || type->hashes != 0 || type->hash_of != RULES_TYPE_OTHER)
			rows |= UINT64_C(1) << row;
	}
	return rows;
}

static void judge_all(struct identity *identity, const struct lens *lens)
{
	uint64_t rows = rows_to_judge(identity);

	for (uint32_t i = 0; i < table_count(identity->members); i++) {
		uint8_t kind = kind_at(identity, i);
		size_t steps = SIZE_MAX;
		bool is = (rows >> (kind & KIND_ROW) & 1) != 0 && lens_is_shared(lens, i, &steps);
		if (is != ((kind & KIND_SHARED) != 0))
			set_shared(identity, i, is);
	}
}

/* Everything: what is shared seeds nothing, for all are computed. */
static void compute_all(struct identity *identity)
{
	const struct lens lens = lens_of(identity);
	struct closure *closure = closure_create(&lens);

	judge_all(identity, &lens);
	closure_whole(closure);
	closure_join(closure, NULL, NULL);
	place_all(identity, closure);
	closure_free(closure);
}

/* By number + 1: 0 is no key. */
static void note_met(struct map64 *met, const struct closure *closure, bool done)
{
	for (size_t i = 0; i < closure_count(closure); i++)
		map64_put(met, (uint64_t)closure_identifier(closure, i) + 1, done);
}

static bool may_look_through_rows(const struct identity *identity)
{
	return identity->times_rows != NULL &&
	       identity->times_rows(identity->times_context) <= IDENTITY_ROWS_MAX;
}

/* False: it would take more steps than there are, or a look through very many events, and nothing
 * is changed.  `met`, which may be NULL, hears of all that was reached.  *steps: those that are
 * left.
 */
static bool compute(struct identity *identity, const uint32_t *seeds, size_t count, bool at_length,
	size_t *steps, struct map64 *met)
{
	struct attempt a = { .identity = identity, .steps = *steps };
	const struct lens lens = lens_of(identity);
	struct closure *closure = closure_create(&lens);

	for (size_t i = 0; i < count; i++)
		codes_add(&a.seeds, seeds[i]);
	if (!at_length)
		closure_stop_at(closure, identity->far);
	bool done = judge(&a) && closure_reach(closure, a.seeds.items, a.seeds.count, &a.steps) &&
		    (at_length || closure_knows_times(closure) || may_look_through_rows(identity));
	if (done) {
		closure_join(closure, NULL, NULL);
		place_reach(identity, closure);
	} else {
		take_back(&a);
	}
	if (met != NULL)
		note_met(met, closure, done);
	if (met != NULL && !done) { /* all together say nothing of each */
		if (identity->far == NULL)
			identity->far = map64_create();
		note_met(identity->far, closure, false);
	}
	closure_free(closure);
	codes_done(&a.seeds);
	codes_done(&a.flipped);
	*steps = a.steps;
	return done;
}

void settle(struct identity *identity)
{
	size_t steps = SIZE_MAX;

	identity->rulings++; /* what is computed beside is in vain */
	rules_take_due(identity);
	(void)twins_find(identity, SIZE_MAX);
	codes_add_all(&identity->seeds, &identity->deferred);
	codes_add_all(&identity->seeds, &identity->lent);
	codes_done(&identity->deferred);
	codes_done(&identity->lent);
	if (identity->all_stale)
		compute_all(identity);
	else if (identity->seeds.count > 0)
		(void)compute(
			identity, identity->seeds.items, identity->seeds.count, true, &steps, NULL);
	codes_done(&identity->seeds);
	identity->all_stale = false;
}

void identity_settle(struct identity *identity)
{
	settle(identity);
}

static bool is_shared_otherwise(const struct identity *identity, const struct lens *lens,
	uint32_t identifier, size_t *steps)
{
	struct twin_class class;
	bool changes = false;

	twins_of(lens, identifier, &class, steps);
	for (size_t i = 0; i<class.count && * steps> 0; i++) {
		bool was = (kind_at(identity, class.codes[i]) & KIND_SHARED) != 0;
		changes |= lens_is_shared(lens, class.codes[i], steps) != was;
	}
	return changes || *steps == 0;
}

/* `left`: of all of them.  One that was computed with another still has to be judged: each judges
 * itself alone. */
static void compute_apart(struct identity *identity, size_t left)
{
	const struct lens lens = lens_of(identity);
	struct map64 *met = map64_create();

	for (size_t i = 0; i < identity->seeds.count; i++) {
		uint32_t seed = identity->seeds.items[i];
		uint64_t done = 0;
		size_t steps = MIN_OF(left, identity->steps_max), before = steps;
		bool is_met = map64_get(met, (uint64_t)seed + 1, &done);
		bool too_far = steps == 0 || (is_met && done == 0);
		if (!too_far && (!is_met || is_shared_otherwise(identity, &lens, seed, &steps)))
			too_far = !compute(identity, &seed, 1, false, &steps, met);
		if (too_far)
			codes_add(&identity->deferred, seed);
		left -= before - steps;
	}
	map64_free(met);
}

void settle_for_look(struct identity *identity)
{
	size_t steps = identity->steps_max;

	if (identity->steps_max == 0 || identity->all_stale) {
		settle(identity);
		return;
	}
	(void)twins_find(identity, TWIN_STEPS * identity->steps_max);
	if (identity->seeds.count == 0)
		return;
	/* while something is computed beside, what comes is likely to belong to it */
	bool tries = identity->deferred.count + identity->lent.count == 0;
	if (!tries || !compute(identity, identity->seeds.items, identity->seeds.count, false,
			      &steps, NULL))
		compute_apart(identity, identity->steps_max + steps);
	codes_done(&identity->seeds);
}
