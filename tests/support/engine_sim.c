/* tests/support/engine_sim.c - see engine_sim.h.  What is checked: engine_sim_check.c */
#include "support/engine_sim_internal.h"

#include "engine/engine_internal.h"
#include "engine/erasing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STEPS = 24, BATCH_MAX = 6, TIMES = 9, IN_FLIGHT_MAX = 3 };

bool sim_chance(struct engine_sim *w, uint64_t one_in)
{
	return random_below(&w->random, one_in) == 0;
}

static uint64_t below(struct engine_sim *w, uint64_t n)
{
	return random_below(&w->random, n);
}

void sim_wrong(struct engine_sim *w, const char *what)
{
	if (w->wrong == NULL)
		w->wrong = what;
}

void sim_wrong_why(struct engine_sim *w, const char *what, const struct why *why)
{
	if (w->wrong != NULL)
		return;
	w->wrong = what;
	struct strbuf words = strbuf_heap(sizeof(w->words) - 1);
	why_words(why, LANGUAGE_ENGLISH, &words);
	memcpy(w->words, words.ptr, words.len);
	strbuf_done(&words);
}

/* May this error come from the disk that fails, or from an engine that has refused since? */
bool sim_is_trouble(const struct engine_sim *w, err e)
{
	return (w->errors || sim_disk_crashed(w->sim)) &&
	       (e == ERR_IO || e == ERR_FULL || e == ERR_READ_ONLY);
}

static void unexpected(struct engine_sim *w, const char *what, err e, const struct why *why)
{
	if (e != OK && !sim_is_trouble(w, e))
		sim_wrong_why(w, what, why);
}

static int64_t clock_now(struct clock *clock)
{
	return ((struct engine_sim *)clock)->now_ms;
}

/* ---- writing */

static uint16_t some_identifiers(struct engine_sim *w)
{
	unsigned first = (unsigned)below(w, MODEL_IDENTIFIERS);
	uint16_t mask = (uint16_t)(1u << first);

	if (sim_chance(w, 3))
		mask |= (uint16_t)(1u << below(w, MODEL_IDENTIFIERS));
	if (sim_chance(w, 9))
		mask |= (uint16_t)(1u << below(w, MODEL_IDENTIFIERS));
	return mask;
}

static struct model_record fresh_record(struct engine_sim *w)
{
	struct model_record record = { .kind = sim_chance(w, 8) ? RECORD_ENTITY : RECORD_EVENT,
		.key = w->next_key++,
		.content = w->next_content++,
		.padding = (uint32_t)below(w, sim_chance(w, 8) ? 1500 : 40),
		.mask = some_identifiers(w),
		.time_ms = (int64_t)below(w, TIMES) * 1000 };

	if (!sim_chance(w, 12))
		return record;
	record.kind = RECORD_IDENTITY;
	record.mask = 0;
	record.decision = (enum model_decision)below(w, 3);
	record.pair[0] = (uint8_t)below(w, MODEL_IDENTIFIERS);
	record.pair[1] = (uint8_t)((record.pair[0] + 1 + below(w, MODEL_IDENTIFIERS - 1)) %
				   MODEL_IDENTIFIERS);
	return record;
}

/* One that was told before, or its message with another content. */
static struct model_record known_record(struct engine_sim *w)
{
	uint64_t seq = 1 + below(w, w->model->end - 1);
	struct model_record record = w->model->log[seq];

	if (record.key == 0 || record.kind == RECORD_CORRECTION)
		return fresh_record(w);
	if (sim_chance(w, 3))
		record.content = w->next_content++;
	return record;
}

/* What the engine must answer, by the model.  Puts what is new behind the log. */
static void foresee(struct engine_sim *w, const struct model_record *record, struct foreseen *out)
{
	struct model *model = w->model;
	struct model_known known = model_find(model, record->key);
	const struct model_record *there = &model->log[known.seq];

	for (uint64_t i = 0; known.state == MODEL_UNKNOWN && i < model->pending; i++) {
		there = &model->log[model->end + i];
		if (there->key == record->key)
			known = (struct model_known){ MODEL_KNOWN, model->end + i };
	}
	if (known.state == MODEL_UNKNOWN) {
		*out = (struct foreseen){ ITEM_NEW, model->end + model->pending };
		model_add(model, *record);
	} else if (known.state == MODEL_ERASED) {
		*out = (struct foreseen){ ITEM_ERASED, 0 };
	} else {
		bool same = there->content == record->content;
		*out = (struct foreseen){ same ? ITEM_DUPLICATE : ITEM_CONFLICT, known.seq };
	}
}

