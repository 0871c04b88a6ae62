/* engine/replay.c - the journal read again, into the state and the index of known messages
 *
 *   reader: unseal, check, decode, make keys --portions--> applier: mark, apply, make known
 *
 * The reader is a thread of its own where there is much to read and no start has crashed
 * (quarantine.h): then a record is decoded before its block is marked.  Should that crash, the next
 * start finds the mark of an earlier block, takes each step in its place, and gets a mark that is
 * right if it crashes again.
 */
#include "engine/engine_internal.h"

#include "base/crc32c.h"
#include "base/queue.h"
#include "engine/erase.h"
#include "engine/quarantine.h"
#include "event/codec.h"

#include <stdlib.h>

enum {
	PORTION_RECORDS = 256,
	PORTIONS = 6, /* under way, with a reader beside */
	PORTION_BYTES_FULL = 1 << 20,
	PORTION_BYTES_USUAL = 256 << 10,
	AHEAD_LEAST = 4 * QUARANTINE_BLOCK, /* records: fewer are not worth a thread */
};
#define PORTION_BYTES_MAX ((size_t)RECORD_ARENA_BYTES + PORTION_BYTES_FULL + RECORD_BYTES_MAX)

/* Records that follow each other, decoded; `known` are of those that the index does not have. */
struct portion {
	struct arena *arena;
	struct record records[PORTION_RECORDS];
	struct dedup_entry known[PORTION_RECORDS];
	struct dedup_key_text texts[PORTION_RECORDS]; /* for their keys */
	size_t count, known_count;
	uint64_t first_seq; /* of what was read; 0: nothing was */
	/* what can only come last */
	str erasure; /* whose messages are to be known as erased; .ptr NULL: none */
	uint64_t passed; /* a record that is not applied and keeps its place; 0: none */
	bool ends_block;
	bool is_last; /* the journal ends here, or `error` does it */
	err error;
	struct why why;
	uint64_t unreadable;
};

struct replay {
	struct engine *engine;
	struct quarantine *quarantine;
	struct engine_opening *opening;
	uint64_t dedup_from, apply_from; /* below them the index, the state has them already */
	struct journal_scan *scan;
	bool ahead; /* a thread reads */
	struct queue *filled, *empty;
};

static void portion_clear(struct portion *p)
{
	arena_reset(p->arena);
	p->count = p->known_count = 0;
	p->first_seq = p->passed = p->unreadable = 0;
	p->erasure = (str){ 0 };
	p->ends_block = p->is_last = false;
	p->error = OK;
}

static struct portion *portion_create(void)
{
	struct portion *p = memory_resize(NULL, sizeof(*p)); /* most of it need not be zeros */

	p->arena = arena_create(PORTION_BYTES_MAX);
	/* One block for a usual portion: emptying it then frees nothing. */
	ASSERT(arena_room(p->arena, PORTION_BYTES_USUAL) != NULL);
	portion_clear(p);
	return p;
}

static void portion_free(struct portion *p)
{
	arena_free(p->arena);
	free(p);
}

static bool portion_is_full(const struct portion *p)
{
	return MAX_OF(p->count, p->known_count) == PORTION_RECORDS || p->ends_block ||
	       p->passed > 0 || p->erasure.ptr != NULL ||
	       arena_taken(p->arena) > PORTION_BYTES_FULL;
}

/* ---- applying */

static err apply_erasure(struct replay *r, str payload, struct why *why)
{
	struct erasure_reader reader = erasure_reader_of(payload);
	struct erased item;
	err e = OK;

	while (e == OK && erasure_next(&reader, &item)) {
		struct dedup_entry entry = {
			.key = item.key, .seq = item.seq, .state = DEDUP_ERASED
		};
		if (item.has_key)
			e = dedup_add(r->engine->dedup, &entry, why);
	}
	return e;
}

