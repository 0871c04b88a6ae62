/* tests/matching_phonetic_test.c - names as they sound. */
#include "matching/phonetic.h"
#include "test.h"

/* Python's jellyfish 1.3.0, nysiis(), cut to six signs. */
TEST(phonetic_english_gives_published_values)
{
	static const struct {
		str name;
		const char *code;
	} rows[] = {
		{ STR_INIT("robert"), "rabad" },
		{ STR_INIT("macdonald"), "mcdana" },
		{ STR_INIT("knight"), "nagt" },
		{ STR_INIT("kaplan"), "caplan" },
		{ STR_INIT("philips"), "falap" },
		{ STR_INIT("schmidt"), "snad" },
		{ STR_INIT("bertie"), "barty" },
		{ STR_INIT("lee"), "ly" },
		{ STR_INIT("bart"), "bad" },
		{ STR_INIT("grand"), "grad" },
		{ STR_INIT("evans"), "evan" },
		{ STR_INIT("quinn"), "qan" },
		{ STR_INIT("zimmer"), "zanar" },
		{ STR_INIT("mallory"), "malary" },
		{ STR_INIT("wheeler"), "walar" },
		{ STR_INIT("ashley"), "asly" },
		{ STR_INIT("brown"), "braon" },
		{ STR_INIT("williams"), "walan" },
		{ STR_INIT("phelps"), "falp" },
		{ STR_INIT("schoenberg"), "sanbar" },
		{ STR_INIT("thompson"), "tanpsa" },
		{ STR_INIT("o"), "o" },
	};
	char out[PHONETIC_SIGNS];

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		CHECK(rows[i].name.ptr,
			str_equal(phonetic_text(phonetic_english(rows[i].name), out),
				str_of(rows[i].code)));
}

TEST(phonetic_french_hears_what_sounds_alike)
{
	static const struct {
		str a, b;
		bool same;
	} rows[] = {
		{ STR_INIT("dupont"), STR_INIT("dupond"), true },
		{ STR_INIT("philippe"), STR_INIT("filipe"), true },
		{ STR_INIT("renaud"), STR_INIT("reno"), true },
		{ STR_INIT("renault"), STR_INIT("renaux"), false },
		{ STR_INIT("lefebvre"), STR_INIT("lefevre"), false },
		{ STR_INIT("gautier"), STR_INIT("gauthier"), true },
		{ STR_INIT("martin"), STR_INIT("martain"), true },
		{ STR_INIT("boucher"), STR_INIT("bouchez"), false },
		{ STR_INIT("moreau"), STR_INIT("morot"), true },
		{ STR_INIT("henri"), STR_INIT("henry"), true },
		{ STR_INIT("cyril"), STR_INIT("siril"), true },
		{ STR_INIT("jacques"), STR_INIT("jak"), true },
		{ STR_INIT("le blanc"), STR_INIT("leblanc"), true },
		{ STR_INIT("bernard"), STR_INIT("berthier"), false },
		{ STR_INIT("martin"), STR_INIT("martine"), false },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		CHECK(rows[i].a.ptr,
			(phonetic_french(rows[i].a) == phonetic_french(rows[i].b)) == rows[i].same);
	CHECK("nothing", phonetic_french(STR("")) == 0 && phonetic_english(STR("42")) == 0);
}
