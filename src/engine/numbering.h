/* engine/numbering.h - the how-manieth of its content in its input is a record without message id?
 *
 * Its id is "h:DIGEST#n" (prepare.h), n the occurrence of that content in that input.  Nearly
 * always n is 1, so preparation guesses 1 and completes the item; one look into the index of known
 * messages, which the writer needs anyway, tells whether the guess may stand.
 *
 * Let D#1 be the guessed id, "own" an event that the writer wrote for this very numbering.
 *  1. D#1 is unknown, and no item before it in the batch has it: then nothing of this content came
 *     before in this input, for its first occurrence would have made D#1 known (new, duplicate,
 *     conflict or erased: all are known).  n is 1.  Nothing is counted.
 *  2. D#1 is known, or repeats an item of the batch.  If a count is noted for the content, n is
 *     that and 1.  Else the content came before in this input exactly if what is known is own: n is
 *     then 2.  Otherwise an earlier input, or another that comes at the same time, told it, and
 *     here it comes for the first time: n is 1, the item is a duplicate (or erased).  Either way n
 *     is noted: the next one counts on.
 * So the counter (journal/occurrence.h) sees contents that come again, and no others.
 *
 * Which events are own is kept as ranges of sequences, joined where they meet: one import writes
 * long ones, also beside other producers.  Past NUMBERING_RANGES_MAX (records with an id of their
 * own in turns with others without) every first occurrence is noted in the counter instead.
 *
 * Noting follows the append: a batch that is refused was never counted, and may come again.  What
 * is interrupted begins anew with the next numbering: what is known by then is not its own, and is
 * counted as in 2.
 *
 * An item belongs to its numbering by `item->numbering`.  Threads: created and freed by the
 * producer, before its first item and after its last answer; in between it is the writer's.
 */
#pragma once

#include "engine/engine.h"

enum {
	NUMBERING_RANGES_MAX = 1 << 16,
	NUMBERING_BATCHES_KEPT = 10, /* whose new ids stay: so many may be known and not taken in */
};

struct numbering;

/* `scratch`: a folder for the counter, made when first needed and removed at the end; its parent
 * exists.  `secret` is the engine's and must outlive it.  ERR_LIMIT: the path is too long. */
err numbering_create(struct disk *disk, const char *scratch, const uint8_t *secret,
	struct numbering **out, struct why *why);
void numbering_free(struct numbering *numbering); /* NULL is fine */

/* ---- for the writer (write.c) */

/* An item whose guessed id is known already, or repeats an item of its batch. */
struct doubt {
	struct engine_item *item;
	const struct engine_item *repeats; /* that item of the batch; NULL: known from before ... */
	uint64_t known_seq; /* ... under this sequence */
	bool settled; /* the answer: the item has its final id ... */
	bool changed; /* ... and that is another one: bytes, key and check are, too ... */
	struct engine_item was; /* ... and this is how it came, in case the batch is refused */
};

/* Settles those of the doubts, given in the order of the batch, that belong to the numbering of
 * the first one.  A new id lies in memory of the numbering, and stays while NUMBERING_BATCHES_KEPT
 * - 1 more batches are settled. */
err numbering_settle(struct doubt *doubts, size_t count, struct why *why);

/* The batch is durable: these items of it, answered and in order, are known now; or it was
 * refused, and none is. */
void numbering_commit(const struct engine_item *items, size_t count);
void numbering_forget(const struct engine_item *items, size_t count);