/* The portion is empty then. */
static err apply_portion(struct replay *r, struct portion *p, struct why *why)
{
	for (size_t at = 0; at < p->count; at += APPLY_GROUP_MAX)
		engine_apply(
			r->engine, p->records + at, MIN_OF(p->count - at, (size_t)APPLY_GROUP_MAX));
	err e = dedup_add_many(r->engine->dedup, p->known, p->known_count, why);
	if (e == OK && p->erasure.ptr != NULL) /* behind what it erases */
		e = apply_erasure(r, p->erasure, why);
	if (p->passed >= r->apply_from)
		r->engine->applied_seq = MAX_OF(r->engine->applied_seq, p->passed + 1);
	r->opening->replayed += p->count;
	r->opening->quarantined += p->unreadable;
	portion_clear(p);
	return e;
}

/* ---- reading */

static void note_known(struct replay *r, struct portion *p, const struct record *record, str bytes)
{
	if (record->seq < r->dedup_from)
		return;
	if (record->kind == RECORD_ERASURE) {
		p->erasure = record->payload;
		return;
	}
	if (record->message_id.len == 0 || !engine_is_keyed(record->kind))
		return;
	p->texts[p->known_count] = (struct dedup_key_text){ record->source, record->message_id };
	p->known[p->known_count++] =
		(struct dedup_entry){ .seq = record->seq, .check = crc32c(0, bytes) };
}

static void make_keys(struct replay *r, struct portion *p)
{
	struct dedup_key keys[PORTION_RECORDS];

	dedup_keys_of(r->engine->secret, p->texts, p->known_count, keys);
	for (size_t i = 0; i < p->known_count; i++)
		p->known[i].key = keys[i];
}

static err take(struct replay *r, struct portion *p, const struct journal_record *stored,
	enum quarantine_way way, struct why *why)
{
	struct record *record = &p->records[p->count];
	str bytes = arena_str(p->arena, stored->bytes); /* the scan's go with its next step */

	if (bytes.ptr == NULL)
		return fail(
			why, MSG_NO_ROOM, arg_c("record"), arg_int((int64_t)arena_taken(p->arena)));
	err e = record_decode(bytes, p->arena, record, why);
	if (e == ERR_VERSION)
		return e;
	if (e != OK) {
		p->unreadable++;
		p->passed = stored->seq;
		return OK;
	}
	record->seq = stored->seq;
	record->received_ms = stored->received_ms;
	note_known(r, p, record, bytes);
	if (way == QUARANTINE_KEY_ONLY)
		p->passed = stored->seq;
	else if (stored->seq >= r->apply_from)
		p->count++;
	return OK;
}

/* A record in quarantine keeps its place and does nothing, but its message stays known.  What
 * entered before a new mark is applied before it is written. */
static err enter(struct replay *r, struct portion *p, const struct journal_record *stored,
	enum quarantine_way *way, struct why *why)
{
	err e = OK;

	if (quarantine_will_mark(r->quarantine, stored->seq)) {
		make_keys(r, p);
		e = apply_portion(r, p, why);
	}
	return e == OK ? quarantine_enter(r->quarantine, stored->seq, way, why) : e;
}

static err take_stored(
	struct replay *r, struct portion *p, const struct journal_record *stored, struct why *why)
{
	enum quarantine_way way = QUARANTINE_APPLY;
	err e = r->ahead ? OK : enter(r, p, stored, &way, why);

	if (e != OK)
		return e;
	if (p->first_seq == 0)
		p->first_seq = stored->seq;
	p->ends_block = (stored->seq + 1) % QUARANTINE_BLOCK == 0;
	if (way != QUARANTINE_UNREAD)
		return take(r, p, stored, way, why);
	p->passed = stored->seq;
	return OK;
}

/* Until it is full, or all is read. */
static void fill(struct replay *r, struct portion *p)
{
	struct journal_record stored;
	bool more = true;

	while (p->error == OK && !portion_is_full(p)) {
		err e = journal_scan_next(r->scan, &more, &stored, &p->why);
		if (e == ERR_CORRUPT) { /* reported by verify, with its place; the rest counts */
			p->unreadable++;
			continue;
		}
		if (e == OK && !more)
			break;
		p->error = e == OK ? take_stored(r, p, &stored, &p->why) : e;
	}
	p->is_last = p->error != OK || !more;
	make_keys(r, p);
}

