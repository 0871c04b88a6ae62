/* tests/journey_predict_test.c - predictions: chances worked out by hand, counts that leave nothing
 * behind when they are taken away, models that follow what becomes of the events. */
#include "base/random.h"
#include "journey/predict_behind.h"
#include "journey/predict_kept.h"
#include "support/journey_world.h"
#include "test.h"

#include <math.h>
#include <stdlib.h>

/* ---- by hand.  Steps 0, 1, 2; trips 0 1, 0 1, 0 2 (open but for the last). */

static const uint32_t way_a[] = { 0, 1 }, way_b[] = { 0, 2 };

static struct predict_trip trip_of(const uint32_t *step, size_t count, enum journey_outcome outcome)
{
	return (struct predict_trip){ .step = step, .count = count, .outcome = outcome };
}

static void add(struct predict_model *model, const uint32_t *step, enum journey_outcome outcome)
{
	struct predict_trip trip = trip_of(step, 2, outcome);

	CHECK("add", predict_add(model, &trip, NULL) == OK);
}

static bool is_near(double a, double b)
{
	return fabs(a - b) < 1e-12;
}

TEST(predictions_are_those_worked_out_by_hand)
{
	const struct predict_options options = { .order = 1 };
	struct journey_limits limits = { .bytes_max = 1 << 20 };
	struct predict_model *model = predict_create(&options, &limits);
	struct predict_trip so_far = trip_of(way_a, 1, JOURNEY_OPEN);
	double share[4];
	struct predict_answer answer = { .share = share };

	add(model, way_a, JOURNEY_OPEN);
	add(model, way_a, JOURNEY_OPEN);
	add(model, way_b, JOURNEY_SUCCESS);
	/* Four ways on (three steps, the end).  Empty context: 1 twice, 2 once, the end once
	 * (behind the success): n = 4, d = 3.  After 0: 1 twice, 2 once: n = 3, d = 2. */
	double one = (2 + 3 * 0.25) / 7, two = (1 + 3 * 0.25) / 7, none = 3 * 0.25 / 7;
	predict_next(model, &so_far, 0, 3, &answer);
	CHECK("1", is_near(share[1], (2 + 2 * one) / 5));
	CHECK("2", is_near(share[2], (1 + 2 * two) / 5));
	CHECK("0", is_near(share[0], 2 * none / 5));
	CHECK("end", is_near(share[3], 2 * two / 5));
	CHECK("all", is_near(share[0] + share[1] + share[2] + share[3], 1));
	CHECK("context", answer.context.steps == 1 && answer.context.count == 3 &&
				 answer.context.trips == 1 && !answer.context.from_start);
	CHECK("counted", predict_count(model, &so_far, 0, 1) == 2 &&
				 predict_count(model, &so_far, 0, 0) == 0);
	CHECK("outcome", is_near(answer.outcome[JOURNEY_SUCCESS], 1) &&
				 answer.outcome[JOURNEY_FAILURE] == 0);
	predict_free(model);
	CHECK("given back", atomic_load(&limits.bytes) == 0);
}

/* ---- one at a time, as all levels at once */

enum { STEPS = 5, LENGTH_MAX = 12, TRIPS = 60 };

struct made {
	uint32_t step[LENGTH_MAX], channel[LENGTH_MAX];
	struct predict_trip trip;
};

static void make_trip(struct made *m, struct random *random)
{
	m->trip = (struct predict_trip){ .step = m->step,
		.extra = { [PREDICT_CHANNEL] = m->channel },
		.count = 1 + random_below(random, LENGTH_MAX),
		.outcome = (enum journey_outcome)random_below(random, JOURNEY_OUTCOMES) };
	for (size_t i = 0; i < m->trip.count; i++) {
		m->step[i] = (uint32_t)random_below(random, STEPS);
		m->channel[i] = (uint32_t)random_below(random, 2);
	}
}

