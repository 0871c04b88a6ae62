/* main/predict_view.c - see predict_view.h */
#include "main/predict_view.h"

#include "main/csv_out.h"

#include <stdlib.h>

enum { LINE_BYTES_MAX = 1 << 16, SHARE_BYTES = 64 };

static const char *const extra_words[PREDICT_EXTRAS] = { "none", "channel", "pause" };

/* ---- the next steps, the likeliest first */

struct ranked {
	uint32_t step; /* PREDICT_END: the end */
	double share;
};

static str name_of(const struct journey_plan *plan, uint32_t step, enum language language)
{
	return step == PREDICT_END ? text_words(TEXT_PREDICT_END, language)
				   : journey_plan_step_name(plan, step);
}

static int by_share(const void *a, const void *b, void *plan)
{
	const struct ranked *x = a, *y = b;
	const struct journey_plan *const *p = plan;

	if (x->share != y->share)
		return x->share < y->share ? 1 : -1;
	if (x->step == PREDICT_END || y->step == PREDICT_END)
		return x->step == PREDICT_END ? 1 : -1;
	return str_compare(
		journey_plan_step_name(*p, x->step), journey_plan_step_name(*p, y->step));
}

static struct ranked *rank(
	const struct journey_plan *plan, const struct prediction *p, size_t *count)
{
	size_t steps = journey_plan_steps(plan), n = 0;
	struct ranked *ranked = memory_alloc((steps + 1) * sizeof(*ranked));

	for (uint32_t i = 0; i < steps; i++)
		ranked[n++] = (struct ranked){ i, p->answer->share[i] };
	if (p->answer->share[steps] > 0)
		ranked[n++] = (struct ranked){ PREDICT_END, p->answer->share[steps] };
	qsort_r(ranked, n, sizeof(*ranked), by_share, &plan);
	*count = MIN_OF(n, p->most);
	return ranked;
}

static uint64_t counted(const struct prediction *p, uint32_t step)
{
	return predict_count(p->model, p->trip, p->trip->count - 1, step);
}

/* ---- for programs */

static void put_steps(struct json_writer *w, const char *key, const struct journey_plan *plan,
	const uint32_t *steps, size_t count)
{
	json_put_key(w, str_of(key));
	json_put_array(w);
	for (size_t i = 0; i < count; i++)
		json_put_string(w, journey_plan_step_name(plan, steps[i]));
	json_put_end(w);
}

static void put_model(struct json_writer *w, const struct predict_choice *choice)
{
	json_put_key(w, STR("model"));
	json_put_object(w);
	json_member_uint(w, "order", choice->options.order);
	json_member_string(w, "extra", str_of(extra_words[choice->options.extra]));
	json_member_uint(w, "chosen_on", choice->predictions);
	json_put_key(w, STR("log_loss"));
	json_put_array(w);
	for (unsigned k = 0; choice->predictions > 0 && k <= PREDICT_ORDER_MAX; k++)
		json_put_float(w, choice->order_loss[k]);
	json_put_end(w);
	json_put_key(w, STR("extra_log_loss"));
	json_put_object(w);
	for (unsigned x = 0; choice->predictions > 0 && x < PREDICT_EXTRAS; x++)
		json_member_float(w, extra_words[x], choice->extra_loss[x]);
	json_put_end(w);
	json_put_end(w);
}

static void put_context(
	struct json_writer *w, const struct journey_plan *plan, const struct prediction *p)
{
	const struct predict_context *c = &p->answer->context;

	json_put_key(w, STR("context"));
	json_put_object(w);
	put_steps(w, "steps", plan, p->trip->step + p->trip->count - c->steps, c->steps);
	json_put_key(w, STR("from_start"));
	json_put_bool(w, c->from_start);
	json_put_key(w, STR("extra"));
	json_put_bool(w, c->has_extra);
	json_member_uint(w, "count", c->count);
	json_member_uint(w, "over", c->trips);
	json_put_end(w);
}

static void put_next(
	struct json_writer *w, const struct journey_plan *plan, const struct prediction *p)
{
	size_t count;
	struct ranked *ranked = rank(plan, p, &count);

	json_put_key(w, STR("next"));
	json_put_array(w);
	for (size_t i = 0; i < count; i++) {
		json_put_object(w);
		json_put_key(w, STR("step"));
		if (ranked[i].step == PREDICT_END)
			json_put_null(w);
		else
			json_put_string(w, journey_plan_step_name(plan, ranked[i].step));
		json_member_float(w, "probability", ranked[i].share);
		json_member_uint(w, "count", counted(p, ranked[i].step));
		json_put_end(w);
	}
	json_put_end(w);
	free(ranked);
}

