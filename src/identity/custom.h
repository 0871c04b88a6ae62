/* identity/custom.h - types of identifiers that a company declares: how they are written, and which
 * values are none.
 *
 * A contract's number, a meter, a student card: [identifier NAME] of ariane.conf says it, as texts:
 *
 *   form     words: compact (no blanks . - / within), digits (these alone are kept), lower, upper
 *            (A to Z alone).  "": as it came
 *   pattern  masks with blanks between them, one of which must fit the normal form: # a digit, @ a
 *            letter A to Z of either case, ? any character of ASCII, * anything; all else itself
 *   length   characters of the normal form: "8", "8-12"
 *   check    luhn: the last digit (ISO/IEC 7812-1, annex B); other signs are passed over
 *
 * Invariant: a normal form is its own normal form, and fits.
 *
 * Plain values, immutable; any thread.
 */
#pragma once

#include "base/arena.h"
#include "base/why.h"

enum { CUSTOM_PATTERN_BYTES_MAX = 1000 };

struct custom_told {
	str type, form, pattern, length, check; /* "": not told */
};

struct identifier_custom {
	str type, pattern; /* as they were told, borrowed */
	unsigned forms; /* private */
	size_t least, most; /* characters; most 0: any number */
	bool luhn;
};

/* MSG_IDENTIFIER_TYPE; MSG_CUSTOM_KNOWN: a type with a form of its own; MSG_INPUT_VALUE with the
 * key that is wrong.  The texts are borrowed. */
err custom_read(const struct custom_told *told, struct identifier_custom *out, struct why *why);

/* Appends the normal form of a value without blanks at its ends.  MSG_CUSTOM_...,
 * MSG_IDENTIFIER_EMPTY: nothing is left of it. */
err custom_fold(
	const struct identifier_custom *custom, str value, struct strbuf *out, struct why *why);