TEST(one_model_tells_what_shorter_ones_would_say)
{
	struct random random = random_of(3);
	struct journey_limits limits = { .bytes_max = 1 << 24 };
	struct predict_model *models[PREDICT_ORDER_MAX + 1];
	struct made *made = memory_alloc(TRIPS * sizeof(*made));
	double share[STEPS + 1], levels[PREDICT_LEVELS];
	struct predict_answer answer = { .share = share };

	for (unsigned k = 0; k <= PREDICT_ORDER_MAX; k++)
		models[k] = predict_create(&(struct predict_options){ .order = k }, &limits);
	for (size_t i = 0; i < TRIPS; i++) {
		make_trip(&made[i], &random);
		for (unsigned k = 0; i < TRIPS / 2 && k <= PREDICT_ORDER_MAX; k++)
			CHECK("add", predict_add(models[k], &made[i].trip, NULL) == OK);
	}
	for (size_t i = 0; i < TRIPS; i++)
		for (size_t at = 0; at + 1 < made[i].trip.count; at++) {
			const struct predict_trip *trip = &made[i].trip;
			uint32_t next = trip->step[at + 1];
			predict_chances(models[PREDICT_ORDER_MAX], trip, at, next, STEPS, levels);
			for (unsigned k = 0; k <= PREDICT_ORDER_MAX; k++) {
				predict_next(models[k], trip, at, STEPS, &answer);
				CHECK("level", is_near(levels[k], share[next]));
			}
		}
	for (unsigned k = 0; k <= PREDICT_ORDER_MAX; k++)
		predict_free(models[k]);
	free(made);
	CHECK("given back", atomic_load(&limits.bytes) == 0);
}

/* ---- added and taken away in any order */

static uint64_t digest_of(const struct made *made, const bool *in, struct journey_limits *limits)
{
	const struct predict_options options = { 3, PREDICT_CHANNEL };
	struct predict_model *model = predict_create(&options, limits);

	for (size_t i = TRIPS; i-- > 0;)
		if (in[i])
			CHECK("add", predict_add(model, &made[i].trip, NULL) == OK);
	uint64_t digest = predict_digest(model);
	predict_free(model);
	return digest;
}

TEST(what_is_taken_away_leaves_nothing_behind)
{
	const struct predict_options options = { 3, PREDICT_CHANNEL };
	struct journey_limits limits = { .bytes_max = 1 << 24 };

	for (uint64_t seed = 1; seed <= 20; seed++) {
		struct random random = random_of(seed);
		struct predict_model *model = predict_create(&options, &limits);
		struct made *made = memory_alloc(TRIPS * sizeof(*made));
		bool in[TRIPS] = { false };
		uint64_t empty = predict_digest(model);
		for (size_t i = 0; i < TRIPS; i++)
			make_trip(&made[i], &random);
		for (int turn = 0; turn < 300; turn++) {
			size_t i = random_below(&random, TRIPS);
			if (in[i])
				predict_remove(model, &made[i].trip);
			else
				CHECK("add", predict_add(model, &made[i].trip, NULL) == OK);
			in[i] = !in[i];
		}
		CHECK("as if made so", predict_digest(model) == digest_of(made, in, &limits));
		for (size_t i = 0; i < TRIPS; i++)
			if (in[i])
				predict_remove(model, &made[i].trip);
		CHECK("nothing", predict_digest(model) == empty);
		predict_free(model);
		free(made);
	}
	CHECK("given back", atomic_load(&limits.bytes) == 0);
}

/* ---- following: events come, are erased, corrected, and people become one and two again */

static void add_record(struct journey_world *w, const struct record *like, const char *who,
	const char *also, struct random *random)
{
	struct record_identifier ids[] = { { .type = STR("account"), .value = str_of(who) },
		{ .type = STR("account"), .value = str_of(also) } };
	struct record *record = &w->records[++w->count];

	*record = *like;
	record->seq = w->count;
	record->time.ms = (int64_t)random_below(random, 9000) * 1000;
	record->identifiers = ids;
	record->identifier_count = also[0] == '\0' || also == who ? 1 : 2;
	uint32_t set = identity_set(w->identity, record);
	(void)threads_add(w->threads, record, record->seq, set);
	identity_add(w->identity, set, record->seq, 0, record->time.ms);
}

