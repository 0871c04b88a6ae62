/* base/map64.h - a map from numbers to numbers, for the writer's own bookkeeping.
 *
 * Open addressing, never more than half full; one thread.  Keys are not 0.
 */
#pragma once

#include "base/base.h"

struct map64;

struct map64 *map64_create(void);
void map64_free(struct map64 *map); /* NULL is fine */
void map64_put(struct map64 *map, uint64_t key, uint64_t value); /* adds or replaces */
bool map64_get(const struct map64 *map, uint64_t key, uint64_t *value); /* *value only if true */
size_t map64_count(const struct map64 *map);
void map64_clear(struct map64 *map);
