/* demo/people_typing.c - slips of the hand, spellings of phone numbers, names of products */
#include "demo/people.h"

#include <string.h>

static const struct {
	str name;
	int32_t cents;
} products[PRODUCT_COUNT_] = {
	[PRODUCT_NONE] = { STR_INIT(""), 0 },
	[PRODUCT_FIBRE] = { STR_INIT("Fibre 1 Gb/s"), 3999 },
	[PRODUCT_ADSL] = { STR_INIT("Internet ADSL"), 2999 },
	[PRODUCT_BOX_4G] = { STR_INIT("Box 4G"), 2499 },
	[PRODUCT_MOBILE_SMALL] = { STR_INIT("Mobile 5 Go"), 799 },
	[PRODUCT_MOBILE_MIDDLE] = { STR_INIT("Mobile 100 Go"), 1299 },
	[PRODUCT_MOBILE_LARGE] = { STR_INIT("Mobile 5G illimité"), 2499 },
	[PRODUCT_HANDSET] = { STR_INIT("Téléphone mobile"), 29900 },
	[PRODUCT_TV_CHANNEL] = { STR_INIT("Chaîne TV"), 999 },
	[PRODUCT_OPTION] = { STR_INIT("Option"), 499 },
	[PRODUCT_SIM] = { STR_INIT("Carte SIM"), 1000 },
};

str product_name(enum product product)
{
	ASSERT(product < PRODUCT_COUNT_);
	return products[product].name;
}

int32_t product_cents(enum product product)
{
	ASSERT(product < PRODUCT_COUNT_);
	return products[product].cents;
}

static size_t character_bytes(str text)
{
	size_t bytes = 1;

	while (bytes < text.len && ((unsigned char)text.ptr[bytes] & 0xc0) == 0x80)
		bytes++;
	return bytes;
}

/* The key to the right of a small letter on an AZERTY keyboard. */
static char neighbour(char c)
{
	static const char keys[] = "azertyuiopqsdfghjklmwxcvbn";
	const char *at = c >= 'a' && c <= 'z' ? strchr(keys, c) : NULL;

	return at == NULL ? c : at[1] != '\0' ? at[1] : 'b';
}

static str without_accent(str character)
{
	static const struct {
		str accented, plain;
	} pairs[] = { { STR_INIT("é"), STR_INIT("e") }, { STR_INIT("è"), STR_INIT("e") },
		{ STR_INIT("ê"), STR_INIT("e") }, { STR_INIT("ë"), STR_INIT("e") },
		{ STR_INIT("à"), STR_INIT("a") }, { STR_INIT("â"), STR_INIT("a") },
		{ STR_INIT("ç"), STR_INIT("c") }, { STR_INIT("î"), STR_INIT("i") },
		{ STR_INIT("ï"), STR_INIT("i") }, { STR_INIT("ô"), STR_INIT("o") },
		{ STR_INIT("ù"), STR_INIT("u") }, { STR_INIT("û"), STR_INIT("u") },
		{ STR_INIT("É"), STR_INIT("E") } };

	for (size_t i = 0; i < ARRAY_LEN(pairs); i++)
		if (str_equal(character, pairs[i].accented))
			return pairs[i].plain;
	return character;
}

static void add_slip(str *rest, uint64_t kind, struct strbuf *out)
{
	str here = str_upto(*rest, character_bytes(*rest));
	str after = str_from(*rest, here.len);
	str next = after.len == 0 ? after : str_upto(after, character_bytes(after));
	str plain = without_accent(here);

	*rest = after;
	if (!str_equal(plain, here)) {
		strbuf_add(out, plain);
	} else if (kind % 4 == 0 && next.len > 0) {
		strbuf_add(out, next);
		strbuf_add(out, here);
		*rest = str_from(after, next.len);
	} else if (kind % 4 == 1) {
		strbuf_add(out, here);
		strbuf_add(out, here);
	} else if (kind % 4 == 2 && here.len == 1) {
		strbuf_add_byte(out, neighbour(here.ptr[0]));
	} /* else: it is missing */
}

void people_add_typo(str text, uint64_t seed, struct strbuf *out)
{
	size_t characters = 0, at = 0;

	for (str rest = text; rest.len > 0; rest = str_from(rest, character_bytes(rest)))
		characters++;
	if (characters < 2) { /* nothing would be left */
		strbuf_add(out, text);
		return;
	}
	size_t slip = 1 + (size_t)(people_draw(seed, 1) % (characters - 1));
	for (str rest = text; rest.len > 0; at++) {
		if (at == slip) {
			add_slip(&rest, people_draw(seed, 2), out);
		} else {
			size_t bytes = character_bytes(rest);
			strbuf_add(out, str_upto(rest, bytes));
			rest = str_from(rest, bytes);
		}
	}
}

void people_add_phone_spelling(str e164, uint64_t seed, struct strbuf *out)
{
	static const struct {
		str front, between;
	} spellings[] = { { STR_INIT("0"), STR_INIT(" ") }, { STR_INIT("0"), STR_INIT("") },
		{ STR_INIT("0"), STR_INIT(".") }, { STR_INIT("+33 "), STR_INIT(" ") },
		{ STR_INIT("0033"), STR_INIT("") } };
	size_t i = (size_t)(people_draw(seed, 3) % ARRAY_LEN(spellings));
	str rest = e164;

	if (!str_skip_prefix(&rest, STR("+33")) || rest.len != 9) {
		strbuf_add(out, e164); /* a foreign number stays as it is */
		return;
	}
	strbuf_add(out, spellings[i].front);
	strbuf_add(out, str_upto(rest, 1));
	for (size_t at = 1; at < 9; at += 2) {
		strbuf_add(out, spellings[i].between);
		strbuf_add(out, str_upto(str_from(rest, at), 2));
	}
}
