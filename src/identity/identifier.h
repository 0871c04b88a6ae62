/* identity/identifier.h - one spelling per customer identifier.
 *
 * Two events belong to one customer when they carry the same identifier, and identifiers are
 * the same when type and value are the same bytes.  So each is brought into its normal form
 * once, at the border; code behind it never trims, folds case or decodes again.  The value as
 * it came is kept beside it: people recognise it, and a better rule can start from it anew.
 *
 *   type   value accepted                          normal form
 *   email  user@host, one @, no space              ann@example.org (folded whole; the host's
 *                                                  punycode decoded)
 *   phone  + first or not at all, digits, and      +33612345678
 *          spaces . - / ( ) between them; 6 to 15
 *          digits once normal (E.164); (0) after
 *          a country code falls away
 *   x, instagram, facebook ...: a name there,      jeanne
 *          with @ or not, or its page's address
 *   person SURNAME|GIVEN NAME|YYYY-MM-DD|POSTCODE  dupont|helene|1980-02-29|44000
 *   ..._sha256, _sha1, _md5: as many              small
 *          hexadecimal digits
 *   customer, account, loyalty_card:
 *          digits with blanks between them, as     71803399
 *          people read them out: 7180 3399
 *   declared in ariane.conf: custom.h
 *   other  any                                     as it came, without blanks around it
 *
 * All values: NFC, no control characters, 1 to IDENTIFIER_VALUE_BYTES_MAX bytes.
 * Invariant: a normal form is its own normal form.
 *
 * Pure functions over the caller's arena.
 */
#pragma once

#include "base/arena.h"
#include "base/why.h"
#include "event/record.h"
#include "identity/custom.h"

enum {
	IDENTIFIER_TEXT_BYTES_MAX = IDENTIFIER_TYPE_BYTES_MAX + 1 + IDENTIFIER_VALUE_BYTES_MAX,
};

struct identifier_rules {
	str phone_country; /* digits put before a national number: "33" */
	const struct identifier_custom *customs; /* types that a company declares; borrowed */
	size_t custom_count;
};

/* The country code of a two-letter country (ISO 3166), for phone_country: "FR" -> "33"; "" if this
 * program does not know it. */
str identifier_country(str country);

/* Brings `raw` into normal form.  OK fills out->type, ->value, ->raw (empty when it is the
 * value), memory from `arena`, and leaves out->verified.  ERR_SYNTAX or ERR_LIMIT leave *out. */
err identifier_normalise(const struct identifier_rules *rules, str type, str raw,
	struct arena *arena, struct record_identifier *out, struct why *why);

/* Is it a type whose form is written above, "other" apart? */
bool identifier_has_own_form(str type);

/* Quick: true where identifier_normalise() would give these very bytes, wherever the same types are
 * declared.  False says nothing yet. */
bool identifier_is_normal(const struct identifier_rules *rules, str type, str value);
/* The same in two steps: what the type says may be kept for all of its values. */
enum identifier_form { IDENTIFIER_AS_IT_IS, IDENTIFIER_WITHOUT_BLANKS, IDENTIFIER_OF_OWN_FORM };
enum identifier_form identifier_form_of(const struct identifier_rules *rules, str type);
bool identifier_has_form(enum identifier_form form, str value);

/* Reads "type:value", split at the first colon, as a person types it; normalises the value. */
err identifier_parse(const struct identifier_rules *rules, str text, struct arena *arena,
	struct record_identifier *out, struct why *why);

/* "type:value", the form in which identifiers are kept and compared.  NULL .ptr: arena full. */
str identifier_text(str type, str value, struct arena *arena);

/* Which identifier of an event decides whose it is, when its identifiers belong to several
 * customers: the lowest rank, then the lowest text.  user_id and account names say who somebody
 * is; a cookie only where he sat. */
int identifier_rank(str type);
str identifier_ranked(size_t i); /* the i-th type that has a rank of its own; "" behind the last */
