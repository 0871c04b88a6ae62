/* main/match_keep.h - what matching learnt, and how far it came, beside the journal: so that
 * records that come later are compared alone.
 *
 * The file `matching.json` of the data folder: { "through": the next sequence then, "model":
 * matching/kept.h }.  Derived, and without anybody's name: whoever loses it matches all records
 * again.  Fields are told by the order of their names.
 */
#pragma once

#include "main/match_load.h"

enum { MATCH_KEEP_BYTES_MAX = 1 << 20 };

/* Up to which sequence records were matched.  MSG_MATCH_KEPT_NONE, MSG_MATCH_KEPT_BAD. */
err match_keep_through(struct engine *engine, uint64_t *through, struct why *why);

/* MSG_MATCH_KEPT_FIELDS too. */
err match_keep_read(struct engine *engine, const struct match_records *records,
	struct match_kept *out, struct why *why);

/* As if nothing had been matched. */
err match_keep_forget(struct engine *engine, struct why *why);

/* Durable once it returns OK. */
err match_keep_write(struct engine *engine, const struct match_load *load,
	const struct matching *matching, uint64_t through, struct why *why);
