/* journey/predict_kept.h - models that stay from one question to the next, for a server.
 *
 * A model belongs to a key: bytes that tell definition, filter and whatever else a plan was made
 * of, and to the view it was last brought to.  A question about
 *
 *   the same view         finds it ready: micro-seconds;
 *   a later view          lets it follow first (predict_trips.h): one walk over both views; who has
 *                         the same rows is passed over, what came is added, what went taken away;
 *   a view with rows      gets a model made anew, with its contexts chosen anew: nothing told
 *   hidden since          stands on what was erased;
 *   an eighth more or     likewise: which contexts are worth counting may have changed.
 *   fewer journeys
 *
 * So an answer is always of the view that was asked.  Between the last two the contexts are those
 * chosen then, and predict_choice tells on how many predictions.
 *
 * Memory: PREDICT_KEPT_MAX models, within the bytes given; what does not fit is made for its
 * question alone, of the question's own limits.  Each model holds its view.  predict_kept_rest()
 * drops who was not asked for PREDICT_KEPT_IDLE_MS.
 *
 * Threads: any; one question at a time, the others wait as long as their limits say.
 */
#pragma once

#include "journey/predict_evaluate.h"

enum { PREDICT_KEPT_MAX = 4, PREDICT_KEPT_IDLE_MS = 10 * 60 * 1000 };

struct predict_kept;

struct predict_kept *predict_kept_create(size_t bytes_max, struct clock *clock);
void predict_kept_free(struct predict_kept *kept); /* NULL is fine; nobody asks any more */

struct predict_asked {
	str key;
	const struct journey_plan *plan; /* made of these, and of the view that is asked */
	const struct journey_definition *definition;
	const struct journey_filter *filter;
	const struct journey_journal *journal;
};

/* What is handed out, for the call alone. */
struct predict_ready {
	struct predict_model *model; /* whoever takes something away adds it again */
	const struct predict_choice *choice;
};
typedef err predict_use(void *context, const struct predict_ready *ready, struct why *why);

/* ERR_LIMIT, ERR_CANCELLED, ERR_TIMEOUT by the limits of the plan; else what `use` says. */
err predict_kept_ask(struct predict_kept *kept, const struct predict_asked *asked, predict_use *use,
	void *context, struct why *why);

void predict_kept_rest(struct predict_kept *kept); /* waits for nobody */

struct predict_kept_counts { /* how often */
	uint64_t ready, followed, made;
	size_t models, bytes; /* now */
};
struct predict_kept_counts predict_kept_counts(struct predict_kept *kept);
