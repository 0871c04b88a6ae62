/* thread/recall.h - an event as far as columns remember it, without the journal.
 *
 * A record costs a look into the journal, which unseals a block for it.  What a list or a fold asks
 * of an event mostly stands in columns: its time, channel and activity beside its row; its source,
 * actor, interaction and case, and the values under chosen keys, in attribute columns.
 *
 * A recalled record tells what the record itself would, but for the offset of its time.  It is not
 * recalled (and the journal must be asked) where columns cannot tell the whole truth of what was
 * asked for: columns that were skipped, a text that only its hash is left of, a time (its offset is
 * lost), several values under one key (their order is), or a row of which some value is in no
 * column.
 *
 * Keys are laid flat (attribute.h): what was a map within a record is `a.b` here.
 *
 * Memory: the arena's, 12 KiB for each column that is looked at.  One thread at a time.
 */
#pragma once

#include "thread/thread.h"

enum { RECALL_KEYS_MAX = 256 };

struct recall_wanted {
	unsigned fields; /* 1u << enum attribute_field; FIELD_TEXT: for recall_has_text() */
	/* Of these fields it is enough to tell texts apart: where only a hash is left of one (64
	 * bits under a secret seed) the record has a text made of it in its place. */
	unsigned told_apart;
	const str *keys; /* of attributes; borrowed */
	size_t key_count;
};

struct recall;

/* NULL: the arena is full.  The view must live as long; at most RECALL_KEYS_MAX keys. */
struct recall *recall_create(
	const struct threads_view *view, const struct recall_wanted *wanted, struct arena *arena);

/* The event or entity of a row: sequence, time, channel, activity, and what is wanted.  Texts of
 * columns live as long as the view, what was made of hashes and the list of attributes until the
 * next call.  False: ask the journal. */
bool recall_row(struct recall *recall, uint32_t row, struct record *out);

/* The same without fields and attributes: never asks the journal. */
void recall_outline(const struct threads_view *view, uint32_t row, struct record *out);

/* Has the row's event a verbatim?  Meaningless where attribute columns were skipped. */
bool recall_has_text(struct recall *recall, uint32_t row);