static void put_outcomes(struct json_writer *w, const struct prediction *p)
{
	json_put_key(w, STR("outcome"));
	json_put_object(w);
	for (unsigned o = 0; p->answer->context.trips > 0 && o < JOURNEY_OUTCOMES; o++) {
		str word = journey_outcome_word((enum journey_outcome)o);
		if (o == JOURNEY_OPEN)
			continue;
		json_put_key(w, word);
		json_put_float(w, p->answer->outcome[o]);
	}
	json_put_end(w);
}

static void put_prediction(
	struct json_writer *w, const struct journey_plan *plan, const struct prediction *p)
{
	json_put_key(w, STR("prediction"));
	json_put_object(w);
	if (p->customer.len > 0)
		json_member_string(w, "customer", p->customer);
	put_steps(w, "steps", plan, p->trip->step, p->trip->count);
	put_context(w, plan, p);
	put_next(w, plan, p);
	put_outcomes(w, p);
	json_put_end(w);
}

static void begin(struct json_writer *w, const struct journey_question *q, uint64_t journeys,
	uint64_t events, const struct predict_choice *choice)
{
	json_put_object(w);
	json_member_uint(w, "journeys", journeys);
	json_member_uint(w, "events", events);
	put_standing(w, q);
	put_model(w, choice);
}

static void put_scores(struct json_writer *w, const char *key, const struct predict_scores *s)
{
	double all = (double)MAX_OF(s->predictions, (uint64_t)1);

	json_put_key(w, str_of(key));
	json_put_object(w);
	json_member_uint(w, "predictions", s->predictions);
	json_member_float(w, "top1", (double)s->first / all);
	json_member_float(w, "top3", (double)s->third / all);
	json_member_float(w, "log_loss", s->log_loss);
	json_member_float(w, "calibration_error", s->calibration_error);
	json_put_end(w);
}

static void put_success(struct json_writer *w, const struct predict_evaluation *e)
{
	json_put_key(w, STR("success"));
	json_put_object(w);
	json_member_uint(w, "predictions", e->outcome.predictions);
	json_member_float(w, "log_loss", e->outcome.log_loss);
	json_member_float(w, "calibration_error", e->outcome.calibration_error);
	json_member_float(w, "share_in_training", e->outcome_share);
	json_member_float(w, "log_loss_of_that_share", e->outcome_base_loss);
	json_put_end(w);
}

static void put_evaluation(struct json_writer *w, const struct predict_evaluation *e, size_t least)
{
	json_put_key(w, STR("evaluation"));
	json_put_object(w);
	json_member_uint(w, "prefix", least);
	json_member_uint(w, "train_journeys", e->train_journeys);
	json_member_uint(w, "train_events", e->train_events);
	json_member_uint(w, "test_journeys", e->test_journeys);
	json_member_uint(w, "test_events", e->test_events);
	put_scores(w, "next", &e->next);
	put_scores(w, "next_by_last_step", &e->order_one);
	put_success(w, e);
	json_put_end(w);
}

/* ---- as CSV */

/* The end of the journey has no step. */
static void csv_next(
	const struct journey_question *q, struct sink *sink, const struct prediction *p)
{
	struct csv_out csv = csv_out_begin("step,probability,count");
	size_t count;
	struct ranked *ranked = rank(q->plan, p, &count);

	for (size_t i = 0; i < count; i++) {
		csv_out_text(&csv, ranked[i].step == PREDICT_END
					   ? STR("")
					   : journey_plan_step_name(q->plan, ranked[i].step));
		csv_out_number(&csv, ranked[i].share);
		csv_out_count(&csv, counted(p, ranked[i].step));
		csv_out_row(&csv);
	}
	free(ranked);
	csv_out_end(&csv, sink);
}

static void csv_scores(struct csv_out *csv, const char *of, const struct predict_scores *s)
{
	double all = (double)MAX_OF(s->predictions, (uint64_t)1);

	csv_out_text(csv, str_of(of));
	csv_out_count(csv, s->predictions);
	csv_out_number(csv, (double)s->first / all);
	csv_out_number(csv, (double)s->third / all);
	csv_out_number(csv, s->log_loss);
	csv_out_number(csv, s->calibration_error);
	csv_out_row(csv);
}

