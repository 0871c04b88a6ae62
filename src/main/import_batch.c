/* main/import_batch.c - see import_batch.h */
#include "main/import_batch.h"

#include "base/chunks.h"
#include "base/queue.h"
#include "identity/identity.h"
#include "journal/journal.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* Batches are whole numbers of these. */
enum { BEGUN_MAX = 32 };
enum { TAKEN_FIRST = 4, SLABS_READY = 3 };
_Static_assert(BATCH_ITEMS_MAX % BEGUN_MAX == 0, "a batch is full between two of them");
_Static_assert((int)BATCHES_MAX <= (int)NUMBERING_BATCHES_KEPT, "new ids stay until taken in");

struct pipeline {
	struct engine *engine;
	struct preparation *preparation;
	struct batch *batches[BATCHES_MAX], *current;
	struct prepared begun[BEGUN_MAX]; /* for the current batch, not finished yet */
	size_t begun_count;
	struct record_form form; /* of those that have one */
	struct writer *to; /* or NULL: the engine is ours alone */
	struct queue *full, *known, *stored, *empty, *token, *soon;
	pthread_t knower, storer, taker, flusher, preparer;
	size_t taken; /* batches; the taker's */
	struct batch_counts counts; /* likewise, until it has ended */
	atomic_bool failed;
	pthread_mutex_t fault; /* a leaf: the two below */
	err error; /* the first there was */
	struct why why;
};

/* ---- writing */

static void copy_cut(char to[static CONFLICT_NAME_BYTES], str text)
{
	str cut = str_cut(text, CONFLICT_NAME_BYTES - 1);

	memcpy(to, cut.ptr, cut.len);
	to[cut.len] = '\0';
}

static void note_conflict(struct batch_counts *counts, const struct engine_item *item)
{
	struct record_identifier identifiers[FORM_IDENTIFIERS_MAX];
	struct record record;

	counts->conflicts++;
	if (counts->conflicts_named == CONFLICTS_NAMED_MAX)
		return;
	struct conflict *c = &counts->conflict[counts->conflicts_named++];
	item_record(item, identifiers, &record);
	copy_cut(c->source, record.source);
	copy_cut(c->message_id, record.message_id);
}

static void count_answers(struct pipeline *p, const struct batch *batch)
{
	for (size_t i = 0; i < batch->count; i++) {
		switch (batch->items[i].status) {
		case ITEM_NEW:
			p->counts.fresh++;
			break;
		case ITEM_DUPLICATE:
			p->counts.duplicates++;
			break;
		case ITEM_CONFLICT:
			note_conflict(&p->counts, &batch->items[i]);
			break;
		case ITEM_ERASED:
			p->counts.erased++;
			break;
		case ITEM_REFUSED:
			break;
		}
	}
}

/* A few thousand items take the writer some 10 ms: other producers hardly wait. */
static err submit(struct writer *to, struct batch *batch, struct why *why)
{
	struct submission submission;

	submission_init(&submission, batch->items, batch->count);
	err e = writer_submit(to, &submission, INT64_MAX, why);
	if (e == OK)
		e = submission_wait(&submission, INT64_MAX, why);
	submission_done(&submission);
	return e;
}

static void note_fault(struct pipeline *p, err e, const struct why *why)
{
	ASSERT(pthread_mutex_lock(&p->fault) == 0);
	if (p->error == OK) {
		p->error = e;
		p->why = *why;
	}
	ASSERT(pthread_mutex_unlock(&p->fault) == 0);
	atomic_store(&p->failed, true);
}

/* What follows a failure is not written. */
static void know_batch(struct pipeline *p, struct batch *batch)
{
	struct why why = { 0 };

	batch->told = (struct engine_batch){ 0 };
	batch->is_answered = false;
	if (atomic_load(&p->failed))
		return;
	if (p->to == NULL)
		batch->told = (struct engine_batch){ .items = batch->items, .count = batch->count };
	err e = p->to == NULL ? engine_know(p->engine, &batch->told, &why)
			      : submit(p->to, batch, &why);
	batch->is_answered = e == OK;
	if (e == OK)
		return;
	batch->told.items = NULL;
	note_fault(p, e, &why);
}

/* What is known is stored, or answered as failed, also after a failure. */
static void store_batch(struct pipeline *p, struct batch *batch)
{
	struct why why = { 0 };

	if (batch->told.items == NULL)
		return;
	err e = engine_store(p->engine, &batch->told, &why);
	if (e == OK)
		return;
	batch->told.items = NULL;
	batch->is_answered = false;
	note_fault(p, e, &why);
}

/* No matter if the flusher has a token already: it looks until there is nothing to do. */
static void ask_to_flush(struct pipeline *p)
{
	if (p->to == NULL && dedup_has_frozen(engine_dedup(p->engine)))
		(void)queue_push(p->token, p, 0);
}