/* What a write has come to.  After a failed one nobody knows what the disk keeps: the batch stays
 * pending, and an engine that knows it has failed refuses all others. */
static bool written(struct engine_sim *w, err e, const struct why *why)
{
	if (e == OK) {
		model_accept(w->model);
		return true;
	}
	unexpected(w, "a write fails on a healthy disk", e, why);
	if (!w->engine->failed)
		model_drop(w->model);
	return false;
}

struct telling {
	struct arena *arena;
	struct engine_item items[BATCH_MAX];
	struct foreseen foreseen[BATCH_MAX];
	size_t count;
};

static bool tell(struct engine_sim *w, struct telling *t)
{
	struct model_record told[BATCH_MAX];

	t->count = 1 + below(w, BATCH_MAX);
	w->now_ms += (int64_t)below(w, 20) - 6; /* it may jump back */
	for (size_t i = 0; i < t->count; i++) {
		told[i] = w->model->end > 1 && sim_chance(w, 4) ? known_record(w)
			  : i > 0 && sim_chance(w, 10)          ? told[i - 1]
								: fresh_record(w);
		told[i].is_erased = false;
		told[i].bytes = MODEL_WHOLE;
		told[i].received_ms = 0;
		foresee(w, &told[i], &t->foreseen[i]);
		if (!sim_prepare(w, &told[i], t->arena, &t->items[i]))
			return false;
	}
	return true;
}

static void check_answers(struct engine_sim *w, const struct telling *t)
{
	for (size_t i = 0; i < t->count; i++)
		if (t->items[i].status != t->foreseen[i].status ||
			(t->foreseen[i].seq > 0 && t->items[i].seq != t->foreseen[i].seq))
			sim_wrong(w, "an item is answered wrongly");
}

static void write_batch(struct engine_sim *w)
{
	AUTO_ARENA arena = arena_create(4 << 20);
	struct telling t = { .arena = arena };
	struct why why = { 0 };

	if (tell(w, &t) && written(w, engine_write(w->engine, t.items, t.count, &why), &why))
		check_answers(w, &t);
}

/* Batches on their way: known first, then stored, then taken in. */
struct flight {
	struct telling telling[IN_FLIGHT_MAX];
	struct engine_batch batch[IN_FLIGHT_MAX];
	uint64_t ends[IN_FLIGHT_MAX]; /* of their new records */
	size_t known, tried, stored;
};

static bool know_one(struct engine_sim *w, struct flight *f, struct arena *arena)
{
	struct telling *t = &f->telling[f->known];
	struct engine_batch *batch = &f->batch[f->known];
	uint64_t before = w->model->end + w->model->pending;
	struct why why = { 0 };

	*t = (struct telling){ .arena = arena };
	if (!tell(w, t))
		return false;
	*batch = (struct engine_batch){ .items = t->items, .count = t->count };
	err e = engine_know(w->engine, batch, &why);
	if (e != OK) { /* it was not laid out: no byte of it can be anywhere */
		unexpected(w, "a batch is refused on a healthy disk", e, &why);
		model_drop_from(w->model, before);
		return false;
	}
	model_end_batch(w->model);
	f->ends[f->known++] = w->model->end + w->model->pending;
	return true;
}

/* False: it failed, and so will those behind it. */
static bool store_one(struct engine_sim *w, struct flight *f)
{
	struct why why = { 0 };
	size_t i = f->tried++;
	err e = engine_store(w->engine, &f->batch[i], &why);

	unexpected(w, "a write fails on a healthy disk", e, &why);
	if (e != OK)
		return false;
	f->stored = f->tried;
	model_accept_below(w->model, f->ends[i]);
	return true;
}

/* As an import does: several are known before the first of them is durable, several are durable
 * before the first of them is applied.  What was stored is applied also when a later one fails, or
 * the power does. */
static void write_in_steps(struct engine_sim *w)
{
	AUTO_ARENA arena = arena_create(8 << 20);
	struct flight f = { .known = 0 };
	size_t count = 2 + below(w, IN_FLIGHT_MAX - 1);
	bool goes_on = true;

	while (goes_on && f.known < count) {
		goes_on = know_one(w, &f, arena);
		while (goes_on && f.tried < f.known && sim_chance(w, 2))
			goes_on = store_one(w, &f);
	}
	while (f.tried < f.known)
		(void)store_one(w, &f);
	for (size_t i = 0; i < f.stored; i++) {
		engine_take_in(w->engine, &f.batch[i]);
		check_answers(w, &f.telling[i]);
	}
}

