/* base/spare.h - large memory that one question has given back, for the next.
 *
 * Fresh memory is handed out by the system a page at a time, and zeroed: for a question that needs
 * a hundred megabytes for thirty milliseconds that is half of its time (a guest whose host does
 * the same again pays twice).  So the last SPARE_BYTES_MAX of what was given back stay, until
 * nobody has taken them for a while.
 *
 * Threads: any.
 */
#pragma once

#include "base/arena.h"

enum { SPARE_BYTES_LEAST = 1 << 18 }; /* what is smaller is not kept */
#define SPARE_BYTES_MAX ((size_t)128 << 20)

/* Like memory_resize(NULL, bytes): not zeroed.  For spare_give() alone. */
void *spare_take(size_t bytes);
void *spare_take_zeroed(size_t bytes);
void spare_give(void *memory); /* NULL is fine */

/* Frees what was not taken since the last call; for who calls it now and then.  Returns bytes that
 * still are kept. */
size_t spare_release(void);
