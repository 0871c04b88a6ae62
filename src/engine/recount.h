/* engine/recount.h - customers that take long to compute, beside the writer (identity/recount.h).
 *
 *   begin   writer   right after a publication that left something to be computed
 *   step    beside   computes it; if owners of sets changed, the base of the index of threads too,
 *                    so that readers need not look through rows one by one
 *   turn    writer   what came meanwhile is noted, or, being little, brought in, and the result put
 *                    in place
 *   step    beside   what came meanwhile is brought in; in the end, what was replaced is freed
 *
 * Nothing is written: a crash loses work and no fact.  A state that takes the place of the present
 * one (erasing.h) makes it vain, and so does a computation at once (identity_settle()).
 */
#pragma once

#include "engine/engine.h"

enum recount_turn { RECOUNT_NONE, RECOUNT_BESIDE, RECOUNT_WRITER };

/* How many steps a look may take (identity/recount.h), and how many in tests. */
size_t engine_look_steps(void);
/* From now on publications leave to it what takes long.  Writer's place. */
void engine_recount_allow(struct engine *engine);
/* Nothing may wait to be published.  RECOUNT_NONE: there is nothing to compute. */
enum recount_turn engine_recount_begin(struct engine *engine);
enum recount_turn engine_recount_step(struct engine *engine); /* one thread beside */
/* *taken: a result was put in place, to be published. */
enum recount_turn engine_recount_turn(struct engine *engine, bool *taken);
/* Computes all that is due at once.  Writer's place; a turn that is under way is given up. */
void engine_recount_now(struct engine *engine);

void engine_recount_abandon(struct engine *engine); /* nobody is at it */

/* ---- questions that look at everything (identity/study.h), beside the writer too */

struct engine_study;

struct engine_study *engine_study_begin(struct engine *engine); /* writer's place */
/* Beside, once: identity as it was, with all computed that was due. */
struct identity *engine_study_identity(struct engine_study *study);
const struct snapshot *engine_study_snapshot(const struct engine_study *study);
const struct identity_view *engine_study_view(const struct engine_study *study); /* same codes */
void engine_study_free(struct engine_study *study); /* NULL is fine */
