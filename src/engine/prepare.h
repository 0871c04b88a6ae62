/* engine/prepare.h - from a record as a source told it to an item as the engine takes it.
 *
 * Fills in what may be missing (source, message id), brings identifiers into normal form, checks,
 * encodes, hashes.  Done by many threads in parallel, before the one writer.
 *
 * A message id that is missing is made from the content: "h:" + 32 hex digits of the BLAKE2b-128
 * of the canonical record without it + "#" + n, where n says the how-manieth such record of this
 * input it is.  So legitimate twins are kept, and an input that comes again, renamed or grown,
 * adds only what is new.
 *
 * An identifier that cannot be brought into normal form (an e-mail without @) is not worth losing
 * the event: it is kept as the attribute "identifier:TYPE" if another identifier remains, and
 * counted; else the record is refused.
 */
#pragma once

#include "base/hash.h"
#include "engine/engine.h"
#include "identity/identifier.h"

struct preparation {
	struct identifier_rules rules;
	str default_source; /* "import" */
	const uint8_t *secret; /* engine_secret() */
	/* The how-manieth record with this content in this input: 1, 2 ...  NULL: always 1. */
	err (*occurrence)(void *context, struct digest128 digest, uint64_t *n, struct why *why);
	void *context;
	uint64_t identifiers_dropped; /* counted here */
};

/* Everything in *out lies in `arena` (the record is copied as far as it changes; strings of `raw`
 * that stay are borrowed until the bytes are made).  ERR_SYNTAX, ERR_LIMIT: words for the
 * source. */
err item_prepare(struct preparation *p, const struct record *raw, struct arena *arena,
	struct engine_item *out, struct why *why);
