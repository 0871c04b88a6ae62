/* tests/support/sample_items.h - items ready to be written, each made from a number alone. */
#pragma once

#include "engine/engine.h"

struct arena;

enum { SAMPLE_BYTES_MAX = 2048 }; /* of arena, for one */

/* Message "m{n}" of source "test": mostly an event of one of some dozen identifiers; now and then
 * of two (so that customers join), or an entity, which may be nobody's.  Same number, same item. */
struct engine_item sample_item(const uint8_t *secret, uint64_t n, struct arena *arena);
/* The same message with other words: a conflict, or a correction of it. */
struct engine_item sample_item_changed(const uint8_t *secret, uint64_t n, struct arena *arena);