/* What the journey comes to is success or not: nothing is ranked there. */
static void csv_evaluation(struct sink *sink, const struct predict_evaluation *e)
{
	struct csv_out csv =
		csv_out_begin("predicted,predictions,top1,top3,log_loss,calibration_error");

	csv_scores(&csv, "next", &e->next);
	csv_scores(&csv, "next_by_last_step", &e->order_one);
	csv_out_text(&csv, STR("success"));
	csv_out_count(&csv, e->outcome.predictions);
	csv_out_text(&csv, STR(""));
	csv_out_text(&csv, STR(""));
	csv_out_number(&csv, e->outcome.log_loss);
	csv_out_number(&csv, e->outcome.calibration_error);
	csv_out_row(&csv);
	csv_out_end(&csv, sink);
}

/* ---- for people */

static str share_text(double share, enum language language, char text[static SHARE_BYTES])
{
	struct strbuf cell = { .ptr = text, .cap = SHARE_BYTES, .cap_max = SHARE_BYTES };

	locale_decimal(language, share * 100, 1, &cell);
	strbuf_add(&cell, language == LANGUAGE_FRENCH ? STR("\xe2\x80\xaf%") : STR("%"));
	return strbuf_str(&cell);
}

static void add_way(
	struct strbuf *line, const struct journey_plan *plan, const uint32_t *steps, size_t count)
{
	for (size_t i = 0; i < count && strbuf_ok(line); i++) {
		strbuf_add(line, i == 0 ? STR("") : STR(" \xe2\x86\x92 "));
		strbuf_add(line, journey_plan_step_name(plan, steps[i]));
	}
}

static void say_context(const struct journey_question *q, struct sink *sink,
	const struct predict_choice *choice, const struct prediction *p)
{
	enum language language = request_locale(q->request)->language;
	const struct predict_context *c = &p->answer->context;
	struct strbuf line = strbuf_heap(LINE_BYTES_MAX);

	add_way(&line, q->plan, p->trip->step + p->trip->count - c->steps, c->steps);
	if (c->has_extra) {
		strbuf_add(&line, STR(", "));
		strbuf_add(&line,
			text_words(choice->options.extra == PREDICT_CHANNEL ? TEXT_PREDICT_CHANNEL
									    : TEXT_PREDICT_PAUSE,
				language));
	}
	if (c->steps == 0)
		sink_say(sink, TEXT_PREDICT_AFTER_NOTHING, arg_int((int64_t)c->count));
	else
		sink_say(sink, c->from_start ? TEXT_PREDICT_AFTER_START : TEXT_PREDICT_AFTER,
			arg_str((str){ line.ptr, line.len }), arg_int((int64_t)c->count));
	strbuf_done(&line);
}

static void say_so_far(
	const struct journey_question *q, struct sink *sink, const struct prediction *p)
{
	struct strbuf line = strbuf_heap(LINE_BYTES_MAX);

	add_way(&line, q->plan, p->trip->step, p->trip->count);
	sink_say(sink, TEXT_PREDICT_SO_FAR, arg_str((str){ line.ptr, line.len }));
	strbuf_done(&line);
}

static void say_outcomes(
	const struct journey_question *q, struct sink *sink, const struct prediction *p)
{
	enum language language = request_locale(q->request)->language;
	const double *outcome = p->answer->outcome;
	char success[SHARE_BYTES], failure[SHARE_BYTES], ended[SHARE_BYTES];

	if (p->answer->context.trips == 0)
		return;
	sink_say(sink, TEXT_PREDICT_OUTCOMES,
		arg_str(share_text(outcome[JOURNEY_SUCCESS], language, success)),
		arg_str(share_text(outcome[JOURNEY_FAILURE], language, failure)),
		arg_str(share_text(outcome[JOURNEY_ENDED], language, ended)));
}

static void say_next(
	const struct journey_question *q, struct sink *sink, const struct prediction *p)
{
	enum language language = request_locale(q->request)->language;
	struct grid *grid = grid_create(request_arena(q->request));
	size_t count;
	struct ranked *ranked = rank(q->plan, p, &count);

	if (grid != NULL) {
		grid_add_column(grid, text_words(TEXT_PREDICT_NEXT, language), GRID_SHRINKS);
		grid_add_column(grid, text_words(TEXT_PREDICT_CHANCE, language), GRID_NUMBER);
		grid_add_column(grid, text_words(TEXT_PREDICT_COUNTED, language), GRID_NUMBER);
	}
	for (size_t i = 0; grid != NULL && i < count; i++) {
		grid_add_cell(grid, name_of(q->plan, ranked[i].step, language));
		cell_share(grid, language, ranked[i].share);
		cell_number(grid, language, counted(p, ranked[i].step));
	}
	free(ranked);
	sink_grid(sink, request_arena(q->request), grid);
}

