/* main/person_search.h - customers by what somebody types: an identifier or its beginning, of
 * whatever type, or a name.
 *
 * What is typed is taken in turn as
 *   1. an identifier: "type:value", or a bare value in each form that it may have (a phone number
 *      as the country dials it, an address, a name on a social network, a number with blanks)
 *   2. words of a name: each must begin a word of the customer's names (person_name.h), without
 *      regard to case, accents or order; also names that he bore once
 *   3. the beginning of an identifier, from SEARCH_LETTERS_MIN bytes on
 * and found in this order; within each the best identifiers first (identity/naming.h).
 *
 * Work: each identifier and each distinct telling of traits is looked at once, about 30 and 500 ns;
 * at most SEARCH_IDENTIFIERS_MAX and SEARCH_TELLINGS_MAX of them, the latest first.  Past that
 * `is_whole` is false, and only the whole identifier is sure to be found.  Tellings too long to be
 * kept beside the rows (thread/told.h) are not looked at.  Memory: a byte a customer and one a
 * telling.
 */
#pragma once

#include "engine/snapshot.h"
#include "identity/identifier.h"

#include <stdatomic.h>

enum {
	SEARCH_FOUND_MAX = 50,
	SEARCH_LETTERS_MIN = 3,
	SEARCH_WORDS_MAX = 6, /* of a name; more are not looked at */
	SEARCH_IDENTIFIERS_MAX = 20000000,
	SEARCH_TELLINGS_MAX = 2000000,
};

enum found_by { FOUND_BY_IDENTIFIER, FOUND_BY_NAME, FOUND_BY_BEGINNING };

struct person_found {
	uint32_t customer;
	enum found_by by;
	str matched; /* the identifier; by name: "" */
};

struct person_search {
	struct person_found found[SEARCH_FOUND_MAX];
	size_t count;
	bool has_more; /* customers that found no place */
	bool is_whole; /* all was looked at */
};

/* Texts live as long as the snapshot.  ERR_CANCELLED once *stop (may be NULL) is true. */
err person_search(const struct snapshot *snapshot, const struct identifier_rules *rules, str typed,
	size_t most, const atomic_bool *stop, struct person_search *out, struct why *why);
