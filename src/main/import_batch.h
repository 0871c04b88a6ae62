/* main/import_batch.h - batches of prepared records on their way from reader to writer. */
#pragma once

#include "engine/numbering.h"
#include "engine/prepare.h"
#include "engine/writer.h"

enum {
	BATCH_ITEMS_MAX = 8192,
	BATCHES_MAX = 10, /* in flight */
	LAID_MAX = 3, /* of these known and not stored: each is laid out, twice in memory */
	KNOWN_ENTRIES_MAX = 4 << 20, /* of the index of known messages in memory: 200 MB at most */
	IDENTIFIERS_REMEMBERED = 4 << 20, /* with their codes: 128 MB at most */
};
#define BATCH_BYTES_MAX ((size_t)64 << 20)
#define BATCH_BYTES_USUAL ((size_t)5 << 20)
#define BATCH_BYTES_FULL ((size_t)8 << 20) /* then it is sent: the largest record still fits */

struct batch {
	struct arena *arena;
	struct record_form *form; /* of its rows, in the arena; NULL: none yet */
	struct engine_item items[BATCH_ITEMS_MAX];
	size_t count;
	struct engine_batch told; /* on its way through the engine; .items NULL: it is not */
	bool is_answered;
};

/* Named, so that a person can look: the first few of an input. */
enum { CONFLICTS_NAMED_MAX = 5, CONFLICT_NAME_BYTES = 160 };
struct conflict {
	char source[CONFLICT_NAME_BYTES], message_id[CONFLICT_NAME_BYTES]; /* cut where longer */
};

struct batch_counts {
	uint64_t fresh, duplicates, conflicts, erased;
	struct conflict conflict[CONFLICTS_NAMED_MAX];
	size_t conflicts_named;
};

/* The writer's side: threads that take full batches and write them.
 *
 *   reader --full--> knower --known--> storer --stored--> taker --empty--> reader
 *                      +--token--> flusher             +--soon--> preparer
 *
 * The knower looks a batch up while the storer makes the one before durable and the taker applies
 * an earlier one; the flusher writes what is full of the index of known messages, the preparer has
 * memory at hand for new customers.  Where a writer runs in the engine, that does all of it in the
 * knower's place, and the taker only counts. */
struct pipeline;

/* `writer`: of the engine where one runs, between other producers; NULL: nobody else uses the
 * engine. `scratch`: a folder for the numbering of records (numbering.h).  The preparation gets
 * that numbering until the pipeline is closed. */
err pipeline_open(struct engine *engine, struct writer *writer, struct preparation *preparation,
	const char *scratch, struct pipeline **out, struct why *why);
/* Prepares one record into the current batch, sending it off when full.  ERR_SYNTAX, ERR_LIMIT:
 * this record is refused, the pipeline goes on; *ended: nothing more is taken, and
 * pipeline_close() tells why. */
err pipeline_add(
	struct pipeline *pipeline, const struct record *record, bool *ended, struct why *why);
/* The form that records given by pipeline_add_formed() have, but that its source may be missing;
 * false: they must come one by one. */
bool pipeline_form(struct pipeline *pipeline, const struct record *pattern, const size_t *strings,
	size_t string_count);
err pipeline_add_formed(
	struct pipeline *pipeline, const struct formed *formed, bool *ended, struct why *why);
/* Sends off what is left, waits until all is written, and frees the pipeline. */
err pipeline_close(
	struct pipeline *pipeline, bool send_rest, struct batch_counts *counts, struct why *why);
