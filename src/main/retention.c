/* main/retention.c - see retention.h */
#include "main/retention.h"

#include <stdlib.h>

#include "base/glob.h"
#include "base/map64.h"
#include "base/zone.h"
#include "desk/audit.h"
#include "engine/places.h"
#include "engine/waiting.h"
#include "thread/where.h"

enum { CONDITION_BYTES_MAX = 1024, RULES_ARENA_BYTES = 1 << 20 };
#define COLUMNS_BYTES_MAX ((size_t)4 << 30)

/* ---- calls into the engine */

typedef err engine_call(struct engine *engine, void *context, struct why *why);

static err call_engine(
	const struct retention_place *place, engine_call *call, void *context, struct why *why)
{
	return place->writer == NULL ? call(place->engine, context, why)
				     : writer_call(place->writer, call, context, why);
}

static struct snapshot *snapshot_of(const struct retention_place *place)
{
	return place->writer == NULL ? engine_snapshot(place->engine)
				     : writer_snapshot(place->writer);
}

static bool shall_stop(const struct retention_place *place)
{
	return place->stop != NULL && atomic_load(place->stop);
}

/* ---- finding */

struct finding {
	const struct retention_place *place;
	const struct retention_rule *rule;
	int64_t before; /* ticks */
	const struct threads_view *view;
	uint8_t *whats; /* a byte for each: the rule's channel and activity */
	struct where source;
	struct where_rows rows; /* by source, where the rule names one */
	struct arena *one;
	struct map64 *origins; /* of what goes: 1; of what was retracted, perhaps: 2 */
	struct places places;
	struct retention_found *out;
};

static bool fits(str pattern, str name)
{
	return pattern.len == 0 || glob_fits(pattern, name);
}

static void choose_whats(struct finding *f)
{
	size_t count = threads_view_what_count(f->view);

	f->whats = memory_alloc(count + 1);
	for (uint32_t i = 0; i < count; i++) {
		struct what what = threads_view_what(f->view, i);
		f->whats[i] = fits(f->rule->channel, threads_view_name(f->view, what.channel)) &&
			      fits(f->rule->activity, threads_view_name(f->view, what.activity));
	}
}

static err choose_rows(struct finding *f, struct arena *arena, struct why *why)
{
	struct strbuf text = strbuf_in(arena, CONDITION_BYTES_MAX);

	if (f->rule->source.len == 0)
		return OK;
	strbuf_add_c(&text, "@source~");
	strbuf_add(&text, f->rule->source);
	if (!strbuf_ok(&text))
		return fail(why, MSG_NO_ROOM, arg_c("source"), arg_int(CONDITION_BYTES_MAX));
	err e = where_parse(strbuf_str(&text), zone_utc(), &f->source, why);
	return e == OK ? where_select(threads_view_attributes(f->view), &f->source, 1,
				 threads_view_rows(f->view), arena, &f->rows, why)
		       : e;
}

static err is_of_source(
	struct finding *f, uint32_t number, uint64_t seq, bool *out, struct why *why)
{
	struct record record;

	*out = f->rule->source.len == 0 || where_bit(f->rows.may, number);
	if (!*out || f->rule->source.len == 0 || !where_bit(f->rows.ask, number))
		return OK;
	arena_reset(f->one);
	err e = engine_read(f->place->engine, seq, f->one, &record, why);
	*out = e == OK && where_record(&f->source, &record);
	return e;
}

/* Whether the row, by itself, is one of the rule's. */
static err is_due(
	struct finding *f, uint32_t number, const struct row *row, bool *out, struct why *why)
{
	*out = (row->flags & ROW_ENTITY) == 0 && row->time < f->before && f->whats[row->what];
	return *out ? is_of_source(f, number, row->seq, out, why) : OK;
}

static void note_visible(struct finding *f, const struct row *row)
{
	int64_t ms = ms_of_ticks(row->time);

	map64_put(f->origins, row->origin, 1);
	f->out->oldest_ms = f->out->events == 0 ? ms : MIN_OF(f->out->oldest_ms, ms);
	f->out->events++;
}

