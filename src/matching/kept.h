/* matching/kept.h - what matching learnt of all records, kept for those that come later.
 *
 * A new record is weighed as the others were: by the same m, u, prior and keys of blocking.  Only
 * how rare a value is follows from the records there are.  Nothing here names anybody.
 *
 * As JSON, version 2; a share or weight that JSON cannot hold is not there:
 *
 *   { "version": 2, "prior": bits, "homes": bits, "fields": [ { "name": ..., "parent": name,
 *     "second": name, "m": [[...], [...], [...], [...]], "u": likewise } ... ], "keys": [ [
 * ["surname", 0], ... ] ... ] }
 *
 * m and u: a row for each state of the parent, a number for each level (field.h).
 */
#pragma once

#include "base/json.h"
#include "matching/block_choice.h"

enum { KEPT_VERSION = 2 };

struct match_kept {
	struct match_model model; /* not weighed yet */
	struct block_choice keys; /* count 0: all pairs were compared */
};

void match_kept_write(const struct match_records *records, const struct match_model *model,
	const struct block_choice *keys, struct json_writer *out);

/* For records of the same fields, in any order.  ERR_SYNTAX: it is none; ERR_CONFLICT: the records
 * have other fields by now. */
err match_kept_read(const struct json *kept, const struct match_records *records,
	struct match_kept *out, struct why *why);
