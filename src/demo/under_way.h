/* demo/under_way.h - what has begun and not ended (calls, conversations), by its number.
 *
 * Items of one size, zeroed when they begin; memory is what is under way at most.  One thread.
 */
#pragma once

#include "base/arena.h"

enum { UNDER_WAY_MAX = 1 << 20 }; /* past it the item at hand is forgotten at once */

struct under_way;

struct under_way *under_way_create(size_t item_bytes);
void under_way_free(struct under_way *under_way); /* NULL is fine */
void *under_way_begin(struct under_way *under_way, uint64_t number); /* found again if known */
void *under_way_find(const struct under_way *under_way, uint64_t number); /* NULL: none */
void under_way_end(struct under_way *under_way, uint64_t number);