static err find_origins(struct finding *f, bool hidden, struct why *why)
{
	size_t rows = threads_view_rows(f->view);
	err e = OK;

	for (uint32_t i = 0; e == OK && i < rows; i++) {
		struct row row = threads_view_row(f->view, i);
		bool due = false;
		uint64_t known;
		if (((row.flags & ROW_HIDDEN) != 0) != hidden)
			continue;
		if (i % 65536 == 0 && shall_stop(f->place))
			return fail(why, MSG_CANCELLED);
		e = is_due(f, i, &row, &due, why);
		if (e == OK && due && !hidden)
			note_visible(f, &row);
		else if (e == OK && due && !map64_get(f->origins, row.origin, &known))
			map64_put(f->origins, row.origin, 2);
	}
	return e;
}

/* A hidden version whose event can be seen goes with what is seen of it, or stays with it. */
static void keep_what_is_seen(struct finding *f)
{
	size_t rows = threads_view_rows(f->view);
	uint64_t is;

	for (uint32_t i = 0; i < rows; i++) {
		struct row row = threads_view_row(f->view, i);
		if ((row.flags & ROW_HIDDEN) == 0 && map64_get(f->origins, row.origin, &is) &&
			is == 2)
			map64_put(f->origins, row.origin, 3);
	}
}

static void gather(struct finding *f)
{
	size_t rows = threads_view_rows(f->view);
	uint64_t is;

	for (uint32_t i = 0; i < rows && map64_count(f->origins) > 0; i++) {
		struct row row = threads_view_row(f->view, i);
		if (map64_get(f->origins, row.origin, &is) && is != 3)
			places_note(&f->places, row.seq);
	}
}

static err ask_waiting(struct engine *engine, void *context, struct why *why)
{
	(void)why;
	places_waiting(engine, context);
	return OK;
}

/* What was erased before is gone already, though its bytes may still stand there. */
static err drop_erased(struct finding *f, struct why *why)
{
	struct places waiting = { 0 };
	err e = call_engine(f->place, ask_waiting, &waiting, why);

	places_sort(&f->places);
	if (e == OK)
		e = places_drop_erased(f->place->engine, &waiting, &f->places, why);
	places_done(&waiting);
	return e;
}

static err find_all(struct finding *f, struct arena *arena, struct why *why)
{
	choose_whats(f);
	err e = choose_rows(f, arena, why);
	if (e == OK)
		e = find_origins(f, false, why);
	if (e == OK)
		e = find_origins(f, true, why);
	if (e != OK)
		return e;
	keep_what_is_seen(f);
	gather(f);
	return drop_erased(f, why);
}

static void take_seqs(const struct places *places, struct retention_found *out)
{
	out->seqs = memory_alloc((places->count + 1) * sizeof(*out->seqs));
	for (size_t i = 0; i < places->count; i++)
		out->seqs[out->count++] = places->items[i].seq;
}

err retention_find(const struct retention_place *place, const struct retention_rule *rule,
	int64_t now_ms, struct retention_found *out, struct why *why)
{
	AUTO_ARENA arena = arena_create(COLUMNS_BYTES_MAX);
	AUTO_ARENA one = arena_create((size_t)64 << 20);
	AUTO_SNAPSHOT snapshot = snapshot_of(place);
	struct finding f = { .place = place,
		.rule = rule,
		.before = (now_ms - rule->keep_ms) * TICKS_PER_MS,
		.view = snapshot_threads(snapshot),
		.one = one,
		.origins = map64_create(),
		.out = out };

	*out = (struct retention_found){ 0 };
	err e = find_all(&f, arena, why);
	if (e == OK)
		take_seqs(&f.places, out);
	places_done(&f.places);
	map64_free(f.origins);
	free(f.whats);
	return e;
}

void retention_found_done(struct retention_found *found)
{
	free(found->seqs);
	*found = (struct retention_found){ 0 };
}

/* ---- removing, a piece at a time */

struct removing {
	struct erasure_plan *plan;
	struct erasure_result result;
};

static err remove_planned(struct engine *engine, void *context, struct why *why)
{
	struct removing *r = context;

	return engine_erase_planned(engine, r->plan, &r->result, why);
}