/* ---- changing */

/* A message that is known, or 0. */
static uint32_t some_key(struct engine_sim *w, uint64_t *seq)
{
	if (w->model->end == 1)
		return 0;
	*seq = 1 + below(w, w->model->end - 1);
	const struct model_record *record = &w->model->log[*seq];
	bool told = record->kind == RECORD_EVENT || record->kind == RECORD_ENTITY;
	return told ? record->key : 0;
}

static bool is_shown(struct engine_sim *w, uint64_t seq)
{
	model_state_of(w->model, &w->state);
	for (uint64_t row = 1; row < w->model->end; row++)
		if (w->state.shown[row] && w->state.origin[row] == seq)
			return true;
	return false;
}

static void expect_refusal(struct engine_sim *w, err e, const struct why *why)
{
	if (e == OK)
		sim_wrong(w, "what is not there was changed");
	else if (e != ERR_NOT_FOUND && e != ERR_DENIED)
		unexpected(w, "a change fails on a healthy disk", e, why);
}

static void correct(struct engine_sim *w)
{
	AUTO_ARENA arena = arena_create(1 << 20);
	uint64_t target = 0, seq = 0;
	struct why why = { 0 };
	struct model_record fixed = { .kind = RECORD_CORRECTION, .key = some_key(w, &target) };

	if (fixed.key == 0 || w->model->log[target].kind != RECORD_EVENT)
		return;
	fixed.content = w->next_content++;
	fixed.mask = sim_chance(w, 2) ? w->model->log[target].mask : some_identifiers(w);
	fixed.time_ms = (int64_t)below(w, TIMES) * 1000;
	fixed.target = target;
	struct record record = model_record_of(&fixed, arena);
	record.kind = RECORD_EVENT;
	record.target = 0;
	if (!is_shown(w, target)) {
		expect_refusal(w, engine_correct(w->engine, &record, &seq, &why), &why);
		return;
	}
	uint64_t expected = w->model->end;
	model_add(w->model, fixed);
	if (written(w, engine_correct(w->engine, &record, &seq, &why), &why) && seq != expected)
		sim_wrong(w, "a correction has another sequence");
}

static void retract(struct engine_sim *w)
{
	AUTO_ARENA arena = arena_create(1 << 20);
	uint64_t target = 0, seq = 0;
	struct why why = { 0 };
	uint32_t key = some_key(w, &target);

	if (key == 0)
		return;
	struct record record = model_record_of(&w->model->log[target], arena);
	if (!is_shown(w, target)) {
		err e = engine_retract(w->engine, record.source, record.message_id, &seq, &why);
		expect_refusal(w, e, &why);
		return;
	}
	model_add(w->model, (struct model_record){ .kind = RECORD_RETRACTION, .target = target });
	(void)written(
		w, engine_retract(w->engine, record.source, record.message_id, &seq, &why), &why);
}

/* ---- erasing */

static void erased(struct engine_sim *w, err e, size_t places, const struct erasure_result *result,
	const struct why *why)
{
	uint64_t events = w->state.events, least = 0;

	for (size_t i = 0; i < places; i++) /* w->list: see model_erased_before() */
		least += !model_erased_before(w->model, w->list[i], w->model->end);
	if (e == ERR_NOT_FOUND || e == ERR_DENIED) {
		if (least > 0)
			sim_wrong_why(w, "somebody known cannot be erased", why);
		model_drop(w->model);
		return;
	}
	if (e == OK && result->records == 0 && least == 0)
		model_drop(w->model); /* nothing was left to name */
	if (!written(w, e, why))
		return;
	model_state_of(w->model, &w->state);
	if (result->records > places || result->records < least ||
		result->events != events - w->state.events)
		sim_wrong(w, "an erasure counts wrongly");
}

/* What the engine will write, if there is anything. */
static void foresee_erasure(struct engine_sim *w, const uint64_t *places, size_t count)
{
	struct model_record record = { .kind = RECORD_ERASURE, .place_count = count };

	model_state_of(w->model, &w->state);
	if (count == 0)
		return;
	record.places = memory_alloc(count * sizeof(*places));
	memcpy(record.places, places, count * sizeof(*places));
	model_add(w->model, record);
}