static void add_scores(struct grid *grid, enum language language, enum text name,
	const struct predict_scores *s, bool ranks)
{
	double all = (double)MAX_OF(s->predictions, (uint64_t)1);

	grid_add_cell(grid, text_words(name, language));
	if (ranks) {
		cell_share(grid, language, (double)s->first / all);
		cell_share(grid, language, (double)s->third / all);
	} else {
		grid_add_cell(grid, STR(""));
		grid_add_cell(grid, STR(""));
	}
	cell_ratio(grid, language, s->log_loss);
	cell_share(grid, language, s->calibration_error);
}

static void say_scores(
	const struct journey_question *q, struct sink *sink, const struct predict_evaluation *e)
{
	enum language language = request_locale(q->request)->language;
	struct grid *grid = grid_create(request_arena(q->request));
	static const enum text titles[] = { TEXT_PREDICT_WHO, TEXT_PREDICT_FIRST,
		TEXT_PREDICT_THIRD, TEXT_PREDICT_LOSS, TEXT_PREDICT_ECE };
	const struct predict_scores base = { .predictions = e->outcome.predictions,
		.log_loss = e->outcome_base_loss };

	for (size_t i = 0; grid != NULL && i < ARRAY_LEN(titles); i++)
		grid_add_column(
			grid, text_words(titles[i], language), i == 0 ? GRID_TEXT : GRID_NUMBER);
	if (grid != NULL) {
		add_scores(grid, language, TEXT_PREDICT_MODEL, &e->next, true);
		add_scores(grid, language, TEXT_PREDICT_ONE, &e->order_one, true);
	}
	if (grid != NULL && e->outcome.predictions > 0) {
		add_scores(grid, language, TEXT_PREDICT_SUCCESS, &e->outcome, false);
		add_scores(grid, language, TEXT_PREDICT_BASE, &base, false);
	}
	sink_grid(sink, request_arena(q->request), grid);
}

static void say_order(struct sink *sink, const struct predict_choice *choice)
{
	sink_say(sink, TEXT_PREDICT_ORDER, arg_int((int64_t)choice->options.order),
		arg_int((int64_t)choice->predictions));
}

/* ---- both */

static void end(struct json_writer *w, struct strbuf *out, struct sink *sink)
{
	json_put_end(w);
	strbuf_add_byte(out, '\n');
	sink_built(sink, out);
	strbuf_done(out);
}

void predict_view_next(const struct journey_question *q, struct sink *sink,
	const struct predict_choice *choice, const struct prediction *p)
{
	struct strbuf out = strbuf_heap(JOURNEY_OUTPUT_BYTES_MAX);
	struct json_writer w = json_writer_of(&out, JSON_PRETTY);

	if (sink->json) {
		begin(&w, q, p->journeys, p->events, choice);
		put_prediction(&w, q->plan, p);
		end(&w, &out, sink);
		return;
	}
	strbuf_done(&out);
	if (request_has(q->request, "csv")) {
		csv_next(q, sink, p);
		return;
	}
	say_so_far(q, sink, p);
	say_next(q, sink, p);
	say_outcomes(q, sink, p);
	say_context(q, sink, choice, p);
	say_order(sink, choice);
}

void predict_view_evaluation(const struct journey_question *q, struct sink *sink,
	const struct predict_trips *trips, const struct predict_evaluation *e, size_t least)
{
	struct strbuf out = strbuf_heap(JOURNEY_OUTPUT_BYTES_MAX);
	struct json_writer w = json_writer_of(&out, JSON_PRETTY);

	if (sink->json) {
		begin(&w, q, trips->count, trips->events, &e->choice);
		put_evaluation(&w, e, least);
		end(&w, &out, sink);
		return;
	}
	strbuf_done(&out);
	if (request_has(q->request, "csv")) {
		csv_evaluation(sink, e);
		return;
	}
	sink_say(sink, TEXT_PREDICT_PROTOCOL, arg_int((int64_t)e->train_journeys),
		arg_int((int64_t)e->test_journeys), arg_int((int64_t)e->next.predictions),
		arg_int((int64_t)least));
	say_order(sink, &e->choice);
	say_scores(q, sink, e);
}
