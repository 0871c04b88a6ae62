/* engine/prepare.h - from a record as a source told it to an item as the engine takes it.
 *
 * Fills in what may be missing (source, message id), brings identifiers into normal form, checks,
 * encodes, hashes.  Done by many threads in parallel, before the one writer.
 *
 * A message id that is missing is made from the content: "h:" + 32 hex digits of the BLAKE2b-128
 * of the canonical record without it + "#" + n, where n says the how-manieth such record of this
 * input it is.  So legitimate twins are kept, and an input that comes again, renamed or grown,
 * adds only what is new.  Here n is taken for 1, which it nearly always is; the writer puts it
 * right if the preparation has a numbering (numbering.h).  Without one, equal records are one
 * event.
 *
 * An identifier that cannot be brought into normal form (an e-mail without @) is not worth losing
 * the event: it is kept as the attribute "identifier:TYPE" if another identifier remains, and
 * counted; else the record is refused.
 */
#pragma once

#include "base/hash.h"
#include "engine/engine.h"
#include "event/form.h"
#include "identity/identifier.h"

/* What types of identifiers ask of their values, as far as seen lately: by length and last byte. */
enum { FORMS_KEPT = 16 };
struct form_kept {
	char type[IDENTIFIER_TYPE_BYTES_MAX];
	size_t len; /* 0: none */
	enum identifier_form form;
};

struct preparation {
	struct identifier_rules rules;
	str default_source; /* "import" */
	const uint8_t *secret; /* engine_secret() */
	struct numbering *numbering; /* of the input; may be NULL */
	bool is_checked; /* the records have passed record_check(), but that they may lack a source
			  */
	uint64_t identifiers_dropped; /* counted here */
	struct form_kept forms[FORMS_KEPT];
};

struct prepared {
	struct engine_item item; /* whole once it is finished */
	struct kept_record *kept; /* or NULL, and: */
	struct formed_row *row;
};

/* Everything in *out lies in `arena`; `raw` may go.  ERR_SYNTAX, ERR_LIMIT: words for the source.
 */
err item_prepare(struct preparation *p, const struct record *raw, struct arena *arena,
	struct prepared *out, struct why *why);

/* The same in two steps: all that may be refused; then, for many at once, ids, hashes and checks,
 * which takes half the time of one by one. */
err item_begin(struct preparation *p, const struct record *raw, struct arena *arena,
	struct prepared *out, struct why *why);
/* What is known of all records of a form, noted in it before they come: the form need not have
 * been told here, but then each record is asked again. */
void preparation_form(struct preparation *p, struct record_form *form);
/* item_begin() of a record of a form, whose source is told and whose texts record_form_takes().
 * The form stays as long as the item. */
err item_begin_formed(struct preparation *p, const struct record_form *form,
	const struct formed *formed, struct arena *arena, struct prepared *out, struct why *why);
void items_finish(const struct preparation *p, struct prepared *prepared, size_t count);

/* The record of an item, whichever way it has it; `identifiers` has room for those of a form. */
void item_record(
	const struct engine_item *item, struct record_identifier *identifiers, struct record *out);

/* ---- of items whose id was made from their content */

struct digest128 item_digest(const struct engine_item *item);
bool item_is_first(const struct engine_item *item); /* n is 1 */
/* Makes of a first the n-th: id, bytes, key and check become others, in `arena`. */
err item_number(const uint8_t *secret, struct engine_item *item, uint64_t n, struct arena *arena,
	struct why *why);
