/* matching/fold.h - text as a comparison sees it: without accents, case and punctuation.
 *
 * Unicode compatibility decomposition (NFKD, annex 15), marks dropped, letters in lower case;
 * ligatures and letters that do not decompose are spelled out (œ oe, ß ss, ø o, ł l); everything
 * else but letters and digits becomes one blank, none at the ends.  "Élodie  D'Arc-Bœuf" is
 * "elodie d arc boeuf".  What is no UTF-8 folds byte by byte as if it were ISO-8859-1's ASCII part.
 *
 * Pure functions.
 */
#pragma once

#include "base/base.h"

enum { FOLD_BYTES_MAX = 128 }; /* what is longer is cut between characters */

/* *length bytes into `out`; returns them as a slice. */
str fold_text(str raw, char out[static FOLD_BYTES_MAX]);

/* Only digits, in order. */
str fold_digits(str raw, char out[static FOLD_BYTES_MAX]);

/* Only ASCII letters and digits, of text already folded. */
str fold_squeeze(str folded, char out[static FOLD_BYTES_MAX]);
