/* matching/phonetic.h - names as they sound, in French and in English.
 *
 *   French    Phonex, Frédéric Brouard 1999 ("L'art des Soundex",
 *             https://sqlpro.developpez.com/cours/soundex/): letters and groups of letters that
 *             sound alike become one sign; here its first six signs.
 *   English   NYSIIS, R. L. Taft, "Name Search Techniques", New York State Identification and
 *             Intelligence System, 1970; its first six letters, as defined.
 *
 * A code is six signs of five bits; 0 stands for no name.  Pure functions over folded text
 * (fold.h); of several words all letters count, as if they were one.
 */
#pragma once

#include "base/base.h"

enum { PHONETIC_SIGNS = 6 };

uint32_t phonetic_french(str folded);
uint32_t phonetic_english(str folded);

/* The signs of a code, for people and tests. */
str phonetic_text(uint32_t code, char out[static PHONETIC_SIGNS]);
