/* base/stored.h - tables and dictionaries that are saved and loaded together, told as a list.
 *
 * Whoever keeps derived state names its parts once, in the order of the file; saving, loading,
 * counting and forgetting then go through the same list.  What table.h and strings.h say of
 * saving holds for each part: threads, errors, who syncs, what stays open.
 */
#pragma once

#include "base/strings.h"

/* One of the two is NULL.  Loading writes what they point to. */
struct stored {
	struct table **table;
	struct strings **strings;
	size_t item_bytes; /* of a table */
};
#define STORED_TABLE(where, type) ((struct stored){ .table = (where), .item_bytes = sizeof(type) })
#define STORED_STRINGS(where) ((struct stored){ .strings = (where) })

/* Publishes each part and saves that view; on the writer's thread.  On an error the parts behind
 * the failing one are as they were, and `index` is not to be used. */
err stored_save(const struct stored *parts, size_t count, struct file *file, uint64_t *end,
	struct strbuf *index, struct why *why);

/* On an error the parts before the failing one are loaded, the others untouched: whoever keeps
 * them sets all to NULL before and frees all after. */
err stored_load(
	const struct stored *parts, size_t count, struct file *file, str *index, struct why *why);

uint64_t stored_bytes(const struct stored *parts, size_t count); /* the sum of what is live */
void stored_forget(const struct stored *parts, size_t count);
