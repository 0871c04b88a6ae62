/* main/attribute_tally.h - names and values of attributes that exist, for who writes a condition.
 *
 * Of values only texts are told, and only those that stand in a dictionary (attribute.h).  A look
 * for a piece of text reads every dictionary up to ATTRIBUTE_TALLY_TEXTS_MAX texts, then the
 * columns of those that were found.
 *
 * Threads: any; the rows lie in the request's arena.
 */
#pragma once

#include "main/request.h"
#include "main/sink.h"

enum {
	ATTRIBUTE_TALLY_TEXTS_MAX = 1 << 22,
	ATTRIBUTE_TALLY_ROWS_MAX = 1000,
	ATTRIBUTE_LIKE_BYTES_MAX = 1024, /* no text of a dictionary is longer */
};

struct attribute_tally {
	str key, value; /* value "": the key itself */
	bool has_value;
	uint64_t count; /* of values under the key, or of this one */
};

/* The most frequent first, at most the option limit.  Reads the options key, like and limit of
 * `request`: keys that hold `like` (case does not matter), and values that do; with `key` only its
 * values.  ERR_CANCELLED. */
err attribute_tally(const struct request *request, struct sink *sink,
	const struct attribute_tally **out, size_t *count, struct why *why);