static void hide_row(struct journey_world *w, uint32_t row)
{
	if (threads_view_row(w->view, row).flags & ROW_HIDDEN)
		return;
	threads_hide(w->threads, row);
	identity_remove(w->identity, threads_row_set(w->threads, row),
		ms_of_ticks(threads_row_time(w->threads, row)));
}

static void republish(struct journey_world *w)
{
	struct identity_view *identity = identity_publish(w->identity);

	threads_view_unref(w->view);
	w->view = threads_publish(w->threads, identity);
	identity_view_unref(identity);
}

static void change_world(struct journey_world *w, struct random *random)
{
	static const char *const people[] = { "p0", "p1", "p2", "p3", "p4", "p5", "new" };
	size_t rows = threads_view_rows(w->view);

	for (int i = 0; i < 6; i++)
		add_record(w, &w->records[1 + random_below(random, 60)],
			people[random_below(random, ARRAY_LEN(people))],
			random_below(random, 3) == 0
				? people[random_below(random, ARRAY_LEN(people) - 1)]
				: "",
			random);
	hide_row(w, (uint32_t)random_below(random, rows)); /* also those that joined two people */
	republish(w);
	hide_row(w, (uint32_t)(rows - 1));
	republish(w);
}

static struct predict_model *scratch(const struct journey_plan *plan)
{
	const struct predict_options options = { 2, PREDICT_PAUSE };
	struct predict_model *model = NULL;
	struct predict_trips trips;

	CHECK("trips", predict_trips_make(plan, &trips, NULL) == OK);
	CHECK("train", predict_train(&trips, trips.count, &options, &model, NULL) == OK);
	predict_trips_done(&trips);
	return model;
}

TEST(a_model_that_follows_is_one_made_from_scratch)
{
	static char events[60 * 24];

	for (uint64_t seed = 1; seed <= 12; seed++) {
		struct random random = random_of(seed);
		struct strbuf text = {
			.ptr = events, .cap = sizeof(events), .cap_max = sizeof(events)
		};
		struct journey_world w;
		struct journey_plan *before, *now;
		for (int i = 0; i < 60; i++)
			strbuf_printf(&text, "p%u %u c%u s%u;", (unsigned)random_below(&random, 6),
				(unsigned)random_below(&random, 5000),
				(unsigned)random_below(&random, 2),
				(unsigned)random_below(&random, 4));
		strbuf_add_byte(&text, '\0');
		journey_world_init(&w, events, false);
		journey_world_define(&w, seed % 2 == 0 ? NULL
						       : "{\"version\": 1, \"gap\": \"5m\", "
							 "\"goal\": \"s3\"}");
		CHECK("plan", journey_world_plan(&w, &before, NULL) == OK);
		struct predict_model *model = scratch(before);
		for (int turn = 0; turn < 15; turn++) {
			struct threads_view *held = threads_view_ref(w.view);
			change_world(&w, &random);
			CHECK("plan", journey_world_plan(&w, &now, NULL) == OK);
			CHECK("follow", predict_follow(model, before, now, NULL) == OK);
			struct predict_model *anew = scratch(now);
			CHECK("same", predict_digest(model) == predict_digest(anew));
			predict_free(anew);
			journey_plan_free(before);
			threads_view_unref(held);
			before = now;
		}
		predict_free(model);
		journey_plan_free(before);
		CHECK("given back", atomic_load(&w.limits.bytes) == 0);
		journey_world_done(&w);
	}
}

/* ---- kept: from one question to the next, whatever happened between them */

struct told {
	uint64_t digest, journeys, events;
	struct predict_options options;
	struct predict_context context; /* behind way_of_all */
	double share;
};

static const uint32_t way_of_all[] = { 0, 1, 2, 1, 0 };

