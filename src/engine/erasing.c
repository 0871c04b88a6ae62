/* engine/erasing.c - see erasing.h */
#include "engine/erasing.h"

#include "engine/checkpoint.h"
#include "engine/engine_internal.h"
#include "engine/erase.h"
#include "engine/quarantine.h"
#include "engine/reject_files.h"
#include "event/codec.h"
#include "identity/recount.h"
#include "thread/thread_index.h"

#include <stdlib.h>
#include <string.h>

enum {
	REPLAY_RECORDS = 8192, /* of a step */
	/* Left to the writer, who replays what came meanwhile: a millisecond or two ... */
	LEFT_RECORDS = 1024,
	WRITER_RECORDS_MAX = 16384, /* ... and not more than a group, or it is caught up again */
};

struct erasing {
	enum { FIND, REWRITE, REPLAY, SWAP, CHECKPOINT, REJECTS, MARK, FINISH } phase;
	struct waiting_erasure *erasures;
	size_t erasure_count;
	uint64_t until; /* the sequence behind the last of them */
	int64_t until_ms; /* when that was received */
	uint64_t *places; /* ascending */
	size_t place_count, place_room, rewritten;

	uint64_t end; /* of the journal when it was begun */
	struct engine fresh; /* of it, only the state; then the old one's */
	size_t look_steps; /* of the engine */
	bool is_indexed;
	struct quarantine *quarantine;
	struct journal_scan *scan;
	struct arena *arena;
};

struct erasures_waiting engine_erasures_waiting(const struct engine *engine)
{
	const struct erasures *e = &engine->erasures;

	return (struct erasures_waiting){ .count = e->count,
		.oldest_ms = e->count == 0 ? 0 : e->items[0].received_ms };
}

bool engine_erasing_is_due(const struct engine *engine, int64_t within_ms)
{
	struct erasures_waiting waiting = engine_erasures_waiting(engine);
	struct clock *clock = engine->options.clock;

	return waiting.count > 0 && clock->now_ms(clock) - waiting.oldest_ms >= within_ms;
}

static void free_state(struct engine *state)
{
	identity_free(state->identity);
	threads_free(state->threads);
	state->identity = NULL;
	state->threads = NULL;
	erasures_done(&state->erasures);
}

struct erasing_result engine_erasing_result(const struct engine *engine)
{
	return engine->erased;
}

uint64_t engine_erasing_read(const struct engine *engine)
{
	const struct erasing *g = engine->erasing;

	return g == NULL || g->fresh.applied_seq == 0 ? 0 : g->fresh.applied_seq - 1;
}

void engine_erasing_abandon(struct engine *engine)
{
	struct erasing *g = engine->erasing;

	if (g == NULL)
		return;
	free(g->erasures);
	free(g->places);
	free_state(&g->fresh);
	quarantine_abandon(g->quarantine);
	journal_scan_close(g->scan);
	arena_free(g->arena);
	free(g);
	engine->erasing = NULL;
}

err engine_erasing_begin(struct engine *engine, enum erasing_turn *next, struct why *why)
{
	const struct erasures *waiting = &engine->erasures;

	*next = ERASING_ENDED;
	if (engine->failed)
		return fail(why, MSG_ENGINE_FAILED);
	engine_erasing_abandon(engine);
	engine->erased = (struct erasing_result){ 0 };
	if (waiting->count == 0)
		return OK;
	err e = journal_roll(engine->journal, why); /* what is closed can be rewritten beside */
	if (e != OK) {
		engine->failed = true;
		return e;
	}
	struct erasing *g = memory_alloc(sizeof(*g));
	g->erasure_count = waiting->count;
	g->erasures = memory_alloc(waiting->count * sizeof(*g->erasures));
	memcpy(g->erasures, waiting->items, waiting->count * sizeof(*g->erasures));
	g->until = waiting->items[waiting->count - 1].seq + 1;
	g->until_ms = waiting->items[waiting->count - 1].received_ms;
	g->end = engine->applied_seq;
	g->look_steps = engine->look_steps;
	g->arena = arena_create(RECORD_ARENA_BYTES);
	engine->erasing = g;
	*next = ERASING_BESIDE;
	return OK;
}

/* ---- FIND */

static void note_place(struct erasing *g, uint64_t seq)
{
	if (g->place_count == g->place_room) {
		g->place_room = MAX_OF(g->place_room * 2, (size_t)64);
		g->places = memory_resize(g->places, g->place_room * sizeof(*g->places));
	}
	g->places[g->place_count++] = seq;
}

