/* engine/contents.h - what rows say, in 8 bytes each: for chosen rows, read from the journal in one
 * pass.
 *
 * An event counts by its canonical bytes, as an EVENT even if a correction gave them, without
 * sequence and time of receipt (digest.h).
 *
 * Memory: 1.5 bits for each row there is, 8 bytes for each chosen one.
 */
#pragma once

#include "base/watch.h"
#include "engine/engine.h"

struct contents;

struct contents *contents_create(size_t rows);
void contents_free(struct contents *contents); /* NULL is fine */

/* Chooses a row: before contents_read(). */
void contents_want(struct contents *contents, uint32_t row);
size_t contents_wanted(const struct contents *contents);

/* Reads those of all chosen rows of the view, each a step; a row whose record is gone counts as 0.
 */
err contents_read(struct contents *contents, struct journal *journal,
	const struct threads_view *view, struct headway *headway, struct why *why);
uint64_t contents_of(const struct contents *contents, uint32_t row); /* chosen, and read */

void contents_clear(struct contents *contents); /* none is chosen */
