/* journey/predict.h - what comes next in an open journey, and how it will come out: counted, not
 * fitted.
 *
 * For each context (the last 0, 1, ... `order` steps, the last of them first; a journey's beginning
 * is a step too) it is counted which step came next, and how the journeys that stood there came
 * out.  A chance is the share counted in the longest context that was ever met, mixed with that of
 * the next shorter one, and so on, by Witten and Bell: of n continuations, d of them distinct,
 *
 *   chance(step) = (count(step) + d * chance in the shorter context(step)) / (n + d)
 *
 * and below the empty context all steps have the same.  One more context may follow the longest:
 * with the channel of the last event, or with the pause before it (`extra`).  The end of a journey
 * that is over is a step; open journeys tell only what is in them.
 *
 * Counts are integers: what was added can be taken away, and then nothing is left of it.
 *
 * Time: adding takes `order` look-ups an event, a prediction `order` times the steps there are.
 * Memory: 56 bytes a context, 8 a continuation, of the limits given; PREDICT_CONTEXTS_MAX contexts.
 *
 * Threads: one at a time; predictions alone may be made by several.
 */
#pragma once

#include "journey/pass.h"

enum { PREDICT_ORDER_MAX = 8 };
#define PREDICT_CONTEXTS_MAX ((size_t)1 << 31)
#define PREDICT_END UINT32_MAX /* the step behind a journey's last */

enum predict_extra { PREDICT_NOTHING, PREDICT_CHANNEL, PREDICT_PAUSE, PREDICT_EXTRAS };

struct predict_options {
	unsigned order; /* at most PREDICT_ORDER_MAX */
	enum predict_extra extra;
};

/* A journey as it is counted; the arrays have `count` >= 1 items. */
struct predict_trip {
	const uint32_t *step;
	const uint32_t *extra[PREDICT_EXTRAS]; /* of each event; NULL where nothing is told */
	size_t count;
	enum journey_outcome outcome;
};

struct predict_model;

/* `limits` must outlive it. */
struct predict_model *predict_create(
	const struct predict_options *options, struct journey_limits *limits);
void predict_free(struct predict_model *model); /* NULL is fine */
const struct predict_options *predict_options_of(const struct predict_model *model);

/* ERR_LIMIT: then the model is good for predict_free() only. */
err predict_add(struct predict_model *model, const struct predict_trip *trip, struct why *why);
/* The same trip was added. */
void predict_remove(struct predict_model *model, const struct predict_trip *trip);

uint64_t predict_journeys(const struct predict_model *model); /* counted in it */
uint64_t predict_events(const struct predict_model *model); /* of these */

/* Everything counted, in one number that does not depend on the order of adding and removing. */
uint64_t predict_digest(const struct predict_model *model);

/* ---- asking.  `steps` is how many there are now, journey_plan_steps(). */

struct predict_context { /* the longest in which anything is counted */
	unsigned steps; /* of it */
	bool from_start; /* it reaches to the journey's beginning */
	bool has_extra;
	uint64_t count; /* continuations counted in it */
	uint64_t trips; /* events in it whose journeys are over */
};

/* What follows trip->step[at].  share[s] for each step, share[steps] for the end: they add up to 1.
 * `outcome` of those that are over (JOURNEY_OPEN: 0); all 0 if none ever was. */
struct predict_answer {
	double *share; /* the caller's, steps + 1 */
	double outcome[JOURNEY_OUTCOMES];
	struct predict_context context;
};
void predict_next(const struct predict_model *model, const struct predict_trip *trip, size_t at,
	size_t steps, struct predict_answer *out);
/* How often `next` was counted in that longest context. */
uint64_t predict_count(const struct predict_model *model, const struct predict_trip *trip,
	size_t at, uint32_t next);

/* The chance of `next` alone, in contexts of at most 0, 1, ... steps and, last, with the extra:
 * so that one model tells what shorter ones would say. */
enum { PREDICT_LEVELS = PREDICT_ORDER_MAX + 2 };
void predict_chances(const struct predict_model *model, const struct predict_trip *trip, size_t at,
	uint32_t next, size_t steps, double out[static PREDICT_LEVELS]);
