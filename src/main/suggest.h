/* main/suggest.h - "did you mean ...?": the nearest of the names that exist. */
#pragma once

#include "base/base.h"

enum { SUGGEST_BYTES_MAX = 64 }; /* longer words get no suggestion */

/* How many letters must be added, dropped, changed or swapped with their neighbour to turn a
 * into b (optimal string alignment); both at most SUGGEST_BYTES_MAX bytes. */
size_t edit_distance(str a, str b);

/* Keeps in *best whichever of it and `name` is nearer to `word`.  Start with {0}. */
struct suggestion {
	str name; /* "": nothing is near enough */
	size_t distance;
};
void suggest(struct suggestion *best, str word, str name);
