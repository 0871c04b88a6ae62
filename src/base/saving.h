/* base/saving.h - one moment of many tables, on its way into a table store.
 *
 * A checkpoint must not stop who writes.  So it has two halves: what is to be saved is gathered in
 * the writer's place, which costs a publication (table.h); it is written by any other thread,
 * while the writer goes on.
 *
 *   saving_add_...()  in the order of the format      the writer
 *   saving_write()    until `done`, part by part      any one thread
 *   saving_free()                                     any thread
 *
 * The tables must outlive the saving; of those that are added again to a later one, the earlier
 * saving must be done with before the later is written.  A part of another make (an array that is
 * no table) brings its own functions.
 */
#pragma once

#include "base/strings.h"

struct saving;

/* A part that is no table; `part` lives until `release`, or, without one, as long as a table. */
struct saving_kind {
	/* As table_save(). */
	err (*save)(void *part, struct table_store *store, struct why *why);
	uint64_t (*bytes)(const void *part); /* as table_saved_bytes() */
	void (*forget)(void *part); /* as table_forget_saved() */
	void (*release)(void *part); /* may be NULL */
};

struct saving *saving_create(void);
void saving_free(struct saving *saving); /* NULL is fine */

/* ---- gathering */

void saving_add_byte(struct saving *saving, char byte); /* the bytes of an entry between parts */
void saving_add_u32(struct saving *saving, uint32_t n);
void saving_add_u64(struct saving *saving, uint64_t n);
void saving_add_table(struct saving *saving, struct table *table); /* publishes it */
void saving_add_strings(struct saving *saving, struct strings *strings);
void saving_add_part(struct saving *saving, void *part, const struct saving_kind *kind);

/* ---- writing */

/* Writes the next part and adds its entry to the index, as table_save() does, with its errors;
 * *done once there is none left. */
err saving_step(struct saving *saving, struct table_store *store, bool *done, struct why *why);
/* All parts. */
err saving_write(struct saving *saving, struct table_store *store, struct why *why);

uint64_t saving_bytes(const struct saving *saving); /* in the store, of what was written so far */
void saving_forget(struct saving *saving); /* all parts: the next store is a new one */
