/* demo/hand.c - how people really type: accents, capitals, abbreviations, slips; see verbatim.h */
#include "demo/verbatim.h"

/* ---- whose hand */

enum { DRAW_FORMALITY = 700, DRAW_ACCENTS, DRAW_SMALL, DRAW_SHORT, DRAW_SLIPS, DRAW_REGION };

static enum verbatim_region region_of(unsigned departement)
{
	static const struct {
		str name;
		enum verbatim_region region;
	} names[] = { { STR_INIT("Hauts-de-France"), REGION_NORTH },
		{ STR_INIT("Occitanie"), REGION_SOUTH },
		{ STR_INIT("Provence-Alpes-Côte d'Azur"), REGION_SOUTH },
		{ STR_INIT("Corse"), REGION_SOUTH }, { STR_INIT("Bretagne"), REGION_WEST },
		{ STR_INIT("Normandie"), REGION_WEST },
		{ STR_INIT("Pays de la Loire"), REGION_WEST },
		{ STR_INIT("Grand Est"), REGION_EAST } };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (str_equal(names[i].name, region_name(departement)))
			return names[i].region;
	return REGION_NONE;
}

struct hand hand_clean(bool english)
{
	return (struct hand){ .formality = FORMALITY_PLAIN, .english = english };
}

/* The young shorten and write without capitals, the old sign with their full name; accents are
 * forgotten at every age.  Estimates. */
struct hand hand_of(const struct person *person)
{
	static const double formal[AGE_BAND_COUNT_] = { .03, .10, .25, .45, .65 };
	static const double relaxed[AGE_BAND_COUNT_] = { .60, .35, .15, .06, .03 };
	static const double small[AGE_BAND_COUNT_] = { .40, .20, .08, .05, .05 };
	static const double shorter[AGE_BAND_COUNT_] = { .30, .10, .03, .01, 0 };
	static const uint8_t slips[] = { 0, 0, 0, 8, 15, 30, 60 };
	double f = people_unit(person->key, DRAW_FORMALITY);
	enum age_band age = person->age;

	return (struct hand){
		.formality = f < formal[age]                  ? FORMALITY_FORMAL
			     : f < formal[age] + relaxed[age] ? FORMALITY_RELAXED
							      : FORMALITY_PLAIN,
		.region = people_unit(person->key, DRAW_REGION) < 0.4
				  ? region_of(person->departement)
				  : REGION_NONE,
		.english = person->english,
		.no_accents = people_unit(person->key, DRAW_ACCENTS) < 0.14,
		.small_letters = people_unit(person->key, DRAW_SMALL) < small[age],
		.abbreviates = people_unit(person->key, DRAW_SHORT) < shorter[age],
		.slips = slips[people_draw(person->key, DRAW_SLIPS) % ARRAY_LEN(slips)],
	};
}

/* ---- words */

static const struct short_form {
	str word, shorter;
} short_forms[] = {
	{ STR_INIT("aujourd'hui"), STR_INIT("ajd") },
	{ STR_INIT("avec"), STR_INIT("avc") },
	{ STR_INIT("beaucoup"), STR_INIT("bcp") },
	{ STR_INIT("because"), STR_INIT("cos") },
	{ STR_INIT("bonjour"), STR_INIT("bjr") },
	{ STR_INIT("bonsoir"), STR_INIT("bsr") },
	{ STR_INIT("c'est"), STR_INIT("c") },
	{ STR_INIT("dans"), STR_INIT("ds") },
	{ STR_INIT("depuis"), STR_INIT("dps") },
	{ STR_INIT("j'ai"), STR_INIT("g") },
	{ STR_INIT("maintenant"), STR_INIT("mtn") },
	{ STR_INIT("message"), STR_INIT("msg") },
	{ STR_INIT("mêmes"), STR_INIT("mm") },
	{ STR_INIT("même"), STR_INIT("mm") },
	{ STR_INIT("please"), STR_INIT("pls") },
	{ STR_INIT("pour"), STR_INIT("pr") },
	{ STR_INIT("pourquoi"), STR_INIT("pk") },
	{ STR_INIT("problème"), STR_INIT("pb") },
	{ STR_INIT("quand"), STR_INIT("qd") },
	{ STR_INIT("quelqu'un"), STR_INIT("qqn") },
	{ STR_INIT("rendez-vous"), STR_INIT("rdv") },
	{ STR_INIT("temps"), STR_INIT("tps") },
	{ STR_INIT("thanks"), STR_INIT("thx") },
	{ STR_INIT("toujours"), STR_INIT("tjs") },
	{ STR_INIT("tous"), STR_INIT("ts") },
	{ STR_INIT("tout"), STR_INIT("tt") },
	{ STR_INIT("toutes"), STR_INIT("ttes") },
	{ STR_INIT("vous"), STR_INIT("vs") },
	{ STR_INIT("you"), STR_INIT("u") },
	{ STR_INIT("your"), STR_INIT("ur") },
};