static err remove_piece(const struct retention_place *place, const uint64_t *seqs, size_t count,
	uint64_t *gone, struct why *why)
{
	AUTO_SNAPSHOT snapshot = snapshot_of(place);
	struct removing r = { 0 };
	err e = engine_plan_events(place->engine, snapshot, seqs, count, &r.plan, why);

	if (e == OK)
		e = call_engine(place, remove_planned, &r, why);
	erasure_plan_free(r.plan);
	*gone += r.result.events;
	return e;
}

static err note(const struct retention_place *place, const struct retention_rule *rule,
	uint64_t gone, struct why *why)
{
	char who[40];
	struct strbuf text = { .ptr = who, .cap = sizeof(who), .cap_max = sizeof(who) };

	err e = retention_note_run(place->desk, rule->id, (int64_t)gone, why);
	if (e != OK || gone == 0)
		return e;
	strbuf_add_c(&text, "retention:");
	strbuf_add_int(&text, rule->id);
	return audit_add(place->desk,
		&(const struct audit_row){ .who = strbuf_str(&text),
			.action = STR("retention"),
			.outcome = STR("done") },
		why);
}

err retention_apply(const struct retention_place *place, const struct retention_rule *rule,
	int64_t now_ms, uint64_t *gone, struct why *why)
{
	struct retention_found found;
	err e = retention_find(place, rule, now_ms, &found, why);

	*gone = 0;
	for (size_t at = 0; e == OK && at < found.count; at += RETENTION_PIECE) {
		if (shall_stop(place))
			e = fail(why, MSG_CANCELLED);
		else
			e = remove_piece(place, found.seqs + at,
				MIN_OF(found.count - at, (size_t)RETENTION_PIECE), gone, why);
	}
	retention_found_done(&found);
	return e == OK ? note(place, rule, *gone, why) : e;
}

/* ---- the clock */

struct retention_keeper {
	struct retention_place place;
	void (*tell)(void *context, const struct why *why);
	void *context;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t change;
	atomic_bool stops;
};

static err apply_all(struct retention_keeper *k, struct why *why)
{
	AUTO_ARENA arena = arena_create(RULES_ARENA_BYTES);
	struct retention_rule *rules;
	size_t count = 0;
	uint64_t gone;
	err e = retention_list(k->place.desk, arena, &rules, &count, why);

	for (size_t i = 0; e == OK && i < count; i++)
		e = retention_apply(
			&k->place, &rules[i], clock_real()->now_ms(clock_real()), &gone, why);
	return e;
}

static void wait_for_next(struct retention_keeper *k)
{
	const struct deadline until = deadline_in(RETENTION_EVERY_MS);

	mutex_lock(&k->lock);
	while (!atomic_load(&k->stops) && condition_wait(&k->change, &k->lock, &until)) {
	}
	mutex_unlock(&k->lock);
}

static void *keep(void *context)
{
	struct retention_keeper *k = context;

	while (!atomic_load(&k->stops)) {
		struct why why = { 0 };
		if (apply_all(k, &why) != OK && !atomic_load(&k->stops))
			k->tell(k->context, &why);
		wait_for_next(k);
	}
	return NULL;
}

struct retention_keeper *retention_keeper_start(const struct retention_place *place,
	void (*tell)(void *context, const struct why *why), void *context)
{
	struct retention_keeper *k = memory_alloc(sizeof(*k));

	k->place = *place;
	k->place.stop = &k->stops;
	k->tell = tell;
	k->context = context;
	mutex_init(&k->lock);
	condition_init(&k->change);
	int code = pthread_create(&k->thread, NULL, keep, k);
	ASSERT(code == 0);
	(void)pthread_setname_np(k->thread, "retention");
	return k;
}

void retention_keeper_stop(struct retention_keeper *k)
{
	if (k == NULL)
		return;
	mutex_lock(&k->lock);
	atomic_store(&k->stops, true);
	condition_wake_all(&k->change);
	mutex_unlock(&k->lock);
	int code = pthread_join(k->thread, NULL);
	ASSERT(code == 0);
	condition_done(&k->change);
	mutex_done(&k->lock);
	free(k);
}
