/* exchange/catalogue.h - the ready-made mappings, and which of them a file is made for.
 *
 * The mappings of examples/mappings are built into the program.  A mapping may say by what its
 * files are known, under "recognise" (mapping.h, struct mapping_signs): columns of the header, the
 * form of the first line, the file's name.  All that it says must hold; where several mappings
 * fit, the one that says most wins (a column counts 16, a character of a pattern that stands for
 * itself 1), and two that say as much are an ambiguity that the user must decide.
 *
 * Immutable once read; free for all threads.
 */
#pragma once

#include "exchange/mapping.h"

struct catalogue_entry {
	str name; /* "crm-cases": the file's name without .json */
	struct mapping mapping;
};

struct catalogue {
	const struct catalogue_entry *entries;
	size_t count;
};

/* Reads the built-in mappings into `arena`.  Errors: those of mapping_parse(). */
err catalogue_read(struct arena *arena, struct catalogue *out, struct why *why);

/* NULL: none is called so. */
const struct catalogue_entry *catalogue_named(const struct catalogue *catalogue, str name);

/* The entry for a file of that name (a path) that begins with `first_bytes` (plain, as
 * input_peek() gives them).  *out NULL: none fits.  MSG_MAPPING_AMBIGUOUS. */
err catalogue_recognise(const struct catalogue *catalogue, str path, str first_bytes,
	const struct catalogue_entry **out, struct why *why);

/* `*` any bytes, `?` one, [a-z0-9_] one of a set, all else itself.  Linear in text times
 * pattern, whatever the pattern. */
bool pattern_fits(str pattern, str text);
