/* journey/predict_evaluate.h - which contexts to count in, and how good the predictions are.
 *
 * Both train on some journeys and ask about later ones; nothing is ever asked about what was
 * counted.  The order is chosen by log-loss: the mean of -ln(chance given to what came).
 */
#pragma once

#include "journey/predict_trips.h"

/* Beyond so many events the latest are enough to choose by. */
#define PREDICT_CHOICE_EVENTS ((size_t)1 << 20)

struct predict_choice {
	struct predict_options options;
	uint64_t journeys, predictions; /* asked about */
	double order_loss[PREDICT_ORDER_MAX + 1];
	double extra_loss[PREDICT_EXTRAS]; /* with the best order */
};

/* Of the first `count` journeys: the last fifth is asked about, behind prefixes of at least `least`
 * events.  Without anything to ask about: order 1. */
err predict_choose(const struct predict_trips *trips, size_t count, size_t least,
	struct predict_choice *out, struct why *why);

/* Free with predict_free(). */
err predict_train(const struct predict_trips *trips, size_t count,
	const struct predict_options *options, struct predict_model **out, struct why *why);
/* The same with its bytes of other limits than the plan's, which it may then outlive. */
err predict_train_within(const struct predict_trips *trips, size_t count,
	const struct predict_options *options, struct journey_limits *limits,
	struct predict_model **out, struct why *why);

struct predict_scores {
	uint64_t predictions, first,
		third; /* right with the likeliest, among the three likeliest */
	double log_loss;
	/* How far the chance of the likeliest is from how often it came: the mean difference over
	 * ten equal classes of chances, by how many are in each (ECE). */
	double calibration_error;
};

struct predict_evaluation {
	struct predict_choice choice;
	uint64_t train_journeys, train_events, test_journeys, test_events;
	struct predict_scores next;
	struct predict_scores order_one; /* the same with the last step alone */
	/* Success or not, of the journeys that are over; no ranks. */
	struct predict_scores outcome;
	double outcome_share, outcome_base_loss; /* saying to all what training had on the whole */
};

/* The first two thirds of the journeys (twice a third, rounded) train, in the order of their first
 * events; the others are asked for the next step behind each prefix of at least `least` events. */
err predict_evaluate(const struct predict_trips *trips, size_t least,
	struct predict_evaluation *out, struct why *why);