static void erase_customer(struct engine_sim *w)
{
	unsigned identifier = (unsigned)below(w, MODEL_IDENTIFIERS);
	struct erasure_result result = { 0 };
	struct why why = { 0 };
	size_t count = model_places_of_customer(w->model, identifier, w->list);

	foresee_erasure(w, w->list, count);
	err e = engine_erase_customer(w->engine, model_identifier(identifier), &result, &why);
	erased(w, e, count, &result, &why);
}

static void erase_event(struct engine_sim *w)
{
	AUTO_ARENA arena = arena_create(1 << 20);
	struct erasure_result result = { 0 };
	struct why why = { 0 };
	uint64_t seq = 0;
	uint32_t key = some_key(w, &seq);

	if (key == 0)
		return;
	struct record record = model_record_of(&w->model->log[seq], arena);
	bool gone = w->model->log[seq].is_erased;
	size_t count = gone ? 0 : model_places_of_event(w->model, seq, w->list);
	foresee_erasure(w, w->list, count);
	err e = engine_erase_event(w->engine, record.source, record.message_id, &result, &why);
	erased(w, e, count, &result, &why);
}

static void erase_bytes(struct engine_sim *w)
{
	struct why why = { 0 };
	struct erasing_result erasing;
	uint64_t expected = 0, uncertain = 0;

	for (uint64_t seq = 1; seq < w->model->end; seq++) {
		struct model_record *record = &w->model->log[seq];
		if (!record->is_erased || record->bytes == MODEL_STONE)
			continue;
		uncertain += record->bytes == MODEL_EITHER; /* by pieces beside the writer */
		record->bytes = MODEL_EITHER;
		expected++;
	}
	err e = engine_erase_bytes(w->engine, &erasing, NULL, NULL, &why);
	w->checkpoint_end = 0; /* so it is by a state made anew */
	w->erasing = ERASING_ENDED;
	unexpected(w, "bytes cannot be erased on a healthy disk", e, &why);
	if (e != OK) {
		w->must_reopen = true; /* to learn what became of them */
		return;
	}
	if (erasing.rewritten > expected || erasing.rewritten < expected - uncertain)
		sim_wrong(w, "other places than those erased were emptied");
	for (uint64_t seq = 1; seq < w->model->end; seq++)
		if (w->model->log[seq].is_erased)
			w->model->log[seq].bytes = MODEL_STONE;
	sim_check_erased(w);
}

/* The same in pieces beside the writer, which goes on: what is done is known at the end only. */
static void begin_erasing(struct engine_sim *w)
{
	struct why why = { 0 };
	err e = engine_erasing_begin(w->engine, &w->erasing, &why);

	unexpected(w, "erasing cannot be begun on a healthy disk", e, &why);
	w->erasing_end = w->model->end;
	if (e != OK)
		w->erasing = ERASING_ENDED;
}

static void note_emptied(struct engine_sim *w, bool is_done)
{
	for (uint64_t seq = 1; seq < w->model->end; seq++) {
		struct model_record *record = &w->model->log[seq];
		if (!model_erased_before(w->model, seq, w->erasing_end) ||
			record->bytes == MODEL_STONE)
			continue;
		record->bytes = is_done ? MODEL_STONE : MODEL_EITHER;
	}
}

static void step_erasing(struct engine_sim *w)
{
	struct why why = { 0 };
	uint64_t left = 1 + below(w, 80);

	if (w->erasing == ERASING_ENDED)
		return;
	w->checkpoint_end = 0; /* the two share a file: one is given up */
	note_emptied(w, false);
	for (; left > 0 && w->erasing != ERASING_ENDED; left--) {
		err e = w->erasing == ERASING_WRITER
				? engine_erasing_turn(w->engine, &w->erasing, &why)
				: engine_erasing_step(w->engine, &w->erasing, &why);
		unexpected(w, "bytes cannot be erased beside a healthy writer", e, &why);
		if (e != OK) {
			w->erasing = ERASING_ENDED;
			w->must_reopen = true;
			return;
		}
	}
	if (w->erasing == ERASING_ENDED) {
		note_emptied(w, true);
		w->must_reopen = true; /* then every record is looked at */
	}
}

/* ---- house-keeping */