/* What is told behind a way that few went. */
static void predict_way(const struct predict_model *model, struct told *told)
{
	double share[8] = { 0 };
	struct predict_answer answer = { .share = share };
	const struct predict_trip trip = {
		.step = way_of_all, .count = ARRAY_LEN(way_of_all), .outcome = JOURNEY_OPEN
	};

	predict_next(model, &trip, trip.count - 1, 4, &answer);
	told->context = answer.context;
	told->share = share[1];
}

static err note_model(void *context, const struct predict_ready *ready, struct why *why)
{
	struct told *told = context;

	(void)why;
	*told = (struct told){ predict_digest(ready->model), predict_journeys(ready->model),
		predict_events(ready->model), *predict_options_of(ready->model), { 0 }, 0 };
	predict_way(ready->model, told);
	return OK;
}

static struct told ask_kept(struct predict_kept *kept, struct journey_world *w, str key)
{
	struct told told = { .journeys = 0 };
	struct journey_plan *plan;

	CHECK("plan", journey_world_plan(w, &plan, NULL) == OK);
	const struct predict_asked asked = { .key = key,
		.plan = plan,
		.definition = &w->definition,
		.filter = &w->filter,
		.journal = &w->journal };
	CHECK("asked", predict_kept_ask(kept, &asked, note_model, &told, NULL) == OK);
	journey_plan_free(plan);
	return told;
}

/* The same as a model of the same contexts made from scratch. */
static bool is_as_from_scratch(struct journey_world *w, const struct told *told)
{
	struct predict_model *model = NULL;
	struct predict_trips trips;
	struct journey_plan *plan;

	CHECK("plan", journey_world_plan(w, &plan, NULL) == OK);
	CHECK("trips", predict_trips_make(plan, &trips, NULL) == OK);
	CHECK("train", predict_train(&trips, trips.count, &told->options, &model, NULL) == OK);
	bool is_same = predict_digest(model) == told->digest && trips.count == told->journeys &&
		       trips.events == told->events && predict_journeys(model) == told->journeys &&
		       predict_events(model) == told->events;
	struct told anew = { .journeys = 0 };
	predict_way(model, &anew);
	CHECK("the same context", anew.context.steps == told->context.steps &&
					  anew.context.count == told->context.count &&
					  anew.context.trips == told->context.trips &&
					  anew.context.from_start == told->context.from_start);
	CHECK("the same chance", anew.share == told->share);
	predict_free(model);
	predict_trips_done(&trips);
	journey_plan_free(plan);
	return is_same;
}

static const char *many_events(struct random *random)
{
	static char events[400 * 24];
	struct strbuf text = { .ptr = events, .cap = sizeof(events), .cap_max = sizeof(events) };

	for (int i = 0; i < 400; i++)
		strbuf_printf(&text, "q%u %u c%u s%u;", (unsigned)random_below(random, 60),
			(unsigned)random_below(random, 5000), (unsigned)random_below(random, 2),
			(unsigned)random_below(random, 4));
	strbuf_add_byte(&text, '\0');
	return events;
}

TEST(models_that_stay_tell_what_is_there_now)
{
	static const char *const definitions[] = { NULL, "{\"version\": 1, \"gap\": \"5m\"}",
		"{\"version\": 1, \"customers\": {\"without\": {\"activity\": \"s9\"}}}" };

	for (uint64_t seed = 1; seed <= 9; seed++) {
		struct random random = random_of(seed);
		struct predict_kept *kept = predict_kept_create(1 << 24, clock_real());
		struct journey_world w;
		struct predict_kept_counts counts;
		journey_world_init(&w, many_events(&random), false);
		journey_world_define(&w, definitions[seed % ARRAY_LEN(definitions)]);
		for (int turn = 0; turn < 12; turn++) {
			struct told told = ask_kept(kept, &w, STR("all"));
			struct told again = ask_kept(kept, &w, STR("all"));
			CHECK("true", is_as_from_scratch(&w, &told));
			CHECK("again", told.digest == again.digest);
			if (turn % 4 == 3) {
				change_world(&w, &random);
			} else {
				add_record(&w, &w.records[1 + random_below(&random, 400)], "q1",
					turn % 4 == 2 ? "q2" : "", &random);
				republish(&w);
			}
		}
		counts = predict_kept_counts(kept);
		CHECK("each again was ready", counts.ready >= 12);
		CHECK("most others followed", counts.followed >= 6 && counts.made >= 3);
		CHECK("one", counts.models == 1 && counts.bytes > 0);
		predict_kept_free(kept);
		CHECK("given back", atomic_load(&w.limits.bytes) == 0);
		journey_world_done(&w);
	}
}

