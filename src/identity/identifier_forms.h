/* identity/identifier_forms.h - normal forms that need more than folding, for identifier.c.
 *
 * Each appends to `out`, a strbuf whose errors stick; refusals leave words in `why`.  Values are
 * NFC, trimmed, at most IDENTIFIER_VALUE_BYTES_MAX bytes.  Pure functions.
 */
#pragma once

#include "base/arena.h"
#include "base/why.h"
#include "event/record.h"

/* The host of an e-mail address: small, punycode decoded (UTS 46, not transitional), so that
 * xn--bcher-kva.example is bücher.example; what is no name by these rules stays as it is. */
void form_host(str host, struct strbuf *out);

/* A name on a social network: small, without @ in front; of an address of a page, the first part
 * of its path.  MSG_IDENTIFIER_HANDLE: blanks (that is a name for people), or nothing left. */
err form_handle(str type, str value, struct strbuf *out, struct why *why);

/* So many hexadecimal digits, small.  MSG_IDENTIFIER_HASH. */
err form_hash(str value, size_t digits, struct strbuf *out, struct why *why);

/* "SURNAME|GIVEN NAME|YYYY-MM-DD|POSTCODE": letters and digits, small, without accents; all four
 * told.  MSG_IDENTIFIER_PERSON. */
err form_person(str value, struct strbuf *out, struct why *why);