static void seal(struct engine_sim *w)
{
	struct why why = { 0 };
	bool did = true;

	for (int i = 0; i < 3 && did; i++) {
		err e = engine_seal_one(w->engine, 1, &did, &why);
		unexpected(w, "sealing fails", e, &why);
		if (e != OK)
			return;
	}
}

static void merge(struct engine_sim *w)
{
	struct why why = { 0 };
	bool did = true;

	for (int i = 0; i < 4 && did; i++) {
		err e = engine_merge_one(w->engine, &did, &why);
		unexpected(w, "merging fails", e, &why);
		if (e != OK)
			return;
	}
}

static void checkpoint(struct engine_sim *w)
{
	struct why why = { 0 };
	if (w->erasing != ERASING_ENDED) /* the writer waits with it */
		return;
	err e = engine_checkpoint(w->engine, &why);

	w->checkpoint_end = 0; /* one that was begun is given up */
	unexpected(w, "no checkpoint on a healthy disk", e, &why);
	if (e == OK)
		w->index_least = MAX_OF(w->index_least, w->model->end);
}

/* Beside the writer: begun now, written in pieces while it goes on. */
static void begin_checkpoint(struct engine_sim *w)
{
	struct why why = { 0 };
	if (w->erasing != ERASING_ENDED) /* the writer waits with it */
		return;
	err e = engine_checkpoint_begin(w->engine, &why);

	unexpected(w, "no checkpoint can be begun on a healthy disk", e, &why);
	w->checkpoint_end = e == OK ? w->model->end : 0;
}

static void step_checkpoint(struct engine_sim *w)
{
	struct why why = { 0 };
	bool done = false;

	for (uint64_t left = 1 + below(w, 60); left > 0 && w->checkpoint_end > 0; left--) {
		err e = engine_checkpoint_step(w->engine, &done, &why);
		unexpected(w, "a checkpoint cannot be written on a healthy disk", e, &why);
		if (e == OK && done)
			w->index_least = MAX_OF(w->index_least, w->checkpoint_end);
		if (e != OK || done)
			w->checkpoint_end = 0;
	}
}

static void roll(struct engine_sim *w)
{
	struct why why = { 0 };

	unexpected(w, "rolling fails", journal_roll(engine_journal(w->engine), &why), &why);
}

static void give_up_backup(struct engine_sim *w)
{
	backup_free(w->backup);
	w->backup = NULL;
}

/* As an import does: until it is opened again. */
static void widen(struct engine_sim *w)
{
	size_t entries = (size_t)16 << below(w, 3);

	dedup_widen(engine_dedup(w->engine), entries);
	identity_remember(w->engine->identity, entries);
}

static void prepare_segment(struct engine_sim *w)
{
	struct why why = { 0 };
	bool did;

	unexpected(w, "no file can be made ahead",
		journal_prepare(engine_journal(w->engine), &did, &why), &why);
}

/* Its moment is now, whatever comes while it is copied. */
static void begin_backup(struct engine_sim *w)
{
	struct sim_backup *b = &w->backups[w->backup_count];
	struct why why = { 0 };

	if (w->backup != NULL || w->backup_count == SIM_BACKUPS_MAX || w->engine->failed ||
		!sim_digest(w, &b->digest))
		return;
	b->end = w->model->end;
	b->is_whole = false;
	w->backup_count++;
	(void)snprintf(b->path, sizeof(b->path), "/backup%zu", w->backup_count);
	err e = backup_begin(w->engine, b->path, &w->backup, &why);
	if (e == OK)
		e = backup_take(w->engine, w->backup, &why);
	unexpected(w, "no back-up can be begun on a healthy disk", e, &why);
	if (e != OK)
		give_up_backup(w);
}

static void step_backup(struct engine_sim *w)
{
	struct sim_backup *b = &w->backups[w->backup_count - (w->backup_count > 0)];
	struct why why = { 0 };
	bool done = false;

	for (uint64_t left = 1 + below(w, 8); left > 0 && w->backup != NULL; left--) {
		err e = backup_step(w->backup, &done, &why);
		unexpected(w, "a back-up cannot be copied on a healthy disk", e, &why);
		if (e == OK && done && backup_summary(w->backup).end_seq != b->end)
			sim_wrong(w, "a back-up has another end");
		b->is_whole = e == OK && done;
		if (e != OK || done)
			give_up_backup(w);
	}
}