static int64_t kept_now_ms;
static int64_t kept_ticks(struct clock *clock)
{
	(void)clock;
	return kept_now_ms * 1000000;
}

TEST(models_give_way_to_others_and_rest_in_the_end)
{
	static const char *const keys[] = { "a", "b", "c", "d", "e", "f" };
	struct clock clock = { .ticks_ns = kept_ticks };
	struct random random = random_of(1);
	struct predict_kept *kept = predict_kept_create(1 << 24, &clock);
	struct predict_kept *none = predict_kept_create(100, &clock);
	struct journey_world w;

	kept_now_ms = 1;
	journey_world_init(&w, many_events(&random), false);
	for (size_t i = 0; i < ARRAY_LEN(keys); i++, kept_now_ms++)
		(void)ask_kept(kept, &w, str_of(keys[i]));
	CHECK("as many as may be", predict_kept_counts(kept).models == PREDICT_KEPT_MAX);
	(void)ask_kept(kept, &w, STR("f"));
	(void)ask_kept(kept, &w, STR("c"));
	CHECK("the latest are there", predict_kept_counts(kept).made == ARRAY_LEN(keys));
	(void)ask_kept(kept, &w, STR("a"));
	CHECK("the first is not", predict_kept_counts(kept).made == ARRAY_LEN(keys) + 1);
	kept_now_ms += PREDICT_KEPT_IDLE_MS;
	predict_kept_rest(kept);
	CHECK("not yet", predict_kept_counts(kept).models > 0);
	kept_now_ms += PREDICT_KEPT_IDLE_MS;
	predict_kept_rest(kept);
	CHECK("all went", predict_kept_counts(kept).models == 0);
	CHECK("and their bytes", predict_kept_counts(kept).bytes == 0);
	struct told told = ask_kept(none, &w, STR("a"));
	CHECK("too large to be kept, and told all the same", is_as_from_scratch(&w, &told));
	CHECK("nothing kept", predict_kept_counts(none).models == 0);
	predict_kept_free(kept);
	predict_kept_free(none);
	journey_world_done(&w);
}

/* Who waits may be called off; who fails leaves nothing behind that is half counted. */
static err fail_in_use(void *context, const struct predict_ready *ready, struct why *why)
{
	(void)context;
	(void)ready;
	return fail(why, MSG_JOURNEY_STOPPED);
}

TEST(a_question_that_fails_takes_its_model_along)
{
	struct random random = random_of(1);
	struct predict_kept *kept = predict_kept_create(1 << 24, clock_real());
	struct journey_world w;
	struct journey_plan *plan;
	atomic_bool stop = true;

	journey_world_init(&w, many_events(&random), false);
	CHECK("plan", journey_world_plan(&w, &plan, NULL) == OK);
	const struct predict_asked asked = { .key = STR("k"),
		.plan = plan,
		.definition = &w.definition,
		.filter = &w.filter,
		.journal = &w.journal };
	CHECK("fails", predict_kept_ask(kept, &asked, fail_in_use, NULL, NULL) == ERR_CANCELLED);
	CHECK("gone", predict_kept_counts(kept).models == 0);
	w.limits.stop = &stop;
	CHECK("called off",
		predict_kept_ask(kept, &asked, note_model, NULL, NULL) == ERR_CANCELLED);
	w.limits.stop = NULL;
	journey_plan_free(plan);
	predict_kept_free(kept);
	CHECK("given back", atomic_load(&w.limits.bytes) == 0);
	journey_world_done(&w);
}

