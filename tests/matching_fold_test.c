/* tests/matching_fold_test.c - accents, case and punctuation off. */
#include "matching/fold.h"
#include "test.h"

#include <stdio.h>
#include <string.h>

TEST(fold_forms_text)
{
	static const struct {
		const char *raw, *folded;
	} rows[] = {
		{ "", "" },
		{ "  Élodie  D'Arc-Bœuf ", "elodie d arc boeuf" },
		{ "E\xcc\x81lodie", "elodie" }, /* the accent as a character of its own */
		{ "GROẞ Straße", "gross strasse" },
		{ "Łukasz Ørsted", "lukasz orsted" },
		{ "L\xe2\x80\x99Haÿ-les-Roses", "l hay les roses" },
		{ "№ 12 bis", "no 12 bis" },
		{ "Ⅻ", "xii" },
		{ "ΣΊΣΥΦΟΣ", "σισυφοσ" },
		{ "--- !", "" },
		{ "caf\xe9", "caf" }, /* no UTF-8 */
		{ "\xf0\x9f\x98\x80 Bob", "bob" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char out[FOLD_BYTES_MAX], again[FOLD_BYTES_MAX];
		str folded = fold_text(str_of(rows[i].raw), out);
		CHECK(rows[i].raw, str_equal(folded, str_of(rows[i].folded)));
		CHECK(rows[i].raw, str_equal(fold_text(folded, again), folded));
	}
}

TEST(fold_cuts_between_characters)
{
	char raw[400], out[FOLD_BYTES_MAX];

	for (size_t i = 0; i < sizeof(raw); i += 2) {
		raw[i] = '\xcf'; /* σ */
		raw[i + 1] = '\x83';
	}
	str folded = fold_text((str){ raw, sizeof(raw) }, out);
	CHECK("as much as fits", folded.len == FOLD_BYTES_MAX && str_is_utf8(folded));
	folded = fold_text((str){ raw, 0 }, out);
	CHECK("nothing", folded.len == 0);
}

TEST(fold_keeps_digits_alone)
{
	char out[FOLD_BYTES_MAX];

	CHECK("phone", str_equal(fold_digits(STR("+33 (0)6.12"), out), STR("330612")));
	CHECK("tight", str_equal(fold_squeeze(STR("le blanc"), out), STR("leblanc")));
}
