/* exchange/ocel_hops.h - which objects of an OCEL log stand beside which: order 17 is of
 * customer 4.
 *
 * Pairs of ids, kept while a log is read, looked up by the first.  Memory: the ids of the second
 * and 40 bytes a pair, at most OCEL_HOPS_BYTES_MAX.
 */
#pragma once

#include "base/arena.h"

#define OCEL_HOPS_BYTES_MAX ((size_t)512 << 20)

struct ocel_hops;
struct ocel_hops *ocel_hops_create(void);
void ocel_hops_free(struct ocel_hops *hops); /* NULL is fine */

/* false: no room. */
bool ocel_hops_add(struct ocel_hops *hops, str from, str to);

/* The first and the following ids beside `from`, in any order: 0 at the end. */
uint32_t ocel_hops_first(const struct ocel_hops *hops, str from);
uint32_t ocel_hops_next(const struct ocel_hops *hops, uint32_t hop);
str ocel_hops_id(const struct ocel_hops *hops, uint32_t hop);