/* ---- the journeys behind the numbers */

static void check_behind(const struct journey_plan *plan, const struct predict_model *model,
	struct predict_behind behind, const struct predict_context *context)
{
	struct journey_list list;
	uint64_t times;

	behind.context = *context;
	behind.any_next = true;
	CHECK("list", predict_behind_make(plan, &behind, 1000, &list, &times, NULL) == OK);
	CHECK("the number of the context", times == context->count);
	CHECK("journeys", list.journeys <= times && list.count == list.journeys);
	journey_list_done(plan, &list);
	behind.any_next = false;
	for (uint32_t next = 0; next <= 4; next++) {
		behind.next = next == 4 ? PREDICT_END : next;
		CHECK("list", predict_behind_make(plan, &behind, 0, &list, &times, NULL) == OK);
		CHECK("the number of the step",
			times == predict_count(
					 model, behind.trip, behind.trip->count - 1, behind.next));
		journey_list_done(plan, &list);
	}
}

TEST(numbers_of_predictions_have_their_journeys)
{
	for (uint64_t seed = 1; seed <= 6; seed++) {
		struct random random = random_of(seed);
		const struct predict_options options = { (unsigned)(1 + seed % 3),
			(enum predict_extra)(seed % PREDICT_EXTRAS) };
		struct predict_model *model = NULL;
		struct predict_trips trips;
		struct journey_world w;
		struct journey_plan *plan;
		journey_world_init(&w, many_events(&random), false);
		journey_world_define(
			&w, seed % 2 == 0 ? NULL : "{\"version\": 1, \"gap\": \"10m\"}");
		CHECK("plan", journey_world_plan(&w, &plan, NULL) == OK);
		CHECK("trips", predict_trips_make(plan, &trips, NULL) == OK);
		CHECK("train", predict_train(&trips, trips.count, &options, &model, NULL) == OK);
		for (size_t i = 0; i < trips.count; i += 7) {
			double share[8];
			struct predict_answer answer = { .share = share };
			struct predict_trip trip = predict_trip_of(&trips, i);
			const struct predict_behind behind = { .trip = &trip,
				.extra = options.extra,
				.has_own = true,
				.own_customer = trips.places[i].customer,
				.own_row = trips.places[i].first_row };
			predict_remove(model, &trip);
			predict_next(model, &trip, trip.count - 1, 4, &answer);
			check_behind(plan, model, behind, &answer.context);
			CHECK("again", predict_add(model, &trip, NULL) == OK);
		}
		predict_free(model);
		predict_trips_done(&trips);
		journey_plan_free(plan);
		CHECK("given back", atomic_load(&w.limits.bytes) == 0);
		journey_world_done(&w);
	}
}

/* ---- whatever the limit of bytes */

TEST(predictions_keep_their_limit_of_bytes)
{
	bool was_refused = false, was_answered = false;
	struct journey_world w;
	struct journey_plan *plan;

	journey_world_init(&w,
		"a 0 web x; a 1 web y; a 2 web x; b 1 web y; b 3 web z; c 9 web x; "
		"c 10 web y; d 11 web x; d 12 web z; e 13 web x; e 14 web y",
		false);
	for (size_t max = 256; !was_answered; max += 40) {
		struct predict_evaluation evaluation;
		struct predict_trips trips;
		struct why why = { 0 };
		w.limits.bytes_max = max;
		err e = journey_world_plan(&w, &plan, &why);
		if (e == OK) {
			e = predict_trips_make(plan, &trips, &why);
			if (e == OK) {
				e = predict_evaluate(&trips, 1, &evaluation, &why);
				predict_trips_done(&trips);
			}
			journey_plan_free(plan);
		}
		CHECK("in words", e == OK || (e == ERR_LIMIT && why.message == MSG_JOURNEY_ROOM));
		CHECK("given back", atomic_load(&w.limits.bytes) == 0);
		was_refused |= e != OK;
		was_answered |= e == OK;
	}
	CHECK("both were met", was_refused);
	journey_world_done(&w);
}
