/* main/match_load.h - what a data folder knows of people, as records to be matched.
 *
 * A record to be matched is an identifier whose entities (or Identify calls) tell traits; the
 * newest telling of a trait holds.  Its id is "type:value".  Fields are the traits by their names,
 * after the usual other names (first_name, lastName, zip ...) were brought to those of
 * matching/field.h; a trait told twice by one record (two lines of an address) is both, one after
 * the other.  An e-mail address and a telephone number that it has as identifiers count as if it
 * told them.
 */
#pragma once

#include "engine/engine.h"
#include "main/match_known.h"
#include "main/request.h"
#include "matching/matching.h"

struct match_load {
	struct match_records *records; /* settled */
	uint8_t *fresh; /* by row: something of it was told since; NULL unless asked for */
	size_t fresh_count;
	struct match_known known;
};

/* `since`: rows of which something was told from this sequence on are fresh; 0: nobody asks.
 * MSG_MATCH_NO_TRAITS if there is nothing to be matched; ERR_CANCELLED.  On success
 * match_load_done() is due; the snapshot must stay as long. */
err match_load(const struct request *request, struct engine *engine,
	const struct snapshot *snapshot, uint64_t since, struct match_load *out, struct why *why);
void match_load_done(struct match_load *load);

/* With the request's options: threshold, review.  Borrows from `load`. */
err match_options(const struct request *request, const struct match_load *load,
	struct matching_options *out, struct why *why);

/* "type:value" as a person types it, or the value alone of the type "record". */
err match_row(const struct request *request, const struct match_load *load, str typed,
	uint32_t *row, struct why *why);
