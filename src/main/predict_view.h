/* main/predict_view.h - predictions told to programs and to people. */
#pragma once

#include "journey/predict_evaluate.h"
#include "main/journey_ask.h"

/* What comes next for one journey. */
struct prediction {
	str customer; /* "": steps were typed */
	const struct predict_trip *trip;
	const struct predict_model *model;
	const struct predict_answer *answer; /* behind its last event */
	uint64_t journeys, events; /* counted, its own among them */
	size_t most; /* next steps told */
};

void predict_view_next(const struct journey_question *question, struct sink *sink,
	const struct predict_choice *choice, const struct prediction *prediction);
void predict_view_evaluation(const struct journey_question *question, struct sink *sink,
	const struct predict_trips *trips, const struct predict_evaluation *evaluation,
	size_t least);
