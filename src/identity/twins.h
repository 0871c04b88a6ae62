/* identity/twins.h - an address told here, and its hash told there, are one: found out.
 *
 *   twins[i]     struct twin: an identifier and its digest, both made known, found whichever came
 *                first.  What rules make of it (rules.h, hashes) is asked when it is used, so rules
 *                may change without looking for anything again
 *   prints       what a digest was made of: by family (hashed.h), its first bytes, and a number,
 *                for MD5 lets somebody make two addresses of one digest
 *   print_of     the identifier, by the code of its print
 *   scanned      identifiers below it are looked through, by family
 *
 * A family is watched from its first digest on: who is told none pays for none.  Then all addresses
 * there are have to be hashed, at half a microsecond each; a look does some of it, and the former
 * answer stands meanwhile (identity_is_behind()).
 *
 * Twins are one customer as long as both live, as evidence after which all other is taken, but that
 * of people: so a digest joins as if the address itself had been told.  In particular
 *  1. it joins nobody if the address is blocked, or shared; both are told with the owners of both;
 *  2. it does not count in a limit beside its address;
 *  3. who may not assert the address may not assert the digest (rules.c).
 *
 * Threads: the writer, for all that changes; a lens on a moment, for the rest.
 */
#pragma once

#include "identity/identity_internal.h"

/* An identifier of this type was made known. */
void twins_note_type(struct identity *identity, str type);
/* Finds the twins of identifiers made known; a step for each it looks at, more for one it hashes.
 * False if there were too few. */
bool twins_find(struct identity *identity, size_t steps);
bool twins_are_due(const struct identity *identity);
/* An identifier lives, or does not any more: seeds its twins. */
void twins_seed(struct identity *identity, uint32_t identifier);

/* All that are one with an identifier, itself first. */
struct twin_class {
	uint32_t codes[TWINS_MAX];
	size_t count;
	bool is_crowded; /* more than have room */
};
void twins_of(const struct lens *lens, uint32_t identifier, struct twin_class *out, size_t *steps);
/* Both live, and the rules make them one ... */
bool twins_are_one(const struct lens *lens, const struct twin *twin);
/* ... and neither is barred or shared. */
bool twins_join(const struct lens *lens, const struct twin *twin);
/* What a digest is of, if that lives; itself of all else. */
uint32_t twins_plain(const struct lens *lens, uint32_t identifier);
/* Does it count in the limit of its type? */
bool twins_let_count(const struct lens *lens, uint32_t identifier);
