/* base/near.h - what was probably meant: the known name nearest to one that is not known. */
#pragma once

#include "base/base.h"

enum { NEAR_BYTES_MAX = 64 }; /* longer names are near to nothing */

/* How many bytes must be put in, left out or replaced (Levenshtein), ASCII case set aside;
 * UINT32_MAX for names over NEAR_BYTES_MAX. */
uint32_t near_distance(str a, str b);

/* The candidate nearest to `name`, if it is near: at most a third of its bytes and four differ.
 * Else the empty str. */
str near_best(str name, const str *candidates, size_t count);