/* What was read before a fault counts. */
static err finish_portion(struct replay *r, struct portion *p, bool *is_last, struct why *why)
{
	enum quarantine_way way;
	err e = OK, error = p->error;

	*is_last = p->is_last;
	if (r->ahead && p->first_seq > 0)
		e = quarantine_enter(r->quarantine, p->first_seq, &way, why);
	if (e != OK)
		return e;
	if (error != OK && why != NULL)
		*why = p->why;
	e = apply_portion(r, p, error == OK ? why : NULL); /* the cause of an error came before */
	return error != OK ? error : e;
}

static err replay_here(struct replay *r, struct why *why)
{
	struct portion *p = portion_create();
	bool is_last = false;
	err e = OK;

	while (e == OK && !is_last) {
		fill(r, p);
		e = finish_portion(r, p, &is_last, why);
	}
	portion_free(p);
	return e;
}

/* ---- with a thread that reads ahead */

static void *read_ahead(void *context)
{
	struct replay *r = context;
	bool is_last = false;
	void *item;
	size_t count;

	while (!is_last && queue_pop(r->empty, &item, 1, &count, QUEUE_WAIT_FOREVER) == OK) {
		struct portion *p = item;
		fill(r, p);
		is_last = p->is_last;
		ASSERT(queue_push(r->filled, p, 0) == OK); /* it has room for all there are */
	}
	return NULL;
}

static err apply_all(struct replay *r, struct why *why)
{
	bool is_last = false;
	void *item;
	size_t count;
	err e = OK;

	while (e == OK && !is_last) {
		ASSERT(queue_pop(r->filled, &item, 1, &count, QUEUE_WAIT_FOREVER) == OK);
		e = finish_portion(r, item, &is_last, why);
		ASSERT(queue_push(r->empty, item, 0) == OK);
	}
	return e;
}

static err replay_ahead(struct replay *r, struct why *why)
{
	struct portion *portions[PORTIONS];
	pthread_t reader;

	r->filled = queue_create(PORTIONS);
	r->empty = queue_create(PORTIONS);
	for (size_t i = 0; i < PORTIONS; i++) {
		portions[i] = portion_create();
		ASSERT(queue_push(r->empty, portions[i], 0) == OK);
	}
	ASSERT(pthread_create(&reader, NULL, read_ahead, r) == 0);
	err e = apply_all(r, why);
	queue_close(r->empty); /* after an error it may wait for one, or fill it */
	ASSERT(pthread_join(reader, NULL) == 0);
	for (size_t i = 0; i < PORTIONS; i++)
		portion_free(portions[i]);
	queue_free(r->filled);
	queue_free(r->empty);
	return e;
}

/* ---- */

static err replay_all(struct replay *r, struct why *why)
{
	uint64_t from = MIN_OF(r->dedup_from, r->apply_from);
	err e = journal_scan_open(r->engine->journal, from, &r->scan, why);

	if (e != OK)
		return e;
	r->ahead = quarantine_is_calm(r->quarantine) &&
		   journal_end(r->engine->journal) - from >= AHEAD_LEAST;
	e = r->ahead ? replay_ahead(r, why) : replay_here(r, why);
	journal_scan_close(r->scan);
	return e;
}

err engine_replay(struct engine *engine, uint64_t dedup_from, uint64_t apply_from,
	struct engine_opening *opening, struct why *why)
{
	struct replay r = { .engine = engine,
		.opening = opening,
		.dedup_from = dedup_from,
		.apply_from = apply_from };
	uint64_t boot = engine->options.disk == disk_real() ? boot_number() : 0;
	err e = quarantine_open(engine->options.disk, engine->folder, boot, &r.quarantine, why);

	if (e != OK)
		return e;
	opening->quarantined += quarantine_count(r.quarantine); /* also what a checkpoint covers */
	e = replay_all(&r, why);
	err closed = quarantine_close(r.quarantine, e == OK ? why : NULL);
	return e == OK ? closed : e;
}
