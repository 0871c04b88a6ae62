/* main/match_provider.h - e-mail addresses that their providers deliver to one box.
 *
 *   what stands behind a + before the @      ann+shop@example.org     ann@example.org
 *   at gmail.com and googlemail.com, dots    an.n@googlemail.com      ann@gmail.com
 *
 * That is likely, and no fact about people: other hosts may give the second address to somebody
 * else.  So such pairs join nobody; a person is asked (identity review).  Pairs of one customer,
 * and those that a decision keeps apart, are not asked about.
 */
#pragma once

#include "engine/engine.h"
#include "main/request.h"

/* The address of the box as it would be written without what the provider passes over; the same
 * text where that is nothing.  `room` has IDENTIFIER_VALUE_BYTES_MAX.  Pure. */
str provider_box(str address, char *room);

struct provider_pair {
	uint32_t a, b; /* identifiers of the snapshot's identity; a < b by text */
};
struct provider_pairs {
	struct provider_pair *items; /* on the heap: provider_pairs_done() */
	size_t count;
};
/* All of them, in the order of their texts; of n addresses of a box n - 1, each with the first.
 * Errors of reading decisions; ERR_CANCELLED. */
err provider_pairs_find(const struct request *request, struct engine *engine,
	const struct snapshot *snapshot, struct provider_pairs *out, struct why *why);
void provider_pairs_done(struct provider_pairs *pairs);