static void *knower_run(void *context)
{
	struct pipeline *p = context;
	void *item;
	size_t count;

	while (queue_pop(p->full, &item, 1, &count, QUEUE_WAIT_FOREVER) == OK) {
		know_batch(p, item);
		ASSERT(queue_push(p->known, item, QUEUE_WAIT_FOREVER) == OK);
		ask_to_flush(p);
	}
	queue_close(p->known);
	queue_close(p->token);
	return NULL;
}

static void *storer_run(void *context)
{
	struct pipeline *p = context;
	void *item;
	size_t count;

	while (queue_pop(p->known, &item, 1, &count, QUEUE_WAIT_FOREVER) == OK) {
		store_batch(p, item);
		ASSERT(queue_push(p->stored, item, 0) == OK); /* it has room for all there are */
	}
	queue_close(p->stored);
	return NULL;
}

/* Most customers are new at the beginning: then all others wait for the taker, and it would wait
 * for the system to zero page after page.  A small import is over before. */
static void ask_for_memory(struct pipeline *p)
{
	if (p->to == NULL && ++p->taken > TAKEN_FIRST)
		(void)queue_push(p->soon, p, 0);
}

static void *preparer_run(void *context)
{
	struct pipeline *p = context;
	void *item;
	size_t count;

	while (queue_pop(p->soon, &item, 1, &count, QUEUE_WAIT_FOREVER) == OK)
		chunk_make_ready(SLABS_READY);
	chunk_make_ready(0);
	return NULL;
}

static void *taker_run(void *context)
{
	struct pipeline *p = context;
	void *item;
	size_t count;

	while (queue_pop(p->stored, &item, 1, &count, QUEUE_WAIT_FOREVER) == OK) {
		struct batch *batch = item;
		if (batch->told.items != NULL)
			engine_take_in(p->engine, &batch->told);
		if (batch->is_answered)
			count_answers(p, batch);
		batch->count = 0;
		batch->form = NULL;
		arena_reset(batch->arena);
		ASSERT(queue_push(p->empty, batch, 0) == OK); /* it has room for all there are */
		ask_for_memory(p);
	}
	queue_close(p->soon);
	return NULL;
}

/* What it cannot write the knower will have to, and that tells why. */
static void *flusher_run(void *context)
{
	struct pipeline *p = context;
	bool did;
	void *item;
	size_t count;

	while (queue_pop(p->token, &item, 1, &count, QUEUE_WAIT_FOREVER) == OK)
		(void)engine_flush_beside(p->engine, &did, NULL);
	return NULL;
}

/* ---- the reader */

static void free_pipeline(struct pipeline *p)
{
	for (size_t i = 0; i < BATCHES_MAX && p->batches[i] != NULL; i++) {
		arena_free(p->batches[i]->arena);
		free(p->batches[i]);
	}
	queue_free(p->full);
	queue_free(p->known);
	queue_free(p->stored);
	queue_free(p->token);
	queue_free(p->soon);
	queue_free(p->empty);
	numbering_free(p->preparation->numbering);
	p->preparation->numbering = NULL;
	ASSERT(pthread_mutex_destroy(&p->fault) == 0);
	free(p);
}

err pipeline_open(struct engine *engine, struct writer *writer, struct preparation *preparation,
	const char *scratch, struct pipeline **out, struct why *why)
{
	struct pipeline *p = memory_alloc(sizeof(*p));
	const struct engine_options *options = engine_options(engine);

	p->engine = engine;
	p->to = writer;
	p->preparation = preparation;
	atomic_init(&p->failed, false);
	ASSERT(pthread_mutex_init(&p->fault, NULL) == 0);
	err e = numbering_create(
		options->disk, scratch, engine_secret(engine), &preparation->numbering, why);
	if (e != OK) {
		ASSERT(pthread_mutex_destroy(&p->fault) == 0);
		free(p);
		return e;
	}
	if (writer == NULL) {
		dedup_widen(engine_dedup(engine), KNOWN_ENTRIES_MAX);
		identity_remember(engine_identity(engine), IDENTIFIERS_REMEMBERED);
		journal_bulk(engine_journal(engine));
	}
	p->full = queue_create(BATCHES_MAX);
	p->known = queue_create(LAID_MAX);
	p->stored = queue_create(BATCHES_MAX);
	p->token = queue_create(1);
	p->soon = queue_create(1);
	p->empty = queue_create(BATCHES_MAX);
	for (size_t i = 0; i < BATCHES_MAX; i++) {
		p->batches[i] = memory_alloc(sizeof(*p->batches[i]));
		p->batches[i]->arena = arena_create(BATCH_BYTES_MAX);
		/* One block for all of a usual batch: emptying it then frees nothing. */
		ASSERT(arena_room(p->batches[i]->arena, BATCH_BYTES_USUAL) != NULL);
		arena_reset(p->batches[i]->arena);
		ASSERT(queue_push(p->empty, p->batches[i], 0) == OK);
	}
	ASSERT(pthread_create(&p->knower, NULL, knower_run, p) == 0);
	ASSERT(pthread_create(&p->storer, NULL, storer_run, p) == 0);
	ASSERT(pthread_create(&p->taker, NULL, taker_run, p) == 0);
	ASSERT(pthread_create(&p->flusher, NULL, flusher_run, p) == 0);
	ASSERT(pthread_create(&p->preparer, NULL, preparer_run, p) == 0);
	*out = p;
	return OK;
}