static bool is_word_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '\'' || c == '-' || (unsigned char)c >= 0x80;
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool equal_but_first_capital(str word, str other)
{
	return word.len == other.len && word.len > 0 && lower(word.ptr[0]) == other.ptr[0] &&
	       memcmp(word.ptr + 1, other.ptr + 1, word.len - 1) == 0;
}

static str shortened(str word)
{
	for (size_t i = 0; i < ARRAY_LEN(short_forms); i++)
		if (equal_but_first_capital(word, short_forms[i].word))
			return short_forms[i].shorter;
	return word;
}

/* The letters of Latin-1 without their accents; those of two bytes from C3 80 on. */
static str plain_letter(unsigned char second)
{
	static const char *const plain[64] = { "A", "A", "A", "A", "A", "A", "AE", "C", "E", "E",
		"E", "E", "I", "I", "I", "I", "D", "N", "O", "O", "O", "O", "O", "x", "O", "U", "U",
		"U", "U", "Y", "TH", "ss", "a", "a", "a", "a", "a", "a", "ae", "c", "e", "e", "e",
		"e", "i", "i", "i", "i", "d", "n", "o", "o", "o", "o", "o", "/", "o", "u", "u", "u",
		"u", "y", "th", "y" };

	return str_of(plain[second & 63]);
}

/* A word as this hand spells it; capitals of what stands in capitals stay ("SMS"). */
static void put_word(const struct hand *hand, str word, struct strbuf *out)
{
	bool shouts = word.len > 1 && word.ptr[0] >= 'A' && word.ptr[0] <= 'Z' &&
		      word.ptr[1] >= 'A' && word.ptr[1] <= 'Z';

	for (size_t i = 0; i < word.len; i++) {
		unsigned char c = (unsigned char)word.ptr[i];
		bool accent = c == 0xc3 && i + 1 < word.len;
		if (accent && hand->no_accents) {
			strbuf_add(out, plain_letter((unsigned char)word.ptr[++i]));
		} else if (accent && hand->small_letters && !shouts) {
			unsigned char second = (unsigned char)word.ptr[++i];
			bool capital = second >= 0x80 && second <= 0x9e && second != 0x97;
			strbuf_add_byte(out, (char)c);
			strbuf_add_byte(out, (char)(capital ? second + 0x20 : second));
		} else {
			strbuf_add_byte(
				out, hand->small_letters && !shouts ? lower((char)c) : (char)c);
		}
	}
}

/* Figures, addresses and short words are typed with care. */
static bool may_slip(str word)
{
	for (size_t i = 0; i < word.len; i++)
		if (word.ptr[i] >= '0' && word.ptr[i] <= '9')
			return false;
	return word.len > 3;
}

void hand_write(const struct hand *hand, str text, uint64_t seed, struct strbuf *out)
{
	struct random random = random_of(seed);
	char spelt[256];

	for (size_t i = 0; i < text.len;) {
		size_t n = 0;
		while (i + n < text.len && n < 120 && is_word_byte(text.ptr[i + n]))
			n++;
		if (n == 0) {
			strbuf_add_byte(out, text.ptr[i++]);
			continue;
		}
		str word = { text.ptr + i, n };
		struct strbuf buf = {
			.ptr = spelt, .cap = sizeof(spelt), .cap_max = sizeof(spelt)
		};
		put_word(hand, hand->abbreviates ? shortened(word) : word, &buf);
		str typed = { buf.ptr, buf.len };
		if (hand->slips > 0 && may_slip(typed) && random_below(&random, 1000) < hand->slips)
			people_add_typo(typed, random_next(&random), out);
		else
			strbuf_add(out, typed);
		i += n;
	}
}