/* One whose record is damaged names nothing: verify tells of it. */
static err read_erasure(struct engine *engine, uint64_t seq, struct why *why)
{
	struct erasing *g = engine->erasing;
	struct record record;
	struct erased item;

	arena_reset(g->arena);
	err e = engine_read(engine, seq, g->arena, &record, why);
	if (e != OK || record.kind != RECORD_ERASURE)
		return e == ERR_CORRUPT ? OK : e;
	struct erasure_reader reader = erasure_reader_of(record.payload);
	while (erasure_next(&reader, &item))
		note_place(g, item.seq);
	return OK;
}

static int by_number(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* In order, each once, and without those that are empty: a second run rewrites nothing. */
static err settle_places(struct engine *engine, struct why *why)
{
	struct erasing *g = engine->erasing;
	size_t kept = 0;
	err e = OK;

	if (g->place_count > 0)
		qsort(g->places, g->place_count, sizeof(*g->places), by_number);
	for (size_t i = 0; e == OK && i < g->place_count; i++) {
		struct record record;
		if (i > 0 && g->places[i] == g->places[i - 1])
			continue;
		arena_reset(g->arena);
		e = engine_read(engine, g->places[i], g->arena, &record, why);
		if (e == OK && record.kind != RECORD_TOMBSTONE)
			g->places[kept++] = g->places[i];
	}
	g->place_count = kept;
	return e;
}

static err find_places(struct engine *engine, struct why *why)
{
	struct erasing *g = engine->erasing;
	err e = OK;

	for (size_t i = 0; e == OK && i < g->erasure_count; i++)
		e = read_erasure(engine, g->erasures[i].seq, why);
	if (e == OK)
		e = settle_places(engine, why);
	g->phase = REWRITE;
	return e;
}

/* ---- REWRITE */

static err begin_replay(struct engine *engine, struct why *why)
{
	struct erasing *g = engine->erasing;

	g->phase = REPLAY;
	g->fresh.options = engine->options;
	g->fresh.identity = identity_create();
	g->fresh.threads = engine_empty_threads(engine);
	engine_answer_times(g->fresh.identity, g->fresh.threads);
	g->fresh.applied_seq = 1;
	err e = quarantine_open(engine->options.disk, engine->folder, 0, &g->quarantine, why);
	return e != OK ? e : journal_scan_open(engine->journal, 1, &g->scan, why);
}

static err rewrite_one(struct engine *engine, struct why *why)
{
	struct erasing *g = engine->erasing;
	size_t done = 0;

	if (g->rewritten == g->place_count)
		return begin_replay(engine, why);
	err e = journal_rewrite_one(engine->journal, g->places + g->rewritten,
		g->place_count - g->rewritten, &done, why);
	g->rewritten += done;
	engine->erased.rewritten = g->rewritten;
	return e;
}

/* ---- REPLAY */

/* What cannot be read does nothing, as when the folder is opened. */
static err replay_one(struct erasing *g, bool *more, struct why *why)
{
	struct journal_record stored;
	struct record record;
	err e = journal_scan_next(g->scan, more, &stored, why);

	if (e == ERR_CORRUPT)
		return OK;
	if (e == OK && !*more) /* also of damaged records at the end */
		g->fresh.applied_seq = MAX_OF(g->fresh.applied_seq, g->end);
	if (e != OK || !*more)
		return e;
	arena_reset(g->arena);
	bool skip = quarantine_holds(g->quarantine, stored.seq);
	if (!skip && record_decode(stored.bytes, g->arena, &record, NULL) == OK) {
		record.seq = stored.seq;
		record.received_ms = stored.received_ms;
		engine_apply(&g->fresh, &record, 1);
	}
	g->fresh.applied_seq = stored.seq + 1;
	return OK;
}

static err replay(struct erasing *g, uint64_t records, bool *more, struct why *why)
{
	err e = OK;

	*more = true;
	for (uint64_t i = 0; e == OK && *more && i < records; i++)
		e = replay_one(g, more, why);
	return e;
}

/* Whole threads at once; what comes after is indexed by house-keeping as ever. */
static void index_fresh(struct erasing *g)
{
	struct identity_view *identity = identity_publish(g->fresh.identity);
	g->fresh.owners_version = identity_owners_version(g->fresh.identity);
	struct threads_view *view = threads_publish(g->fresh.threads, identity);

	if (threads_view_rows(view) > 0)
		threads_set_base(g->fresh.threads,
			thread_index_build_base(view, threads_view_rows(view), 1));
	threads_view_unref(view);
	identity_view_unref(identity);
	identity_look_within(g->fresh.identity, g->look_steps);
	g->is_indexed = true;
}

static err replay_some(struct engine *engine, struct why *why)
{
	struct erasing *g = engine->erasing;
	bool more;
	err e = replay(g, REPLAY_RECORDS, &more, why);

	uint64_t left = journal_end(engine->journal) - g->fresh.applied_seq;
	if (e != OK || (more && left > LEFT_RECORDS))
		return e;
	if (!g->is_indexed)
		index_fresh(g); /* meanwhile more may have come */
	else
		g->phase = SWAP;
	return OK;
}

/* ---- SWAP */

static err swap(struct engine *engine, struct why *why)
{
	struct erasing *g = engine->erasing;
	bool more = true;

	if (engine->applied_seq - g->fresh.applied_seq > WRITER_RECORDS_MAX) {
		g->phase = REPLAY;
		return OK;
	}
	err e = replay(g, UINT64_MAX, &more, why);

	if (e != OK)
		return e;
	struct identity *identity = engine->identity;
	struct threads *threads = engine->threads;
	engine->identity = g->fresh.identity;
	engine->threads = g->fresh.threads;
	engine->owners_version = g->fresh.owners_version;
	engine->states++;
	engine->dirty = true;
	g->fresh.identity = identity; /* freed beside */
	g->fresh.threads = threads;
	g->phase = CHECKPOINT;
	return checkpoint_begin_anew(engine, why);
}

/* ---- the rest, beside */

static err write_checkpoint(struct engine *engine, struct why *why)
{
	struct erasing *g = engine->erasing;
	bool done = false;

	free_state(&g->fresh);
	err e = engine_checkpoint_step(engine, &done, why);
	g->phase = done ? REJECTS : CHECKPOINT;
	return e;
}

static err remove_rejects(struct engine *engine, struct why *why)
{
	struct erasing *g = engine->erasing;

	g->phase = MARK;
	return reject_files_remove(
		engine->options.disk, engine->folder, g->until_ms, &engine->erased.rejects, why);
}

static err mark(struct engine *engine, struct why *why)
{
	struct erasing *g = engine->erasing;

	g->phase = FINISH;
	return erasures_mark(engine->options.disk, engine->folder, g->until, why);
}

static err step(struct engine *engine, struct why *why)
{
	switch (engine->erasing->phase) {
	case FIND:
		return find_places(engine, why);
	case REWRITE:
		return rewrite_one(engine, why);
	case REPLAY:
		return replay_some(engine, why);
	case CHECKPOINT:
		return write_checkpoint(engine, why);
	case REJECTS:
		return remove_rejects(engine, why);
	case MARK:
		return mark(engine, why);
	case SWAP:
	case FINISH:
		break;
	}
	ASSERT(false); /* the writer's */
	return OK;
}

static bool is_writers(const struct erasing *g)
{
	return g->phase == SWAP || g->phase == FINISH;
}

err engine_erasing_step(struct engine *engine, enum erasing_turn *next, struct why *why)
{
	*next = ERASING_ENDED;
	if (engine->erasing == NULL) /* done at once meanwhile */
		return OK;
	err e = step(engine, why);
	if (e != OK) {
		engine_erasing_abandon(engine);
		return e;
	}
	*next = is_writers(engine->erasing) ? ERASING_WRITER : ERASING_BESIDE;
	return OK;
}

err engine_erasing_turn(struct engine *engine, enum erasing_turn *next, struct why *why)
{
	struct erasing *g = engine->erasing;

	*next = ERASING_ENDED;
	if (g == NULL)
		return OK;
	ASSERT(is_writers(g));
	if (g->phase == FINISH) {
		erasures_drop(&engine->erasures, g->until);
		engine_erasing_abandon(engine);
		return OK;
	}
	err e = swap(engine, why);
	if (e != OK)
		engine_erasing_abandon(engine);
	else
		*next = ERASING_BESIDE;
	return e;
}

/* ---- at once */

err engine_erase_bytes(struct engine *engine, struct erasing_result *result,
	void (*progress)(void *context, uint64_t done, uint64_t of), void *context, struct why *why)
{
	enum erasing_turn next;
	uint64_t end = journal_end(engine->journal) - 1;
	err e = engine_erasing_begin(engine, &next, why);

	while (e == OK && next != ERASING_ENDED) {
		if (progress != NULL)
			progress(context, engine_erasing_read(engine), end);
		e = next == ERASING_WRITER ? engine_erasing_turn(engine, &next, why)
					   : engine_erasing_step(engine, &next, why);
	}
	*result = engine->erased;
	engine_publish(engine);
	return e;
}