/* Those that were begun, in their order. */
KEPT_APART static void finish_begun(struct pipeline *p)
{
	struct batch *batch = p->current;

	items_finish(p->preparation, p->begun, p->begun_count);
	for (size_t i = 0; i < p->begun_count; i++)
		batch->items[batch->count++] = p->begun[i].item;
	p->begun_count = 0;
}

KEPT_APART static void send_off(struct pipeline *p)
{
	struct batch *batch = p->current;

	finish_begun(p);

	p->current = NULL;
	if (batch != NULL)
		ASSERT(queue_push(p->full, batch, 0) == OK); /* it has room for all there are */
}

KEPT_APART static void take_batch(struct pipeline *p)
{
	void *item;
	size_t count;

	ASSERT(queue_pop(p->empty, &item, 1, &count, QUEUE_WAIT_FOREVER) == OK);
	p->current = item;
}

static bool is_full(const struct batch *batch)
{
	return batch->count == BATCH_ITEMS_MAX || arena_taken(batch->arena) > BATCH_BYTES_FULL;
}

/* Room for one more; *ended as pipeline_add(). */
static inline void make_room(struct pipeline *p, bool *ended)
{
	*ended = false;
	if (p->current == NULL)
		take_batch(p);
	if (p->begun_count == BEGUN_MAX)
		finish_begun(p);
	if (!is_full(p->current))
		return;
	send_off(p);
	*ended = atomic_load(&p->failed);
	if (!*ended)
		take_batch(p);
}

err pipeline_add(struct pipeline *p, const struct record *record, bool *ended, struct why *why)
{
	make_room(p, ended);
	if (*ended)
		return OK;
	err e = item_begin(
		p->preparation, record, p->current->arena, &p->begun[p->begun_count], why);
	p->begun_count += e == OK;
	return e;
}

bool pipeline_form(struct pipeline *p, const struct record *pattern, const size_t *strings,
	size_t string_count)
{
	struct record told = *pattern;

	if (p->current != NULL)
		p->current->form = NULL; /* rows of the one before keep theirs */
	if (told.source.len == 0)
		told.source = p->preparation->default_source;
	if (!record_form_init(&p->form, &told, strings, string_count))
		return false;
	preparation_form(p->preparation, &p->form);
	return true;
}

/* A batch has the form of its rows in itself: they may outlive the pipeline's, which changes from
 * file to file. */
KEPT_APART static err give_form(struct pipeline *p, struct batch *batch, struct why *why)
{
	struct record_form *form = arena_room(batch->arena, sizeof(*form));

	if (form == NULL)
		return fail(why, MSG_NO_ROOM, arg_c("batch"), arg_int((int64_t)BATCH_BYTES_MAX));
	record_form_copy(&p->form, form);
	batch->form = form;
	return OK;
}

err pipeline_add_formed(
	struct pipeline *p, const struct formed *formed, bool *ended, struct why *why)
{
	make_room(p, ended);
	if (*ended)
		return OK;
	struct batch *batch = p->current;
	err e = batch->form != NULL ? OK : give_form(p, batch, why);
	if (e == OK)
		e = item_begin_formed(p->preparation, batch->form, formed, batch->arena,
			&p->begun[p->begun_count], why);
	p->begun_count += e == OK;
	return e;
}

err pipeline_close(struct pipeline *p, bool send_rest, struct batch_counts *counts, struct why *why)
{
	err e = OK;

	if (send_rest && !atomic_load(&p->failed))
		send_off(p);
	queue_close(p->full);
	ASSERT(pthread_join(p->knower, NULL) == 0);
	ASSERT(pthread_join(p->storer, NULL) == 0);
	ASSERT(pthread_join(p->taker, NULL) == 0);
	ASSERT(pthread_join(p->flusher, NULL) == 0);
	ASSERT(pthread_join(p->preparer, NULL) == 0);
	if (p->to == NULL) /* who comes next may want the memory */
		identity_remember(engine_identity(p->engine), 0);
	*counts = p->counts;
	if (p->error != OK) { /* the first fault there was */
		e = p->error;
		if (why != NULL)
			*why = p->why;
	}
	free_pipeline(p);
	return e;
}
