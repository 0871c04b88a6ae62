/* engine/known.h - which items of a batch are new: the index of known messages asked once for all.
 *
 * An item is known by the index, or repeats one of its own batch.  Where its message id was guessed
 * (numbering.h) and is taken, it gets the next one and is judged anew.
 */
#pragma once

#include "engine/engine_internal.h"

/* One batch: its items that are new, by key, so that twins within it are found too; and what the
 * index of known messages says of each item. */
struct group {
	struct engine_item *items;
	size_t count;
	uint32_t *slots; /* index + 1, or 0 */
	size_t slot_count;
	struct dedup_key *keys;
	struct dedup_entry *known; /* once all are judged: of those that become known ... */
	size_t keyed; /* ... which are so many */
	struct journal_entry *entries; /* room for whoever lays them out */
	bool *found;
	size_t room; /* in these arrays; half as much as there are slots */
	struct doubt *doubts; /* items that got another id, as they were */
	size_t changed;
	size_t repeats; /* items that were not new when they were first judged */
};

/* The memory of a group is kept for the next one, unless it was an uncommonly large one. */
struct group *group_create(void);
void group_free(struct group *group); /* NULL is fine */
void group_begin(struct group *group, struct engine_item *items, size_t count);
void group_end(struct group *group);

/* Gives each item its status.  Sequences of items that repeat a new one of this batch are filled in
 * by group_resolve_twins(), after the append: until then seq is the index of that one. */
err group_judge(struct engine *engine, struct group *group, struct why *why);
void group_resolve_twins(struct group *group);
/* The batch is refused, and may come again: as it was. */
void group_take_back(struct group *group);
