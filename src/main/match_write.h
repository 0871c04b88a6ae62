/* main/match_write.h - what matching decides, as decisions in the journal.
 *
 * A link is an identity record like those that people make, by the actor "ariane:match", with its
 * weight as an attribute: so it is explained, and one `identity unlink` or `forget` undoes it. Only
 * pairs that join two groups are written: a person of n records takes n - 1 links.
 */
#pragma once

#include "main/match_load.h"

/* *written: how many.  On an error those before are durable; matching again writes the rest. */
err match_write_links(struct engine *engine, const struct request *request,
	const struct match_load *load, const struct match_pair *pairs, size_t count,
	uint64_t *written, struct why *why);

/* Takes back every link that matching made and that still holds. */
err match_write_undo(
	struct engine *engine, const struct request *request, uint64_t *written, struct why *why);