static void back_up(struct engine_sim *w)
{
	begin_backup(w);
	while (w->backup != NULL)
		step_backup(w);
}

/* A new place, or one where a restore did not come to its end. */
static struct sim_restored *restored_to(struct engine_sim *w)
{
	struct sim_restored *r = &w->restored[w->restored_count];
	struct sim_restored *last = r - (w->restored_count > 0);

	if (w->backup_count == 0)
		return NULL;
	if (w->restored_count > 0 && !last->is_whole && !last->is_there && sim_chance(w, 2))
		return last;
	if (w->restored_count == SIM_RESTORED_MAX)
		return NULL;
	r->backup = below(w, w->backup_count);
	(void)snprintf(r->path, sizeof(r->path), "/restored%zu", ++w->restored_count);
	r->is_whole = r->is_there = false;
	return r;
}

static void restore(struct engine_sim *w)
{
	struct backup_summary summary;
	struct why why = { 0 };

	struct sim_restored *r = restored_to(w);
	if (r == NULL)
		return;
	const struct sim_backup *b = &w->backups[r->backup];
	err e = backup_restore(sim_disk_of(w->sim), b->path, r->path, &summary, &why);
	r->is_whole = e == OK;
	if (e == OK)
		sim_check_restored(w, r);
	else if (e == ERR_CONFLICT && why.message == MSG_RESTORE_TARGET)
		r->is_there = true; /* it had come to its end, but was not acknowledged */
	else if (b->is_whole)
		unexpected(w, "a back-up cannot be restored on a healthy disk", e, &why);
}

static void check_now(struct engine_sim *w)
{
	if (!w->engine->failed)
		sim_check_state(w);
}

static void reindex(struct engine_sim *w)
{
	engine_index(w->engine);
}

void sim_close(struct engine_sim *w)
{
	sim_disk_doing(w->sim, "close");
	w->checkpoint_end = 0;
	w->erasing = ERASING_ENDED;
	give_up_backup(w);
	engine_close(w->engine);
	w->engine = NULL;
}

/* Opens it again, now by a checkpoint, now by a full replay: always the same. */
static void reopen(struct engine_sim *w)
{
	struct state_digest before, after;
	bool known = !w->engine->failed && sim_digest(w, &before);

	sim_close(w);
	if (sim_open(w, sim_chance(w, 3)) && known && sim_digest(w, &after) &&
		!sim_same(&before, &after))
		sim_wrong(w, "opened again, its digest is another");
}

static const struct {
	const char *name;
	void (*run)(struct engine_sim *w);
	unsigned weight;
} steps[] = {
	{ "write", write_batch, 34 },
	{ "write in steps", write_in_steps, 8 },
	{ "correct", correct, 6 },
	{ "retract", retract, 4 },
	{ "erase customer", erase_customer, 3 },
	{ "erase event", erase_event, 3 },
	{ "erase bytes", erase_bytes, 3 },
	{ "erasing begun", begin_erasing, 5 },
	{ "erasing beside", step_erasing, 14 },
	{ "seal", seal, 6 },
	{ "merge", merge, 6 },
	{ "checkpoint", checkpoint, 4 },
	{ "checkpoint begun", begin_checkpoint, 5 },
	{ "checkpoint beside", step_checkpoint, 12 },
	{ "roll", roll, 3 },
	{ "segment made ahead", prepare_segment, 4 },
	{ "widen", widen, 2 },
	{ "back-up", back_up, 3 },
	{ "back-up begun", begin_backup, 3 },
	{ "back-up beside", step_backup, 9 },
	{ "restore", restore, 3 },
	{ "check", check_now, 2 },
	{ "index", reindex, 2 },
	{ "reopen", reopen, 6 },
};

/* After a failed write all others must be refused; the rest goes on. */
static void step_failed(struct engine_sim *w)
{
	AUTO_ARENA arena = arena_create(1 << 20);
	struct model_record told = fresh_record(w);
	struct engine_item item;
	struct why why = { 0 };

	sim_disk_doing(w->sim, "refuse");
	switch (below(w, 4)) {
	case 0:
		seal(w);
		return;
	case 1:
		merge(w);
		return;
	case 2:
		if (engine_checkpoint(w->engine, &why) == OK)
			sim_wrong(w, "it writes a checkpoint after a failed write");
		return;
	default:
		if (sim_prepare(w, &told, arena, &item) &&
			engine_write(w->engine, &item, 1, &why) == OK)
			sim_wrong(w, "it accepts records after a failed write");
	}
}

