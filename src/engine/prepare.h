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
	uint64_t identifiers_dropped; /* counted here */
};

struct prepared {
	struct engine_item item; /* complete, unless ... */
	bool needs_number; /* ... its message id is still to be made: item_number() */
	struct digest128 digest; /* then: of its content */
};

/* Everything in *out lies in `arena`, but for strings of `raw` that stay: they must live as long
 * as the item.  ERR_SYNTAX, ERR_LIMIT: words for the source. */
err item_prepare(struct preparation *p, const struct record *raw, struct arena *arena,
	struct prepared *out, struct why *why);

/* Gives the item that needs it the message id of the n-th record (from 1) with this content. */
err item_number(struct preparation *p, struct prepared *prepared, uint64_t n, struct arena *arena,
	struct why *why);