static void step(struct engine_sim *w)
{
	unsigned total = 0;
	size_t i = 0;

	if (w->engine->failed) {
		step_failed(w);
		return;
	}
	for (size_t k = 0; k < ARRAY_LEN(steps); k++)
		total += steps[k].weight;
	for (uint64_t at = below(w, total); at >= steps[i].weight; i++)
		at -= steps[i].weight;
	sim_disk_doing(w->sim, steps[i].name);
	if (w->model->end + w->model->pending + IN_FLIGHT_MAX * BATCH_MAX < MODEL_RECORDS_MAX)
		steps[i].run(w);
}

/* ---- a life */

static void plan_trouble(struct engine_sim *w)
{
	struct sim_faults *faults = sim_disk_faults(w->sim);
	uint64_t now = sim_disk_operations(w->sim);
	static const err kinds[] = { ERR_IO, ERR_IO, ERR_FULL, ERR_READ_ONLY };

	faults->fail_at = 0;
	faults->sync_failure_forgets = true;
	switch (below(w, 4)) {
	case 0: /* while it opens */
		faults->crash_at = now + 1 + below(w, 12);
		break;
	case 1:
		faults->crash_at = now + 1 + below(w, 200);
		break;
	default: /* where power is seldom drawn */
		faults->crash_class = 1 + (unsigned)below(w, SIM_CLASSES);
		faults->crash_skip = (unsigned)below(w, sim_chance(w, 2) ? 1 : 4);
	}
	if (w->errors && !sim_chance(w, 4)) {
		faults->fail_at = now + 1 + below(w, 150);
		faults->fail_with = kinds[below(w, ARRAY_LEN(kinds))];
	}
}

static void play_round(struct engine_sim *w)
{
	plan_trouble(w);
	if (sim_open(w, sim_chance(w, 4)))
		for (unsigned i = 0; i < STEPS && w->engine != NULL && w->wrong == NULL; i++) {
			step(w);
			if (sim_disk_crashed(w->sim))
				break;
			if (w->engine != NULL &&
				(w->must_reopen || (w->engine->failed && sim_chance(w, 4)))) {
				sim_close(w);
				(void)sim_open(w, false); /* the round ends if it fails */
			}
		}
	if (w->engine != NULL)
		sim_close(w);
	sim_disk_reboot(w->sim);
}

static struct engine_sim *create(const struct engine_life *life)
{
	struct engine_sim *w = memory_alloc(sizeof(*w));

	w->clock.now_ms = clock_now;
	w->now_ms = 1000;
	w->random = random_of(life->seed);
	w->sim = sim_disk_create(life->seed, life->coverage);
	w->errors = life->errors;
	w->model = model_create();
	w->next_key = w->next_content = 1;
	w->erasing = ERASING_ENDED;
	*sim_disk_faults(w->sim) = life->bugs;
	memcpy(sim_disk_faults(w->sim)->crash_points, life->aims, sizeof(life->aims));
	return w;
}

static void plant(enum sim_plant plant)
{
	engine_planted = (struct engine_planted){ .skip_apply = plant == PLANT_SKIPPED_APPLY,
		.replay_twice = plant == PLANT_DOUBLED_REPLAY,
		.manifest_first = plant == PLANT_MANIFEST_FIRST,
		.index_unsaved = plant == PLANT_INDEX_UNSAVED,
		.digest_rows_max = 7,
		.store_bytes_least = 100000 };
}

static const char *finish(struct engine_sim *w)
{
	static char text[700];
	const char *what = w->wrong;

	if (w->engine != NULL)
		sim_close(w);
	sim_disk_free(w->sim);
	model_free(w->model);
	if (what != NULL) {
		(void)snprintf(text, sizeof(text), "%s %s", what, w->words);
		what = text;
	}
	free(w);
	engine_planted = (struct engine_planted){ 0 };
	return what;
}

const char *engine_sim_live(const struct engine_life *life)
{
	struct engine_sim *w = create(life);
	unsigned rounds = life->rounds == 0 ? 3 : life->rounds;

	plant(life->plant);
	for (unsigned i = 0; i < rounds && w->wrong == NULL; i++)
		play_round(w);
	if (w->wrong == NULL)
		sim_judge(w);
	if (life->rows != NULL)
		*life->rows += w->rows;
	return finish(w);
}
